"""Tables saved as text: any encoding that Vietnamese offices use, and whatever separates the columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence

from campaign.organisation.unit_import.cells import BrokenFile, Cell
from planreader.encodings import Undecodable, decode

_SEPARATORS = ",;\t|"
_LOOKED_AT = 40  # rows


def read(raw: bytes, headers_in: Callable[[Sequence[str]], int]) -> list[list[Cell]]:
    """Rows of a CSV file; the separator is the one that gives the most headers (as counted by ``headers_in``).

    Excel swallows a first line "sep=;", so rows are counted without it. Raises BrokenFile.
    """
    try:
        text = decode(raw)
    except Undecodable as error:
        raise BrokenFile(
            "encoding", "Không đọc được chữ trong tệp. Mở tệp bằng Excel, chọn Lưu thành .xlsx rồi gửi lại."
        ) from error
    if text[:4].lower() == "sep=":
        text = text.partition("\n")[2]
    separator = max(_SEPARATORS, key=lambda mark: _most_headers(text, mark, headers_in))
    try:
        return [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator)]
    except csv.Error as error:
        raise BrokenFile(
            "damaged", "Tệp .csv bị lỗi dấu ngoặc kép. Mở tệp bằng Excel, chọn Lưu thành .xlsx rồi gửi lại."
        ) from error


def _most_headers(text: str, separator: str, headers_in: Callable[[Sequence[str]], int]) -> int:
    lines = text.split("\n", _LOOKED_AT)[:_LOOKED_AT]
    return max(headers_in([cell.strip('"') for cell in line.split(separator)]) for line in lines)
