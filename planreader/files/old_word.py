"""Word documents of 1997–2003 (.doc): text through the piece table, rows of tables through paragraph properties.

Offsets are those of Microsoft's MS-DOC: the FIB at the head of the WordDocument stream tells where in the table
stream things are.
"""

import re
import struct
from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from planreader.files import tables
from planreader.files.old_lists import Numbered, OldLists, sprms
from planreader.files.ole import Box
from planreader.files.refusal import refusal

_MAGIC, _ENCRYPTED, _TABLE_1 = 0xA5EC, 0x0100, 0x0200
_COUNTS, _PLCF_PAPX, _CLX = 0x4C, 0x102, 0x1A2
_MAIN, _NOTES, _END_NOTES, _BOXES = 0, 1, 5, 6  # places in the list of lengths: main text, footnotes, …
_PAGE = 512
_SPRM_ROW_END, _SPRM_IN_TABLE = 0x2417, 0x2416
_FIELD = re.compile("\x13[^\x13\x14\x15]*\x14([^\x13\x15]*)\x15|\x13[^\x13\x14\x15]*\x15")
_SIGNS = str.maketrans({"\x0b": "\n", "\x1e": "-"} | dict.fromkeys("\x01\x02\x03\x04\x05\x08\x13\x14\x15\x1f", ""))
_PARAGRAPH = re.compile("([^\r\x07\x0c\x0e]*)([\r\x07\x0c\x0e])")


def text(raw: bytes) -> str:
    box = Box(raw)
    word = box.stream("WordDocument")
    if word is None or len(word) < _CLX + 8 or struct.unpack_from("<H", word)[0] != _MAGIC:
        raise refusal("old_word")
    flags = struct.unpack_from("<H", word, 10)[0]
    if flags & _ENCRYPTED:
        raise refusal("encrypted")
    table = box.stream("1Table" if flags & _TABLE_1 else "0Table")
    if table is None:
        raise refusal("old_word")
    return "\n".join(_Reader(word, table).lines())


class _Piece(NamedTuple):
    first: int
    """Character number, counted over the whole document."""
    last: int
    place: int
    """Byte offset of the first character in the WordDocument stream."""
    width: int
    """Bytes a character: 1 is Windows-1252, 2 is UTF-16."""


class _Mark(NamedTuple):
    in_table: bool = False
    ends_row: bool = False
    style: int = 0
    numbered: Numbered = Numbered()


class _Paragraph(NamedTuple):
    text: str
    end: str
    mark: _Mark


