"""Numbers and bullets at the start of a line, in all the styles that offices use."""

import re
import unicodedata
from dataclasses import dataclass

from planreader.chars import fold

_BULLETS = "-+*•·●○◦▪▫■□◆◇–—→➢➤►▶✓✔❖※»>"
_NUMBERED = re.compile(
    r"(?P<part>(?:phan|chuong|muc)\s+(?:thu\s+\w{2,5}|[ivxlc]{1,6}|[a-h]|\d{1,2})\b\s*[.:)/-]?\s*)"
    r"|(?P<article>dieu\s+\d{1,3}\s*[.:]\s*)"
    r"|(?!V/[vV])(?P<roman>[IVXLC]{1,6}\s*[.)/:-]\s*(?=\D))"
    r"|(?P<capital>[A-ZĐ]\s*[.)/]\s+)"
    r"|(?P<decimal>(?:1[0-9]|\d)(?:\.\d{1,2}){1,4}\s*[.):/-]?\s*(?=[^\d\s.,/%-]))"
    r"|(?P<ring>\(\s*(?:\d{1,2}|[a-zđ]|[ivx]{1,4})\s*\)\s*)"
    r"|(?P<number>\d{1,2}\s*(?:[.)]|[-/:](?=\s))\s*(?=\D))"
    r"|(?P<small_roman>(?:i{2,3}|iv|vi{1,3}|ix)[.)]\s*)"
    r"|(?P<letter>[a-zđ]\s?(?:\)\s*|[./-]\s+))"
)
_WORDS = re.compile(r"phan|chuong|muc|dieu")


@dataclass(frozen=True)
class Marker:
    """`style` is equal for brothers ("1." and "2."); `order` is the number it carries, 0 for bullets."""

    style: str
    label: str
    order: int
    length: int


def marker_of(text: str) -> Marker | None:
    """The marker a line begins with: bullets may be doubled ("- + "), and the last one counts."""
    end, last = _bullets(text)
    if last:
        return Marker(f"bullet {last}", last, 0, end)
    head = text[:40]
    match = _NUMBERED.match(head)
    if match is None and _WORDS.match(fold(head)):
        match = _NUMBERED.match(fold(head))
    if match is None or match.lastgroup is None:
        return None
    label = match.group().strip()
    if len(head) == match.end() == len(text):
        return None
    return Marker(_style(match.lastgroup, label), label, _order(match.lastgroup, label), match.end())


def is_marked(text: str) -> bool:
    return marker_of(text) is not None


def _bullets(text: str) -> tuple[int, str]:
    """End of the bullets a text begins with and the last of them. Pictograms of chats count as bullets."""
    position, last = 0, ""
    limit = min(len(text), 24)
    while position < limit:
        char = text[position]
        if char in _BULLETS and not _is_sign(text, position):
            position, last = position + 1, _same(char)
        elif unicodedata.category(char) == "So":
            position, last = position + 1, last or "☺"
        elif char == " " and last:
            position += 1
        else:
            break
    return (position, last) if last and position < len(text) else (0, "")


def _same(char: str) -> str:
    return "-" if char in "–—" else char


def _is_sign(text: str, position: int) -> bool:
    """ "-5 điểm", "+84…": a sign before a number, and dashes or stars that rule a line."""
    following = text[position + 1 : position + 2]
    return following.isdigit() or (following == text[position] and following in "-*+")


def _style(kind: str, label: str) -> str:
    if kind == "decimal":
        return f"decimal {label.rstrip('.):/- ').count('.') + 1}"
    if kind in ("number", "ring", "letter"):
        return f"{kind} {_class(label)} {label[-1]}"
    return kind


def _class(label: str) -> str:
    return "1" if any(char.isdigit() for char in label) else "a"


_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}


def _order(kind: str, label: str) -> int:
    core = re.sub(r"[^0-9a-zđ]", "", label.lower().rsplit(".", 1)[-1] if kind == "decimal" else label.lower())
    digits = re.findall(r"\d+", label)
    if digits:
        return int(digits[-1])
    if kind == "roman" or kind == "small_roman":
        return _roman(core)
    if len(core) == 1:
        return "abcdđefghijklmnopqrstuvwxyz".index(core) + 1 if core.isascii() or core == "đ" else 0
    return 0


def _roman(text: str) -> int:
    values = [_ROMAN[char] for char in text if char in _ROMAN]
    return sum(-v if v < max(values[i:], default=0) else v for i, v in enumerate(values))
