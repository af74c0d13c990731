"""Tables of every format as lines: pipe rows for data, plain lines for letterheads and signatures."""

import re
from itertools import groupby

Cell = list[str]
"""The lines of one cell; an empty list where a merged cell goes on."""
Table = list[list[Cell]]

_LAYOUT_WORDS = re.compile(
    r"^\W*(cộng\s+h(òa|oà)\s+xã\s+hội|độc\s+lập\s*[-–]|đảng\s+cộng\s+sản\s+việt\s+nam\W*$|nơi\s+(nhận|gửi)\b|"
    r"t/?m\W|số\s*:|k/?t\.|t/?l\.)",
    re.IGNORECASE,
)
_LAYOUT_ROWS, _LAYOUT_COLUMNS = 8, 3
_TABLE_FROM = 3  # filled cells in a row: a letterhead has two blocks, a table of work has more columns


def lines_of(table: Table, ruled: bool) -> list[str]:
    """`ruled`: the table shows lines between its cells, so it is meant to be seen as a table.

    Word keeps two tables as one when no paragraph stands between, so a signature may hang on the last row.
    """
    table = trimmed(table)
    if not table or len(table[0]) == 1 or is_layout(table, ruled):
        return _blocks(table)
    lines: list[str] = []
    for layout, rows in groupby(table, key=lambda row: is_layout(trimmed([row]), ruled=True)):
        part = list(rows)
        lines += _blocks(part) if layout else _rows(part)
    return lines


def _blocks(table: Table) -> list[str]:
    return [line for column in zip(*table, strict=True) for cell in column for line in cell]


def _rows(table: Table) -> list[str]:
    return [pipe_row([one_line(cell, header=n == 0) for cell in row]) for n, row in enumerate(trimmed(table))]


def sheet_lines(table: Table) -> list[str]:
    """A sheet is one big table: runs of wide rows are data, the rest is letterhead, text and signature."""
    lines: list[str] = []
    for wide, rows in groupby(trimmed(table), key=lambda row: sum(map(bool, row)) >= _TABLE_FROM):
        part = list(rows)
        if wide:
            lines += lines_of(part, ruled=True)
        elif _inside_table(part) and lines:
            lines += [pipe_row([one_line(cell) for cell in row]) for row in part]
        else:
            lines += [line for column in zip(*part, strict=True) for cell in column for line in cell]
    return lines


def _inside_table(rows: Table) -> bool:
    """Two filled cells under a table with words in the first columns: a row whose other cells are empty."""
    return all(sum(map(bool, row)) == 2 and bool(row[0]) for row in rows) and not is_layout(trimmed(rows), True)


def trimmed(table: Table) -> Table:
    """Every row equally long; rows and columns that hold nothing gone."""
    width = max((len(row) for row in table), default=0)
    cells = [[[line for line in cell if line.strip()] for cell in row] + [[]] * (width - len(row)) for row in table]
    used = [n for n in range(width) if any(row[n] for row in cells)]
    return [[row[n] for n in used] for row in cells if any(row)]


def is_layout(table: Table, ruled: bool) -> bool:
    """A table that only places two blocks side by side: motto and issuer, recipients and signature."""
    if not table or len(table) > _LAYOUT_ROWS or len(table[0]) > _LAYOUT_COLUMNS:
        return False
    if any(_LAYOUT_WORDS.match(line) for row in table for cell in row for line in cell):
        return True
    return not ruled and len(table[0]) == 2 and len(table) <= 2


def one_line(cell: Cell, header: bool = False) -> str:
    """Lines of a cell are separate statements unless the next one goes on in lower case."""
    text = ""
    for line in (" ".join(line.split()) for line in cell):
        goes_on = header or not text or line[:1].islower() or text.endswith((";", ":", ",", ".", "-", "–", "("))
        text += (" " if goes_on else "; ") + line
    return text.strip()


def pipe_row(cells: list[str]) -> str:
    return "| " + " | ".join(c.replace("|", "/") for c in cells) + " |"
