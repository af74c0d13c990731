"""Deadlines: what must reach somebody (`report_deadlines`) and what must be done (`other_deadlines`) by when."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

from planreader.chars import fold, squeeze
from planreader.clauses import Clause, clauses, planned_spans
from planreader.dates import Calendar, Span
from planreader.headings import Meaning, attribute_of
from planreader.model import Deadline, Moment, Operator, ReportDeadline, Source
from planreader.outline import Node
from planreader.recurrence import Recurrence, Relative, recurrence_of, relative_of
from planreader.sections import Place
from planreader.tables import Row, Table
from planreader.units import is_unit, subject_and_duty, unit_name

_SKIPPED = {Meaning.SLOGANS, Meaning.OLD_SLOGANS, Meaning.THEMES, Meaning.RESULTS}
_REPORT = re.compile(r"\bbao cao\b(?! vien| chuyen de| tai)")
_SEND = re.compile(r"\b(?:gui|nop|chuyen|cung cap|bao ve|tong hop)\b")
_MATERIAL = re.compile(
    r"\b(?:ket qua|hinh anh|anh(?! (?:chi|em|a\b|oi))|tin(?! hoc| nhan)|bai viet|bai(?! du thi"
    r"| tham)|link|duong dan|so lieu|bang tong hop|bieu tong hop|minh chung|san pham|video|clip"
    r"|phieu tong hop|bieu mau|tong ket|file)\b"
)
_NOT_REPORT = re.compile(
    r"\b(?:dang ky|danh sach|ho so|du thi|tham du|du toan|de cuong|kich ban|maket|market|the le"
    r"|y kien|gop y|nhan su|de nghi khen|khen thuong|cong van|giay moi|thu moi|tham gia hoi thi"
    r"|kinh phi|chung tu|quyet toan)\b"
)
_DOING = re.compile(
    r"\b(?:(?<!cong )(?<!ca )(?<!nu )nhan|nop|gui|dang ky|hoan thanh|xong|ket thuc|tiep nhan"
    r"|binh chon|bao cao|han|thoi han|ban hanh|tong hop|phat hanh|in an|chot|thanh quyet toan"
    r"|quyet toan|trien khai xong)\b"
)
_PAST = re.compile(
    r"\b(?:sinh|ket nap|gia nhap|vao cong doan|thanh lap|cong tac|hop dong|ky ket|tuyen dung"
    r"|tham gia cong doan|co hieu luc|het hieu luc)\s*$"
)
_RECEIVING = re.compile(
    r"\b(?:nhan (?:bai|anh|tac pham|ho so|san pham|dang ky|video)|dang ky|nop bai"
    r"|gui bai du thi)\b[^,;.:]{0,30}$"
)
_CHANGED = re.compile(r"\b(?:dieu chinh|thay doi|lui|gia han|doi\b|sua|chuyen|keo dai|rut ngan|dinh chinh|thay)\b")
_VIA = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\bzalo(?: (?!truoc|cham|de\b|va\b|han\b|trong"
    r"|theo)[^\s,;.()]+){0,6}|\b(?:qua|bang) (?:email|thu dien tu|bieu mau|duong link|google form"
    r"|phan mem|truc luc|truc lien thong)[^,;.()]{0,40}"
    r"|(?<!\d)0\d{2,3}[. ]?\d{3}[. ]?\d{3,4}(?!\d)"
)
_TO = re.compile(
    r"\b(?:ve|cho|len|gui(?= [A-ZĐ])|bao cao(?= [A-ZĐ]))\s+(?P<to>[^,;.()]{3,120}?)(?=\s+(?:truoc"
    r"|cham nhat|muon nhat|qua|bang|theo|de|trong|vao|hang|moi|sau|tu ngay|dinh ky|chot|han"
    r"|den het)\b|\s*[,;.():]|$)"
)
_THEN_SENT = re.compile(r"(?:,|\s+va)\s+(?:gui|nop|chuyen)\s+(?:(?:ve|cho|len|den)\s+)?(?P<to>[^,;.:]{3,120})$")


_T = TypeVar("_T", ReportDeadline, Deadline)


@dataclass(frozen=True)
class _Due:
    """One deadline inside a clause: its span or rule, and the stretch of the clause that belongs to it."""

    text: str
    span: Span | None
    operator: Operator
    recurrence: Recurrence | None = None
    relative: Relative | None = None


def deadlines_of(everything: list[Place], calendar: Calendar) -> tuple[list[ReportDeadline], list[Deadline]]:
    reports: list[ReportDeadline] = []
    others: list[Deadline] = []
    for place in everything:
        if place.meaning in _SKIPPED:
            continue
        if place.node.table is not None:
            for row in place.node.table.rows:
                _row(place.node.table, row, calendar, reports, others)
            continue
        unit, spoken = _unit_above(place), None
        for clause in _clauses(place.node):
            for due in _dues(clause, place, calendar):
                _file(due, clause, place, unit or spoken, reports, others)
            # "mỗi CĐCS chụp ảnh; gửi về … trước ngày …": who begins a sentence is meant to its end
            spoken = None if clause.text.endswith(".") else _named_in(clause.text) or spoken
    return _unique(reports), _unique(others)


def _clauses(node: Node) -> list[Clause]:
    return [
        clause
        for clause in clauses(node.text)
        if not fold(clause.text).startswith(("can cu ", "thuc hien ke hoach so"))
    ]


def _unit_above(place: Place) -> str | None:
    own = place.node.label if place.node.rest else ""
    for label in [own, *[node.label for node in reversed(place.above)]]:
        if label and is_unit(label) and subject_and_duty(label) is None:
            return unit_name(label)
    return None


def _dues(clause: Clause, place: Place, calendar: Calendar) -> Iterator[_Due]:
    text = clause.text[:3000]
    plain = fold(text)
    again = recurrence_of(text)
    operator: Operator
    floor = 0
    found = [span for span in planned_spans(text, calendar) if _is_due(span, text, plain, place)]
    for index, span in enumerate(found):
        stop = found[index + 1].begin if index + 1 < len(found) else len(text)
        yield _Due(_stretch(text, floor, span.begin, span.end, stop), span, span.operator or "by")
        floor = span.end
    if found:
        return
    if again and _is_recurring_duty(plain, again, place):
        operator = "before" if "truoc" in plain[max(0, again.begin - 12) : again.end] else "by"
        yield _Due(_bare(text), None, operator, recurrence=again)
    elif (
        not again
        and (relative := relative_of(text))
        and (_SEND.search(plain) or _REPORT.search(plain) or _DOING.search(plain))
    ):
        operator = "before" if plain[relative.begin :].startswith("truoc") else "by"
        yield _Due(_bare(text), None, operator, relative=relative)


def _is_due(span: Span, text: str, plain: str, place: Place) -> bool:
    before = plain[max(0, span.begin - 60) : span.begin]
    if span.finish is None and not span.problems:
        return False
    if _PAST.search(before) or re.search(
        r"\b(?:thay cho|thay vi|khong phai|truoc day(?: la)?|quy dinh cu)[\s:(]*$", before
    ):
        return False
    if span.operator is None:
        if span.ranged and not span.days and _RECEIVING.search(before):
            return True
        if re.match(r"[\s:)-]*han (?:cuoi|chot|nop|gui|dang ky)", plain[span.end : span.end + 24]):
            return True  # "Thứ Năm 14/5: hạn cuối đăng ký"
        return _is_moved(span, plain) or _is_due_label(place.node, span)
    if span.lead.startswith(("den", "toi", "cho")):
        after = plain[span.end :] if span.begin < 4 else ""  # "Đến 05/6: tổng hợp báo cáo"
        return bool(
            _DOING.search(plain[max(0, span.begin - 220) : span.begin] + after) or _DOING.search(fold(place.node.label))
        )
    return True


def _is_moved(span: Span, plain: str) -> bool:
    """ "lùi thời hạn … từ ngày 05/6 sang ngày 12/6": the day after "sang" is the new deadline."""
    before = plain[: span.begin]
    return bool(
        re.search(r"\b(?:han|thoi han|gui|nop|bao cao)\b", before)
        and re.search(r"\b(?:sang|thanh|den)\s*(?:het )?(?:ngay )?[\s:]*$", before)
    ) and bool(_CHANGED.search(plain))


def _is_due_label(node: Node, span: Span) -> bool:
    found = attribute_of(node.text)
    return bool(found and found[0] == "due" and not span.ranged)


def _is_recurring_duty(plain: str, again: Recurrence, place: Place) -> bool:
    if place.meaning in (Meaning.PURPOSE, Meaning.QUOTAS):
        return False
    fixed = "BY" in again.rule
    if re.search(r"\b(?:it nhat|toi thieu)\b", plain) and not fixed:
        return False
    sends = _REPORT.search(plain) or (_SEND.search(plain) and _MATERIAL.search(plain))
    return bool(sends and (fixed or _TO.search(plain) or "dinh ky" in plain or _REPORT.search(plain)))


def _stretch(text: str, floor: int, begin: int, end: int, stop: int) -> str:
    """The words that belong to a deadline: before it back to the one before, else what follows it."""
    before = text[floor:begin].strip(" ,;:-")
    closing = text[end : end + 1]
    end = end + 1 if closing == ")" and text[floor:end].count("(") > text[floor:end].count(")") else end
    if len(before.split()) >= 3:
        return text[floor:end].strip(" ,;")
    return _bare(text[floor:stop])


def _bare(text: str) -> str:
    return text.strip(" ,;").rstrip(" ,;./")


def _file(
    due: _Due, clause: Clause, place: Place, unit: str | None, reports: list[ReportDeadline], others: list[Deadline]
) -> None:
    source = Source(place.node.line, clause.text)
    who = _who(due.text, clause.text, unit)
    day = moment(due.span)
    recurrence = due.recurrence.rule if due.recurrence else None
    relative = due.relative.text if due.relative else None
    if is_report(due.text, place):
        via = [clause.text[m.start() : m.end()].strip() for m in _VIA.finditer(fold(clause.text))]
        to = _recipient(due.text) or _recipient(clause.text)
        reports.append(ReportDeadline(who, to, day, due.operator, due.text, source, via, recurrence, relative))
    else:
        what = _what(due, clause, who)
        others.append(Deadline(what, who, day, due.operator, due.text, source, recurrence, relative))


def is_report(text: str, place: Place | None = None) -> bool:
    """Whether somebody must send a report, photos or results, as opposed to do or register something."""
    plain = fold(text)
    labels = [fold(node.label) for node in place.above[-2:]] + [fold(place.node.label)] if place else []
    under_reports = place is not None and place.meaning is Meaning.REPORTING
    if _NOT_REPORT.search(plain) and not re.search(r"\bbao cao (?:ket qua|tong ket|nhanh|so ket)\b", plain):
        return False
    if _REPORT.search(plain) or (_SEND.search(plain) and _MATERIAL.search(plain)):
        return True
    silent = not _DOING.search(re.sub(r"\b(?:han|thoi han|xong)\b", "", plain)) or bool(_SEND.search(plain))
    return silent and (under_reports or any(_REPORT.search(label) and len(label) < 90 for label in labels))


def _who(stretch: str, clause: str, unit: str | None) -> str | None:
    return _named_in(stretch) or _named_in(clause) or unit


def _named_in(text: str) -> str | None:
    """Whose duty a clause says it is, at its beginning or after what stands before it."""
    trimmed = re.sub(r"^(?:thứ \w+ |hằng \w+ |hàng \w+ |định kỳ )+,?\s*", "", text)
    for part in (trimmed, *re.split(r",\s*|\bvà\s+|:\s+", trimmed)[1:3]):
        if found := subject_and_duty(part):
            return squeeze(found[0])
    return None


def _recipient(text: str) -> str | None:
    match = _TO.search(_capital_kept(text))
    name = squeeze(text[slice(*match.span("to"))]) if match else ""
    return None if not name or re.match(r"(?:dia chi|email|thu dien tu|hop thu)\b", fold(name)) else name


def _capital_kept(text: str) -> str:
    """Folded but for capitals, by which names are told from words."""
    return "".join(p.upper() if c.isupper() else p for c, p in zip(text, fold(text), strict=True))


def _what(due: _Due, clause: Clause, who: str | None) -> str:
    """The work without its day, without who does it and without to whom it is then sent."""
    text = due.text
    if due.span and (at := text.find(clause.text[due.span.begin : due.span.end])) > 0:
        text = text[:at] if len(text[:at].split()) >= 2 else text
    named = subject_and_duty(text)
    rest = text.removeprefix(who).strip(" :,-") if who and named and named[0] == who else ""
    text = rest if len(rest.split()) >= 3 else text
    if (sent := _THEN_SENT.search(fold(text))) and is_unit(text[sent.start("to") :]):
        text = text[: sent.start()]
    return squeeze(text).strip(" ,;:-(")


def moment(span: Span | None) -> Moment | None:
    if span is None or span.finish is None:
        return None
    if span.clock:
        return Moment(span.finish, *(span.clock.until or (span.clock.hour, span.clock.minute)))
    return Moment(span.finish, 24) if span.end_of_day else Moment(span.finish)


def _row(table: Table, row: Row, calendar: Calendar, reports: list[ReportDeadline], others: list[Deadline]) -> None:
    """Deadlines of a table row: those its sentences set, and a plain day in a column headed "Thời hạn"."""
    title = table.cell(row, "report", "title", "task", "slogan")
    who = table.cell(row, "reporter", "lead", "unit") or None
    for index, cell in enumerate(row.cells):
        role = table.roles[index] if index < len(table.roles) else ""
        for clause in clauses(cell):
            if role in ("due", "time", "hour", "start"):
                _timed_cell(table, row, role, clause, title, who, calendar, reports, others)
                continue
            place = Place(Node(clause.text, row.line), ())
            for due in _dues(clause, place, calendar):
                _file(due, clause, place, who, reports, others)


def _timed_cell(
    table: Table, row: Row, role: str, clause: Clause, title: str, who: str | None, calendar: Calendar,
    reports: list[ReportDeadline], others: list[Deadline],
) -> None:  # fmt: skip
    source = Source(row.line, row.text)
    for span in planned_spans(clause.text, calendar):
        column_due = role == "due" and not span.ranged and span.finish is not None
        if not column_due and (span.operator is None or not _is_row_due(span, fold(clause.text))):
            continue
        text = clause.text if len(clause.text) <= 300 else clause.text[span.begin : span.end]
        operator, day = span.operator or "by", moment(span)
        if table.has("report") or is_report(title):
            to = table.cell(row, "recipient") or _recipient(title)
            reports.append(ReportDeadline(who, to or None, day, operator, text, source))
        else:
            others.append(Deadline(title or text, who, day, operator, text, source))


def _is_row_due(span: Span, plain: str) -> bool:
    return not span.lead.startswith(("den", "toi", "cho")) or bool(_DOING.search(plain[: span.begin]))


def _unique(found: list[_T]) -> list[_T]:
    seen: set[tuple[object, ...]] = set()
    unique = []
    for item in found:
        what = item.what if isinstance(item, Deadline) else item.reporter
        key = (fold(item.text), str(item.deadline), item.recurrence, what)
        if key not in seen:
            seen.add(key)
            unique.append(item)
    return unique
