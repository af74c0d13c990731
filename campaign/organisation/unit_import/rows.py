"""One row of the table: what it says about a unit, or why it cannot be taken."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from campaign.organisation import clusters, phones
from campaign.organisation.unit_import.cells import Cell, as_text, is_date
from campaign.organisation.unit_import.tables import Column, Table

LIMITS = {
    Column.CODE: 40,
    Column.NAME: 200,
    Column.KIND: 80,
    Column.PARENT: 40,
    Column.CLUSTER: 80,
    Column.CONTACT: 80,
}
MOST_MEMBERS = 5_000_000
SHOWN = 30  # characters of a wrong cell that are repeated to the reader

_FORMULA = re.compile(r"[=+@]|-(?=\S)|#(REF|N/A|NAME|VALUE|DIV|NUM|NULL)\b")
_NOTHING = ("-", "–", "—", "không", "không có")  # how people fill a cell that has nothing to say
_GROUPED = re.compile(r"\d{1,3}([., ]\d{3})+|\d+")
_RESERVED = re.compile('[+&"“”,;:]')  # they mean something where units are addressed


@dataclass(frozen=True)
class RowProblem:
    """A row that was left out. ``row_number`` is the one Excel shows at its side."""

    row_number: int
    code: str
    sentence: str

    def __str__(self) -> str:
        return f"Dòng {self.row_number}: {self.sentence}"


@dataclass(frozen=True)
class UnitRow:
    """What a good row says; columns that the table lacks are empty here and are not compared."""

    number: int
    code: str
    name: str
    kind: str = ""
    parent: str = ""
    cluster: str = ""
    members: int | None = None
    contact: str = ""
    phone: str = ""

    @property
    def key(self) -> str:
        return self.code.casefold()

    @property
    def parent_key(self) -> str:
        return self.parent.casefold()


@dataclass
class Reading:
    rows: list[UnitRow] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)  # code of a bad row → its number
    problems: list[RowProblem] = field(default_factory=list)


def read_rows(table: Table) -> Reading:
    """Every row that is good by itself; whether rows fit together is for campaign.organisation.unit_import.fitting."""
    reading = Reading()
    for number, cells in table.rows:
        checked = _RowCheck(number, table.places, cells)
        row = checked.unit_row()
        reading.problems.extend(checked.problems)
        if not checked.problems:
            reading.rows.append(row)
        elif row.code:
            reading.refused.setdefault(row.key, number)
    return reading


class _RowCheck:
    """Looks at every cell, so that a person can mend the whole row at once."""

    def __init__(self, number: int, places: dict[Column, int], cells: Sequence[Cell]) -> None:
        self.number, self.problems = number, list[RowProblem]()
        self._cells = {column: cells[place] if place < len(cells) else "" for column, place in places.items()}

    def unit_row(self) -> UnitRow:
        return UnitRow(
            number=self.number,
            code=self._code(),
            name=self._required(Column.NAME, "missing_name", "thiếu tên đơn vị. Điền cột Tên đơn vị rồi nhập lại."),
            kind=self._words(Column.KIND),
            parent=self._words(Column.PARENT),
            cluster=self._cluster(),
            members=self._members(),
            contact=self._words(Column.CONTACT),
            phone=self._phone(),
        )

    def _code(self) -> str:
        code = self._required(Column.CODE, "missing_code", "thiếu mã đơn vị. Điền cột Mã rồi nhập lại.")
        if is_date(self._cells[Column.CODE]):
            self._wrong("date_code", f"Excel đã đổi mã thành ngày {code}. Định dạng cột Mã là Văn bản rồi gõ lại mã.")
        elif _RESERVED.search(code):
            self._wrong("bad_code", f"mã “{_shown(code)}” có dấu + & , ; : hoặc ngoặc kép. Dùng chữ, số, dấu - _ . /")
        return code

    def _cluster(self) -> str:
        name = self._words(Column.CLUSTER)
        if name and not clusters.key(name):
            self._wrong("bad_cluster", f"“{_shown(name)}” chưa phải tên một cụm. Ghi rõ, ví dụ Cụm 1.")
        return name

    def _required(self, column: Column, code: str, sentence: str) -> str:
        words = self._words(column)
        if not words:
            self._wrong(code, sentence)
        return words

    def _words(self, column: Column) -> str:
        words = self._text(column)
        if _FORMULA.match(words):
            self._wrong(
                "formula", f"cột {column} có nội dung giống công thức “{_shown(words)}”. Gõ lại bằng chữ thường."
            )
        elif len(words) > LIMITS[column]:
            self._wrong("too_long", f"cột {column} dài {len(words)} ký tự. Rút gọn còn {LIMITS[column]} ký tự.")
        return words

    def _members(self) -> int | None:
        """1.250 and 1 250 are one thousand two hundred and fifty; a part of a person is a mistake."""
        text = self._text(Column.MEMBERS)
        if not text:
            return None
        digits = re.sub(r"\D", "", text)
        if not _GROUPED.fullmatch(text) or (isinstance(self._cells[Column.MEMBERS], float) and text != digits):
            self._wrong(
                "bad_number", f"số đoàn viên “{_shown(text)}” không phải số nguyên. Ghi bằng chữ số, ví dụ 1250."
            )
        elif len(digits) > 9 or int(digits) > MOST_MEMBERS:
            self._wrong("bad_number", f"số đoàn viên “{_shown(text)}” quá lớn. Kiểm tra lại con số.")
        else:
            return int(digits)
        return None

    def _phone(self) -> str:
        text = self._text(Column.PHONE)
        phone = phones.normalise(text) if text else ""
        if phone is None:
            self._wrong(
                "bad_phone",
                f"số điện thoại “{_shown(text)}” không đúng. Ghi một số có 10 chữ số, ví dụ 0901 234 567.",
            )
        return phone or ""

    def _text(self, column: Column) -> str:
        text = as_text(self._cells.get(column, ""))
        return "" if column not in (Column.CODE, Column.NAME) and text.lower() in _NOTHING else text

    def _wrong(self, code: str, sentence: str) -> None:
        self.problems.append(RowProblem(self.number, code, sentence))


def _shown(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
