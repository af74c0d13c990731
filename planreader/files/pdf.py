"""PDF files with a text layer: what stands on the page in the order a person reads it."""

import ctypes
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pypdfium2
from pypdfium2 import raw as pdfium

from planreader.files import tables
from planreader.files.pdf_columns import flowing
from planreader.files.pdf_grid import Grid, Rule, grids_of
from planreader.files.pdf_lines import Frame, Glyph, Line, goes_on, lines_of
from planreader.files.refusal import MAX_TEXT, refusal

_PAGES = 600
_SCAN = 8  # letters a page on average; a scanner's stamp has a few
_PATHS = 20_000
_GUESSED = frozenset(map(ord, " -"))  # what PDFium adds where it believes a space or a hyphen stood
_STRAIGHT = 1.5  # points a rule may be off
_CUT_AT_HYPHEN = re.compile(r"\w-")
_FURNITURE = re.compile(
    r"[-–—\s]*(trang\s*)?\d{1,3}(\s*/\s*\d{1,3})?[-–—\s]*|(https?|file)://\S+(\s+\d+/\d+)?"
    r"|\d{1,2}/\d{1,2}/\d{2,4},\s?\d{1,2}:\d{2}.*",
    re.IGNORECASE,
)


@dataclass
class _Ruled:
    table: tables.Table


Item = Line | list[str] | _Ruled


@dataclass
class _Page:
    lines: list[Line]
    """Running text, page numbers gone."""
    grids: list[Grid]

    def items(self) -> list[Item]:
        """Text and tables from top to bottom."""
        items: list[Item] = []
        rest = self.lines
        for grid in sorted(self.grids, key=lambda g: -g.ys[-1]):
            items += flowing([line for line in rest if line.base > grid.ys[-1]])
            rest = [line for line in rest if line.base <= grid.ys[-1]]
            items.append(_Ruled(tables.trimmed(grid.table())))
        return items + flowing(rest)


def text(raw: bytes) -> str:
    document = _opened(raw)
    try:
        if len(document) > _PAGES:
            raise refusal("too_large")
        pages = list(_pages(document))
    finally:
        document.close()
    letters = sum(len(line.text) for page in pages for line in page.lines)
    letters += sum(len(grid.glyphs) for page in pages for grid in page.grids)
    if letters < _SCAN * len(pages):
        raise refusal("scan")
    frame = Frame.around([line for page in pages for line in page.lines])
    flow = _Flow(frame)
    for page in pages:
        for n, item in enumerate(page.items()):
            flow.add(item, over_page=n == 0)
    return "\n".join(flow.finished())


def _opened(raw: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(raw)
    except pypdfium2.PdfiumError as failed:
        raise refusal("encrypted" if "password" in str(failed).lower() else "broken") from failed


def _pages(document: Any) -> Iterator[_Page]:
    letters = 0
    for page in document:
        glyphs = list(_glyphs(page))
        letters += len(glyphs)
        if letters > MAX_TEXT:
            raise refusal("too_large")
        grids = grids_of(*_rules(page)) if glyphs else []
        free: list[Glyph] = [] if grids else glyphs
        for glyph in glyphs if grids else ():
            grid = next((g for g in grids if g.holds(glyph)), None)
            (grid.glyphs if grid else free).append(glyph)
        yield _Page(_without_number(lines_of(free)), [g for g in grids if g.glyphs])
        page.close()


def _glyphs(page: Any) -> Iterator[Glyph]:
    """Every painted letter with its marks; PDFium's own guesses of spaces and line ends are left out."""
    last: Glyph | None = None
    for glyph in _painted(page.get_textpage()):
        if last and glyph.letter >= "\u0300" and unicodedata.combining(glyph.letter) and _is_over(last, glyph):
            last = last._replace(letter=last.letter + glyph.letter, right=max(last.right, glyph.right))
            continue
        if last:
            yield last
        last = glyph
    if last:
        yield last


def _is_over(letter: Glyph, mark: Glyph) -> bool:
    return letter.left - letter.size / 3 <= mark.left <= letter.right + 1 and abs(letter.base - mark.base) < 1


def _painted(layer: Any) -> Iterator[Glyph]:
    box, x, y = pdfium.FS_RECTF(), ctypes.c_double(), ctypes.c_double()
    for n in range(layer.count_chars()):
        code = pdfium.FPDFText_GetUnicode(layer, n)
        if code < 32 or (code in _GUESSED and pdfium.FPDFText_IsGenerated(layer, n) == 1):
            continue
        pdfium.FPDFText_GetLooseCharBox(layer, n, box)
        pdfium.FPDFText_GetCharOrigin(layer, n, x, y)
        letter, left, pen = chr(code), box.left, x.value
        size = abs(box.top - box.bottom) or 1.0
        if code >= 0x300 and unicodedata.combining(letter):  # the pen has moved on and draws back over its letter
            left = min(left, pen - 0.05 * size)
        yield Glyph(letter, left, box.right, y.value, size, pen)


def _rules(page: Any) -> tuple[list[Rule], list[Rule]]:
    """Straight lines and edges of boxes among the drawings of a page: horizontal and vertical ones."""
    across: list[Rule] = []
    down: list[Rule] = []
    for n, shape in enumerate(page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH], max_depth=3)):
        if n > _PATHS:
            return [], []
        for (x, y), (other_x, other_y) in _edges(shape):
            if abs(y - other_y) <= _STRAIGHT < abs(x - other_x):
                across.append(Rule(y, min(x, other_x), max(x, other_x)))
            elif abs(x - other_x) <= _STRAIGHT < abs(y - other_y):
                down.append(Rule(x, min(y, other_y), max(y, other_y)))
    return across, down


