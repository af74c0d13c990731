"""What was heard is stored, then handled, once.

``receive`` returns when the event is committed; only then may a channel acknowledge it to its platform. Events of one
chat are handled in order, different chats side by side; all that an event causes is one transaction.

Several processes share this work on PostgreSQL. Whoever handles a chat's oldest event has locked its row: others pass
the chat by, and find the next event only once the first is committed as done.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, func, select

from bot.channels.contract import Event
from bot.clock import Clock
from storage.database import Database
from storage.insert import insert_new
from storage.models import Incoming
from storage.models.messages import IncomingState

log = structlog.get_logger()
SIDE_BY_SIDE = 8
IDLE_SECONDS = 0.5
CHOICE = 4  # out of so many times as many as there is room for
ELSEWHERE_SECONDS = 0.1  # how long a chat is passed by that another process works on
ATTEMPTS = 3
PASSING_STATES = (
    "40001",
    "40P01",
    "55P03",
    "57P01",
    "57014",
)  # of PostgreSQL: two got in each other's way, or it stops
Handle = Callable[[Session, Incoming, Event, datetime], None]


class Inbox:
    """``handle`` changes rows and queues answers; ``sorry`` queues the words for an event that cannot be handled."""

    def __init__(
        self, database: Database, clock: Clock, handle: Handle, sorry: Handle, after: Callable[[], None]
    ) -> None:
        self._database, self._clock = database, clock
        self._handle, self._sorry, self._after = handle, sorry, after
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._elsewhere: dict[str, float] = {}  # chats another process works on, until when they are passed by
        self._wake = asyncio.Event()
        self._draining = False

    async def receive(self, event: Event) -> None:
        """Store ``event``; a second delivery of it adds nothing. Raises when it could not be stored: do not
        acknowledge.
        """
        event = event.cleaned()
        row = Incoming(
            channel=event.channel,
            account=event.account,
            event_id=event.event_id,
            chat=event.chat,
            payload=event.as_json(),
            received_at=self._clock.now(),
        )
        await self._database.write(insert_new, Incoming, [row], first=True)  # a platform waits for our answer
        self._wake.set()

    async def run(self) -> None:
        while not self._draining:
            try:
                await self._turn()
            except SQLAlchemyError as error:
                log.error("inbox.database", error=type(error).__name__)
                await asyncio.sleep(1)

    async def drain(self, seconds: float) -> None:
        """Start nothing more; let what is being handled finish."""
        self._draining = True
        self._wake.set()
        if self._busy:
            await asyncio.wait(self._busy.values(), timeout=seconds)

    async def _turn(self) -> None:
        self._wake.clear()
        room = SIDE_BY_SIDE - len(self._busy)
        rows = await self._database.read(_oldest_of_each_chat, self._passed_by(), room) if room else []
        if self._draining:
            return
        for row_id, place in rows:
            task = asyncio.create_task(self._one(row_id, place))
            self._busy[place] = task
            task.add_done_callback(partial(self._finished, place))
        if not rows:
            await self._idle()

    def _passed_by(self) -> set[str]:
        now = time.monotonic()
        self._elsewhere = {place: until for place, until in self._elsewhere.items() if until > now}
        return {*self._busy, *self._elsewhere}

    def _finished(self, place: str, _: asyncio.Task[None]) -> None:
        self._busy.pop(place, None)
        self._wake.set()

    async def _idle(self) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), ELSEWHERE_SECONDS if self._elsewhere else IDLE_SECONDS)
        except TimeoutError:
            return

    async def _one(self, row_id: int, place: str) -> None:
        try:
            if not await self._database.write(self._in_one_transaction, row_id):
                self._elsewhere[place] = time.monotonic() + ELSEWHERE_SECONDS
                return
        except SQLAlchemyError as error:
            log.error("inbox.waits", incoming=row_id, error=type(error).__name__)
            if not _is_passing(error):
                await self._give_up(row_id, error)
            await asyncio.sleep(0.2)
        except Exception as error:
            log.exception("inbox.failed", incoming=row_id, error=type(error).__name__)
            await self._give_up(row_id, error)
        self._after()

    async def _give_up(self, row_id: int, error: Exception) -> None:
        try:
            await self._database.write(self._failed, row_id, error)
        except SQLAlchemyError as trouble:  # it is counted at the next attempt
            log.error("inbox.not_counted", incoming=row_id, error=type(trouble).__name__)

    def _in_one_transaction(self, session: Session, row_id: int) -> bool:
        """False when another process handles it, or has done so."""
        row = _locked(session, row_id)
        if row is None:
            return False
        now = self._clock.now()
        self._handle(session, row, Event.from_json(row.payload), now)
        row.state, row.handled_at = IncomingState.DONE, now
        session.add(row)
        return True

    def _failed(self, session: Session, row_id: int, error: Exception) -> None:
        row = _locked(session, row_id)
        if row is None:
            return
        row.attempts, row.error = row.attempts + 1, f"{type(error).__name__}: {error}"[:500]
        if row.attempts >= ATTEMPTS:
            row.state = IncomingState.FAILED
            self._apologise(session, row)
        session.add(row)

    def _apologise(self, session: Session, row: Incoming) -> None:
        """Say sorry when that much can be done; a row that cannot even be read must not block those behind it."""
        try:
            with session.begin_nested():
                self._sorry(session, row, Event.from_json(row.payload), self._clock.now())
        except Exception as error:
            log.error("inbox.speechless", incoming=row.id, error=type(error).__name__)


def _locked(session: Session, row_id: int) -> Incoming | None:
    """The event, locked until the end of the transaction; None when it is locked or not new any more."""
    row = session.get(Incoming, row_id, with_for_update={"skip_locked": True})
    return row if row is not None and row.state == IncomingState.NEW else None


def _is_passing(error: SQLAlchemyError) -> bool:
    """A locked database or a full disk passes; a broken constraint does not."""
    original = getattr(error, "orig", error)
    if getattr(original, "sqlstate", None) in PASSING_STATES:
        return True
    said = str(original).lower()  # never the parameters: they hold what people wrote
    return any(word in said for word in ("locked", "disk", "full", "connection"))


def _oldest_of_each_chat(session: Session, passed_by: set[str], room: int) -> list[tuple[int, str]]:
    """(id, place) of the next event of chats nobody here works on; the place of a chat is ``channel:chat``."""
    first = func.min(Incoming.id)
    rows = session.exec(
        select(first, Incoming.channel, Incoming.chat)
        .where(Incoming.state == IncomingState.NEW)
        .group_by(Incoming.channel, Incoming.chat)
        .order_by(first)
        .limit(len(passed_by) + room * CHOICE)
    )
    waiting = ((row_id, f"{channel}:{chat}") for row_id, channel, chat in rows if row_id is not None)
    found = [(row_id, place) for row_id, place in waiting if place not in passed_by]
    return found[:room] if len(found) <= room else _some(session, found, room)


def _some(session: Session, found: list[tuple[int, str]], room: int) -> list[tuple[int, str]]:
    """Where several processes look at once, each takes others of the oldest, so that they seldom meet."""
    if session.get_bind().dialect.name == "sqlite":
        return found[:room]
    return random.sample(found[: room * CHOICE], room)
