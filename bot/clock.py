"""The one place that knows what time it is.

Everything else receives a moment as an argument. A clock may start at another moment and run faster than the wall, so
that a whole May can be lived through in minutes (rehearsal, demo, tests): ``LOA_CLOCK=2027-04-25T07:00:00+07:00@600``.
Several processes that must show the same time are told when the wall showed that moment:
``LOA_CLOCK=2027-04-25T07:00:00+07:00@600#2026-11-25T03:00:00+00:00``.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

FASTEST = 1e6


class BadClock(ValueError):
    """The text of LOA_CLOCK cannot be understood."""


@dataclass(frozen=True)
class Clock:
    """A clock that showed ``origin`` (aware) at monotonic second ``started`` and runs ``speed`` times as fast as the
    wall.
    """

    origin: datetime
    started: float
    speed: float = 1.0
    monotonic: Callable[[], float] = time.monotonic

    def now(self) -> datetime:
        """The present moment in UTC."""
        shown = timedelta(seconds=(self.monotonic() - self.started) * self.speed)
        return (self.origin + shown).astimezone(UTC)

    def after(self, seconds: float) -> datetime:
        """The moment this clock will show when ``seconds`` of real time have passed: platforms count in real
        seconds.
        """
        return self.now() + timedelta(seconds=seconds * self.speed)

    def real_seconds_until(self, moment: datetime) -> float:
        """Real seconds until this clock shows ``moment``; 0 when it already has."""
        return max(0.0, (moment - self.now()).total_seconds() / self.speed)


def wall_clock() -> Clock:
    return Clock(origin=datetime.now(UTC), started=time.monotonic())


def clock_at(origin: datetime, speed: float = 1.0) -> Clock:
    return Clock(origin=origin, started=time.monotonic(), speed=speed)


def parse_clock(text: str | None) -> Clock:
    """``MOMENT[@SPEED][#WALL]``: shows MOMENT at WALL, without it now; no text is the wall clock. Raises BadClock for a
    moment without a zone or a speed not above 0.
    """
    if not text:
        return wall_clock()
    shown, _, wall = text.partition("#")
    moment, _, speed = shown.partition("@")
    try:
        origin, factor = datetime.fromisoformat(moment), float(speed or 1)
        anchor = datetime.fromisoformat(wall) if wall else datetime.now(UTC)
    except ValueError as error:
        raise BadClock(f"LOA_CLOCK must look like 2027-04-25T07:00:00+07:00@600, not {text!r}") from error
    aware = origin.tzinfo is not None and anchor.tzinfo is not None
    if not aware or not 0 < factor <= FASTEST or not 1970 < origin.year < 9000:
        raise BadClock(f"LOA_CLOCK needs a time zone, a speed above 0 and at most {FASTEST:g}, not {text!r}")
    since = (datetime.now(UTC) - anchor).total_seconds()
    return Clock(origin, time.monotonic() - since, factor)
