"""What comes back ("thứ Sáu hằng tuần") and what hangs on an event ("sau 24 giờ"), as offices write them."""

import re
from dataclasses import dataclass

from planreader.chars import fold, quotes
from planreader.clock import RFC_DAYS, Clock, Weekday, clocks, weekdays

_EVERY = re.compile(
    r"\b(?:(?:dinh ky )?(?:hang|moi|tung)\s+(?P<unit>ngay|tuan|thang|quy)\b(?!\s*(?:cong nhan"
    r"|hanh dong|\d|thu \w+ (?:dau|cuoi)))"
    r"|(?P<times>\d{1,2})\s*(?:tin|bai|lan|anh|video|clip|so|buoi|cuoc|ky)?\s*/\s*(?P<per>ngay"
    r"|tuan|thang|quy)\b"
    r"|(?P<step>hai|2|02|ba|3|03)\s*(?P<stepunit>tuan|thang)\s*(?:/|mot|1|01)\s*lan"
    r"|(?:mot|1|01)\s*lan\s*/?\s*(?:mot |1 )?(?P<once>ngay|tuan|thang|quy)\b|\b(?P<often>tuan|thang) mot lan)"
)
_EVERY_WEEKDAY = re.compile(r"\b(?:moi|cac|vao cac)\s+(?:buoi |sang |chieu |toi |ngay )?[\x02]")
_MONTH_DAY = re.compile(
    r"\b(?:ngay|truoc|vao|mung|mong)\s+(?:ngay\s+)?(?:mung |mong )?(?P<days>\d{1,2}(?:\s*(?:,"
    r"|va)\s*(?:ngay\s+)?\d{1,2}){0,5})\s+(?:cua\s+)?(?:hang|moi)\s+(?P<unit>thang|quy)"
)
_QUARTER_DAY = re.compile(
    r"\b(?:truoc )?ngay\s+(?P<day>\d{1,2})\s+(?:cua\s+)?thang\s+cuoi\s+(?:cua\s+)?(?:moi\s+|hang\s+)?quy\b"
)
_LAST_DAY = re.compile(
    r"\bngay (?:lam viec )?cuoi (?:cung )?(?:cua )?(?:hang |moi |cac )?(?P<unit>thang|quy)\b(?!\s*\d)"
)
_NTH = re.compile(
    r"\x02+\s*(?:cua\s+)?(?:tuan\s+)?(?P<nth>dau(?: tien)?|cuoi(?: cung)?|thu (?:nhat|hai|ba"
    r"|tu))\s*(?:cua\s+)?(?:(?:hang|moi)\s+)?thang(?!\s*\d)"
)
_RULES = {
    "ngay": "FREQ=DAILY",
    "tuan": "FREQ=WEEKLY",
    "thang": "FREQ=MONTHLY",
    "quy": "FREQ=MONTHLY;INTERVAL=3",
}
_ORDINALS = {"dau": 1, "nhat": 1, "hai": 2, "ba": 3, "tu": 4, "cuoi": -1}
_RELATIVE = re.compile(
    r"(?:(?:cham nhat|muon nhat|khong qua|trong(?: vong| thoi han)?|truoc"
    r"|sau)\s+(?:la\s+)?)+(?:it nhat\s+)?\(?(?P<n>\d{1,3}|mot|hai|ba|nam|bay"
    r"|muoi)\)?\s*(?:\([^()]{1,20}\)\s*)?(?:gio|ngay|tuan|thang)(?: lam viec)?\b"
    r"(?:\s+(?:truoc|sau|ke tu|tinh tu|tu)\b[^,.;()]{0,80}|\s+(?:so voi|truoc khi|sau khi)[^,.;()]{0,80})?"
    r"|\bngay (?:sau|khi)(?: khi)? (?!day)[^,.;()]{3,80}"
)


@dataclass(frozen=True)
class Recurrence:
    """`rule` is an RFC 5545 rule without the date it starts on."""

    begin: int
    end: int
    rule: str


@dataclass(frozen=True)
class Relative:
    begin: int
    end: int
    text: str


def recurrence_of(text: str) -> Recurrence | None:
    """The first recurrence a sentence names, with its days and hour."""
    plain = _unquoted(text)
    days = weekdays(plain)
    hidden = _hide(plain, days)
    if match := _NTH.search(hidden):
        day = next(d for d in days if d.begin >= match.start())
        nth = next(value for word, value in _ORDINALS.items() if word in match["nth"].split())
        return Recurrence(match.start(), match.end(), f"FREQ=MONTHLY;BYDAY={nth}{RFC_DAYS[day.index]}")
    if match := _QUARTER_DAY.search(hidden):
        rule = f"FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY={int(match['day'])}"
        return Recurrence(match.start(), match.end(), rule)
    if match := _MONTH_DAY.search(hidden):
        numbers = ",".join(str(int(n)) for n in re.findall(r"\d{1,2}", match["days"]) if 1 <= int(n) <= 31)
        return Recurrence(match.start(), match.end(), f"{_RULES[match['unit']]};BYMONTHDAY={numbers}")
    if (match := _LAST_DAY.search(hidden)) and "hang" in hidden[max(0, match.start() - 20) : match.end() + 12]:
        return Recurrence(match.start(), match.end(), f"{_RULES[match['unit']]};BYMONTHDAY=-1")
    return _weekly(plain, hidden, days)


def _weekly(plain: str, hidden: str, days: list[Weekday]) -> Recurrence | None:
    match = _EVERY.search(hidden) or _EVERY_WEEKDAY.search(hidden)
    if match is None:
        return None
    groups = match.groupdict()
    unit = next((groups[k] for k in ("unit", "per", "stepunit", "once", "often") if groups.get(k)), "tuan")
    rule = _RULES[unit]
    if step := groups.get("step"):
        rule += f";INTERVAL={ {'hai': 2, 'ba': 3}.get(step) or int(step) }"
    begin, end = match.span()
    near = [d for d in days if begin - 60 <= d.begin <= end + 40] if unit == "tuan" else []
    if near:
        rule += ";BYDAY=" + ",".join(RFC_DAYS[i] for i in sorted({d.index for d in near}))
        begin, end = min(begin, near[0].begin), max(end, near[-1].end)
    hour = _hour(clocks(plain), begin, end)
    if hour and (near or unit == "ngay"):
        rule += f";BYHOUR={hour.hour}" + (f";BYMINUTE={hour.minute}" if hour.minute else "")
        begin, end = min(begin, hour.begin), max(end, hour.end)
    return Recurrence(begin, end, rule)


def _hour(hours: list[Clock], begin: int, end: int) -> Clock | None:
    return next((c for c in hours if begin - 25 <= c.begin <= end + 25 and c.hour < 24), None)


def relative_of(text: str) -> Relative | None:
    """ "trong vòng 03 ngày làm việc", "sau 24 giờ", "trước 05 ngày": due by an event, not by the calendar."""
    plain = fold(text)
    match = _RELATIVE.search(plain)
    if match is None:
        return None
    end = match.start() + len(match.group().rstrip())
    return Relative(match.start(), end, text[match.start() : end].strip())


def _unquoted(text: str) -> str:
    """Folded, with what stands in quotes blanked: “Mỗi ngày một niềm vui” is a name."""
    chars = list(fold(text))
    for begin, end, _ in quotes(text):
        chars[begin:end] = " " * (end - begin)
    return "".join(chars)


def _hide(plain: str, days: list[Weekday]) -> str:
    chars = list(plain)
    for day in days:
        chars[day.begin : day.end] = "\x02" * (day.end - day.begin)
    return "".join(chars)
