"""Letters with places on a page become words, pieces and lines. Places are in points, y grows upwards."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median
from typing import NamedTuple

_SAME_LINE = 0.35  # of the letter size; more is another line, less is a mark of a footnote
_SPACE = 0.15
_PITCH_SHARE = 0.6  # of the steps in a line; more equal ones mean a typewriter font
_COLUMN = 1.6
_DOUBLE = 0.08  # bold letters are sometimes printed twice with a small shift
_RIGHT_BLOCK = re.compile(
    r"(?<=\S)\s+(?=C[ỘO]NG\s+H(?:ÒA|OÀ|OA)\s+X|Độc\s+lập\s*[-–]|ĐẢNG\s+CỘNG\s+SẢN\s+VIỆT\s+NAM\s*$)"
)


class Glyph(NamedTuple):
    letter: str
    left: float
    right: float
    base: float
    size: float
    pen: float
    """Where the letter was put down; `left` is where its ink begins."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Words with ordinary spaces between them: a whole line of a paragraph, or one column's part of a line."""

    text: str
    left: float
    right: float
    first_word: float
    """Width of the first word: would it have fitted at the end of the line above?"""


@dataclass(frozen=True, slots=True)
class Line:
    pieces: tuple[Piece, ...]
    base: float
    size: float

    @property
    def text(self) -> str:
        return "\t".join(p.text for p in self.pieces)

    @property
    def left(self) -> float:
        return self.pieces[0].left

    @property
    def right(self) -> float:
        return self.pieces[-1].right


def lines_of(glyphs: Iterable[Glyph]) -> list[Line]:
    """From top to bottom, each from left to right, whatever the order in which the file paints them."""
    rows: list[list[Glyph]] = []
    for glyph in sorted(glyphs, key=lambda g: -g.base):
        if rows and rows[-1][0].base - glyph.base <= _SAME_LINE * max(glyph.size, rows[-1][0].size):
            rows[-1].append(glyph)
        else:
            rows.append([glyph])
    lines = (_line(sorted(row, key=lambda g: g.left)) for row in rows)
    return [line for line in lines if line is not None]


def _line(row: list[Glyph]) -> Line | None:
    size = median(g.size for g in row)  # boxes of single letters are taller or lower
    pitch = _pitch(row)
    column = max(_COLUMN * size, 2.6 * pitch)
    pieces: list[Piece] = []
    begun: list[Piece] = []
    for word in _words(row, size, pitch):
        if begun and word.left - begun[-1].right > column:
            pieces += _split(_joined(begun))
            begun = []
        begun.append(word)
    if begun:
        pieces += _split(_joined(begun))
    return Line(tuple(pieces), row[0].base, size) if pieces else None


def _words(row: list[Glyph], size: float, pitch: float) -> list[Piece]:
    words: list[Piece] = []
    letters, left, right = "", 0.0, 0.0
    last: Glyph | None = None
    for glyph in row:
        if last and glyph.letter == last.letter and glyph.left - last.left < _DOUBLE * size:
            continue
        if letters and last and (glyph.letter.isspace() or _is_apart(last, glyph, right, size, pitch)):
            words.append(Piece(letters, left, right, right - left))
            letters = ""
        if not glyph.letter.isspace():
            left = left if letters else glyph.left
            right = max(right, glyph.right) if letters else glyph.right
            letters += glyph.letter
            last = glyph
    if letters:
        words.append(Piece(letters, left, right, right - left))
    return words


def _pitch(row: list[Glyph]) -> float:
    """The step of a typewriter font, 0 for others. There the ink of a borrowed letter says nothing about spaces."""
    steps = Counter(round(b.pen - a.pen, 1) for a, b in pairwise(row) if b.pen > a.pen)
    step, times = steps.most_common(1)[0] if steps else (0.0, 0)
    return step if len(row) > 8 and times > _PITCH_SHARE * (len(row) - 1) else 0.0


def _is_apart(last: Glyph, glyph: Glyph, right: float, size: float, pitch: float) -> bool:
    return glyph.pen - last.pen > 1.5 * pitch if pitch else glyph.left - right > _SPACE * size


def _joined(words: list[Piece]) -> Piece:
    text = unicodedata.normalize("NFC", " ".join(w.text for w in words))
    return Piece(text, words[0].left, words[-1].right, words[0].first_word)


def _split(piece: Piece) -> list[Piece]:
    """The motto of the state begins a block of its own even when the issuer's long name almost touches it."""
    found = _RIGHT_BLOCK.search(piece.text)
    if not found:
        return [piece]
    share = found.end() / len(piece.text)
    middle = piece.left + (piece.right - piece.left) * share
    words = (piece.text[: found.start()], piece.text[found.end() :])
    return [Piece(words[0], piece.left, middle - 2, piece.first_word), Piece(words[1], middle + 2, piece.right, 0)]


_MARKER = re.compile(r"\||([-+*•●○▪–—→✓]|\(?\d{1,2}[.)/]|\d{1,2}(\.\d{1,2}){1,3}\.?|[IVX]{1,5}[.)/-]|\(?[a-zđ][.)])\s")
_NEAR, _LEADING = 8.0, 2.3


@dataclass(frozen=True, slots=True)
class Frame:
    """Where text of the document usually begins and ends."""

    left: float
    right: float

    @classmethod
    def around(cls, lines: list[Line]) -> "Frame":
        lefts = sorted(line.left for line in lines)
        rights = sorted(line.right for line in lines)
        return cls(lefts[len(lefts) // 20], rights[-1 - len(rights) // 20]) if lines else cls(0.0, 0.0)

    def centres(self, line: Line) -> bool:
        inside = line.left > self.left + _NEAR and line.right < self.right - _NEAR
        return inside and abs(line.left - self.left - (self.right - line.right)) < 3 * _NEAR


def goes_on(head: Line, above: Line, below: Line, frame: Frame, over_page: bool) -> bool:
    """Whether `below` continues the paragraph that `head` began and `above` is the last line of.

    A line was broken by the program, not by a person, when the next word would not have fitted on it.
    """
    if len(above.pieces) > 1 or len(below.pieces) > 1 or _MARKER.match(below.text + " "):
        return False
    if abs(above.size - below.size) > 0.3 * above.size or (above.text.isupper() and not below.text.isupper()):
        return False
    if not over_page and above.base - below.base > _LEADING * above.size:
        return False
    space = 0.55 * (above.right - above.left) / len(above.text)
    if above.right + space + below.pieces[0].first_word < frame.right - 1:
        return False
    if frame.centres(above) or frame.centres(below):
        return not over_page
    hanging = above is head and bool(_MARKER.match(head.text + " "))
    return below.left <= above.left + (6 * _NEAR if hanging else _NEAR)


def cell_lines(lines: list[Line]) -> list[str]:
    """A narrow cell breaks its lines where it must; only a marker begins a new one."""
    found: list[str] = []
    for starts, group in groupby(lines, key=lambda line: bool(_MARKER.match(line.text + " "))):
        texts = [line.text.replace("\t", " ") for line in group]
        if starts:
            found += texts
        elif found:
            found[-1] += " " + " ".join(texts)
        else:
            found = [" ".join(texts)]
    return found
