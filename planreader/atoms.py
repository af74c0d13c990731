"""Single dates as documents print them: days, months, parts of months, weeks, quarters, lunar days.

All patterns run over folded text (`chars.fold`), are anchored on digits or a keyword and have no nested
repetition, so that reading stays linear however hostile the text is.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from lunar_vn import LunarDate, lunar_to_solar

_YEAR = r"(?:\s*(?:nam|[/.,-])\s*(?P<y>(?:19|20)\d\d|18\d\d)\b)?"
_MONTH = r"thang\s+(?P<m>\d{1,2}|gieng|hai|ba|tu|sau|bay|tam|chin|muoi|chap)\b"
_PART = (
    r"(?P<part>dau|giua|cuoi|nua dau|nua cuoi|thuong tuan|trung tuan|ha tuan"
    r"|tuan (?:le )?(?:dau|cuoi)(?: tien| cung)?|tuan (?:le )?(?:thu )?(?:nhat|hai|ba|tu|nam"
    r"|[1-5]))\s+(?:cua\s+|trong\s+)?"
)
_KINDS: list[tuple[str, str]] = [
    (
        "lunar",
        r"\b(?P<d>\d{1,2}|ram)\s*(?:[/.-]|\s)\s*(?:thang\s+)?(?P<m>\d{1,2}|gieng"
        r"|chap)\s*(?:[/.-]\s*(?P<y>\d{4})\s*)?"
        r"\(?\s*(?:am lich|al\b)",
    ),
    (
        "full",
        (
            r"(?<![\d/.])(?P<d>\d{1,2})\s?(?P<sep>[/.-])\s?(?P<m>\d{1,2})\s?(?P=sep)\s?(?P<y>\d{4}"
            r"|\d{2})(?![\d/])"
        ),
    ),
    ("words", r"(?<![\d/])(?P<d>\d{1,2})\s+" + _MONTH + _YEAR),
    ("day", r"(?<![\d/.,-])(?P<d>\d{1,2})/(?P<m>\d{1,2})(?![\d/]|\s?%|-[a-z])(?:\s+nam\s+(?P<y>\d{4}))?"),
    (
        "weak",
        (
            r"(?<![\d/.,-])(?P<d>\d{1,2})(?P<sep>[.-])(?P<m>\d{1,2})(?![\d/%.]|-[\da-z]|,\d| ?(?:trieu|ty"
            r"|dong))"
        ),
    ),
    ("part", _PART + _MONTH + _YEAR),
    (
        "months",
        r"\bthang\s+(?P<m>\d{1,2})\s*(?:(?:-|den(?: het)?)\s*(?:thang\s+)?(?P<m2>\d{1,2})(?![\d/.h])"
        + _YEAR
        + r"|(?:,|va)\s*(?:thang\s+)?(?P<m3>\d{1,2})\s*(?:nam|/)\s*(?P<y2>\d{4}))",
    ),
    ("month", r"\b(?:" + _MONTH + r"|t(?P<mt>[1-9]|1[0-2])(?=/\d{4}))" + _YEAR),
    ("slash", r"(?<![\d/.,])(?P<m>0?[1-9]|1[0-2])/(?P<y>20\d\d)(?![\d/])"),
    (
        "quarter",
        r"\bquy\s+(?P<q>iv|i{1,3}|[1-4])\b(?:\s*(?:,|va|-|den)\s*(?:quy\s+)?(?P<q2>iv|i{1,3}|[1-4])\b(?![/.]\d))?"
        + _YEAR,
    ),
]
_PATTERN: list[tuple[str, re.Pattern[str]]] = [(kind, re.compile(pattern)) for kind, pattern in _KINDS]
_ANY = re.compile(r"\d|\bthang\b|\bquy\b|\bram\b")
_MONTH_WORDS = {
    "gieng": 1, "hai": 2, "ba": 3, "tu": 4, "sau": 6, "bay": 7, "tam": 8, "chin": 9, "muoi": 10, "chap": 12,
}  # fmt: skip
_QUARTERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_WEAK_BEFORE = re.compile(r"(?:\bngay|\btu|\bden|\btruoc|\bhet|\bhan|\bsang|\bchieu|\btoi|\x02|[\x01,(]|-)[\s,]*$")


@dataclass(frozen=True)
class Atom:
    """A printed date without its neighbours; `build` takes the year where none is printed."""

    begin: int
    end: int
    kind: str
    year: int | None
    build: Callable[[int], tuple[date, date]]

    @property
    def is_day(self) -> bool:
        return self.kind in ("full", "words", "day", "weak", "lunar")


def atoms(plain: str) -> list[Atom]:
    """Every date of a folded text, left to right, none inside another."""
    found: list[Atom] = []
    taken = 0
    if not _ANY.search(plain):
        return found
    matches = [
        (m.start(), order, m, kind) for order, (kind, pattern) in enumerate(_PATTERN) for m in pattern.finditer(plain)
    ]
    for begin, _, match, kind in sorted(matches, key=lambda item: item[:2]):
        if begin >= taken and (atom := _atom(kind, match, plain)) is not None:
            found.append(atom)
            taken = match.end()
    return found


def _atom(kind: str, match: re.Match[str], plain: str) -> Atom | None:
    if kind in ("full", "words", "day", "weak", "lunar"):
        return _day_atom(kind, match, plain)
    groups = match.groupdict()
    year = groups.get("y") or groups.get("y2")
    if kind == "quarter":
        quarters = [_QUARTERS.get(q) or int(q) for q in (match["q"], match["q2"]) if q]
        first, last = quarters[0] * 3 - 2, quarters[-1] * 3
    else:
        first = _month(groups.get("m") or groups.get("mt") or "0")
        last = _month(groups.get("m2") or groups.get("m3") or str(first))
    if not 1 <= first <= 12 or not 1 <= last <= 12:
        return None
    part = groups.get("part")
    build = (lambda y: _part_of_month(y, first, part)) if part else (lambda y: _months(y, first, last))
    return Atom(match.start(), match.end(), kind, int(year) if year else None, build)


def _day_atom(kind: str, match: re.Match[str], plain: str) -> Atom | None:
    day = 15 if match["d"] == "ram" else int(match["d"])
    month = _month(match["m"])
    before = plain[max(0, match.start() - 24) : match.start()]
    if not 1 <= day <= 31 or not 1 <= month <= 12 or _is_fraction(kind, before, plain[match.end() : match.end() + 16]):
        return None
    ranged = re.match(r"\s*-\s*\d{1,2}[./-]\d", plain[match.end() : match.end() + 12])
    if kind == "weak" and not ranged and not _WEAK_BEFORE.search(before):
        return None
    printed = match.groupdict().get("y")
    year = int(printed) + (2000 if len(printed) == 2 else 0) if printed else None
    lunar = kind == "lunar" or match["m"] in ("gieng", "chap")
    build = _lunar(day, month) if lunar else (lambda y: (date(y, month, day), date(y, month, day)))
    return Atom(match.start(), match.end(), "lunar" if lunar else kind, year, build)


_COUNTED = re.compile(
    r"\s*(?:so\b|tong so|doan vien|thanh vien|uy vien|dai bieu|cdcs|phieu|diem|don vi|lan\b|nguoi|cong doan)"
)


def _is_fraction(kind: str, before: str, after: str) -> bool:
    """ "ít nhất 2/3 số ủy viên", "70/74 CĐCS", "trực 24/7", "số 12/5": not days."""
    if kind != "day":
        return False
    return bool(_COUNTED.match(after) or re.search(r"(?:\bso|it nhat|toi thieu|truc|dat|trung binh|/)\s*$", before))


def _lunar(day: int, month: int) -> Callable[[int], tuple[date, date]]:
    """The lunar day that falls in a solar year: the twelfth month ("Chạp") mostly belongs to the lunar year before."""

    def build(year: int) -> tuple[date, date]:
        solar = lunar_to_solar(LunarDate(day, month, year))
        if solar.year > year:
            solar = lunar_to_solar(LunarDate(day, month, year - 1))
        return solar, solar

    return build


def _month(text: str) -> int:
    return _MONTH_WORDS.get(text) or (int(text) if text.isdigit() else 0)


def _months(year: int, first: int, last: int) -> tuple[date, date]:
    begin = year - 1 if first > last else year
    return date(begin, first, 1), date(year, last, monthrange(year, last)[1])


def _part_of_month(year: int, month: int, part: str) -> tuple[date, date]:
    """ "cuối tháng 4" is its last ten days, "tuần đầu tháng 5" the days 1 to 7: windows, as offices use them."""
    length = monthrange(year, month)[1]
    first, last = _PARTS.get(part, (0, 0))
    if not first:
        last_word = part.split()[-1]
        if "cuoi" in part:
            first, last = length - 6, length
        else:
            week = {"nhat": 1, "dau": 1, "tien": 1, "hai": 2, "ba": 3, "tu": 4, "nam": 5}.get(last_word) or int(
                last_word
            )
            first, last = week * 7 - 6, week * 7
    start = date(year, month, min(first, length))
    return start, start + timedelta(days=min(last, length) - start.day)


_PARTS = {
    "dau": (1, 10), "giua": (11, 20), "cuoi": (21, 31), "nua dau": (1, 15), "nua cuoi": (16, 31),
    "thuong tuan": (1, 10), "trung tuan": (11, 20), "ha tuan": (21, 31),
}  # fmt: skip
