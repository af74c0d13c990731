"""Vietnamese capitals for banners, on any machine.

The one font that is always there, inside Pillow, has no Vietnamese letter, and a bare server has no other.
So the plain letter comes from that font and its marks are drawn with strokes, as a sign painter does.
All lengths below are in ems (1 = the size of the letters); y grows downwards from the baseline.
"""

import math
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from PIL import ImageDraw, ImageFont

Colour = tuple[int, int, int]
Stroke = Sequence[tuple[float, float]]

LINE_HEIGHT = 1.5  # room for two marks on a capital and a dot below the one above it
_BOLD = 0.028
_NIB = 0.085
_CAP = 0.72  # height of a capital of Pillow's font


def _wave(width: float, height: float) -> Stroke:
    steps = [step / 8 for step in range(9)]
    return [(width * (t - 0.5), -height / 2 - height / 2 * math.sin(2 * math.pi * t)) for t in steps]


def _bowl(width: float, height: float) -> Stroke:
    steps = [step / 8 for step in range(9)]
    return [(width * (t - 0.5), -height + height * math.sin(math.pi * t)) for t in steps]


# Marks that sit on the letter; the origin is the middle of their foot.
_HATS: dict[str, Stroke] = {
    "\N{COMBINING CIRCUMFLEX ACCENT}": [(-0.16, 0.0), (0.0, -0.11), (0.16, 0.0)],
    "\N{COMBINING BREVE}": _bowl(0.3, 0.11),
}
_TONES: dict[str, Stroke] = {
    "\N{COMBINING GRAVE ACCENT}": [(-0.1, -0.13), (0.04, 0.0)],
    "\N{COMBINING ACUTE ACCENT}": [(0.1, -0.13), (-0.04, 0.0)],
    "\N{COMBINING TILDE}": _wave(0.3, 0.08),
    "\N{COMBINING HOOK ABOVE}": [
        (-0.07, -0.14),
        (0.0, -0.18),
        (0.07, -0.14),
        (0.05, -0.08),
        (0.0, -0.05),
        (0.0, 0.0),
    ],
}
_DOT_BELOW = "\N{COMBINING DOT BELOW}"
_HORN = "\N{COMBINING HORN}"


@lru_cache(maxsize=32)
def _font(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size=size)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise RuntimeError("this Pillow was built without FreeType, so no lettering can be drawn")
    return font


def _letters(text: str) -> list[tuple[str, str]]:
    """Each capital with its combining marks: "Ế" becomes ("E", circumflex + acute)."""
    letters: list[tuple[str, str]] = []
    for char in unicodedata.normalize("NFD", text.upper()):
        if unicodedata.combining(char) and letters:
            base, marks = letters[-1]
            letters[-1] = (base, marks + char)
        else:
            letters.append((char, ""))
    return letters


def _plain(base: str) -> str:
    return "D" if base == "Đ" else base.replace("–", "-")


def _advance(base: str, marks: str, size: int) -> float:
    extra = 2 * _BOLD + (0.07 if _HORN in marks else 0.0) + (0.06 if base == "Đ" else 0.0)
    return _font(size).getlength(_plain(base)) + extra * size


def width(text: str, size: int) -> float:
    """Width of one line, in the unit of `size`."""
    return sum(_advance(base, marks, size) for base, marks in _letters(text))


def largest_size(lines: Sequence[str], room: tuple[float, float]) -> int:
    """The largest letters at which all lines fit into a room of this width and height."""
    widest = max(width(line, 100) for line in lines) / 100
    return max(8, int(min(room[0] / widest, room[1] / (LINE_HEIGHT * len(lines)))))


def write(pen: ImageDraw.ImageDraw, centre: tuple[float, float], lines: Sequence[str], size: int, ink: Colour) -> None:
    """Draw lines of capitals around a centre."""
    step = LINE_HEIGHT * size
    baseline = centre[1] - step * (len(lines) - 1) / 2 + _CAP * size / 2 + 0.08 * size
    for line in lines:
        x = centre[0] - width(line, size) / 2
        for base, marks in _letters(line):
            _letter(pen, (x, baseline), base, marks, size, ink)
            x += _advance(base, marks, size)
        baseline += step


def _letter(pen: ImageDraw.ImageDraw, at: tuple[float, float], base: str, marks: str, size: int, ink: Colour) -> None:
    x, y = at[0] + (_BOLD + (0.06 if base == "Đ" else 0.0)) * size, at[1]
    glyph = _plain(base)
    pen.text((x, y), glyph, font=_font(size), fill=ink, anchor="ls", stroke_width=_BOLD * size)
    left, _, right, _ = _font(size).getbbox(glyph, anchor="ls")
    middle = x + (left + right) / 2
    if base == "Đ":
        bar = [(left / size - 0.04, -0.36), (left / size + 0.24, -0.36)]
        _stroke(pen, (x, y), bar, size, ink)
    if _HORN in marks:
        _horn(pen, (x + right, y - _CAP * size), base, size, ink)
    if _DOT_BELOW in marks:
        r = 0.065 * size
        pen.ellipse((middle - r, y + 0.19 * size - r, middle + r, y + 0.19 * size + r), fill=ink)
    _crown(pen, (middle, y - (_CAP + 0.13) * size), marks, size, ink)


def _crown(pen: ImageDraw.ImageDraw, foot: tuple[float, float], marks: str, size: int, ink: Colour) -> None:
    x, y = foot
    for mark in marks:
        if mark in _HATS:
            _stroke(pen, (x, y), _HATS[mark], size, ink)
            y -= 0.17 * size
            x += 0.06 * size  # a tone leans to the right of the hat, as printed Vietnamese has it
    for mark in marks:
        if mark in _TONES:
            _stroke(pen, (x, y), _TONES[mark], size, ink)


def _horn(pen: ImageDraw.ImageDraw, corner: tuple[float, float], base: str, size: int, ink: Colour) -> None:
    curl = [(-0.1, 0.1), (0.02, 0.08), (0.06, 0.01), (0.05, -0.06)]
    if base == "U":
        curl = [(-0.04, 0.05), (0.05, 0.05), (0.09, -0.01), (0.08, -0.07)]
    _stroke(pen, corner, curl, size, ink)


def _stroke(pen: ImageDraw.ImageDraw, origin: tuple[float, float], path: Stroke, size: int, ink: Colour) -> None:
    nib = _NIB * size
    points = [(origin[0] + x * size, origin[1] + y * size) for x, y in path]
    for start, end in pairwise(points):
        pen.line((start, end), fill=ink, width=max(1, round(nib)))
    for x, y in points:
        pen.ellipse((x - nib / 2, y - nib / 2, x + nib / 2, y + nib / 2), fill=ink)
