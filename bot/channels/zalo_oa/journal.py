"""When the account was last heard, what kinds of event have ever come, and how they were signed.

One fact in the database, because any process may take a webhook. It is written once a minute at most, except for news.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from bot.channels.zalo_oa.limits import NAME
from bot.clock import Clock
from storage import grants
from storage.database import Database

log = structlog.get_logger()
HEARD = "heard"
OFTEN = timedelta(minutes=1)
MOST_NAMES = 200


@dataclass(frozen=True, slots=True)
class Heard:
    """``events``: the names that have come, with the moment of the first; ``variant``: of the signature; ``gap``:
    after this moment something came that could not be stored."""

    at: datetime | None = None
    variant: str = ""
    events: dict[str, str] = field(default_factory=dict)
    gap: datetime | None = None


class Journal:
    def __init__(self, database: Database, account: str, clock: Clock) -> None:
        self._database, self._account, self._clock = database, account, clock
        self._written: datetime | None = None
        self._variant, self._events = "", set[str]()
        self.missed = False  # something could not be stored: told with the next note, for whoever reads the history

    async def heard(self, what: str, variant: str) -> None:
        """An event came and is stored. Never raises: a missing note must not undo that."""
        now = self._clock.now()
        is_news = what not in self._events or variant != self._variant or self.missed
        if not is_news and self._written is not None and abs(now - self._written) < OFTEN:
            return
        if variant != self._variant:
            log.info("zalo_oa.signature", variant=variant, hint="signature_variant")
        try:
            await self._database.write(self._note, what[:60], variant, self.missed, now)
        except SQLAlchemyError as error:
            log.warning("zalo_oa.not_noted", error=type(error).__name__)
            return
        self._written, self._variant, self.missed = now, variant, False
        self._events.add(what)

    async def last(self) -> Heard:
        return await self._database.read(self.read)

    def read(self, session: Session) -> Heard:
        row = grants.fact(session, NAME, self._account, HEARD)
        if row is None:
            return Heard()
        gap = row.value.get("gap", "")
        return Heard(
            row.at,
            row.value.get("variant", ""),
            row.value.get("events", {}),
            datetime.fromisoformat(gap) if gap else None,
        )

    @asynccontextmanager
    async def mending(self) -> AsyncIterator[None]:
        """While the history is read. What is missed meanwhile opens a gap of its own."""
        gap, self.missed = (await self.last()).gap, False
        try:
            yield
        except BaseException:
            self.missed = True
            raise
        if gap is not None:
            await self._database.write(self._close, gap)

    def _close(self, session: Session, gap: datetime) -> None:
        row = grants.fact(session, NAME, self._account, HEARD)
        if row is not None and row.value.get("gap") == gap.isoformat():
            row.value = {**row.value, "gap": ""}
            session.add(row)

    def _note(self, session: Session, what: str, variant: str, missed: bool, now: datetime) -> None:
        known = self.read(session)
        events = dict(known.events)
        if len(events) < MOST_NAMES:
            events.setdefault(what, now.isoformat())
        gap = known.gap or ((known.at or now) if missed else None)
        value = {"variant": variant, "events": events, "gap": gap.isoformat() if gap else ""}
        grants.note_fact(session, NAME, self._account, HEARD, value, now)
