"""Dates and times of a sentence: ranges, lists, open ends, operators; never a guess.

A day that does not exist, a weekday that does not fit, or a lunar day whose printed solar day is another one
becomes a `Problem` for a person to look at; the sentence is kept, the date left out.
"""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta

from planreader.atoms import Atom, atoms
from planreader.chars import fold
from planreader.clock import WEEKDAYS, Clock, Weekday, clocks, masked, weekdays
from planreader.model import Operator

_PAD = r"[\s\x01\x02,]*"
_RANGE_GAP = re.compile(
    rf"{_PAD}(?:\(\x02+\){_PAD})?(?:-|cho den|den|toi)\s*(?:het)?{_PAD}(?:\(?\x02+\)?)?{_PAD}(?:ngay)?{_PAD}"
)
_LIST_GAP = re.compile(rf"[\s\x01\x02]*(?:,|;|va|&|,\s*va|\+)[\s\x01\x02]*(?:cac )?(?:ngay|thang)?{_PAD}")
_SAME_GAP = re.compile(r"[\s,(]*(?:tuc(?: la)?|nham|dung|trung)(?: vao)?(?: ngay)?[\s:]*")
_CHAIN = re.compile(r"(?<![\d./:\x01-])((?:\d{1,2}\s*(?:,|;|va|-|den(?: het)?(?: ngay)?)\s*(?:ngay\s+)?){1,12})$")
_LEAD = re.compile(
    r"\b(?P<lead>truoc(?: thoi (?:diem|han|gian))?|tre nhat|(?:cham|muon) nhat(?: la)?(?: (?:vao"
    r"|den|trong))?(?: truoc)?(?: het)?|khong (?:qua|muon hon)"
    r"|(?:tu nay|ke tu nay|tu bay gio)(?: cho)? (?:den|toi)(?: het)?|(?:cho )?(?:den|toi) het|den truoc|het"
    r"|han(?: (?:chot|cuoi|cuoi cung|nop|gui|dang ky|hoan thanh"
    r"|nhan)(?: [a-z ,]{1,40}?)?)?(?: la)?(?: (?:den|truoc))?(?: het)?|trong(?= ngay)|xong trong|hoan thanh trong"
    r"|thoi han(?: [a-z ,]{1,40}?)?(?: den| truoc)?"
    r"|(?:cho )?(?:den|toi)|sau|(?<!dien )(?<!dau )(?<!vat )tu(?!\s*:)|ke tu|bat dau)"
    r"[\s:(]*(?P<pad>[\s\x01\x02,()]*(?:luc |vao )?(?:sang |chieu |toi |dem )?(?:(?:cac |het "
    r"|cuoi )?ngay)?[\s\x02,()]*)$"
)


_SPOKEN = re.compile(r"\btuan (?:nay|sau|toi)\b|\bhom nay\b|\bngay (?:mai|kia)\b")
_MOST = 80  # dates read of one paragraph: no plan names more, and a hostile text costs no more
_NAMES_A_TIME = re.compile(r"\d\s?[/.-]\s?\d|\bthang\b|\bquy\b|\bam lich\b|\bt\d{1,2}/")


@dataclass(frozen=True)
class Problem:
    code: str
    text: str


@dataclass(frozen=True)
class Calendar:
    """What a document says about years: `issued` is its own date, `year` the one to take where none is printed."""

    year: int | None = None
    issued: date | None = None


@dataclass
class Span:
    """A stretch of text that names a time; `begin` and `end` are offsets and include hours and weekdays."""

    begin: int
    end: int
    start: date | None
    finish: date | None
    lead: str = ""  # the word before it: "truoc", "den het", "tu" …
    days: list[date] = field(default_factory=list)
    clock: Clock | None = None
    problems: list[Problem] = field(default_factory=list)
    single: bool = False  # one day was printed, as opposed to a month or a range
    ranged: bool = False
    core: int = 0  # where the date itself begins, after the words that bind it

    @property
    def operator(self) -> Operator | None:
        """How the time binds as a deadline, or None where it is only a date or a window."""
        if self.ranged:
            return None
        if "truoc" in self.lead:
            return "before"
        if self.lead.startswith(
            ("cham", "muon", "tre", "han", "het", "den", "toi", "cho", "khong", "xong", "hoan", "thoi", "trong")
        ):
            return "by"
        return None

    @property
    def end_of_day(self) -> bool:
        return self.lead.endswith("het") and self.single and self.clock is None


def spans(text: str, calendar: Calendar) -> list[Span]:
    """The times named in a sentence, left to right."""
    plain = _evenings(fold(text), text)
    if not _NAMES_A_TIME.search(plain) and not _SPOKEN.search(plain):
        return []
    hours, days = clocks(plain), weekdays(plain)
    hidden = masked(plain, hours, days)
    groups = _grouped(atoms(hidden)[:_MOST], hidden)
    found = [_span(group, joint, hidden, calendar) for group, joint in groups] or _spoken(plain, days, calendar)
    for span in found:
        span.core = span.begin
    for span, nearest in zip(found, _neighbours(found), strict=True):
        _attach_lead(span, hidden, calendar, nearest[0])
        _attach_clock(span, hours, hidden, nearest)
        if span.clock and span.clock.until and span.lead == "tu":
            span.finish = span.finish or span.start  # "từ 14h đến 17h30 ngày 20/5": only the hours are from and to
        _check_weekday(span, days, hidden, nearest)
    return found


