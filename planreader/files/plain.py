"""Text files, pasted messages and CSV exports."""

import csv
from itertools import islice

from planreader import encodings
from planreader.files import tables
from planreader.files.refusal import MAX_TEXT, refusal

_CSV_ENDINGS = frozenset({".csv", ".tsv"})
_COLUMNS = 60


def decoded(raw: bytes) -> str:
    if len(raw) > 4 * MAX_TEXT:  # no encoding takes more bytes for a letter
        raise refusal("too_large")
    try:
        return encodings.decode(raw)
    except encodings.Undecodable as failed:
        raise refusal("not_text") from failed


def text(written: str, ending: str) -> str:
    """`ending` of the file's name only says whether commas are columns; nothing in the text can."""
    return _rows(written) if ending.lower() in _CSV_ENDINGS else written


def _rows(written: str) -> str:
    head = written[:10_000]
    mark = max(";\t,", key=head.count)
    csv.field_size_limit(1_000_000)
    try:
        rows = list(csv.reader(written.splitlines(keepends=True), delimiter=mark))
    except csv.Error as failed:
        raise refusal("broken") from failed
    table = [[cell.splitlines() for cell in islice(row, _COLUMNS)] for row in rows]
    return "\n".join(tables.sheet_lines(table))
