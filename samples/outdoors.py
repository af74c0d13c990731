"""Pictures taken in the open: a gate, a street, a sports field, a fire drill."""

from dataclasses import replace
from random import Random

from samples.brush import (
    INK,
    RED,
    SKINS,
    STEEL,
    WHITE,
    WIDTH,
    YELLOW,
    Brush,
    Person,
    Point,
    darker,
    figure,
    mix,
)
from samples.lettering import Colour

GREEN: Colour = (92, 152, 84)
WALL: Colour = (236, 222, 190)
_SKIES: tuple[tuple[Colour, Colour], ...] = (
    ((96, 170, 222), (222, 240, 248)),
    ((120, 178, 214), (250, 236, 212)),
    ((146, 184, 206), (232, 236, 234)),
)
_UNION_SHIRTS: tuple[Colour, ...] = ((40, 92, 158), (88, 140, 190), WHITE)
_GATE_SLOGANS = (
    ("Đủ bảo hộ khi vào ca", "Đủ niềm vui khi về nhà"),
    ("Nhiệt liệt hưởng ứng", "Tháng Công nhân năm 2027"),
    ("Ở đâu có người lao động", "ở đó có tiếng nói công đoàn"),
)


def _sky(brush: Brush, rng: Random, horizon: float) -> None:
    upper, lower = rng.choice(_SKIES)
    brush.wash(0, horizon, upper, lower)
    for _ in range(3):
        x, y = rng.uniform(0, WIDTH), rng.uniform(60, horizon * 0.45)
        for offset, size in ((-80, 34), (-20, 52), (50, 42), (110, 26)):
            brush.oval((x + offset, y), (size * 1.7, size * 0.62), mix(lower, WHITE, 0.75))


def _tree(brush: Brush, foot: Point, size: float, rng: Random) -> None:
    x, y = foot
    brush.line([(x, y), (x, y - size * 0.6)], (116, 84, 60), size * 0.09)
    for _ in range(9):
        spot = (x + rng.uniform(-0.3, 0.3) * size, y - size * rng.uniform(0.55, 1.0))
        brush.oval(spot, (size * 0.2, size * 0.17), mix(GREEN, (46, 100, 66), rng.random()))


def _factory(brush: Brush) -> None:
    brush.box((180, 440), (1240, 470), (188, 198, 206))
    for left in range(180, 1420, 310):
        brush.shape([(left, 440), (left, 350), (left + 310, 440)], (112, 132, 150))
    for left in range(230, 1400, 150):
        brush.box((left, 690), (96, 80), (136, 178, 198), round_by=6)
        brush.line([(left + 48, 692), (left + 48, 768)], WHITE, 5)


def gate(brush: Brush, rng: Random) -> None:
    _sky(brush, rng, 880)
    _factory(brush)
    for x in (70, 1520):
        _tree(brush, (x, 900), rng.uniform(420, 520), rng)
    brush.wash(880, 1200, (176, 172, 164), (136, 134, 132))
    brush.shape([(620, 880), (980, 880), (1330, 1200), (270, 1200)], (158, 156, 154))
    for x in (230, 1260):
        brush.box((x, 330), (110, 630), WALL)
        brush.box((x - 16, 300), (142, 40), darker(WALL))
        brush.box((x - 10, 920), (130, 46), darker(WALL, 0.3))
    for left in range(354, 1250, 46):
        if not 620 < left < 940:
            brush.line([(left, 690), (left, 930)], STEEL, 9)
    brush.line([(345, 700), (620, 700)], STEEL, 12)
    brush.line([(960, 700), (1255, 700)], STEEL, 12)
    brush.line([(300, 372), (1300, 372)], INK, 4)
    brush.banner((300, 376), (1000, 250), rng.choice(_GATE_SLOGANS), rng)
    shirts: list[Colour] = [(44, 96, 160), (44, 96, 160), (70, 120, 176)]
    for x in rng.sample(range(640, 980, 110), k=2):
        walker = Person((x, 1060 + rng.uniform(-30, 40)), 300, rng.choice(shirts), rng.choice(SKINS), YELLOW)
        figure(brush, walker)


