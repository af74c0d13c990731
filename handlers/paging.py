"""Long lists a few lines at a time, each line with the sentence it was read from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from campaign.message import Choice
from handlers.context import number, short

T = TypeVar("T")
LINE_LETTERS = 90  # of one row among several
SOURCE_LETTERS = 160  # of the sentence of one row alone
END_MARKS = " .;,"


@dataclass(frozen=True)
class Page(Generic[T]):
    rows: Sequence[T]
    first: int  # of ``rows``, counted from 1
    total: int
    turns: tuple[Choice, ...]  # to the page before and the one after, where there is one


def page(rows: Sequence[T], action: str, wanted: int, size: int) -> Page[T]:
    """``action``: what a turn of the page does, the page's number put behind it."""
    last = max(0, (len(rows) - 1) // size)
    wanted = min(wanted, last)
    turns = [Choice("Trang trước", f"{action}:{wanted - 1}")] if wanted else []
    turns += [Choice("Trang sau", f"{action}:{wanted + 1}")] if wanted < last else []
    start = wanted * size
    return Page(rows[start : start + size], start + 1, len(rows), tuple(turns))


def numbers(argument: str) -> tuple[int, int]:
    """ "12:3": a row and a page; a missing page is the first."""
    row, _, wanted = argument.partition(":")
    return number(row), number(wanted)


def from_plan(source: dict[str, Any], text: str = "", limit: int = SOURCE_LETTERS) -> str:
    """Nguồn, dòng 12: “…”; a sentence that is the text itself is not said twice."""
    sentence, line = str(source.get("text") or ""), source.get("line")
    if not sentence:
        return "Nguồn: hệ thống tự lập."
    where = f"Nguồn, dòng {line}:" if line else "Nguồn:"
    if " ".join(sentence.split()).rstrip(END_MARKS) == " ".join(text.split()).rstrip(END_MARKS):
        return f"{where} đúng nguyên văn."
    return f"{where} “{short(sentence, limit)}”"
