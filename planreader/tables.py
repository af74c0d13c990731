"""Tables in text: rows of pipes, of tabs, or of columns lined up with spaces."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from planreader.chars import fold, squeeze
from planreader.lines import Line

# What a column holds, by the words its header is made of; the first that fits wins.
_HEADERS: list[tuple[str, str]] = [
    ("number", r"(?:s?tt|so tt|so thu tu|#|no\.?)"),
    ("coop", r".*\bphoi hop\b.*"),
    ("slogan", r"(?:cac |noi dung )*(?:cau )?khau hieu(?! .*\b(?:treo|don vi)\b).*"),
    ("report", r"(?:loai|ten|noi dung) bao cao|bao cao"),
    ("recipient", r"(?:noi|don vi|co quan|dia chi) nhan.*|gui ve.*|noi gui.*"),
    ("reporter", r"(?:don vi|nguoi|co quan) (?:gui|bao cao|nop).*"),
    ("due", r".*\b(?:thoi han|han)\b.*|(?:thoi gian )?hoan thanh.*|ngay hoan thanh.*|ket thuc|den ngay"),
    ("start", r"(?:thoi gian )?bat dau|tu ngay|khoi cong"),
    ("hour", r"gio|thoi diem trong ngay"),
    ("time", r".*\b(?:thoi gian|tien do|thoi diem|lich)\b.*|ngay(?:,? (?:thang|gio))*(?: .*)?|thang|tuan"),
    ("place", r".*\b(?:dia diem|noi to chuc|noi thuc hien|vi tri)\b.*"),
    (
        "task",
        r"nhiem vu(?: .*)?|(?:noi dung )?(?:cong viec|viec)(?: duoc| phan| phai).*|trach nhiem.*"
        r"|noi dung phan cong",
    ),
    (
        "lead",
        r".*\b(?:chu tri|phu trach|chiu trach nhiem|dau moi|nguoi thuc hien|phan cong|chu the)\b.*|thuc hien",
    ),
    ("lead", r"(?:don vi|bo phan|ban|co quan)(?:/ca nhan)? (?:to chuc |trien khai )?thuc hien.*"),
    (
        "unit",
        r"(?:ten )?(?:don vi|cac don vi|bo phan|cdcs|cong doan co so|ten cdcs|khoi|cum"
        r"|doi tuong)(?:[ ,/].*)?",
    ),
    ("quantity", r".*\b(?:so luong|chi tieu|dinh muc|toi thieu|it nhat)\b.*"),
    ("product", r".*\b(?:san pham|ket qua|ghi chu|dau ra|kinh phi|du toan|dvt|don vi tinh)\b.*"),
    (
        "title",
        r".*\b(?:noi dung|hoat dong|cong viec|su kien|hinh thuc|chuong trinh|dau viec|viec)\b.*|ten .*",
    ),
]
_KNOWN = [(role, re.compile(pattern)) for role, pattern in _HEADERS]
_WIDEST = 40
_RULER_CELL = re.compile(r"[\s:\-=_|+]*")


@dataclass
class Row:
    line: int
    cells: list[str]

    @property
    def text(self) -> str:
        return squeeze(" ".join(self.cells))


@dataclass
class Table:
    """`roles` names what each column holds; "" where the header says nothing we know."""

    line: int
    headers: list[str]
    roles: list[str]
    rows: list[Row] = field(default_factory=list)

    def cell(self, row: Row, *roles: str) -> str:
        """The row's first filled cell among the columns of these roles."""
        for role in roles:
            for index, name in enumerate(self.roles):
                if name == role and index < len(row.cells) and row.cells[index]:
                    return row.cells[index]
        return ""

    def has(self, *roles: str) -> bool:
        return any(role in self.roles for role in roles)


def role_of(header: str) -> str:
    if len(header) > 70:
        return ""
    plain = re.sub(r"\s*\(.*?\)", "", fold(squeeze(header))[:120]).strip(" .:*-") or fold(header)
    return next((role for role, pattern in _KNOWN if pattern.fullmatch(plain)), "")


def table_at(lines: list[Line], index: int) -> tuple[Table, int] | None:
    """The table that begins at this line and the index after its last line, or None."""
    for split in (_pipe_cells, _tab_cells):
        rows, end = _rows(lines, index, split)
        if table := _table(rows):
            return table, end
    return _space_table(lines, index)


def _rows(lines: list[Line], index: int, split: Callable[[Line], list[str] | None]) -> tuple[list[Row], int]:
    rows: list[Row] = []
    while index < len(lines) and (cells := split(lines[index])) is not None:
        if cells:
            rows.append(Row(lines[index].number, cells))
        index += 1
    return rows, index