class _Reader:
    def __init__(self, word: bytes, table: bytes) -> None:
        self._word, self._table = word, table
        self._pieces = self._read_pieces()
        self._marks = self._read_marks()
        self._lists = OldLists(word, table)

    def lines(self) -> list[str]:
        """Main text, then text boxes and notes; headers and comments are left out."""
        counts = struct.unpack_from("<8I", self._word, _COUNTS)
        starts = [sum(counts[:n]) for n in range(len(counts))]
        lines: list[str] = []
        for story in (_MAIN, _BOXES, _NOTES, _END_NOTES):
            lines += self._story(starts[story], starts[story] + counts[story])
        return lines

    def _read_pieces(self) -> list[_Piece]:
        start, size = struct.unpack_from("<II", self._word, _CLX)
        clx = self._table[start : start + size]
        at = 0
        while at + 3 <= len(clx) and clx[at] == 1:  # formatting exceptions come before the pieces
            at += 3 + struct.unpack_from("<H", clx, at + 1)[0]
        if at + 5 > len(clx) or clx[at] != 2:
            raise refusal("old_word")
        body = clx[at + 5 : at + 5 + struct.unpack_from("<I", clx, at + 1)[0]]
        count = max(0, (len(body) - 4) // 12)
        ends = struct.unpack_from(f"<{count + 1}I", body)
        pieces: list[_Piece] = []
        for n, (first, last) in enumerate(pairwise(ends)):
            place = struct.unpack_from("<I", body, 4 * (count + 1) + 8 * n + 2)[0]
            narrow = bool(place & 0x40000000)
            place &= 0x3FFFFFFF
            pieces.append(_Piece(first, last, place // 2 if narrow else place, 1 if narrow else 2))
        return pieces

    def _read_marks(self) -> tuple[list[int], list[_Mark]]:
        """Byte offsets where paragraphs begin, and whether each is in a table or ends a row."""
        start, size = struct.unpack_from("<II", self._word, _PLCF_PAPX)
        plcf = self._table[start : start + size]
        count = max(0, (len(plcf) - 4) // 8)
        found: dict[int, _Mark] = {}
        for (number,) in struct.iter_unpack("<I", plcf[4 * (count + 1) : 4 * (count + 1) + 4 * count]):
            page = self._word[(number & 0x3FFFFF) * _PAGE :][:_PAGE]
            if len(page) == _PAGE:
                found |= _marks_of_page(page)
        places = sorted(found)
        return places, [found[p] for p in places]

    def _mark_at(self, place: int) -> _Mark:
        places, marks = self._marks
        at = bisect_right(places, place) - 1
        return marks[at] if at >= 0 else _Mark()

    def _paragraphs(self, first: int, last: int) -> Iterator[_Paragraph]:
        begun = ""
        for piece in self._pieces:
            low, high = max(first, piece.first), min(last, piece.last)
            if low >= high:
                continue
            place = piece.place + (low - piece.first) * piece.width
            letters = _letters(self._word[place : place + (high - low) * piece.width], piece.width)
            done = 0
            for match in _PARAGRAPH.finditer(letters):
                mark = self._mark_at(place + (match.end() - 1) * piece.width)
                yield _Paragraph(begun + match[1], match[2], mark)
                begun, done = "", match.end()
            begun += letters[done:]
        if begun:
            yield _Paragraph(begun, "\r", _Mark())

    def _story(self, first: int, last: int) -> list[str]:
        lines: list[str] = []
        table: tables.Table = []
        row: list[tables.Cell] = []
        cell: tables.Cell = []
        for paragraph in self._paragraphs(first, last):
            if paragraph.mark.ends_row:
                table.append(row)
                row, cell = [], []
                continue
            cell += self._drawn(paragraph)
            if paragraph.end == "\x07":
                row.append(cell)
                cell = []
            elif not paragraph.mark.in_table:
                lines += [*tables.lines_of(table, ruled=True), *cell]
                table, cell = [], []
        return [*lines, *tables.lines_of([*table, row] if row else table, ruled=True), *cell]

    def _drawn(self, paragraph: _Paragraph) -> list[str]:
        lines = _shown(paragraph.text)
        if any(line.strip() for line in lines):
            label = self._lists.label(paragraph.mark.style, paragraph.mark.numbered)
            lines[0] = f"{label} {lines[0]}" if label else lines[0]
        return lines


def _marks_of_page(page: bytes) -> dict[int, _Mark]:
    """One 512-byte page of paragraph properties: offsets, then for each a pointer to its exceptions."""
    count = page[-1]
    if 4 * (count + 1) + 13 * count > _PAGE - 1:
        return {}
    marks = {}
    for n, place in enumerate(struct.unpack_from(f"<{count}I", page)):
        at = 2 * page[4 * (count + 1) + 13 * n]
        size = page[at]
        properties = page[at + 1 : at + 2 * size] if size else page[at + 2 : at + 2 + 2 * page[at + 1]]
        marks[place] = _mark(properties)
    return marks


def _mark(properties: bytes) -> _Mark:
    if len(properties) < 2:
        return _Mark()
    found = sprms(properties[2:])
    in_table, ends_row = found.get(_SPRM_IN_TABLE) == b"\x01", found.get(_SPRM_ROW_END) == b"\x01"
    return _Mark(in_table, ends_row, struct.unpack_from("<H", properties)[0], Numbered.of(found))


def _letters(raw: bytes, width: int) -> str:
    if width == 1:
        return raw.decode("cp1252", errors="replace")
    # one letter a code unit keeps positions true; pairs outside the BMP are put together in `_shown`
    return "".join(map(chr, struct.unpack(f"<{len(raw) // 2}H", raw[: len(raw) // 2 * 2])))


def _shown(text: str) -> list[str]:
    for _ in range(3):  # a field may hold a field
        text = _FIELD.sub(lambda m: m[1] or "", text)
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return whole.translate(_SIGNS).split("\n")
