"""The clock of the demo, kept in its database: commands read the time that the running demo shows, and a restart goes
on where it stopped instead of jumping months ahead."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlmodel import Session

from bot.clock import Clock, clock_at, wall_clock
from storage.database import Database
from storage.models import ClockAnchor

STILL_RUNNING = timedelta(seconds=5)  # an anchor older than this was left by a process that has stopped


def resume(database: Database) -> Clock:
    """The demo's clock when this database has one, else the wall clock."""
    with database.snapshot() as session:
        anchor = session.get(ClockAnchor, 1)
    if anchor is None:
        return wall_clock()
    since = datetime.now(UTC) - anchor.wall
    ahead = since * anchor.speed if since < STILL_RUNNING else timedelta(0)
    return clock_at(anchor.shown + ahead, anchor.speed)


def is_kept(session: Session) -> bool:
    return session.get(ClockAnchor, 1) is not None


def start(session: Session, shown: datetime, speed: float) -> None:
    """Give this database a clock of its own that shows ``shown`` now."""
    session.merge(ClockAnchor(id=1, shown=shown, wall=datetime.now(UTC), speed=speed))


def remember(session: Session, clock: Clock) -> None:
    """Write down what the clock shows, when this database has a clock of its own."""
    anchor = session.get(ClockAnchor, 1)
    if anchor is not None:
        anchor.shown, anchor.wall, anchor.speed = clock.now(), datetime.now(UTC), clock.speed
        session.add(anchor)
