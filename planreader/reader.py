"""From text to a `Reading`, layer by layer: characters, lines, outline and tables, sections, facts, checks."""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from planreader.activities import activities_of
from planreader.amendments import amendments_of
from planreader.anniversaries import anniversaries_of
from planreader.assignments import assignments_of
from planreader.bases import legal_bases_of
from planreader.campaigns import campaigns_of
from planreader.chars import clean, fold
from planreader.chat import is_chat, unwrapped
from planreader.check import drop_invented, warn
from planreader.closing import recipients_of, signers_of
from planreader.dates import Calendar
from planreader.deadlines import deadlines_of
from planreader.letterhead import Letterhead, letterhead
from planreader.lines import Line, physical, wrap_width
from planreader.model import Reading, Source
from planreader.outline import Node, outline
from planreader.quotas import quotas_of
from planreader.sections import Place, label_sections, places, printed
from planreader.slogans import slogans_of
from planreader.themes import theme_messages_of
from planreader.zones import Zones, zones

MAX_CHARS = 400_000
"""About 160 pages: no plan is longer, and reading stays within seconds whatever the text is."""

_NOT_PLANS = {"bao_cao", "nghi_quyet", "ket_luan", "bien_ban", "to_trinh", "giay_moi", "de_cuong", "quyet_dinh"}
_SYMBOLS = {
    "kh": "ke_hoach", "hd": "huong_dan", "bc": "bao_cao", "tb": "thong_bao", "qd": "quyet_dinh", "ctr": "chuong_trinh",
    "nq": "nghi_quyet", "ct": "chi_thi", "kl": "ket_luan", "ttr": "to_trinh", "cv": "cong_van", "gm": "giay_moi",
}  # fmt: skip


class PlanTooLong(ValueError):
    """The text is longer than any plan; `sentence` is for the person who sent it."""

    code = "plan_too_long"
    sentence = "Văn bản quá dài so với một kế hoạch. Xin gửi riêng phần kế hoạch cần đọc."

    def __init__(self) -> None:
        super().__init__(self.sentence)


@dataclass(frozen=True)
class _Parts:
    text: str
    zones: Zones
    head: Letterhead
    root: Node
    everything: list[Place]
    calendar: Calendar
    kind: str


def read_text(text: str, *, today: date | None = None) -> Reading:
    """Read a plan. `today` (local) gives the year only where the document itself names none.

    Raises `PlanTooLong` beyond `MAX_CHARS`.
    """
    if len(text) > MAX_CHARS:
        raise PlanTooLong
    parts = _parts(clean(text), today)
    reading = _header(parts)
    texts = [(line.number, line.text) for line in parts.zones.head]
    texts += [(p.node.line, t) for p in parts.everything for t in printed(p.node)]
    reading.anniversaries = anniversaries_of(texts, parts.calendar.year)
    reading.theme_messages = theme_messages_of(parts.everything, parts.calendar.year)
    reading.campaigns = campaigns_of(reading.title, parts.everything, reading.theme_messages, parts.calendar)
    if is_plan(parts.kind, parts.head):
        _read_plan(reading, parts)
    drop_invented(reading, "\n".join(line.text for line in physical(parts.text)))
    if is_plan(parts.kind, parts.head):
        warn(reading, parts.everything, parts.calendar, parts.head.source)
    return reading


def read_file(path: Path, *, today: date | None = None) -> Reading:
    """Read a plan from a file of any format; raises `planreader.files.Unreadable` with a sentence for people."""
    from planreader.files import text_of

    return read_text(text_of(path), today=today)


def is_plan(kind: str, head: Letterhead) -> bool:
    """Reports and documents of the Party set no duties for the unions: nothing is scheduled from them."""
    return kind not in _NOT_PLANS and not head.party


def _parts(text: str, today: date | None) -> _Parts:
    lines = physical(text)
    chat = is_chat(lines)
    sent: date | None = None
    if chat:
        lines, sent = unwrapped(lines, today)
    split = Zones([], lines, [], [], None, None) if chat else zones(lines)
    head = letterhead(split, lines)
    if chat:
        head.date_issued, head.issuing_org = sent, None
    kind = "tin_nhan" if chat else _kind(split, head)
    calendar = _calendar(head, split, lines, today, chat)
    root = outline(_body(split), wrap_width(lines))
    label_sections(root)
    return _Parts(text, split, head, root, places(root), calendar, kind)


def _body(split: Zones) -> list[Line]:
    return [*split.body, *split.appendix]


def _kind(split: Zones, head: Letterhead) -> str:
    if split.kind:
        return split.kind
    symbol = fold(head.number or "").lstrip("0123456789/-").replace("/", "-").split("-")[0]
    if symbol in _SYMBOLS and not (symbol == "ct" and not head.party):
        return _SYMBOLS[symbol]
    opening = fold(" ".join(line.text for line in [*split.head, *split.body[:4]])[:1500])
    if re.search(r"\bv/v\b|kinh gui", opening) or head.number:
        return "cong_van"
    return next(
        (kind for word, kind in (("ke hoach", "ke_hoach"), ("huong dan", "huong_dan")) if word in opening), "ke_hoach"
    )


def _calendar(head: Letterhead, split: Zones, lines: list[Line], today: date | None, chat: bool) -> Calendar:
    """The year of the document: of its own date, of its subject, else the one it names most."""
    if head.date_issued:
        return Calendar(head.date_issued.year, head.date_issued)
    named = re.findall(r"\b20[1-4]\d\b", head.title or "")
    if not named:
        counts = Counter(re.findall(r"\b20[1-4]\d\b", " ".join(line.text for line in lines[:400])))
        named = [counts.most_common(1)[0][0]] if counts else []
    year = int(named[-1]) if named else (today.year if today else None)
    return Calendar(year, today if chat else None)


def _header(parts: _Parts) -> Reading:
    head = parts.head
    reading = Reading(
        parts.kind, head.title, head.number, head.issuing_org, head.parent_org, head.place, head.date_issued
    )
    reading.legal_bases = legal_bases_of(parts.root)
    reading.recipients = recipients_of(parts.zones.closing)
    reading.signers = signers_of(parts.zones.closing, parts.zones.body[-6:])
    return reading


def _read_plan(reading: Reading, parts: _Parts) -> None:
    everything, calendar = parts.everything, parts.calendar
    reading.slogans = slogans_of(everything)
    reading.activities = activities_of(parts.root, calendar, parts.head.title)
    reading.assignments = assignments_of(parts.root, everything, parts.kind in ("cong_van", "tin_nhan", "thong_bao"))
    reading.quotas = quotas_of(everything)
    reading.report_deadlines, reading.other_deadlines = deadlines_of(everything, calendar)
    if parts.kind in ("cong_van", "thong_bao") and _amends(parts):
        reading.amendments = amendments_of(everything, calendar)


def _amends(parts: _Parts) -> bool:
    subject = fold((parts.head.title or "") + " " + " ".join(line.text for line in parts.zones.body[:6]))
    return bool(re.search((r"\b(?:dieu chinh|sua doi|bo sung|dinh chinh|thay doi|thay the|gia han)\b"), subject))


__all__ = ["MAX_CHARS", "PlanTooLong", "Source", "read_file", "read_text"]
