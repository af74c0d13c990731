"""Anniversaries with their ordinals: "48 năm ngày … (30/4/1975 - 30/4/2023)"."""

import re
from collections.abc import Iterable
from datetime import date

from planreader.chars import fold, squeeze
from planreader.model import Anniversary, Source

_DAY = r"\d{1,2}\s?[/.-]\s?\d{1,2}"
_BRACKET = (
    rf"\(\s*(?P<a>{_DAY}(?:\s?[/.-]\s?\d{{4}})?|\d{{4}})\s*(?:(?:-"
    rf"|den)\s*(?P<b>{_DAY}(?:\s?[/.-]\s?\d{{4}})?|\d{{4}}))?\s*\)"
)
_ORDINAL = r"(?:lan thu\s+(?P<nth>\d{1,3})|(?P<n>\d{1,3})\s+nam)"
_DATED = re.compile(_ORDINAL + r"\s*,?\s*(?P<name>[^()\";]{4,160}?)\s*" + _BRACKET)
_NAMED = re.compile(
    r"(?:ky niem|chao mung|mung)\s+(?:lan thu\s+(?P<nth>\d{1,3})"
    r"|(?P<n>\d{1,3})\s+nam)\s*,?\s*(?P<name>(?:ngay|thanh lap|chien thang|cach mang|quoc khanh"
    r"|giai phong)\s*[^()\",;.:]{4,100}?)(?=\s*(?:[,;.:\"(]|$|\bva\b|\d))"
)


def anniversaries_of(texts: Iterable[tuple[int, str]], year: int | None) -> list[Anniversary]:
    """Each anniversary once, in the document's order; a repeated one keeps its first wording."""
    found: dict[tuple[str | int | date | None, ...], Anniversary] = {}
    for line, text in texts:
        plain = fold(text)
        if " nam" not in plain and "lan thu" not in plain:
            continue
        for match in _DATED.finditer(plain):
            item = _dated(match, text, line, year)
            if item is not None:
                found.setdefault((item.event_date or fold(item.name), item.ordinal), item)
        for match in _NAMED.finditer(plain):
            item = Anniversary(_name(match, text), None, None, int(match["nth"] or match["n"]), Source(line, text))
            if not _known(found.values(), item):
                found[(fold(item.name), item.ordinal)] = item
    return list(found.values())


def _known(found: Iterable[Anniversary], item: Anniversary) -> bool:
    """The same ordinal and much the same name were read with their dates already."""
    mine = set(fold(item.name).split())
    return any(
        other.ordinal == item.ordinal and len(mine & set(fold(other.name).split())) >= min(3, len(mine))
        for other in found
    )


def _dated(match: "re.Match[str]", text: str, line: int, year: int | None) -> Anniversary | None:
    ordinal = int(match["nth"] or match["n"])
    first, second = match["a"], match["b"]
    event, anniversary = _day(first), _day(second) if second else None
    if event is None and second is None and _short(first) and year and _looks_commemorative(match["name"]):
        anniversary = _on(first, year)
        event = _on(first, year - ordinal)
    elif event is None and anniversary is not None and _short(first):
        event = _on(first, anniversary.year - ordinal)
    if event is None:
        return None
    if second is None and anniversary is None:
        anniversary = None
    return Anniversary(_name(match, text), event, anniversary, ordinal, Source(line, text))


def _looks_commemorative(name: str) -> bool:
    return bool(re.match((r"(?:ky niem )?(?:ngay|thanh lap|chien thang|cach mang|quoc khanh|giai phong)\b"), name))


def _name(match: "re.Match[str]", text: str) -> str:
    return squeeze(text[slice(*match.span("name"))]).strip(" ,-:")


def _day(text: str) -> date | None:
    numbers = [int(n) for n in re.findall(r"\d+", text)]
    try:
        return date(numbers[2], numbers[1], numbers[0]) if len(numbers) == 3 else None
    except ValueError:
        return None


def _short(text: str) -> bool:
    return len(re.findall(r"\d+", text)) == 2


def _on(text: str, year: int) -> date | None:
    day, month = (int(n) for n in re.findall(r"\d+", text)[:2])
    try:
        return date(year, month, day)
    except ValueError:
        return None
