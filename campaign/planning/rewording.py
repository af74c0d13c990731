"""Last year's words for another year: years, dates and ordinals change, every other letter stays.

What cannot be decided by rule is left as it is and pointed out: a wrong number on a banner is worse than a question.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from campaign.calendar import WEEKDAYS
from campaign.planning.rotation import speaks_of
from storage.models import Observance

_DATE = r"\d{1,2}\s*[/.-]\s*\d{1,2}\s*[/.-]\s*(\d{4})"
_SPAN = re.compile(rf"{_DATE}\s*[-–—]\s*{_DATE}")  # 01/05/1886 - 01/05/2023
_COUNT = re.compile(r"\b(\d{1,3})(?=\s+năm\b)|(?<=lần thứ )(\d{1,3})\b", re.IGNORECASE)
_YEAR = re.compile(r"(?:(?<=năm )|(?<=\d[/.-])|(?<=\d [/.-] ))(\d{4})\b", re.IGNORECASE)
_DOCUMENT = re.compile(r"\bsố:?\s*[\w-]*/[\w/.-]+[^;.]{0,30}\bngày\s[\d/. -]*$", re.IGNORECASE)  # số 46/KH-LĐLĐ ngày
_WEEKDAY = re.compile("|".join(WEEKDAYS), re.IGNORECASE)
_WEEKLY = re.compile(r"\bh[ằà]ng (tuần|tháng)\b", re.IGNORECASE)
_EDITION = re.compile(r"\blần thứ \w+", re.IGNORECASE)


SHORT = 140  # two of them fit a small screen


@dataclass(frozen=True)
class Rewording:
    """From the years of a campaign to the same ones ``shift`` years later."""

    years: Collection[int]
    shift: int
    observances: Collection[Observance] = ()  # as they were

    def __call__(self, text: str) -> str:
        return self._years(self._counts(text))

    def leftovers(self, before: str, after: str) -> list[str]:
        """What a person must decide, in words that complete "… trong “<text>”"."""
        found = [f"còn năm {year}" for year in sorted(self.years) if str(year) in after]
        if (edition := _EDITION.search(after)) and edition[0] in before:
            found.append(f"còn “{edition[0]}”")
        if (day := _WEEKDAY.search(after)) and not _WEEKLY.search(after):
            found.append(f"còn “{day[0]}”")
        return found

    def _counts(self, text: str) -> str:
        """Ordinals that belong to a span of dates, or to an observance that the text names."""
        for span in reversed(list(_SPAN.finditer(text))):
            base, year = int(span[1]), int(span[2])
            counts = [count for count in _COUNT.finditer(text) if count.end() <= span.start()]
            if year in self.years and counts:
                text = _replace(text, counts[-1], year + self.shift - base)
        return self._named_counts(text)

    def _named_counts(self, text: str) -> str:
        for observance in self.observances:
            if observance.ordinal <= 0 or not speaks_of(observance, text):
                continue
            for count in reversed(list(_COUNT.finditer(text))):
                if int(count[0]) == observance.ordinal:
                    text = _replace(text, count, observance.ordinal + self.shift)
        return text

    def _years(self, text: str) -> str:
        """The year after "năm" or in a date; the date of a document that is referred to stays what it was."""

        def later(match: re.Match[str]) -> str:
            year = int(match[1])
            referred = _DOCUMENT.search(text[: match.start()])
            return str(year + self.shift) if year in self.years and not referred else match[0]

        return _YEAR.sub(later, text)


def _replace(text: str, count: re.Match[str], number: int) -> str:
    return f"{text[: count.start()]}{number}{text[count.end() :]}"


def changes(what: str, before: str, after: str, leftovers: Iterable[str]) -> list[str]:
    """Sentences for the person who confirms the copy; of a long text, what changed in it."""
    found = []
    if after != before and len(after) <= SHORT:
        found = [f"{what} đổi từ “{before}” thành “{after}”. Hãy xác nhận."]
    elif after != before:
        # Only numbers change, so the words pair up.
        pairs = {(old.strip(",;."), new.strip(",;.")) for old, new in zip(before.split(), after.split(), strict=True)}
        said = ", ".join(f"“{old}” thành “{new}”" for old, new in sorted(pairs) if old != new)
        found = [f"{what} đổi {said}: “{_cut(after)}”. Hãy xác nhận."]
    return [*found, *(f"{what} {left}: “{_cut(after)}”. Hãy xem lại." for left in leftovers)]


def _cut(text: str) -> str:
    return text if len(text) <= SHORT else f"{text[:SHORT].rsplit(' ', 1)[0]}…"
