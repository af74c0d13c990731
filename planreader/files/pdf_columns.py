"""Blocks set side by side without rules: letterheads, signatures, tables typed with tabs."""

import re
from dataclasses import dataclass

from planreader.files import tables
from planreader.files.pdf_lines import Line, Piece

_TABLE_LINES, _TABLE_COLUMNS = 3, 3
_GUTTER = 3.0  # points that must stay free between two columns
_RECIPIENTS = re.compile(r"nơi\s+(nhận|gửi)\b", re.IGNORECASE)


@dataclass
class _Gutter:
    """The empty strip between a left and a right column; it narrows as lines join."""

    low: float
    high: float

    @classmethod
    def of(cls, line: Line) -> "_Gutter":
        return cls(line.pieces[0].right, line.pieces[1].left)

    def takes(self, line: Line) -> bool:
        if len(line.pieces) > 2:
            return False
        low = max([self.low, *(p.right for p in line.pieces if self.is_left(p))])
        high = min([self.high, *(p.left for p in line.pieces if not self.is_left(p))])
        if high - low < _GUTTER:
            return False
        self.low, self.high = low, high
        return True

    def is_left(self, piece: Piece) -> bool:
        return piece.left + piece.right < self.low + self.high


def flowing(lines: list[Line]) -> list[Line | list[str]]:
    """Lines of running text stay lines; a block of columns becomes finished text in reading order."""
    done: list[Line | list[str]] = []
    at = 0
    while at < len(lines):
        size = 0
        if len(lines[at].pieces) >= _TABLE_COLUMNS:
            size = _table_size(lines[at:])
            done += [_typed_table(lines[at : at + size])] if size else []
        elif len(lines[at].pieces) == 2:
            size, gutter = _block_size(lines[at:])
            done += _side_by_side(lines[at : at + size], gutter)
        if not size:
            done.append(lines[at])
        at += max(size, 1)
    return done


def _block_size(lines: list[Line]) -> tuple[int, _Gutter]:
    """How many lines keep the strip free, up to the last that uses both sides or hangs on the right."""
    gutter = _Gutter.of(lines[0])
    recipients = any(_RECIPIENTS.search(p.text) for p in lines[0].pieces)
    size = 1
    for n, line in enumerate(lines[1:], start=2):
        low, high = gutter.low, gutter.high
        if not gutter.takes(line):
            break
        if len(line.pieces) == 2 or not gutter.is_left(line.pieces[0]) or recipients:
            size = n
        else:
            gutter.low, gutter.high = low, high
    return size, gutter


def _side_by_side(lines: list[Line], gutter: _Gutter) -> list[Line | list[str]]:
    left = [p.text for line in lines for p in line.pieces if gutter.is_left(p)]
    right = [p.text for line in lines for p in line.pieces if not gutter.is_left(p)]
    if tables.is_layout([[left, right]], ruled=False):
        return [[*left, *right]]
    if len(lines) < _TABLE_LINES:
        return list(lines)
    return [tables.lines_of([[[p.text] for p in line.pieces] for line in lines], ruled=True)]


def _table_size(lines: list[Line]) -> int:
    """Lines that share the columns of the first, wrapped cells included; 0 when too few to be a table."""
    columns = _columns(lines[:1])
    size = 1
    for n, line in enumerate(lines[1:], start=2):
        if len(line.pieces) == 1 and line.pieces[0].right > columns[0][1] and line.left <= columns[0][1]:
            break  # wider than the first column and begins in it: running text
        grown = _columns(lines[:n])
        if len(grown) < _TABLE_COLUMNS:
            break
        columns, size = grown, n
    wide = sum(len(line.pieces) >= 2 for line in lines[:size])
    return size if wide >= _TABLE_LINES else 0


def _columns(lines: list[Line]) -> list[tuple[float, float]]:
    """The strips that text covers, from left to right."""
    strips: list[tuple[float, float]] = []
    for piece in sorted((p for line in lines for p in line.pieces), key=lambda p: p.left):
        if strips and piece.left < strips[-1][1] + _GUTTER:
            strips[-1] = (strips[-1][0], max(strips[-1][1], piece.right))
        else:
            strips.append((piece.left, piece.right))
    return strips


def _typed_table(lines: list[Line]) -> list[str]:
    columns = _columns(lines)
    table: tables.Table = []
    for line in lines:
        cells: list[list[str]] = [[] for _ in columns]
        for piece in line.pieces:
            place = next(n for n, (low, high) in enumerate(columns) if low <= piece.left <= high)
            cells[place].append(piece.text)
        if table and not cells[0]:
            for old, new in zip(table[-1], cells, strict=True):
                old += new
        else:
            table.append(cells)
    return [tables.pipe_row([" ".join(cell) for cell in row]) for row in table]
