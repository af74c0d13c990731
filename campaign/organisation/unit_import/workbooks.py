"""Excel workbooks. calamine reads them fast, but lays a sheet out in full before we see it: one stray cell in the far
corner of a tiny file would take 500 GB and end the process. So the extent of an .xlsx is measured first."""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum, load_workbook

from campaign.organisation.unit_import.cells import BrokenFile, Cell

LARGEST_UNPACKED = 200_000_000  # bytes
MOST_CELLS = 5_000_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # .xls, and any .xlsx that has a password
_CELL = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*?(/?)>')
_CHUNK = 1 << 20


def read(path: Path) -> list[list[list[Cell]]]:
    """The visible sheets as rows of cells, from cell A1 on. Raises BrokenFile."""
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith(b"PK"):
        _measure(path)
    elif start != _OLE:
        raise _not_excel()
    try:
        with load_workbook(path) as book:
            return [_rows(book, place) for place in _visible(book)]
    except PasswordError as error:
        raise BrokenFile("encrypted", "Tệp có mật khẩu. Bỏ mật khẩu trong Excel rồi gửi lại.") from error
    except (CalamineError, OSError) as error:
        raise _damaged() from error


def _visible(book: CalamineWorkbook) -> list[int]:
    return [place for place, sheet in enumerate(book.sheets_metadata) if sheet.visible is SheetVisibleEnum.Visible]


def _rows(book: CalamineWorkbook, place: int) -> list[list[Cell]]:
    return [list(row) for row in book.get_sheet_by_index(place).to_python(skip_empty_area=False)]


def _measure(path: Path) -> None:
    """Refuse an archive that is no workbook, unpacks to too much or spreads its cells too far."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if not any(part.filename.startswith("xl/") for part in parts):
                raise _not_excel()
            if sum(part.file_size for part in parts) > LARGEST_UNPACKED:
                raise _too_large()
            for part in parts:
                if part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml"):
                    _check_extent(archive, part)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise _damaged() from error


def _check_extent(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    rows = columns = 0
    rest = b""
    with archive.open(part) as sheet:
        while block := sheet.read(_CHUNK):
            rest += block
            for name, row, empty in _CELL.findall(rest):
                if not empty:
                    rows, columns = max(rows, int(row)), max(columns, _column_number(name))
            rest = rest[rest.rfind(b"<") :]  # a tag cut in two; what was whole is not needed again
            if rows * columns > MOST_CELLS:
                raise _too_large()


def _column_number(name: bytes) -> int:
    """A → 1, Z → 26, AA → 27."""
    number = 0
    for letter in name:
        number = number * 26 + letter - 64
    return number


def _too_large() -> BrokenFile:
    return BrokenFile(
        "huge",
        "Bảng tính trải quá rộng. Xóa các dòng, cột thừa ở xa bảng hoặc chép riêng bảng sang tệp mới rồi gửi lại.",
    )


def _not_excel() -> BrokenFile:
    return BrokenFile(
        "not_excel",
        "Tệp mang đuôi của Excel nhưng bên trong không phải bảng tính. "
        "Mở tệp gốc bằng Excel, chọn Lưu thành .xlsx rồi gửi lại.",
    )


def _damaged() -> BrokenFile:
    return BrokenFile(
        "damaged", "Tệp Excel bị hỏng, không mở được. Mở bằng Excel, chọn Lưu thành .xlsx mới rồi gửi lại."
    )
