"""From a file to rows under known columns. A file that is not such a table is refused with a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from campaign.organisation.unit_import import csv_files
from campaign.organisation.unit_import.cells import BrokenFile, Cell, is_blank
from campaign.problems import Refusal
from campaign.text import clean_name, fold_words

MEGABYTE = 1_000_000
LARGEST_FILE = 20 * MEGABYTE
MOST_ROWS = 100_000
TITLE_ROWS = 30  # how far down the header may stand: letterhead, title, a note


class UnreadableTable(Refusal):
    """This file is not a table of units that we can read."""


class Column(StrEnum):
    CODE = "Mã"
    NAME = "Tên đơn vị"
    KIND = "Loại"
    PARENT = "Mã cấp trên"
    CLUSTER = "Cụm thi đua"
    MEMBERS = "Số đoàn viên"
    CONTACT = "Người phụ trách"
    PHONE = "Điện thoại"


REQUIRED = (Column.CODE, Column.NAME)
_HEADERS = {
    Column.CODE: ("ma", "ma don vi", "ma dv", "ma cdcs"),
    Column.NAME: ("ten don vi", "ten", "don vi", "ten dv", "ten cdcs", "ten cong doan", "ten cong doan co so"),
    Column.KIND: ("loai", "loai don vi", "loai hinh"),
    Column.PARENT: ("ma cap tren", "cap tren", "ma don vi cap tren"),
    Column.CLUSTER: ("cum thi dua", "cum"),
    Column.MEMBERS: ("so doan vien", "doan vien", "tong so doan vien", "so dv"),
    Column.CONTACT: ("nguoi phu trach", "phu trach", "can bo phu trach", "ho ten nguoi phu trach"),
    Column.PHONE: ("dien thoai", "so dien thoai", "sdt", "dt", "so dt"),
}
_COLUMN_OF = {words: column for column, spellings in _HEADERS.items() for words in spellings}


@dataclass(frozen=True)
class Table:
    """Rows that hold something, each with its number as Excel shows it."""

    places: dict[Column, int]
    rows: list[tuple[int, Sequence[Cell]]]
    ignored: tuple[str, ...]  # headers of columns that mean nothing to us


def read(path: Path) -> Table:
    """The first sheet that has the columns Mã and Tên đơn vị. Raises UnreadableTable."""
    try:
        size = path.stat().st_size
    except OSError as error:
        raise UnreadableTable("table.missing", f"Không mở được tệp {path.name}. Kiểm tra lại tên tệp.") from error
    if size == 0:
        raise UnreadableTable("table.empty", "Tệp không có gì bên trong. Kiểm tra lại tệp rồi gửi lại.")
    if size > LARGEST_FILE:
        raise _huge()
    return _first_table(_sheets(path))


def _sheets(path: Path) -> list[list[list[Cell]]]:
    """Every visible sheet, rows from the very first one on. The ending says what a file must be."""
    ending = path.suffix.lower()
    try:
        if ending in (".csv", ".tsv", ".txt"):
            return [csv_files.read(path.read_bytes(), _spellings)]
        if ending in (".xlsx", ".xlsm", ".xls"):
            from campaign.organisation.unit_import import workbooks

            return workbooks.read(path)
    except BrokenFile as error:
        raise UnreadableTable(f"table.{error.reason}", error.sentence) from error
    raise UnreadableTable(
        "table.type", "Chỉ nhận bảng .xlsx, .xls hoặc .csv. Mở tệp bằng Excel, chọn Lưu thành .xlsx rồi gửi lại."
    )


def _first_table(sheets: list[list[list[Cell]]]) -> Table:
    if not any(not is_blank(cell) for sheet in sheets for row in sheet for cell in row):
        raise UnreadableTable("table.empty", "Bảng không có dòng nào. Kiểm tra lại tệp rồi gửi lại.")
    for sheet in sheets:
        for place, row in enumerate(sheet[:TITLE_ROWS]):
            places = _places(row)
            if all(column in places for column in REQUIRED):
                return _table(sheet, place, places)
    raise UnreadableTable(
        "table.no_header",
        "Không thấy cột “Mã” và cột “Tên đơn vị”. Đặt hai tiêu đề này trên cùng một dòng ở đầu bảng rồi gửi lại.",
    )


def _table(sheet: list[list[Cell]], header: int, places: dict[Column, int]) -> Table:
    rows: list[tuple[int, Sequence[Cell]]] = [
        (number, row)
        for number, row in enumerate(sheet[header + 1 :], start=header + 2)
        if any(not is_blank(cell) for cell in row)
    ]
    if not rows:
        raise UnreadableTable("table.empty", "Bảng chỉ có dòng tiêu đề. Điền các đơn vị bên dưới rồi gửi lại.")
    if len(rows) > MOST_ROWS:
        raise _huge()
    ignored = [
        clean_name(str(cell), 40)
        for place, cell in enumerate(sheet[header])
        if not is_blank(cell) and place not in places.values()
    ]
    return Table(places, rows, tuple(ignored))


def _places(header: Sequence[Cell]) -> dict[Column, int]:
    """Where each known column stands. Two columns with one meaning are refused: we would have to guess."""
    known = [(column, place) for place, cell in enumerate(header) if (column := _column(cell)) is not None]
    places = dict(known)
    if len(places) < len(known) and all(column in places for column in REQUIRED):
        twice = next(column for column in places if sum(column is one for one, _ in known) > 1)
        raise UnreadableTable("table.twice", f"Có hai cột “{twice}”. Bỏ bớt một cột rồi gửi lại.")
    return places


def _column(cell: Cell) -> Column | None:
    return _COLUMN_OF.get(fold_words(cell)) if isinstance(cell, str) else None


def _spellings(cells: Sequence[str]) -> int:
    """How many of the cells are headers we know: tells the separator of a text file."""
    return sum(_column(cell) is not None for cell in cells)


def _huge() -> UnreadableTable:
    return UnreadableTable(
        "table.huge", "Bảng quá lớn (trên 20 MB hoặc trên 100.000 dòng). Chia thành nhiều tệp nhỏ rồi gửi từng tệp."
    )
