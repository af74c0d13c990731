"""When the account was last heard, what kinds of event have ever come, and how they were signed.

One fact in the database, because any process may take a webhook. It is written once a minute at most, except for news.
"""

from __future__ import annotations

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
    """``events``: the names that have come, with the moment of the first; ``variant``: of the signature."""

    at: datetime | None = None
    variant: str = ""
    events: dict[str, str] = field(default_factory=dict)


class Journal:
    def __init__(self, database: Database, account: str, clock: Clock) -> None:
        self._database, self._account, self._clock = database, account, clock
        self._written: datetime | None = None
        self._variant, self._events = "", set[str]()

    async def heard(self, what: str, variant: str) -> None:
        """An event came and is stored. Never raises: a missing note must not undo that."""
        now = self._clock.now()
        is_news = what not in self._events or variant != self._variant
        if not is_news and self._written is not None and abs(now - self._written) < OFTEN:
            return
        if variant != self._variant:
            log.info("zalo_oa.signature", variant=variant, hint="signature_variant")
        try:
            await self._database.write(self._note, what[:60], variant, now)
        except SQLAlchemyError as error:
            log.warning("zalo_oa.not_noted", error=type(error).__name__)
            return
        self._written, self._variant = now, variant
        self._events.add(what)

    async def last(self) -> Heard:
        return await self._database.read(self.read)

    def read(self, session: Session) -> Heard:
        row = grants.fact(session, NAME, self._account, HEARD)
        if row is None:
            return Heard()
        return Heard(row.at, row.value.get("variant", ""), row.value.get("events", {}))

    def _note(self, session: Session, what: str, variant: str, now: datetime) -> None:
        known = self.read(session)
        events = dict(known.events)
        if len(events) < MOST_NAMES:
            events.setdefault(what, now.isoformat())
        grants.note_fact(session, NAME, self._account, HEARD, {"variant": variant, "events": events}, now)
