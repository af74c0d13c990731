"""Text files, pasted messages, CSV exports, and the web pages that hide among them."""

import csv
from itertools import islice

from planreader import encodings
from planreader.files import tables, web
from planreader.files.refusal import refusal

_CSV_ENDINGS = frozenset({".csv", ".tsv"})
_COLUMNS = 60


def text(raw: bytes, ending: str) -> str:
    """`ending` of the file's name only says whether commas are columns; nothing in the bytes can."""
    try:
        decoded = encodings.decode(raw)
    except encodings.Undecodable as failed:
        raise refusal("not_text") from failed
    if web.looks_like_page(decoded):
        return web.text(decoded)
    return _rows(decoded) if ending.lower() in _CSV_ENDINGS else decoded


def _rows(decoded: str) -> str:
    head = decoded[:10_000]
    mark = max(";\t,", key=head.count)
    csv.field_size_limit(1_000_000)
    try:
        rows = list(csv.reader(decoded.splitlines(keepends=True), delimiter=mark))
    except csv.Error as failed:
        raise refusal("broken") from failed
    table = [[cell.splitlines() for cell in islice(row, _COLUMNS)] for row in rows]
    return "\n".join(tables.sheet_lines(table))
