"""Pictures taken under a roof: a workshop, a dialogue, a blood donation, a canteen."""

from dataclasses import replace
from random import Random

from samples.brush import (
    INK,
    RED,
    SKINS,
    STEEL,
    WHITE,
    YELLOW,
    Brush,
    Person,
    Point,
    darker,
    figure,
    mix,
)
from samples.lettering import Colour

BLUE: Colour = (40, 92, 158)
WOOD: Colour = (164, 112, 72)
_DIALOGUE_TITLES = (("Đối thoại tháng 5", "Nghe người thợ nói"), ("Hội nghị đối thoại", "với người lao động"))
_SHIRTS: tuple[Colour, ...] = ((40, 92, 158), (238, 238, 232), (88, 140, 190), (196, 206, 214))


def _room(brush: Brush, wall: Colour, floor: Colour, edge: float) -> None:
    brush.wash(0, edge, mix(wall, WHITE, 0.35), wall)
    brush.wash(edge, 1200, floor, darker(floor, 0.22))
    brush.box((0, edge - 14), (1600, 16), darker(wall, 0.25))


def _lamps(brush: Brush) -> None:
    for x in (250, 800, 1350):
        brush.line([(x, 0), (x, 70)], STEEL, 6)
        brush.shape([(x - 90, 112), (x + 90, 112), (x + 40, 68), (x - 40, 68)], (84, 96, 108))
        brush.oval((x, 114), (74, 14), (255, 246, 206))


def workshop(brush: Brush, rng: Random) -> None:
    _room(brush, (188, 200, 206), (150, 154, 158), 690)
    for x in range(0, 1600, 320):
        brush.line([(x, 0), (x + 160, 150), (x + 320, 0)], (140, 154, 164), 12)
    _lamps(brush)
    brush.banner((400, 190), (800, 170), ("An toàn là trên hết",), rng)
    for x in (70, 1230):
        _machine(brush, (x, 480), rng)
    brush.shape([(0, 1010), (1600, 900), (1600, 930), (0, 1046)], YELLOW)
    places = ((330, 1080, 520), (640, 1040, 500), (960, 1050, 510), (1270, 1090, 530))
    for x, y, height in places:
        vest = rng.choice([(244, 126, 42), (198, 222, 60), (244, 126, 42)])
        helmet = rng.choice([YELLOW, YELLOW, WHITE, (52, 118, 190)])
        crew = Person((x + rng.uniform(-20, 20), y), height, vest, rng.choice(SKINS), helmet)
        figure(brush, crew)
        for side in (-0.075, 0.05):
            brush.line([crew.at(side + 0.012, 0.79), crew.at(side + 0.012, 0.47)], (240, 240, 226), 12)
        brush.line([crew.at(-0.12, 0.58), crew.at(0.12, 0.58)], (240, 240, 226), 12)


def _machine(brush: Brush, corner: Point, rng: Random) -> None:
    x, y = corner
    body = rng.choice([(84, 134, 122), (96, 120, 152)])
    brush.box((x, y), (300, 320), body, round_by=16)
    brush.box((x + 30, y + 36), (150, 90), (40, 54, 66), round_by=8)
    brush.line([(x + 48, y + 96), (x + 86, y + 66), (x + 118, y + 90), (x + 160, y + 56)], (126, 226, 150), 6)
    for index, light in enumerate(((226, 70, 60), YELLOW, (94, 198, 104))):
        brush.oval((x + 226, y + 54 + index * 44), (15, 15), light)
    brush.box((x + 30, y + 170), (240, 110), darker(body), round_by=8)


def dialogue(brush: Brush, rng: Random) -> None:
    _room(brush, (224, 214, 196), (142, 104, 76), 640)
    brush.box((300, 70), (1000, 400), RED, round_by=6)
    brush.words((800, 250), (900, 300), rng.choice(_DIALOGUE_TITLES), YELLOW)
    for x in (150, 1450):
        brush.line([(x, 120), (x, 640)], (204, 170, 80), 12)
        brush.shape([(x, 130), (x + 110, 150), (x + 90, 320), (x, 300)], RED)
    for x in (500, 700, 900, 1100):
        speaker = Person((x, 820), 400, rng.choice(_SHIRTS), rng.choice(SKINS), legs=False)
        figure(brush, replace(speaker, long_hair=rng.random() < 0.5))
    brush.box((380, 640), (840, 190), WOOD, round_by=8)
    brush.box((360, 624), (880, 30), darker(WOOD), round_by=6)
    for x in (480, 680, 880, 1080):
        brush.box((x, 668), (90, 40), WHITE, round_by=4)
        brush.line([(x + 120, 624), (x + 112, 580)], INK, 6)
    _audience(brush, rng)