def _pipe_cells(line: Line) -> list[str] | None:
    """None where the line is no row; empty where it only rules the table."""
    raw = line.raw.strip()
    if not (1 if raw.startswith("|") else 2) <= raw.count("|") <= _WIDEST:
        return None
    if _RULER_CELL.fullmatch(raw):
        return []
    return [squeeze(re.sub("<br ?/?>", " ", cell)) for cell in raw.removeprefix("|").removesuffix("|").split("|")]


def _tab_cells(line: Line) -> list[str] | None:
    cells = [squeeze(cell) for cell in line.raw.strip(" ").rstrip().split("\t")]
    return cells if 1 < len(cells) <= _WIDEST and any(cells) else None


def _table(rows: list[Row]) -> Table | None:
    """A header that we understand makes a table; so do three even rows of three cells."""
    for index, row in enumerate(rows[:3]):
        roles = _roles(row.cells)
        if roles is None:
            continue
        body = rows[index + 1 :]
        headers = row.cells
        if body and (below := _second_header(headers, body[0].cells)):
            headers, body = below, body[1:]
            roles = [role_of(header) for header in headers]
        if not all(headers):
            headers, roles, body = _collapsed(headers, roles, body)
        return Table(row.line, headers, roles, body)
    even = len(rows) >= 3 and len({len(row.cells) for row in rows}) == 1 and len(rows[0].cells) >= 3
    return Table(rows[0].line, rows[0].cells, [""] * len(rows[0].cells), rows[1:]) if even else None


def _roles(cells: list[str]) -> list[str] | None:
    """What the cells of a header row name, or None where this is not one."""
    filled = [cell for cell in cells if cell]
    if len(filled) < 2 or any(len(cell) > 70 for cell in filled):
        return None
    roles = [role_of(cell) for cell in cells]
    known = [role for role in roles if role]
    return roles if len(known) >= max(2, (len(filled) + 1) // 2) and len(set(known)) >= 2 else None


def _second_header(above: list[str], below: list[str]) -> list[str] | None:
    """The header in two storeys: "Phân công" over "Chủ trì" and "Phối hợp"."""
    if (
        len(above) != len(below)
        or not any(below)
        or (all(above) and all(below))
        or not all(role_of(cell) or not cell for cell in below)
    ):
        return None
    return [cell or name for cell, name in zip(below, above, strict=True)]


def _collapsed(headers: list[str], roles: list[str], rows: list[Row]) -> tuple[list[str], list[str], list[Row]]:
    """Tabs set twice to line up: an unnamed column that is empty in every row is dropped."""
    empty = {i for i, name in enumerate(headers) if not name and not any(i < len(r.cells) and r.cells[i] for r in rows)}

    def kept(cells: list[str]) -> list[str]:
        return [cell for i, cell in enumerate(cells) if i not in empty]

    return kept(headers), kept(roles), [Row(row.line, kept(row.cells)) for row in rows]


def _chunks(line: Line) -> list[tuple[int, str]]:
    return [(m.start(), m.group()) for m in re.finditer(r"\S+(?: \S+)*", line.raw)]


def _space_table(lines: list[Line], index: int) -> tuple[Table, int] | None:
    """Columns lined up with spaces; the header fixes where they begin."""
    header = _chunks(lines[index])
    if len(header) < 2 or (roles := _roles([text for _, text in header])) is None:
        return None
    starts = [start for start, _ in header]
    table = Table(lines[index].number, [text for _, text in header], roles)
    index += 1
    while index < len(lines):
        chunks = _chunks(lines[index])
        if len(chunks) < 2 and not (chunks[0][0] >= starts[1] - 2 and not lines[index].gap):
            break
        _add_row(table, starts, lines[index].number, chunks)
        index += 1
    return (table, index) if table.rows else None


def _add_row(table: Table, starts: list[int], number: int, chunks: list[tuple[int, str]]) -> None:
    """A line whose first column is empty goes on with the row above."""
    cells = [""] * len(starts)
    for start, text in chunks:
        column = max((i for i, left in enumerate(starts) if left <= start + 4), default=0)
        cells[column] = squeeze(cells[column] + " " + text)
    if cells[0] or not table.rows:
        table.rows.append(Row(number, cells))
    else:
        last = table.rows[-1]
        last.cells = [squeeze(a + " " + b) for a, b in zip(last.cells, cells, strict=True)]
