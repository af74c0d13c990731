"""The places of a plan document where a dispatch may change words or days."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from typing import Any

from campaign.text import fold_words

Item = dict[str, Any]
WORDED = {
    "slogans": ("text",),
    "theme_messages": ("text",),
    "campaigns": ("theme",),
    "activities": ("title", "summary", "date_text"),
    "quotas": ("text",),
    "report_deadlines": ("text",),
    "other_deadlines": ("what", "text"),
}
TASKS = "tasks"
DATED = {"report_deadlines": ("deadline",), "other_deadlines": ("deadline",), "activities": ("start", "end")}
DATED["campaigns"] = ("start", "end")


@dataclass(frozen=True)
class Spot:
    """An item and the list that holds it; changing the item changes the document."""

    name: str
    holder: list[Any]
    item: Item

    @property
    def fields(self) -> tuple[str, ...]:
        return WORDED.get(self.name, ("text",))

    @property
    def words(self) -> str:
        """Everything it says, with the sentence it was read from."""
        said = [self.item.get(name) for name in self.fields] + [self.item.get("name"), sentence_of(self.item)]
        return " ".join(text for text in said if isinstance(text, str))

    @property
    def main(self) -> str:
        """The words that a row is made of."""
        return next((text for name in self.fields if isinstance(text := self.item.get(name), str) and text), "")

    @property
    def label(self) -> str:
        """What people call it."""
        return str(self.item.get("name") or self.main)

    def days(self) -> list[date]:
        found = [self.item.get(name) for name in DATED.get(self.name, ())]
        return [day for text in found if isinstance(text, str) and (day := _day(text))]

    def holds(self, words: str) -> bool:
        pattern = as_printed(words)
        return any(pattern.search(text) for name in self.fields if isinstance(text := self.item.get(name), str))

    def reword(self, old: str, new: str) -> None:
        pattern = as_printed(old)
        for name in self.fields:
            if isinstance(text := self.item.get(name), str):
                self.item[name] = pattern.sub(lambda _: new, text)

    def remove(self) -> None:
        self.holder[:] = [item for item in self.holder if item is not self.item]


def editable(document: dict[str, Any]) -> dict[str, Any]:
    """A copy in which every item is an object with a text, also where the reader gave bare texts."""
    copy = deepcopy(document)
    for name in (*WORDED, "assignments"):
        copy[name] = [_whole(item) for item in copy.get(name) or []]
    for block in copy["assignments"]:
        block[TASKS] = [_whole(task) for task in block.get(TASKS) or []]
    return copy


def spots(document: dict[str, Any]) -> Iterator[Spot]:
    """Of an editable document."""
    for name in WORDED:
        for item in document[name]:
            yield Spot(name, document[name], item)
    for block in document["assignments"]:
        for task in block[TASKS]:
            yield Spot(TASKS, block[TASKS], task)


def sentence_of(item: Item) -> str:
    source = item.get("source")
    return str(source.get("text") or "") if isinstance(source, dict) else ""


def line_of(item: Item) -> int | None:
    source = item.get("source")
    return source.get("line") if isinstance(source, dict) else None


def as_printed(words: str) -> re.Pattern[str]:
    """Finds words whatever spaces and marks of punctuation stand between them; whole words only."""
    inner = r"[\W_]+".join(re.escape(word) for word in re.findall(r"[^\W_]+", words))
    return re.compile(rf"(?<![^\W_]){inner}(?![^\W_])" if inner else r"(?!)", re.IGNORECASE)


def says(words: str, text: str) -> bool:
    return bool(wanted := fold_words(words)) and f" {wanted} " in f" {fold_words(text)} "


def _whole(item: Any) -> Item:
    return item if isinstance(item, dict) else {"text": str(item)}


def _day(text: str) -> date | None:
    """Of a day or a moment; None for what is neither."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