def street(brush: Brush, rng: Random) -> None:
    _sky(brush, rng, 760)
    for left in range(0, WIDTH, 200):
        tall = rng.uniform(180, 360)
        front = rng.choice([(226, 200, 170), (206, 214, 206), (232, 220, 200), (196, 206, 222)])
        brush.box((left, 760 - tall), (200, tall), front)
        for floor in range(int(tall // 90)):
            brush.box((left + 40, 780 - tall + floor * 90), (50, 52), (120, 150, 172), round_by=4)
            brush.box((left + 116, 780 - tall + floor * 90), (50, 52), (120, 150, 172), round_by=4)
    brush.wash(760, 1200, (150, 148, 146), (112, 112, 116))
    brush.shape([(0, 1040), (700, 760), (560, 760), (0, 850)], (200, 186, 160))
    for share in (0.0, 0.33, 0.66):
        y = 830 + share * 400
        brush.shape([(790, y), (810, y), (820 + share * 20, y + 70), (780 - share * 20, y + 70)], WHITE)
    for index in reversed(range(6)):
        near = 1.0 - index * 0.14
        _flag_pole(brush, (40 + index * (190 - index * 13), 1100 - index * 62), near, index)
    for x in (1060, 1220, 1390):
        passer = Person((x, 1090 + rng.uniform(-40, 40)), 400, rng.choice(_UNION_SHIRTS), rng.choice(SKINS))
        figure(brush, replace(passer, long_hair=rng.random() < 0.5))


def _flag_pole(brush: Brush, foot: Point, near: float, index: int) -> None:
    x, y = foot
    ground, ink = (RED, YELLOW) if index % 2 == 0 else ((22, 104, 176), WHITE)
    brush.line([(x, y), (x, y - 760 * near)], STEEL, 14 * near)
    left, top, wide, high = x + 10 * near, y - 740 * near, 150 * near, 500 * near
    brush.shape(
        [(left, top), (left + wide, top + 12), (left + wide * 0.94, top + high), (left, top + high * 0.97)],
        ground,
    )
    for row, word in enumerate(("Tháng", "Công", "nhân", "2027")):
        brush.words((left + wide / 2, top + high * (0.2 + 0.2 * row)), (wide * 0.78, high * 0.16), (word,), ink)


def sports(brush: Brush, rng: Random) -> None:
    _sky(brush, rng, 580)
    for x in range(60, 1600, 190):
        _tree(brush, (x, 600), rng.uniform(240, 330), rng)
    brush.wash(580, 1200, (126, 178, 96), (84, 142, 74))
    for row, offset in ((650, 0), (700, 40)):
        for x in range(60 + offset, 1560, 84):
            fan = Person((x, row + 60), 170, rng.choice(_FANS), rng.choice(SKINS), hands=((-0.2, -0.2), (0.2, -0.24)))
            figure(brush, fan)
    brush.banner((330, 250), (940, 170), ("Hội thao công nhân, lao động",), rng)
    brush.line([(330, 250), (330, 760)], STEEL, 14)
    brush.line([(1270, 250), (1270, 760)], STEEL, 14)
    brush.line([(800, 960), (800, 1120)], WHITE, 14)
    brush.line([(90, 905), (1510, 905)], (214, 178, 116), 18)
    brush.shape([(780, 905), (820, 905), (800, 980)], RED)
    for side, shirt in ((-1, (212, 54, 52)), (1, (38, 98, 182))):
        for place in range(4):
            x = 800 + side * (150 + place * 170)
            grip = ((-side * 0.24, 0.15), (-side * 0.1, 0.15))
            puller = Person((x, 1105), 360, shirt, rng.choice(SKINS), hands=grip, lean=side * 0.26)
            figure(brush, puller)


_FANS: tuple[Colour, ...] = (
    (240, 240, 236),
    (250, 206, 80),
    (108, 172, 214),
    (226, 120, 110),
    (150, 196, 140),
)


def fire_drill(brush: Brush, rng: Random) -> None:
    _sky(brush, rng, 620)
    brush.box((0, 330), (1600, 340), (204, 208, 206))
    for left in range(60, 1600, 260):
        brush.box((left, 540), (180, 90), (130, 160, 178), round_by=6)
    brush.wash(660, 1200, (182, 178, 170), (146, 142, 138))
    brush.banner((260, 366), (1080, 150), ("Một phút quan sát - Cả ca an toàn",), rng)
    for x in range(100, 620, 120):
        onlooker = Person((x, 840), 260, (44, 96, 160), rng.choice(SKINS), rng.choice([YELLOW, WHITE]))
        figure(brush, onlooker)
    brush.box((1150, 1000), (300, 70), (70, 72, 78), round_by=12)
    for _ in range(26):
        root, high = rng.uniform(1170, 1430), rng.uniform(60, 230)
        flame = mix((250, 196, 60), (226, 84, 40), rng.random())
        brush.shape([(root - 34, 1010), (root + 34, 1010), (root + rng.uniform(-26, 26), 1010 - high)], flame)
    for index in range(16):
        share = index / 15
        spread = 14 + share * 80
        brush.oval((850 + share * 330, 880 + share * 100), (spread, spread * 0.6), mix(WHITE, (214, 226, 232), share))
    worker = Person((730, 1100), 440, (236, 120, 40), SKINS[1], RED, hands=((-0.16, 0.22), (0.24, 0.26)))
    figure(brush, worker)
    brush.line([(652, 880), (700, 900), (790, 820), (850, 880)], INK, 12)
    brush.box((620, 870), (64, 170), RED, round_by=22)
    brush.box((638, 846), (28, 30), INK, round_by=6)
