"""What a printed deadline means: until when to remind, and from when a report counts as late.

"Trước ngày 10/6" means the 9th by the letter, but offices count a report that comes on the 10th as on time: people are
reminded until the end of the 9th, and are late from the 11th. A deadline with an hour is that moment and nothing else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from campaign.calendar import full, last_day, moment_in_full, numeric
from campaign.hours import Hours

DAY = timedelta(days=1)
_PRINTED = re.compile(r"(\d{4}-\d\d-\d\d)(?:T(\d\d):(\d\d)(?::\d\d)?)?")


@dataclass(frozen=True)
class Printed:
    """A deadline as the plan prints it, in local time; ``clock`` is None for a day without an hour."""

    day: date
    clock: time | None = None

    @classmethod
    def parse(cls, text: str) -> Printed:
        """``2026-06-10``, ``2026-06-10T16:30`` or ``2026-06-10T24:00`` (the end of that day). Raises ValueError."""
        match = _PRINTED.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"not a deadline: {text!r}")
        day = date.fromisoformat(match[1])
        if match[2] is None:
            return cls(day)
        if (match[2], match[3]) == ("24", "00"):
            return cls(day + DAY, time())
        return cls(day, time(int(match[2]), int(match[3])))


@dataclass(frozen=True)
class Deadline:
    """``deadline``: the last moment for reminding; ``late_from``: the first that is late. Both in UTC."""

    deadline: datetime
    late_from: datetime


def meaning(printed: Printed, operator: str, hours: Hours) -> Deadline:
    if printed.clock is not None:
        moment = hours.at(printed.day, printed.clock)
        return Deadline(moment, moment)
    following = hours.at(printed.day + DAY, time())
    if operator == "before":
        return Deadline(hours.at(printed.day, time()), following)
    return Deadline(following, following)


def due_day(deadline: datetime, late_from: datetime | None, hours: Hours) -> date:
    """The day that the plan prints: D for "trước ngày D" and for "đến hết ngày D" alike."""
    return last_day(late_from or deadline, hours)


def in_words(deadline: datetime, late_from: datetime | None, hours: Hours) -> str:
    """The deadline for people; of "trước ngày D" both sides are said."""
    if late_from is None or late_from == deadline:
        return moment_in_full(deadline, hours)
    late = hours.day(late_from)
    last = full(last_day(deadline, hours))
    return f"trước ngày {numeric(late - DAY)} (nên gửi trong {last}; từ {numeric(late)} là muộn)"