def _audience(brush: Brush, rng: Random) -> None:
    asks = 200 + 230 * rng.randrange(1, 6)
    for row, (y, height) in enumerate(((1190, 420), (1460, 580))):
        for x in range(110 + row * 90, 1600, 230):
            listener = Person((x, y), height, rng.choice(_SHIRTS), from_behind=True, legs=False)
            listener = replace(listener, long_hair=rng.random() < 0.4)
            if (row, x) == (1, asks):
                listener = replace(listener, shirt=(236, 120, 40), hands=((-0.2, 0.3), (0.2, -0.28)))
            figure(brush, listener)
            brush.box(listener.at(-0.16, 0.64), (height * 0.32, height * 0.26), (92, 60, 48), round_by=14)


def blood_donation(brush: Brush, rng: Random) -> None:
    _room(brush, (216, 232, 234), (190, 198, 198), 760)
    brush.banner((300, 90), (1000, 230), ("Ngày hội hiến máu", "Giọt hồng người thợ"), rng)
    for x in (150, 1450):
        brush.oval((x, 250), (58, 58), RED)
        brush.shape([(x - 55, 232), (x + 55, 232), (x, 118)], RED)
    for x, shirt in ((300, BLUE), (1050, (90, 150, 110))):
        _couch(brush, (x, 900), shirt, rng)
    nurse = Person((690, 1120), 560, WHITE, SKINS[0], hands=((-0.24, 0.2), (0.14, 0.26)), trousers=(222, 228, 230))
    figure(brush, nurse)
    brush.half(nurse.at(0, 0.97), (50, 34), WHITE)
    brush.box((nurse.feet[0] - 6, nurse.at(0, 0.99)[1] - 10), (12, 34), RED)
    brush.box((nurse.feet[0] - 17, nurse.at(0, 0.99)[1] + 1), (34, 12), RED)
    helper = Person((1490, 1120), 520, (214, 52, 62), SKINS[2], hands=((-0.16, 0.2), (0.16, 0.2)), long_hair=True)
    figure(brush, helper)
    brush.box((1446, 800), (90, 60), WHITE, round_by=8)
    brush.box((1482, 810), (18, 40), RED)
    brush.box((1471, 821), (40, 18), RED)


def _couch(brush: Brush, corner: Point, shirt: Colour, rng: Random) -> None:
    x, y = corner
    skin = rng.choice(SKINS)
    for leg in (x - 150, x + 280):
        brush.line([(leg, y + 40), (leg, y + 190)], STEEL, 16)
    brush.box((x - 200, y), (540, 56), (76, 150, 158), round_by=20)
    brush.shape([(x - 200, y + 20), (x - 120, y + 20), (x - 170, y - 150), (x - 250, y - 140)], (76, 150, 158))
    brush.line([(x - 110, y - 80), (x + 60, y - 26)], shirt, 96)
    brush.line([(x + 80, y - 28), (x + 230, y - 60), (x + 320, y - 16)], (58, 66, 92), 56)
    brush.oval((x - 176, y - 142), (48, 54), skin)
    brush.half((x - 182, y - 150), (54, 54), (38, 32, 34), start=150, end=330)
    brush.oval((x - 158, y - 138), (5, 7), INK)
    brush.line([(x - 60, y - 60), (x + 40, y + 10)], skin, 32)
    brush.line([(x + 36, y + 6), (x + 70, y + 110)], RED, 6)
    brush.box((x + 44, y + 100), (56, 76), (184, 30, 44), round_by=12)


def canteen(brush: Brush, rng: Random) -> None:
    _room(brush, (244, 228, 196), (196, 168, 138), 640)
    for x in (80, 1180):
        brush.box((x, 130), (340, 300), (150, 204, 222), round_by=8)
        brush.line([(x + 170, 132), (x + 170, 428)], WHITE, 14)
        brush.line([(x + 4, 280), (x + 336, 280)], WHITE, 14)
    brush.banner((470, 110), (660, 240), ("Bữa cơm", "Công đoàn"), rng)
    for depth, (y, height) in enumerate(((790, 400), (1110, 520))):
        seats = range(190 + depth * 60, 1560, 250 + depth * 60)
        for x in seats:
            eater = Person(
                (x, y),
                height,
                rng.choice(_SHIRTS),
                rng.choice(SKINS),
                legs=False,
                hands=((-0.14, 0.28), (0.14, 0.26)),
            )
            figure(brush, eater)
        _table(brush, y - height * 0.48, height, seats)


def _table(brush: Brush, top: float, scale: float, seats: range) -> None:
    brush.box((40, top), (1520, scale * 0.26), (214, 150, 96), round_by=14)
    brush.box((40, top + scale * 0.24), (1520, scale * 0.1), darker((214, 150, 96), 0.25), round_by=10)
    for x in seats:
        wide = scale * 0.36
        brush.box((x - wide / 2, top + scale * 0.05), (wide, scale * 0.15), (206, 212, 216), round_by=12)
        brush.oval((x - wide * 0.27, top + scale * 0.12), (wide * 0.17, scale * 0.05), WHITE)
        brush.oval((x + wide * 0.08, top + scale * 0.12), (wide * 0.14, scale * 0.045), (98, 160, 82))
        brush.oval((x + wide * 0.35, top + scale * 0.12), (wide * 0.1, scale * 0.04), (196, 96, 52))
