"""The Months a plan is about, when they take place, and the theme of each."""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice

from planreader.chars import fold, squeeze
from planreader.clauses import clauses
from planreader.dates import Calendar, Span, spans
from planreader.headings import Meaning
from planreader.model import Campaign, Source, ThemeMessage
from planreader.sections import Place, printed

_MONTHS = re.compile(
    r"\bthang\s+(?:cong nhan|hanh dong(?: quoc gia)?(?: ve)?\s+(?:at\s?-?\s?vsld"
    r"|an toan,?(?: va)? ve sinh lao dong))(?:\s*(?:lan thu \w+|-|,)?\s*nam\s+(?P<y>20\d\d))?"
)
# The words that may stand beside the name of a Month where the sentence speaks of the Month itself: "Thời gian
# truyền thông …", "Tổ chức các hoạt động hưởng ứng …". Any other word ("Lễ phát động", "treo băng rôn") names
# an event in it, whose days are not those of the Month.
_ITSELF = re.compile(
    r"(?:[\s:,.()-]|\b(?:thoi gian|thoi diem|ve viec|ve|to chuc|trien khai|thuc hien|tuyen truyen|truyen thong"
    r"|huong ung|phat dong|dien ra|du kien|keo dai|bat dau|cao diem|cac|hoat dong|dot|chien dich|nhan dip|chao mung"
    r"|cua|cho|trong|va|duoc|se|la|nam 20\d\d|nam)\b)*"
)
_TAKES_PLACE = re.compile(r"\b(?:thoi gian|thoi diem|dien ra|keo dai|bat dau|duoc (?:to chuc|trien khai|phat dong))\b")

_MOST = 200  # mentions looked at: no plan says more of its Months, and a hostile text costs no more


@dataclass(frozen=True)
class _Mention:
    kind: str
    name: str
    year: int | None
    window: tuple[date, date] | None
    source: Source


def campaigns_of(
    title: str | None, everything: list[Place], themes: list[ThemeMessage], calendar: Calendar
) -> list[Campaign]:
    """The Months the document speaks of (1 to 31 May where it gives no days), else the subject itself."""
    found: dict[str, list[_Mention]] = {}
    for mention in islice(_mentions(title or "", everything, calendar), _MOST):
        found.setdefault(mention.kind, []).append(mention)
    own = _own_window(everything, calendar) if title and _is_about_months(title) else None
    if not found:
        theme = themes[0].text if themes else None
        return [Campaign(title, theme, None, None, Source(0, title))] if title else []
    return [
        _campaign(mentions, own if mentions[0].source.line == 0 else None, themes, calendar)
        for mentions in found.values()
    ]


def _campaign(
    mentions: list[_Mention], own: tuple[date, date] | None, themes: list[ThemeMessage], calendar: Calendar
) -> Campaign:
    first = mentions[0]
    timed = next((m for m in mentions if m.window), None)
    dated = [m for m in mentions if m.year is not None and m.year == (calendar.year or m.year)]
    named = timed if timed in dated else next(iter(dated), timed or first)
    theme = next((theme.text for theme in themes if _belongs(theme, first.kind)), None)
    start, end = (timed and timed.window) or own or _may(first.year or calendar.year)
    return Campaign(named.name, theme, start, end, (timed or first).source)


def _mentions(title: str, everything: list[Place], calendar: Calendar) -> Iterator[_Mention]:
    yield from _in_text(title, 0, calendar, under_time=False)
    for place in everything:
        labels = [fold(place.node.text), *(fold(node.label) for node in place.above[-1:])]
        under_time = any(label.startswith(("thoi gian", "thoi diem")) for label in labels)
        for text in printed(place.node):
            yield from _in_text(text, place.node.line, calendar, under_time)


def _in_text(text: str, line: int, calendar: Calendar, under_time: bool) -> Iterator[_Mention]:
    if not _MONTHS.search(fold(text)):
        return
    for clause in clauses(text):
        said, plain = clause.text, fold(clause.text)
        stated = _stated(said, plain, calendar, under_time)
        for match in _MONTHS.finditer(plain):
            kind = "worker" if "cong nhan" in match.group()[:16] else "safety"
            year = int(match["y"]) if match["y"] else None
            window = _bracketed(said, match.end(), calendar) or stated
            yield _Mention(kind, squeeze(said[slice(*match.span())]), year, window, Source(line, text))


def _stated(text: str, plain: str, calendar: Calendar, under_time: bool) -> tuple[date, date] | None:
    """ "Thời gian truyền thông Tháng Công nhân: từ ngày 26/4 đến hết ngày 31/5/2027"."""
    span = next((s for s in spans(text[:1500], calendar) if s.ranged), None)
    if span is None:
        return None
    label = plain[: span.begin]
    of_month = _MONTHS.search(label) and _ITSELF.fullmatch(_MONTHS.sub(" ", label))
    return _days(span, calendar) if of_month and (under_time or _TAKES_PLACE.search(label)) else None


def _bracketed(text: str, end: int, calendar: Calendar) -> tuple[date, date] | None:
    """ "Tháng Công nhân (từ 01/5/2024 đến hết 31/5/2024)"."""
    bracket = re.match(r"[^().;]{0,90}\(([^()]*)\)", text[end : end + 220])
    found = spans(bracket.group(1), calendar) if bracket else []
    return next((days for span in found if span.ranged and (days := _days(span, calendar))), None)


def _days(span: Span, calendar: Calendar) -> tuple[date, date] | None:
    """Both ends of a window of this year; a Month of last year is told of, not planned."""
    if span.days or span.start is None or span.finish is None or span.start.year != span.finish.year:
        return None
    return (span.start, span.finish) if span.finish.year >= (calendar.year or 0) else None


def _own_window(everything: list[Place], calendar: Calendar) -> tuple[date, date] | None:
    """The days of the whole plan, from its section "Thời gian"."""
    for place in everything:
        if place.meaning is not Meaning.WINDOW or place.node.table is not None:
            continue
        text = place.node.text
        span = next((s for s in spans(text, calendar) if s.ranged), None)
        if span is not None and _ITSELF.fullmatch(fold(text)[: span.begin]):
            return _days(span, calendar)
    return None


def _is_about_months(title: str) -> bool:
    """ "Tổ chức các hoạt động Tháng Công nhân", not "Tổ chức Hội thao chào mừng Tháng Công nhân"."""
    plain = fold(title)
    match = _MONTHS.search(plain)
    return bool(match and _ITSELF.fullmatch(plain[: match.start()]))


def _may(year: int | None) -> tuple[date | None, date | None]:
    return (date(year, 5, 1), date(year, 5, monthrange(year, 5)[1])) if year else (None, None)


def _belongs(theme: ThemeMessage, kind: str) -> bool:
    before = fold(theme.source.text)
    before = before[: before.find(fold(theme.text))][-200:]
    worker, safety = before.rfind("cong nhan"), max(before.rfind("atvsld"), before.rfind("ve sinh lao dong"))
    return worker > safety if kind == "worker" else safety > worker
