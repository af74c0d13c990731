"""Excel files as offices send them: .xlsx by xlsxwriter; .xls and locked files by hand, no library here writes them."""

import struct
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import xlsxwriter

Cell = str | int | float | date
HEADER = (
    "Mã", "Tên đơn vị", "Loại", "Mã cấp trên", "Cụm thi đua", "Số đoàn viên", "Người phụ trách", "Điện thoại",
)  # fmt: skip


def xlsx(path: Path, *rows: Sequence[Cell], start: int = 0) -> Path:
    """One sheet with these rows from row ``start`` (from 0) on."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for number, row in enumerate(rows, start=start):
            for place, cell in enumerate(row):
                sheet.write(number, place, cell, *([day] if isinstance(cell, date) else []))
    return path


def xls(path: Path, *rows: Sequence[str | float], locked: bool = False) -> Path:
    """A workbook of Excel 97: texts and numbers on one sheet. ``locked``: says that it has a password."""
    bof = lambda kind: _record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 0x07CC, 0, 6))  # noqa: E731
    end = _record(0x000A, b"")
    lock = _record(0x002F, struct.pack("<HHHH", 1, 1, 1, 4) + bytes(48)) if locked else b""
    head = bof(0x0005) + lock
    name = "Sheet1"
    sheet_at = len(head) + 4 + 8 + len(name) + len(end)
    bound = _record(0x0085, struct.pack("<IHBB", sheet_at, 0, len(name), 0) + name.encode())
    cells = b"".join(
        _cell(number, place, cell) for number, row in enumerate(rows) for place, cell in enumerate(row) if cell != ""
    )
    dimensions = _record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, max(map(len, rows)), 0))
    path.write_bytes(_compound({"Workbook": head + bound + end + bof(0x0010) + dimensions + cells + end}))
    return path


def locked_xlsx(path: Path) -> Path:
    """What Excel writes for an .xlsx with a password: the encrypted package inside a compound file."""
    path.write_bytes(_compound({"EncryptionInfo": bytes(4096), "EncryptedPackage": bytes(4096)}))
    return path


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _cell(row: int, column: int, cell: str | float) -> bytes:
    if isinstance(cell, str):
        return _record(0x0204, struct.pack("<HHHHB", row, column, 0, len(cell), 1) + cell.encode("utf-16-le"))
    return _record(0x0203, struct.pack("<HHHd", row, column, 0, cell))


def _compound(streams: Mapping[str, bytes]) -> bytes:
    """A compound file (MS-CFB) with 512-byte sectors: one of allocation, one of directory, then the streams."""
    table = [0xFFFFFFFD, 0xFFFFFFFE]
    entries = [_entry("Root Entry", 5, 1, 0xFFFFFFFE, 0)]
    body = b""
    for place, (name, data) in enumerate(streams.items(), start=1):
        data = data.ljust(max(4096, -(-len(data) // 512) * 512), b"\0")
        first, sectors = len(table), len(data) // 512
        table += [*range(first + 1, first + sectors), 0xFFFFFFFE]
        right = place + 1 if place < len(streams) else 0xFFFFFFFF
        entries.append(_entry(name, 2, 0xFFFFFFFF, first, len(data), right))
        body += data
    allocation = struct.pack("<128I", *table, *[0xFFFFFFFF] * (128 - len(table)))
    return _head() + allocation + b"".join(entries).ljust(512, b"\0") + body


def _head() -> bytes:
    magic = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    sizes = struct.pack("<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    return magic + sizes + struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)


def _entry(name: str, kind: int, child: int, first: int, size: int, right: int = 0xFFFFFFFF) -> bytes:
    label = name.encode("utf-16-le")
    return (
        label.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(label) + 2, kind, 1, 0xFFFFFFFF, right, child)
        + bytes(36)
        + struct.pack("<IQ", first, size)
    )
