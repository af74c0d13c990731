"""The slogan of the day: every slogan is used once before any is used again."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

from campaign.calendar import core
from campaign.text import fold_words
from storage.models import Observance

_FULL_DATE = re.compile(r"\b(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})\b")
_DAY_MONTH = re.compile(r"\b(\d{1,2})[/.-](\d{1,2})\b")


def rotate(days: Sequence[date], count: int, wished: Mapping[date, int]) -> dict[date, int]:
    """Which of ``count`` slogans (from 0) each day gets. ``wished``: days that have a slogan of their own.

    Days are taken in rounds of ``count``; inside a round each slogan comes once, so a wish moves the others aside.
    """
    chosen: dict[date, int] = {}
    for start in range(0, len(days) if count else 0, max(count, 1)):
        round_days = days[start : start + count]
        before = chosen.get(days[start - 1]) if start else None
        chosen |= _one_round(round_days, count, wished, before)
    return chosen


def _one_round(days: Sequence[date], count: int, wished: Mapping[date, int], before: int | None) -> dict[date, int]:
    fixed: dict[date, int] = {}
    for day in days:
        if day in wished and wished[day] not in fixed.values():
            fixed[day] = wished[day]
    rest = [number for number in range(count) if number not in fixed.values()]
    if days[0] not in fixed and len(rest) > 1 and rest[0] == before:
        rest[:2] = rest[1], rest[0]  # not on two days running
    queue = iter(rest)
    return {day: fixed[day] if day in fixed else next(queue) for day in days}


def rotate_lasting(days: Sequence[date], count: int, wished: Mapping[date, int]) -> dict[date, int]:
    """As ``rotate``, but the slogan of an occasion is not used again once its day (in ``wished``) is over.

    After each such day the others go on in turn, those used least first.
    """
    chosen: dict[date, int] = {}
    lasting, used, start = list(range(count)), [0] * count, 0
    ends = [place for place, day in enumerate(days) if day in wished] + [len(days) - 1]
    for end in ends:
        if lasting and start <= end:
            part = _turns(days[start : end + 1], lasting, used, wished, chosen.get(days[start - 1]) if start else None)
            chosen |= part
            for number in part.values():
                used[number] += 1
        over = wished.get(days[end]) if days else None
        lasting = [number for number in lasting if number != over] or lasting
        start = end + 1
    return chosen


def _turns(
    days: Sequence[date], lasting: Sequence[int], used: Sequence[int], wished: Mapping[date, int], before: int | None
) -> dict[date, int]:
    order = sorted(lasting, key=lambda number: (used[number], number == before, number))
    places = {day: order.index(wished[day]) for day in days if wished.get(day) in order}
    return {day: order[place] for day, place in rotate(days, len(order), places).items()}


def concerning(observance: Observance, slogans: Sequence[str]) -> int | None:
    """The slogan that speaks of the observance: by its date in full, else by its name, else by its day."""
    for means in (_by_date, _by_name, _by_day):
        found = next((number for number, text in enumerate(slogans) if means(observance, text)), None)
        if found is not None:
            return found
    return None


def speaks_of(observance: Observance, text: str) -> bool:
    """Whether the text means this observance, by its date in full or by its name."""
    return _by_date(observance, text) or _by_name(observance, text)


def _by_date(observance: Observance, text: str) -> bool:
    event = observance.event_date
    return (event.day, event.month, event.year) in {tuple(map(int, found)) for found in _FULL_DATE.findall(text)}


def _by_name(observance: Observance, text: str) -> bool:
    name = core(observance.name)
    return bool(name) and f" {name} " in f" {fold_words(text)} "


def _by_day(observance: Observance, text: str) -> bool:
    day = observance.on_day
    return (day.day, day.month) in {tuple(map(int, found)) for found in _DAY_MONTH.findall(text)}
