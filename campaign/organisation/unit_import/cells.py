"""One cell: what a spreadsheet hands over, as the text a person sees in it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TypeAlias

from campaign.text import clean

Cell: TypeAlias = str | int | float | bool | date | datetime | time | timedelta


def as_text(cell: Cell) -> str:
    """Whole numbers without the ".0" that Excel keeps inside; text in NFC, on one line."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return " ".join(clean(cell).split()) if isinstance(cell, str) else str(cell)


def is_blank(cell: Cell) -> bool:
    return isinstance(cell, str) and not clean(cell)


def is_date(cell: Cell) -> bool:
    """Excel turns a code such as 1-2 into a day: what was typed is lost."""
    return isinstance(cell, date | time | timedelta)


class BrokenFile(Exception):
    """A file that cannot be read as the table it claims to be."""

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(reason)
        self.reason, self.sentence = reason, sentence
