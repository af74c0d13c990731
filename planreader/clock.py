"""Hours of the day and days of the week, as documents print them (local time, UTC+7)."""

import re
from dataclasses import dataclass

_HOUR = (
    r"(?<![\d/.,])(?P<{0}h>\d{{1,2}})\s?(?:h|g(?=[\s\d,;.)-]|$)|gio\b"
    r"|:(?=\d\d))\s?(?:(?P<{0}m>\d{{2}})(?![\d/])(?:\s?phut|')?)?(?![a-z/])"
)
_CLOCK = re.compile(_HOUR.format("a") + r"(?:\s*(?:-|den)\s*" + _HOUR.format("b") + ")?")
_WEEKDAY = re.compile(
    r"\b(?:thu\s+(?P<name>hai|ba|tu|nam|sau|bay|[2-7])\b(?!\s+(?:nhat|hai|[ivx]+)\b)"
    r"|(?P<t>t[2-7])\b(?!/\d)|(?P<sun>chu nhat\b|cn\b(?=[ ,(]*(?:ngay )?\d)))"
)
_NAMES = {"hai": 0, "ba": 1, "tu": 2, "nam": 3, "sau": 4, "bay": 5}
WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
RFC_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True)
class Clock:
    begin: int
    end: int
    hour: int
    minute: int
    until: tuple[int, int] | None = None

    def __str__(self) -> str:
        start = f"{self.hour:02}:{self.minute:02}"
        return start if self.until is None else f"{start}-{self.until[0]:02}:{self.until[1]:02}"


@dataclass(frozen=True)
class Weekday:
    """`index` counts from Monday = 0."""

    begin: int
    end: int
    index: int


def clocks(plain: str) -> list[Clock]:
    found = []
    for match in _CLOCK.finditer(plain):
        hour, minute = int(match["ah"]), int(match["am"] or 0)
        until = (int(match["bh"]), int(match["bm"] or 0)) if match["bh"] else None
        if hour <= 24 and minute < 60 and not (hour == 24 and minute):
            found.append(Clock(match.start(), match.end(), hour, minute, until))
    return found


def weekdays(plain: str) -> list[Weekday]:
    """Days of the week; "lần thứ hai", "tuần thứ ba", "cột thứ 2" are not among them."""
    found = []
    for match in _WEEKDAY.finditer(plain):
        if re.search(
            r"(?:lan|tuan(?: le)?|khoa|dot|ky|hang|cap|hoi|phien|nam)\s*$",
            plain[max(0, match.start() - 8) : match.start()],
        ):
            continue
        name = match["name"] or (match["t"] or "")[1:]
        index = 6 if match["sun"] else _NAMES[name] if name in _NAMES else int(name) - 2
        found.append(Weekday(match.start(), match.end(), index))
    return found


def masked(plain: str, times: list[Clock], days: list[Weekday]) -> str:
    """The text with hours and weekdays blanked, so that their digits are not read as days."""
    chars = list(plain)
    for clock in times:
        chars[clock.begin : clock.end] = "\x01" * (clock.end - clock.begin)
    for day in days:
        chars[day.begin : day.end] = "\x02" * (day.end - day.begin)
    return "".join(chars)
