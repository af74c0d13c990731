"""Lists and list styles of a .doc: where its table stream says how Word numbers paragraphs (MS-DOC: LSTF, LVL, LFO)."""

import struct
from dataclasses import dataclass, field

from planreader.files.counting import LEVELS, Level, Lists

STYLES, LISTS, OVERRIDES = 0xA2, 0x2E2, 0x2EA
"""Places in the FIB of (offset, size) in the table stream."""
SPRM_LIST, SPRM_DEPTH = 0x460B, 0x260A

_FORMATS = {1: "upperRoman", 2: "lowerRoman", 3: "upperLetter", 4: "lowerLetter", 22: "decimalZero", 23: "bullet"}
_NO_NUMBER = 255
_MOST = 2000


def sprms(properties: bytes) -> dict[int, bytes]:
    """Property modifiers of a paragraph: code to operand. The top three bits of a code tell the operand's size."""
    found: dict[int, bytes] = {}
    at = 0
    while at + 2 < len(properties):
        code = struct.unpack_from("<H", properties, at)[0]
        at += 2
        size = (1, 1, 2, 4, 2, 2, properties[at] + 1, 3)[code >> 13]
        found[code] = properties[at : at + size]
        at += size
    return found


@dataclass(frozen=True)
class Numbered:
    """Which list a paragraph is in: number of the override from 1 (0 is none), and its level."""

    override: int | None = None
    depth: int | None = None

    @classmethod
    def of(cls, found: dict[int, bytes]) -> "Numbered":
        override, depth = found.get(SPRM_LIST), found.get(SPRM_DEPTH)
        return cls(
            struct.unpack("<H", override)[0] if override and len(override) == 2 else None,
            depth[0] if depth else None,
        )

    def over(self, base: "Numbered") -> "Numbered":
        return Numbered(
            base.override if self.override is None else self.override, base.depth if self.depth is None else self.depth
        )


@dataclass
class OldLists:
    word: bytes
    table: bytes
    _counters: Lists = field(default_factory=Lists)

    def __post_init__(self) -> None:
        self._levels: dict[int, dict[int, Level]] = {}
        self._overrides: list[tuple[int, bool]] = []
        self._styles: dict[int, Numbered] = {}
        self._begun: set[int] = set()
        try:
            self._levels = self._read_lists()
            self._overrides = self._read_overrides()
            self._styles = self._read_styles()
        except (struct.error, IndexError):
            self._overrides = []  # lists we do not understand: the text without its numbers is still a plan

    def label(self, style: int, own: Numbered) -> str:
        number = own.over(self._styles.get(style, Numbered()))
        depth = number.depth or 0
        if not number.override or number.override > len(self._overrides) or depth >= LEVELS:
            return ""
        key, anew = self._overrides[number.override - 1]
        begin = None
        if anew and number.override not in self._begun:
            begin = self._levels.get(key, {}).get(depth, Level()).start
        self._begun.add(number.override)
        return self._counters.label(str(key), depth, self._levels.get(key, {}), begin)

    def _part(self, place: int) -> tuple[int, int]:
        start, size = struct.unpack_from("<II", self.word, place)
        return start, size

    def _read_lists(self) -> dict[int, dict[int, Level]]:
        """By list id. The levels of all lists follow the table of lists, outside of its stated size."""
        start, size = self._part(LISTS)
        if size < 2:
            return {}
        count = min(struct.unpack_from("<H", self.table, start)[0], _MOST)
        heads = [self.table[start + 2 + 28 * n : start + 30 + 28 * n] for n in range(count)]
        at = start + 2 + 28 * count
        lists: dict[int, dict[int, Level]] = {}
        for head in heads:
            levels = lists.setdefault(struct.unpack_from("<I", head)[0], {})
            for depth in range(1 if head[26] & 1 else LEVELS):
                levels[depth], at = self._level(at)
        return lists

    def _level(self, at: int) -> tuple[Level, int]:
        start, number_format, flags = struct.unpack_from("<iBB", self.table, at)
        characters, paragraph, limit = struct.unpack_from("<BBB", self.table, at + 24)
        at += 28 + paragraph + characters
        length = struct.unpack_from("<H", self.table, at)[0]
        letters = self.table[at + 2 : at + 2 + 2 * length].decode("utf-16-le", "replace")
        text = "".join(f"%{ord(c) + 1}" if ord(c) < LEVELS else c for c in letters)
        shown = "none" if number_format == _NO_NUMBER else _FORMATS.get(number_format, "decimal")
        level = Level(max(start, 0), shown, text, bool(flags & 4), limit if flags & 8 else None)
        return level, at + 2 + 2 * length

    def _read_overrides(self) -> list[tuple[int, bool]]:
        """List ids in the order paragraphs name them, and whether each begins to count anew."""
        start, size = self._part(OVERRIDES)
        if size < 4:
            return []
        count = min(struct.unpack_from("<I", self.table, start)[0], _MOST)
        heads = [struct.unpack_from("<I8xB", self.table, start + 4 + 16 * n) for n in range(count)]
        return [(key, changed > 0) for key, changed in heads]

    def _read_styles(self) -> dict[int, Numbered]:
        start, size = self._part(STYLES)
        sheet = self.table[start : start + size]
        if len(sheet) < 6:
            return {}
        head, count, base_size = struct.unpack_from("<HHH", sheet)
        at = 2 + head
        found: dict[int, tuple[int, Numbered]] = {}
        for number in range(min(count, _MOST)):
            if at + 2 > len(sheet):
                break
            length = struct.unpack_from("<H", sheet, at)[0]
            found[number] = _style(sheet[at + 2 : at + 2 + length], base_size)
            at += 2 + length
        return {number: _inherited(number, found) for number in found}


def _style(entry: bytes, base_size: int) -> tuple[int, Numbered]:
    """The style it is based on, and the list its own paragraph properties name."""
    if len(entry) < base_size + 2:
        return 0xFFF, Numbered()
    kind, _ = struct.unpack_from("<HH", entry, 2)
    name_end = base_size + 2 + 2 * struct.unpack_from("<H", entry, base_size)[0] + 2
    at = name_end + name_end % 2
    if kind & 0xF != 1 or at + 4 > len(entry):
        return kind >> 4, Numbered()
    size = struct.unpack_from("<H", entry, at)[0]
    return kind >> 4, Numbered.of(sprms(entry[at + 4 : at + 2 + size]))


def _inherited(number: int, styles: dict[int, tuple[int, Numbered]]) -> Numbered:
    result = Numbered()
    for _ in range(12):
        if number not in styles:
            break
        number, own = styles[number]
        result = result.over(own)
    return result