def _edges(shape: Any) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
    matrix = shape.get_matrix()
    x, y = ctypes.c_float(), ctypes.c_float()
    start = last = None
    for n in range(min(pdfium.FPDFPath_CountSegments(shape.raw), _PATHS)):
        segment = pdfium.FPDFPath_GetPathSegment(shape.raw, n)
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        point = matrix.on_point(x.value, y.value)
        kind = pdfium.FPDFPathSegment_GetType(segment)
        if kind == pdfium.FPDF_SEGMENT_MOVETO:
            start = point
        elif kind == pdfium.FPDF_SEGMENT_LINETO and last:
            yield last, point
        if pdfium.FPDFPathSegment_GetClose(segment) and start:
            yield point, start
        last = point


def _without_number(lines: list[Line]) -> list[Line]:
    """Page numbers, and what a browser prints around a page: address, date and hour."""
    if lines and _FURNITURE.fullmatch(lines[-1].text):
        lines = lines[:-1]
    if lines and _FURNITURE.fullmatch(lines[0].text):
        lines = lines[1:]
    return lines


class _Flow:
    """Puts paragraphs and tables together that a line end or the end of a page cut."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._done: list[str] = []
        self._head: Line | None = None
        self._above: Line | None = None
        self._table: tables.Table = []

    def add(self, item: Item, over_page: bool) -> None:
        if isinstance(item, _Ruled):
            self._add_table(item.table, over_page)
            return
        self._end_table()
        if isinstance(item, Line):
            self._add_line(item, over_page)
        else:
            self._done += item
            self._head = self._above = None

    def finished(self) -> list[str]:
        self._end_table()
        return self._done

    def _add_line(self, line: Line, over_page: bool) -> None:
        if self._head and self._above and goes_on(self._head, self._above, line, self._frame, over_page):
            self._done[-1] += ("" if _CUT_AT_HYPHEN.fullmatch(self._done[-1][-2:]) else " ") + line.text
        else:
            self._done.append(line.text)
            self._head = line
        self._above = line

    def _add_table(self, table: tables.Table, over_page: bool) -> None:
        goes_on = over_page and self._table and table and len(table[0]) == len(self._table[0])
        if not goes_on:
            self._end_table()
            self._table = table
            return
        if table[0] == self._table[0]:  # the header, printed again
            table = table[1:]
        if table and not table[0][0]:  # the row that the end of the page cut
            for old, new in zip(self._table[-1], table[0], strict=True):
                old += new
            table = table[1:]
        self._table += table

    def _end_table(self) -> None:
        if self._table:
            self._done += tables.lines_of(self._table, ruled=True)
            self._table, self._head, self._above = [], None, None