def _evenings(plain: str, text: str) -> str:
    """ "tối 30/4" is an evening, "tới 30/4" an end: folded they are one word, so the evening is written otherwise."""
    for match in re.finditer(r"\btối\b", text.lower()):
        plain = plain[: match.start()] + "dem" + plain[match.end() :]
    return plain


def _grouped(found: list[Atom], hidden: str) -> list[tuple[list[Atom], str]]:
    """Neighbouring dates that make one range, one list, or the same day in two calendars."""
    groups: list[tuple[list[Atom], str]] = []
    for atom in found:
        joint = _joint(groups[-1], hidden[groups[-1][0][-1].end : atom.begin]) if groups else ""
        if joint:
            groups[-1] = ([*groups[-1][0], atom], joint)
        else:
            groups.append(([atom], ""))
    return groups


def _joint(group: tuple[list[Atom], str], gap: str) -> str:
    joint = group[1]
    if len(gap) > 40:
        return ""
    if _RANGE_GAP.fullmatch(gap) and joint in ("", "list"):
        return "range" if len(group[0]) == 1 else ""
    if _LIST_GAP.fullmatch(gap) and joint in ("", "list"):
        return "list"
    return "same" if _SAME_GAP.fullmatch(gap) and joint == "" else ""


def _span(group: list[Atom], joint: str, hidden: str, calendar: Calendar) -> Span:
    last = group[-1]
    default = last.year or calendar.year
    begin = group[0].begin
    before, chain_joint = _chain(group[0], hidden)
    if before:
        begin = before[0][0]
    span = Span(begin, last.end, None, None, single=len(group) == 1 and last.is_day and not before)
    built: list[tuple[date, date]] = []
    for offset, day in before:
        _resolve(_with_day(group[0], offset, day), default, calendar.issued, span, built)
    for atom in group:
        _resolve(atom, atom.year or default, calendar.issued, span, built)
    joint = joint or chain_joint
    if span.problems and not built:
        return span
    if joint == "same":
        _check_lunar(group, built, span)
        built, span.single = built[:1] if group[0].kind != "lunar" else built[1:], True
    _settle(span, built, joint)
    return span


def _settle(span: Span, built: list[tuple[date, date]], joint: str) -> None:
    if not built:
        return
    start, finish = built[0][0], built[-1][1]
    if joint == "range" and start > finish:
        start = start.replace(year=start.year - 1) if (start.month, start.day) != (2, 29) else start
    incomplete = bool(span.problems)
    span.start, span.finish = start, None if incomplete and joint == "range" else finish
    span.ranged = joint in ("range", "list")
    if joint == "list" and all(first == last for first, last in built):
        span.days = sorted({first for first, _ in built})
        span.start, span.finish = span.days[0], span.days[-1]


def _resolve(atom: Atom, year: int | None, issued: date | None, span: Span, built: list[tuple[date, date]]) -> None:
    if year is None:
        span.problems.append(Problem("year_missing", "Ngày ghi trong câu không có năm, xin xem lại."))
        return
    try:
        days = atom.build(year)
        if atom.kind == "lunar" and atom.year is None and issued and days[0] < issued - timedelta(days=60):
            days = atom.build(year + 1)  # a plan of October means the coming Tết
        built.append(days)
    except (ValueError, OverflowError):
        span.problems.append(Problem("impossible_date", "Ngày ghi trong câu không có trên lịch, xin xem lại."))


def _chain(first: Atom, hidden: str) -> tuple[list[tuple[int, int]], str]:
    """Bare day numbers before a date: "05, 12, 19/5" and "16 - 17/5", as (offset, day) and how they are joined."""
    if not first.is_day or first.kind == "lunar":
        return [], ""
    begin = max(0, first.begin - 90)
    match = _CHAIN.search(hidden, begin, first.begin)
    if match is None:
        return [], ""
    numbers = [(m.start(), int(m.group())) for m in re.finditer(r"\d{1,2}", match.group(1))]
    joint = "range" if re.search(r"(?:-|\bden)\D*$", match.group(1)) else "list"
    if joint == "range":
        numbers = numbers[-1:]
    if not all(1 <= number <= 31 for _, number in numbers):
        return [], ""
    return [(match.start(1) + offset, number) for offset, number in numbers], joint


def _with_day(atom: Atom, offset: int, day: int) -> Atom:
    def build(year: int) -> tuple[date, date]:
        month = _month_of(atom, year)
        return date(year, month, day), date(year, month, day)

    return Atom(offset, offset, atom.kind, atom.year, build)


def _month_of(atom: Atom, year: int) -> int:
    return atom.build(year)[0].month


