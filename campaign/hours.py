"""When the loudspeaker may speak: never in quiet hours, the lunch break, at Tết or on public holidays.

The hours are the ones union offices keep (working day 7:30–17:00, lunch 11:30–13:30); each installation may set its
own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from zoneinfo import ZoneInfo


class BadHours(ValueError):
    """A span of hours in the settings cannot be understood."""


@dataclass(frozen=True)
class Span:
    """A daily span of local time, ``start`` included and ``end`` not; it may pass midnight."""

    start: time
    end: time

    def holds(self, at: time) -> bool:
        if self.start <= self.end:
            return self.start <= at < self.end
        return at >= self.start or at < self.end


def parse_time(text: str) -> time:
    try:
        return time.fromisoformat(text.strip())
    except ValueError as error:
        raise BadHours(f"a time of day looks like 20:30, not {text!r}") from error


def parse_span(text: str) -> Span:
    start, dash, end = text.partition("-")
    if not dash:
        raise BadHours(f"a span looks like 20:30-07:00, not {text!r}")
    return Span(parse_time(start), parse_time(end))


@lru_cache(maxsize=64)
def public_holidays(year: int) -> frozenset[date]:
    """Public holidays of Việt Nam in ``year`` with their compensation days, as the `holidays` library lists them."""
    return frozenset(_calendar().Vietnam(years=year))


@cache
def _calendar() -> ModuleType:
    """The library's calendar of Việt Nam, read by its file: asked for by its name, it would bring in those of 250
    countries, which take 0.3 s and more memory than all that we wrote.
    """
    import holidays

    file = Path(holidays.__file__).parent / "countries" / "vietnam.py"
    spec = spec_from_file_location("holidays_of_vietnam", file)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@dataclass(frozen=True)
class Hours:
    """The hours of one installation, in its own zone."""

    quiet: Span
    lunch: Span
    digest_at: time
    zone: ZoneInfo

    @classmethod
    def parse(cls, quiet: str, lunch: str, digest_at: str, zone: ZoneInfo) -> Hours:
        """Raises BadHours where a text is not a time, or the digest would fall where nothing may be sent."""
        hours = cls(parse_span(quiet), parse_span(lunch), parse_time(digest_at), zone)
        if hours._silent_at(hours.digest_at) or hours.digest_at > time(16):
            raise BadHours(f"digest_at {digest_at} lies in the quiet hours, the lunch break or after 16:00")
        return hours

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(self.zone)

    def day(self, moment: datetime) -> date:
        """The local calendar day of ``moment``: what people call today."""
        return self.local(moment).date()

    def at(self, day: date, clock: time) -> datetime:
        """That local time of that day, in UTC."""
        return datetime.combine(day, clock, self.zone).astimezone(UTC)

    def is_quiet(self, moment: datetime) -> bool:
        """True when nothing that nobody waits for may be sent (replies to people are always allowed)."""
        return self._silent_at(self.local(moment).time())

    def next_open(self, moment: datetime) -> datetime:
        """``moment`` itself, or the end of the quiet span it falls into."""
        while (span := self._span_at(self.local(moment).time())) is not None:
            local = self.local(moment)
            days = 0 if local.time() < span.end else 1
            moment = self.at(local.date() + timedelta(days=days), span.end)
        return moment.astimezone(UTC)

    def is_holiday(self, day: date) -> bool:
        return day in public_holidays(day.year)

    def reminder_day(self, day: date) -> bool:
        """Whether people may be reminded on ``day``: not at Tết and on public holidays."""
        return not self.is_holiday(day)

    def _silent_at(self, at: time) -> bool:
        return self._span_at(at) is not None

    def _span_at(self, at: time) -> Span | None:
        return next((span for span in (self.quiet, self.lunch) if span.holds(at)), None)
