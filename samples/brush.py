"""A brush for flat pictures: drawn in steps of 1600 x 1200 on a canvas twice as fine, then made smaller."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from samples import lettering
from samples.lettering import Colour

WIDTH, HEIGHT = 1600, 1200
_FINE = 2

Point = tuple[float, float]

RED: Colour = (200, 22, 36)
YELLOW: Colour = (255, 214, 64)
WHITE: Colour = (250, 250, 246)
INK: Colour = (44, 46, 56)
STEEL: Colour = (122, 132, 144)
SKINS: tuple[Colour, ...] = ((241, 202, 164), (228, 184, 144), (206, 160, 120))
HAIR: Colour = (38, 32, 34)


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """`share` of the other colour in the first."""
    return tuple(round(a + (b - a) * share) for a, b in zip(one, other, strict=True))  # type: ignore[return-value]


def darker(colour: Colour, share: float = 0.18) -> Colour:
    return mix(colour, (20, 20, 34), share)


class Brush:
    def __init__(self) -> None:
        self.image = Image.new("RGB", (WIDTH * _FINE, HEIGHT * _FINE), WHITE)
        self._pen = ImageDraw.Draw(self.image)

    def box(self, corner: Point, size: Point, fill: Colour, *, round_by: float = 0) -> None:
        x, y = corner
        edges = [value * _FINE for value in (x, y, x + size[0], y + size[1])]
        self._pen.rounded_rectangle(edges, radius=round_by * _FINE, fill=fill)

    def oval(self, centre: Point, radii: Point, fill: Colour) -> None:
        (x, y), (rx, ry) = centre, radii
        self._pen.ellipse([value * _FINE for value in (x - rx, y - ry, x + rx, y + ry)], fill=fill)

    def half(self, centre: Point, radii: Point, fill: Colour, *, start: float = 180, end: float = 360) -> None:
        """A slice of an oval, by default its upper half; degrees clockwise from three o'clock."""
        (x, y), (rx, ry) = centre, radii
        self._pen.pieslice([value * _FINE for value in (x - rx, y - ry, x + rx, y + ry)], start, end, fill=fill)

    def shape(self, points: Sequence[Point], fill: Colour) -> None:
        self._pen.polygon([(x * _FINE, y * _FINE) for x, y in points], fill=fill)

    def line(self, points: Sequence[Point], fill: Colour, thick: float) -> None:
        """A line with round ends and joints."""
        fine = [(x * _FINE, y * _FINE) for x, y in points]
        self._pen.line(fine, fill=fill, width=round(thick * _FINE), joint="curve")
        for end in (points[0], points[-1]):
            self.oval(end, (thick / 2, thick / 2), fill)

    def wash(self, top: float, bottom: float, upper: Colour, lower: Colour) -> None:
        """A vertical gradient over the whole width."""
        first, last = round(top * _FINE), round(bottom * _FINE)
        for row in range(first, last):
            fill = mix(upper, lower, (row - first) / (last - first))
            self._pen.line([(0, row), (WIDTH * _FINE, row)], fill=fill)

    def words(self, centre: Point, room: Point, lines: Sequence[str], ink: Colour) -> None:
        """Capitals as large as the room allows."""
        size = lettering.largest_size(lines, (room[0] * _FINE, room[1] * _FINE))
        lettering.write(self._pen, (centre[0] * _FINE, centre[1] * _FINE), lines, size, ink)

    def banner(self, corner: Point, size: Point, lines: Sequence[str], rng: Random) -> None:
        """A red cloth with yellow letters that hangs between two points and moves in the wind."""
        w, h = round(size[0] * _FINE), round(size[1] * _FINE)
        cloth = Image.new("RGB", (w, h), RED)
        pen = ImageDraw.Draw(cloth)
        inset = round(h * 0.05)
        pen.rectangle((inset, inset, w - inset, h - inset), outline=YELLOW, width=max(2, round(h * 0.018)))
        letters = lettering.largest_size(lines, (w * 0.92, h * 0.84))
        lettering.write(pen, (w / 2, h / 2), lines, letters, YELLOW)
        self._hang(cloth, corner, swing=h * 0.025, phase=rng.uniform(0, math.tau))

    def _hang(self, cloth: Image.Image, corner: Point, *, swing: float, phase: float) -> None:
        step, x, y = 4, round(corner[0] * _FINE), round(corner[1] * _FINE)
        for left in range(0, cloth.width, step):
            angle = phase + left / cloth.width * 3.2 * math.tau
            strip = cloth.crop((left, 0, min(left + step, cloth.width), cloth.height))
            lit = strip.point([round(min(255, v * (1 + 0.07 * math.cos(angle)))) for v in range(256)] * 3)
            sag = math.sin(math.pi * left / cloth.width) * cloth.height * 0.05
            self.image.paste(lit, (x + left, y + round(swing * math.sin(angle) + sag)))

    def photograph(self, rng: Random) -> Image.Image:
        """The picture as a phone would give it: darker corners and a little grain."""
        small = self.image.resize((WIDTH, HEIGHT), Image.Resampling.BOX)
        light = Image.radial_gradient("L").resize(small.size).point([255 - max(0, v - 120) // 3 for v in range(256)])
        shaded = ImageChops.multiply(small, Image.merge("RGB", (light, light, light)))
        grain = Image.frombytes("L", (WIDTH // 2, HEIGHT // 2), rng.randbytes(WIDTH * HEIGHT // 4))
        grain = (
            grain.resize(small.size).filter(ImageFilter.GaussianBlur(0.6)).point([118 + v // 13 for v in range(256)])
        )
        return ImageChops.overlay(shaded, Image.merge("RGB", (grain, grain, grain)))


@dataclass(frozen=True)
class Person:
    """A standing figure. `hands` are (left, right), in body heights right of and below the collar."""

    feet: Point
    height: float
    shirt: Colour
    skin: Colour = SKINS[0]
    hat: Colour | None = None
    hands: tuple[Point, Point] = ((-0.2, 0.34), (0.2, 0.34))
    trousers: Colour = (58, 66, 92)
    lean: float = 0.0
    from_behind: bool = False
    legs: bool = True
    long_hair: bool = False

    def at(self, across: float, up: float) -> Point:
        """A point of the body in body heights: across from the middle, up from the feet."""
        x, y = self.feet
        return (x + (across + self.lean * up) * self.height, y - up * self.height)


def figure(brush: Brush, who: Person) -> None:
    h = who.height
    if who.legs:
        for side in (-1, 1):
            brush.line([who.at(side * 0.055, 0.48), who.at(side * 0.075, 0.03)], who.trousers, h * 0.1)
            brush.oval(who.at(side * 0.095, 0.012), (h * 0.065, h * 0.028), INK)
    if who.long_hair:
        x, y = who.at(0, 0.92)
        brush.box((x - h * 0.088, y - h * 0.05), (h * 0.176, h * 0.19), HAIR, round_by=h * 0.05)
    torso = [who.at(-0.13, 0.79), who.at(0.13, 0.79), who.at(0.12, 0.45), who.at(-0.12, 0.45)]
    brush.shape(torso, who.shirt)
    brush.line([who.at(-0.09, 0.78), who.at(0.09, 0.78)], who.shirt, h * 0.09)
    brush.line([who.at(0, 0.8), who.at(0, 0.86)], darker(who.skin, 0.12), h * 0.07)
    _head(brush, who)
    if who.long_hair and who.from_behind:
        brush.box(who.at(-0.08, 0.95), (h * 0.16, h * 0.2), HAIR, round_by=h * 0.05)
    for side, hand in zip((-1, 1), who.hands, strict=True):
        _arm(brush, who, side, hand)


def _arm(brush: Brush, who: Person, side: int, hand: Point) -> None:
    h, sleeve = who.height, darker(who.shirt, 0.1)
    shoulder = who.at(side * 0.12, 0.765)
    palm = who.at(hand[0], 0.78 - hand[1])
    elbow = ((shoulder[0] + palm[0]) / 2 + side * 0.03 * h, (shoulder[1] + palm[1]) / 2 + 0.02 * h)
    brush.line([shoulder, elbow, palm], sleeve, h * 0.07)
    brush.oval(palm, (h * 0.04, h * 0.04), who.skin)


def _head(brush: Brush, who: Person) -> None:
    h, (x, y) = who.height, who.at(0, 0.92)
    brush.oval((x, y), (h * 0.08, h * 0.09), HAIR if who.from_behind else who.skin)
    if not who.from_behind:
        _face(brush, who, (x, y))
    if who.hat:
        brush.half((x, y - h * 0.015), (h * 0.1, h * 0.105), who.hat)
        brush.box((x - h * 0.115, y - h * 0.03), (h * 0.23, h * 0.024), darker(who.hat, 0.12), round_by=h * 0.01)
        brush.box((x - h * 0.012, y - h * 0.117), (h * 0.024, h * 0.09), mix(who.hat, WHITE, 0.35))


def _face(brush: Brush, who: Person, centre: Point) -> None:
    h, (x, y) = who.height, centre
    brush.half((x, y - h * 0.012), (h * 0.084, h * 0.084), HAIR)
    for side in (-1, 1):
        brush.oval((x + side * h * 0.03, y + h * 0.012), (h * 0.009, h * 0.012), INK)
    brush.half((x, y + h * 0.042), (h * 0.026, h * 0.02), (176, 74, 70), start=0, end=180)
