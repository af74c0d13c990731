"""Sentences and clauses: the stretch of text one duty, one quota or one deadline is stated in."""

import re
from dataclasses import dataclass
from functools import lru_cache

from planreader.chars import fold, quotes
from planreader.dates import Calendar, Span, spans

_ABBREVIATED = re.compile(
    r"(?:\b(?:tp|ts|ths|pgs|gs|bs|ks|v\.v|tx|tt|h|q|p|st|nxb|tel|dt|stt|tm|kt|tl|mr|ms|mrs|no)|\b[a-z]|\d)$"
)
_OPENING, _CLOSING = "([“«", ")]”»"


@dataclass(frozen=True)
class Clause:
    begin: int
    text: str


def clauses(text: str, semicolons: bool = True) -> list[Clause]:
    """A paragraph cut at full stops and semicolons that stand outside brackets and quotes."""
    found: list[Clause] = []
    start = depth = 0
    opened = 0
    for match in re.finditer(r"[(\[“«)\]”»]|[;.!?…]+(?=\s|$)|\n", text):
        mark = match.group()
        if mark in _OPENING and len(mark) == 1:
            depth, opened = depth + 1, match.start()
        elif mark in _CLOSING and len(mark) == 1:
            depth = max(0, depth - 1)
        elif (depth == 0 or match.start() - opened > 300) and _ends(text, match, semicolons):
            depth = 0
            _keep(found, text, start, match.end())
            start = match.end()
    _keep(found, text, start, len(text))
    return found


def _ends(text: str, match: "re.Match[str]", semicolons: bool) -> bool:
    mark = match.group()
    if mark == ";":
        return semicolons
    if mark == ".":
        before = fold(text[max(0, match.start() - 8) : match.start()])
        following = text[match.end() : match.end() + 3].strip()[:1]
        digits_go_on = before[-1:].isdigit() and following.isdigit()
        return (
            not digits_go_on and (before[-1:].isdigit() or not _ABBREVIATED.search(before)) and not following.islower()
        )
    return mark != "…" and mark != "..."


def _keep(found: list[Clause], text: str, begin: int, end: int) -> None:
    piece = text[begin:end]
    stripped = piece.strip(" ;\t\n")
    if stripped:
        found.append(Clause(begin + piece.index(stripped[0]), stripped))


_CITED = re.compile(r"(?:\bso\s+[\w./&-]{2,30}|\d[-/][a-z][\w/&-]{1,20})\s*,?\s*(?:(?:ban hanh\s+)?ngay\s*)?$")
_CITING = re.compile(
    r"\b(?:nghi quyet|ket luan|chi thi|quyet dinh|ke hoach|cong van|huong dan|thong bao|nghi dinh"
    r"|thong tu|luat|phuong huong)\b[^,;.]{0,60}$"
)


_COMMEMORATED = re.compile(r"\b\d{1,3}\s+nam\s+[^();]{3,100}\([\s\d/.-]*$")
_CHANGING = re.compile(r"\b(?:dieu chinh|thay doi|lui|gia han|doi|sua|chuyen|keo dai|rut ngan|dinh chinh|thay|hoan)\b")
_TO_NEW = re.compile(r"[^,;.\d]{0,20}\b(?:sang|thanh|bang)\b")


@lru_cache(maxsize=1024)
def planned_spans(text: str, calendar: Calendar) -> tuple[Span, ...]:
    """The times a sentence sets, without the dates of cited documents and of history. Not to be changed by callers."""
    found = []
    floor = calendar.year - 1 if calendar.year else 0
    plain = fold(text)
    named = quotes(text)
    for span in spans(text, calendar):
        if any(begin < span.core and span.end <= end for begin, end, _ in named):
            continue  # "“… Ngày Phụ nữ Việt Nam 20/10”" is a name
        newest = span.finish or span.start
        if newest is not None and newest.year < floor:
            continue
        if span.start is not None and span.start.year < floor - 5 and span.ranged:
            continue  # "(19/5/1890 - 19/5/2026)"
        before = plain[max(0, span.begin - 60) : span.begin]
        if _COMMEMORATED.search(plain, max(0, span.core - 110), span.core):
            continue  # "96 năm Ngày thành lập Đảng (3/2)"
        if _CITED.search(before) or (not span.lead and span.single and _CITING.search(before) and "so " in before):
            continue
        if _CHANGING.search(plain) and _TO_NEW.match(plain, span.end):
            continue  # the day that is being replaced
        found.append(span)
    return tuple(found)
