"""Workbooks (.xlsx, .xls, .xlsb, .ods): rows of a table as pipe rows, lone cells as plain lines."""

import datetime as dt
import io

from python_calamine import CalamineWorkbook, PasswordError, SheetVisibleEnum

from planreader.files import tables
from planreader.files.refusal import refusal

_ROWS = 20_000
_CELLS = 400_000

Value = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta


def text(raw: bytes) -> str:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
    except PasswordError as locked:
        raise refusal("encrypted") from locked
    visible = [s.name for s in book.sheets_metadata if s.visible == SheetVisibleEnum.Visible]
    lines: list[str] = []
    for name in visible or book.sheet_names:
        sheet = book.get_sheet_by_name(name)
        if sheet.height > _ROWS or sheet.height * sheet.width > _CELLS:
            raise refusal("too_large")
        lines += [*tables.sheet_lines([[_lines(v) for v in row] for row in sheet.to_python()]), ""]
    return "\n".join(lines)


def _lines(value: Value) -> list[str]:
    return [line for line in _shown(value).splitlines() if line.strip()]


def _shown(value: Value) -> str:
    """As a Vietnamese office prints it: 05/5/2026 is d/m/Y, 2.0 is the 2 that somebody typed."""
    if isinstance(value, dt.datetime):
        day = f"{value:%d/%m/%Y}"
        return day if value.time() == dt.time() else f"{value:%Hh%M} ngày {day}"
    if isinstance(value, dt.date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, dt.time):
        return f"{value:%Hh%M}"
    if isinstance(value, bool):
        return "x" if value else ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.10g}".replace(".", ",")
    return str(value)
