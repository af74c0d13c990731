"""What was heard is stored, then handled, once.

``receive`` returns when the event is committed; only then may a channel acknowledge it to its platform. Events of one
chat are handled in order, different chats side by side; all that an event causes is one transaction.
"""

from __future__ import annotations

import asyncio
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
ATTEMPTS = 3
Handle = Callable[[Session, Incoming, Event, datetime], None]


class Inbox:
    """``handle`` changes rows and queues answers; ``sorry`` queues the words for an event that cannot be handled."""

    def __init__(
        self, database: Database, clock: Clock, handle: Handle, sorry: Handle, after: Callable[[], None]
    ) -> None:
        self._database, self._clock = database, clock
        self._handle, self._sorry, self._after = handle, sorry, after
        self._busy: dict[str, asyncio.Task[None]] = {}
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
        await self._database.write(insert_new, Incoming, [row])
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
        rows = await self._database.read(_oldest_of_each_chat, set(self._busy), room) if room else []
        if self._draining:
            return
        for row_id, place in rows:
            task = asyncio.create_task(self._one(row_id))
            self._busy[place] = task
            task.add_done_callback(partial(self._finished, place))
        if not rows:
            await self._idle()

    def _finished(self, place: str, _: asyncio.Task[None]) -> None:
        self._busy.pop(place, None)
        self._wake.set()

    async def _idle(self) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), timeout=IDLE_SECONDS)
        except TimeoutError:
            return

    async def _one(self, row_id: int) -> None:
        try:
            await self._database.write(self._in_one_transaction, row_id)
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

    def _in_one_transaction(self, session: Session, row_id: int) -> None:
        row = session.get(Incoming, row_id, with_for_update=True)
        if row is None or row.state != IncomingState.NEW:
            return
        now = self._clock.now()
        self._handle(session, row, Event.from_json(row.payload), now)
        row.state, row.handled_at = IncomingState.DONE, now
        session.add(row)

    def _failed(self, session: Session, row_id: int, error: Exception) -> None:
        row = session.get(Incoming, row_id)
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


def _is_passing(error: SQLAlchemyError) -> bool:
    """A locked database or a full disk passes; a broken constraint does not."""
    said = str(getattr(error, "orig", error)).lower()  # never the parameters: they hold what people wrote
    return any(word in said for word in ("locked", "disk", "full", "connection"))


def _oldest_of_each_chat(session: Session, busy: set[str], room: int) -> list[tuple[int, str]]:
    """(id, place) of the next event of chats nobody works on; the place of a chat is ``channel:chat``."""
    first = func.min(Incoming.id)
    rows = session.exec(
        select(first, Incoming.channel, Incoming.chat)
        .where(Incoming.state == IncomingState.NEW)
        .group_by(Incoming.channel, Incoming.chat)
        .order_by(first)
        .limit(len(busy) + room)
    )
    waiting = ((row_id, f"{channel}:{chat}") for row_id, channel, chat in rows if row_id is not None)
    return [(row_id, place) for row_id, place in waiting if place not in busy][:room]
