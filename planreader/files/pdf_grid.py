"""Ruled tables of a page: the drawn lines give the cells, so wrapped and merged cells stay whole."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from planreader.files.pdf_lines import Glyph, cell_lines, lines_of
from planreader.files.tables import Table

_NEAR = 3.0
_SHORTEST = 8.0
_MOST = 800  # rules of one page; a drawing has more, a table never


class Rule(NamedTuple):
    """A straight line: where it stands, and from where to where it runs."""

    at: float
    low: float
    high: float


@dataclass
class Grid:
    rows: list[Rule]
    """Horizontal rules, `at` is y."""
    columns: list[Rule]
    glyphs: list[Glyph] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ys = _places(self.rows)
        self.xs = _places(self.columns)

    def holds(self, glyph: Glyph) -> bool:
        middle = (glyph.left + glyph.right) / 2
        return self.xs[0] < middle < self.xs[-1] and self.ys[0] < glyph.base + glyph.size / 4 < self.ys[-1]

    def table(self) -> Table:
        """Rows from the top; text of a merged cell stands in its first place."""
        places: dict[tuple[int, int], list[Glyph]] = defaultdict(list)
        for glyph in self.glyphs:
            row = bisect_right(self.ys, glyph.base + glyph.size / 4) - 1
            column = bisect_right(self.xs, (glyph.left + glyph.right) / 2) - 1
            places[self._first(row, column)].append(glyph)
        cells = {place: cell_lines(lines_of(found)) for place, found in places.items()}
        height, width = len(self.ys) - 1, len(self.xs) - 1
        return [[cells.get((row, column), []) for column in range(width)] for row in reversed(range(height))]

    def _first(self, row: int, column: int) -> tuple[int, int]:
        """The top left place of the merged cell: on while no rule stands between."""
        y = (self.ys[row] + self.ys[row + 1]) / 2
        while column > 0 and not _crosses(self.columns, self.xs[column], y):
            column -= 1
        x = (self.xs[column] + self.xs[column + 1]) / 2
        while row < len(self.ys) - 2 and not _crosses(self.rows, self.ys[row + 1], x):
            row += 1
        return row, column


def grids_of(horizontal: Iterable[Rule], vertical: Iterable[Rule]) -> list[Grid]:
    """Tables of a page: groups of rules that touch, with at least two columns."""
    across, down = _merged(horizontal), _merged(vertical)
    if len(across) + len(down) > _MOST:
        return []
    grids = []
    while down:
        rows: list[Rule] = []
        columns = [down.pop()]
        fresh = list(columns)
        while fresh:
            touched = [r for r in across if any(_touch(r, c) for c in fresh)]
            across = [r for r in across if r not in touched]
            fresh = [c for c in down if any(_touch(r, c) for r in touched)]
            down = [c for c in down if c not in fresh]
            rows += touched
            columns += fresh
        grid = Grid(rows, columns)
        if len(grid.xs) > 2 and len(grid.ys) > 1:
            grids.append(grid)
    return grids


def _merged(rules: Iterable[Rule]) -> list[Rule]:
    """Borders are drawn cell by cell and on both sides of their thickness: pieces of one line become one."""
    merged: list[Rule] = []
    places: list[float] = []
    for rule in sorted(rules):
        if not places or rule.at - places[-1] > _NEAR:
            places.append(rule.at)
    by_place: dict[float, list[Rule]] = defaultdict(list)
    for rule in rules:
        by_place[places[max(0, bisect_right(places, rule.at) - 1)]].append(rule)
    for place, group in by_place.items():
        group.sort(key=lambda r: r.low)
        low, high = group[0].low, group[0].high
        for rule in group[1:]:
            if rule.low > high + _NEAR:
                merged.append(Rule(place, low, high))
                low, high = rule.low, rule.high
            high = max(high, rule.high)
        merged.append(Rule(place, low, high))
    return [r for r in merged if r.high - r.low >= _SHORTEST]


def _touch(row: Rule, column: Rule) -> bool:
    beside = row.low - _NEAR <= column.at <= row.high + _NEAR
    return beside and column.low - _NEAR <= row.at <= column.high + _NEAR


def _crosses(rules: list[Rule], at: float, point: float) -> bool:
    return any(abs(r.at - at) <= _NEAR and r.low <= point <= r.high for r in rules)


def _places(rules: list[Rule]) -> list[float]:
    return sorted({r.at for r in rules})