def _check_lunar(group: list[Atom], built: list[tuple[date, date]], span: Span) -> None:
    if len(built) == 2 and built[0] != built[1]:
        lunar = built[0] if group[0].kind == "lunar" else built[1]
        said = f"Ngày âm lịch này là ngày {lunar[0]:%d/%m/%Y} dương lịch, khác ngày ghi trong văn bản. Xin xem lại."
        span.problems.append(Problem("lunar_mismatch", said))


def _neighbours(found: list[Span]) -> list[tuple[int, int]]:
    """For each span, where the one before it ends and the one after it begins."""
    ends = [0, *[span.end for span in found]]
    starts = [*[span.begin for span in found[1:]], 1 << 30][: len(found)]
    return list(zip(ends[:-1], starts, strict=True))


def _attach_lead(span: Span, hidden: str, calendar: Calendar, floor: int) -> None:
    match = _LEAD.search(hidden, max(floor, span.begin - 80), span.begin)
    if match is None:
        padded = re.search(r"(?:(?:cac |vao )?ngay)[\s\x01\x02,(]*$", hidden[max(floor, span.begin - 24) : span.begin])
        span.begin -= len(padded.group()) if padded else 0
        return
    span.lead, span.begin = match["lead"], match.start()
    if span.ranged or span.start is None:
        return
    if re.match(r"(?:ke )?tu (?:nay|bay)", span.lead):
        span.start, span.ranged, span.single = calendar.issued, True, False
    elif span.lead in ("tu", "ke tu", "bat dau", "sau"):
        span.finish = None if span.single or span.lead == "tu" else span.finish
    elif span.operator == "before" and not span.single:
        span.start, span.finish = None, span.start
    elif span.operator:
        span.start = None


def _attach_clock(span: Span, hours: list[Clock], hidden: str, nearest: tuple[int, int]) -> None:
    """The hour printed just before or just after the day."""
    for clock in hours:
        if clock.begin < nearest[0] - 1 or clock.begin > nearest[1]:
            continue
        if span.begin <= clock.begin < span.end:
            span.clock = clock
            return
        if clock.end <= span.begin and re.fullmatch(
            r"[\s\x02,;(-]*(?:(?:cac )?ngay\s*)?", hidden[clock.end : span.begin]
        ):
            span.clock, span.begin = clock, clock.begin
            _lead_before_clock(span, hidden, nearest[0])
            return
        gap = r"[\s\x02,;()-]*(?:(?:vao )?luc|tu|bat dau|truoc|chieu|toi|dem|vao|hoi|den|[\s,;(:])*"
        if clock.begin >= span.end and re.fullmatch(gap, hidden[span.end : min(clock.begin, span.end + 30)]):
            between, span.clock, span.end = hidden[span.end : clock.begin], clock, clock.end
            if "truoc" in between and not span.lead:
                span.lead, span.start = "truoc", None
            return


def _lead_before_clock(span: Span, hidden: str, floor: int) -> None:
    if not span.lead and (match := _LEAD.search(hidden, max(floor, span.begin - 80), span.begin)):
        span.lead, span.begin = match["lead"], match.start()
        if span.operator and not span.ranged:
            span.start = None


def _check_weekday(span: Span, days: list[Weekday], hidden: str, nearest: tuple[int, int]) -> None:
    """ "thứ Sáu, ngày 05/6/2026" must be a Friday."""
    day = span.finish if span.single else None
    for weekday in days:
        before = nearest[0] <= weekday.begin and weekday.end <= span.end and weekday.begin >= span.begin - 14
        after = span.end <= weekday.begin <= min(span.end + 3, nearest[1])
        if not (before or after):
            continue
        if before:
            gap = hidden[weekday.end : max(weekday.end, span.end)]
            if len(gap) > 40 or "hang tuan" in gap or "moi tuan" in gap:
                continue
        span.begin = min(span.begin, weekday.begin)
        if day is not None and day.weekday() != weekday.index:
            said = (
                f"Ngày {day:%d/%m/%Y} là {WEEKDAYS[day.weekday()]}, không phải {WEEKDAYS[weekday.index]}. Xin xem lại."
            )
            span.problems.append(Problem("weekday_mismatch", said))
        return


def _spoken(plain: str, days: list[Weekday], calendar: Calendar) -> list[Span]:
    """ "hôm nay", "ngày mai", "thứ Sáu tuần này" in a message whose own day is known."""
    if calendar.issued is None:
        return []
    for weekday in days:
        if match := re.match(r"\s*tuan (nay|sau|toi)\b", plain[weekday.end : weekday.end + 12]):
            monday = calendar.issued - timedelta(days=calendar.issued.weekday())
            day = monday + timedelta(days=weekday.index + (0 if match[1] == "nay" else 7))
            return [Span(weekday.begin, weekday.end + match.end(), day, day, single=True)]
    if match := re.search(r"\b(hom nay|ngay mai|ngay kia)\b", plain):
        shift = {"hom nay": 0, "ngay kia": 2}.get(match[1], 1)
        day = calendar.issued + timedelta(days=shift)
        return [Span(match.start(), match.end(), day, day, single=True)]
    return []
