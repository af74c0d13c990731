"""Counting of numbered lists as Word does it; the formats only differ in how they say which list a paragraph is in."""

from collections.abc import Callable
from dataclasses import dataclass

LEVELS = 9
_BULLETS = "-+*"
_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l")),
    *((40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)


def _roman(number: int) -> str:
    letters = ""
    for value, letter in _ROMAN:
        count, number = divmod(number, value)
        letters += letter * min(count, 5)
    return letters


def _letter(number: int) -> str:
    """a … z, then aa, bb, cc as Word counts."""
    turn, place = divmod(max(number, 1) - 1, 26)
    return chr(ord("a") + place) * min(turn + 1, 5)


_FORMATS: dict[str, Callable[[int], str]] = {
    "decimal": str,
    "decimalZero": lambda n: f"{n:02}",
    "lowerRoman": _roman,
    "upperRoman": lambda n: _roman(n).upper(),
    "lowerLetter": _letter,
    "upperLetter": lambda n: _letter(n).upper(),
    "none": lambda n: "",
}


@dataclass(frozen=True)
class Level:
    start: int = 1
    format: str = "decimal"
    text: str = ""
    """"%1.%2." as it is drawn; "%3" is the number of the third level."""
    plain: bool = False
    """Numbers of higher levels are shown in figures, whatever their own format."""
    restart: int | None = None
    """Counting begins anew after a paragraph of this level (from 1) or above; None: of any higher level."""


class Lists:
    """Counters of all lists of a document, moved on paragraph by paragraph."""

    def __init__(self) -> None:
        self._counters: dict[str, list[int | None]] = {}

    def label(self, key: str, depth: int, levels: dict[int, Level], begin: int | None = None) -> str:
        """What Word draws before the next paragraph of list `key`; `begin` sets its number."""
        level = levels.get(depth, Level(format="none"))
        if level.format == "bullet":
            return _bullet(level.text, depth)
        counters = self._counters.setdefault(key, [None] * LEVELS)
        now = counters[depth]
        counters[depth] = begin if begin is not None else level.start if now is None else now + 1
        for deeper in range(depth + 1, LEVELS):
            limit = levels.get(deeper, Level()).restart
            if limit is None or depth + 1 <= limit:
                counters[deeper] = None
        return _filled(level, levels, counters)


def _filled(level: Level, levels: dict[int, Level], counters: list[int | None]) -> str:
    text = level.text
    for n in range(LEVELS):
        if f"%{n + 1}" in text:
            of = levels.get(n, Level())
            count = counters[n]
            shown = _FORMATS.get("decimal" if level.plain else of.format, str)
            text = text.replace(f"%{n + 1}", shown(of.start if count is None else count))
    return text.strip()


def _bullet(mark: str, depth: int) -> str:
    """Bullets of symbol fonts have no letter of their own; by depth they read - + * as people type them."""
    shown = mark.strip()
    if shown and all(c in "-–—+*•●○▪►✓√→" for c in shown):
        return shown
    return _BULLETS[min(depth, len(_BULLETS) - 1)]
