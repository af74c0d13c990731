"""What was heard is stored, then handled, once: whatever the platform repeats and whatever breaks on the way."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, select

from bot.channels.contract import Event
from bot.clock import Clock
from bot.inbox import Inbox
from storage.database import Database
from storage.models import Incoming, Unit
from storage.models.messages import IncomingState
from tests.databases import fresh_database

MORNING = datetime(2027, 5, 10, 1, 0, tzinfo=UTC)
Act = Callable[[Session, Event], None]


def heard(number: int, chat: str = "lan", text: str = "") -> Event:
    return Event(
        channel="square", account="office", event_id=str(number), kind="message", chat=chat, at=MORNING,
        sender=chat, text=text or f"tin {number}",
    )  # fmt: skip


@dataclass
class Desk:
    """Handles events as the story says: writes down their text, unless ``acts`` names another act for it."""

    database: Database
    acts: dict[str, Act] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)
    sorry: list[str] = field(default_factory=list)
    answered: int = 0

    def handle(self, session: Session, row: Incoming, event: Event, now: datetime) -> None:
        self.acts.get(event.text, _nothing)(session, event)
        session.add(Unit(code=event.text, name=event.chat))  # the effect; a second one would break the unique code
        session.flush()
        self.done.append(event.text)

    def apologise(self, session: Session, row: Incoming, event: Event, now: datetime) -> None:
        self.sorry.append(event.text)

    def inbox(self) -> Inbox:
        return Inbox(self.database, Clock(MORNING, time.monotonic()), self.handle, self.apologise, self._after)

    def _after(self) -> None:
        self.answered += 1

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Inbox]:
        inbox = self.inbox()
        work = asyncio.create_task(inbox.run())
        try:
            yield inbox
        finally:
            await inbox.drain(5)
            await work

    def effects(self) -> list[str]:
        with self.database.snapshot() as session:
            return list(session.exec(select(Unit.code).order_by(Unit.id)))  # type: ignore[arg-type]

    def states(self) -> dict[str, str]:
        with self.database.snapshot() as session:
            return {str(row.payload.get("text")): row.state for row in session.exec(select(Incoming))}

    async def until(self, condition: Callable[[], object], seconds: float = 5) -> None:
        async with asyncio.timeout(seconds):
            while not condition():
                await asyncio.sleep(0.005)

    async def until_handled(self, count: int) -> None:
        await self.until(lambda: list(self.states().values()).count(IncomingState.DONE) >= count)


def _nothing(session: Session, event: Event) -> None: ...


def _broken(session: Session, event: Event) -> None:
    session.add(Unit(code=f"half of {event.text}", name=""))
    session.flush()
    raise KeyError("a bug in a conversation")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    database = fresh_database(tmp_path)
    yield Desk(database)
    database.close()


def be_impatient(desk: Desk) -> None:
    """A twentieth of a second instead of fifteen: the story is the same."""
    desk.database.engine.dispose()
    sqlalchemy_event.listen(
        desk.database.engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout=50")
    )


# -- once --------------------------------------------------------------------------------------------------------------


async def test_what_the_platform_delivers_three_times_has_one_effect(desk: Desk) -> None:
    async with desk.open() as inbox:
        for _ in range(3):
            await inbox.receive(heard(1))
        await desk.until_handled(1)
        await inbox.receive(heard(1))  # and once more after it was handled
        await inbox.receive(heard(2))
        await desk.until_handled(2)
    assert desk.effects() == ["tin 1", "tin 2"]


async def test_two_accounts_may_use_the_same_number(desk: Desk) -> None:
    async with desk.open() as inbox:
        await inbox.receive(heard(1, text="một"))
        other = Event(**{**heard(1, text="hai").as_json(), "at": MORNING, "media": (), "account": "second office"})
        await inbox.receive(other)
        await desk.until_handled(2)
    assert sorted(desk.effects()) == ["hai", "một"]


async def test_what_was_heard_before_a_restart_is_handled_after_it(desk: Desk) -> None:
    stopped = desk.inbox()
    for number in range(3):
        await stopped.receive(heard(number))
    assert desk.effects() == []
    async with desk.open():
        await desk.until_handled(3)
    assert desk.effects() == ["tin 0", "tin 1", "tin 2"]


async def test_a_text_is_stored_composed_and_without_what_cannot_be_seen(desk: Desk) -> None:
    await desk.inbox().receive(heard(1, text="Co\u0302ng\u200b \u0111oa\u0300n\x00"))
    assert list(desk.states()) == ["Công đoàn"]


# -- in order, side by side --------------------------------------------------------------------------------------------


async def test_the_events_of_a_chat_keep_their_order(desk: Desk) -> None:
    chats = ("lan", "tuan", "ha", "mai")
    async with desk.open() as inbox:
        for number in range(40):
            await inbox.receive(heard(number, chats[number * 7 % 4]))
        await desk.until_handled(40)
    for chat in range(4):
        mine = [text for text in desk.done if int(text.split()[1]) * 7 % 4 == chat]
        assert mine == sorted(mine, key=lambda text: int(text.split()[1]))
    assert len(desk.effects()) == 40


@pytest.mark.postgres
async def test_a_chat_that_takes_long_does_not_hold_up_another(postgres: Database) -> None:
    """On PostgreSQL; SQLite has one writer, and a conversation takes it milliseconds."""
    desk, tuan_is_done = Desk(postgres), threading.Event()
    desk.acts["tin 1"] = lambda session, event: _wait(tuan_is_done)
    desk.acts["tin 3"] = lambda session, event: tuan_is_done.set()
    async with desk.open() as inbox:
        for event in (heard(1, "lan"), heard(2, "lan"), heard(3, "tuan")):
            await inbox.receive(event)
        await desk.until_handled(3)
    assert desk.done[2] == "tin 2"


def _wait(moment: threading.Event) -> None:
    assert moment.wait(5)


async def test_a_hundred_chats_at_once_are_all_served(desk: Desk) -> None:
    async with desk.open() as inbox:
        await asyncio.gather(*(inbox.receive(heard(number, f"chat {number}")) for number in range(100)))
        await desk.until_handled(100)
    assert desk.answered == 100


# -- what cannot be handled --------------------------------------------------------------------------------------------


async def test_an_event_that_breaks_the_conversation_is_apologised_for_and_the_next_is_handled(desk: Desk) -> None:
    desk.acts["tin 1"] = _broken
    async with desk.open() as inbox:
        for number in (1, 2):
            await inbox.receive(heard(number))
        await inbox.receive(heard(3, "tuan"))
        await desk.until_handled(2)
    assert desk.states() == {"tin 1": "failed", "tin 2": "done", "tin 3": "done"}
    assert desk.sorry == ["tin 1"]
    assert sorted(desk.effects()) == ["tin 2", "tin 3"]  # nothing half done was kept
    with desk.database.snapshot() as session:
        row = session.exec(select(Incoming).where(Incoming.event_id == "1")).one()
        assert row.attempts == 3
        assert row.error == "KeyError: 'a bug in a conversation'"


async def test_an_event_that_breaks_a_rule_of_the_database_is_given_up_too(desk: Desk) -> None:
    desk.acts["tin 1"] = lambda session, event: session.add(Unit(code="tin 1", name="twice"))
    async with desk.open() as inbox:
        await inbox.receive(heard(1))
        await inbox.receive(heard(2))
        await desk.until_handled(1)
    assert desk.states() == {"tin 1": "failed", "tin 2": "done"}


async def test_a_bug_that_passes_costs_an_attempt_and_not_the_event(desk: Desk) -> None:
    def once(session: Session, event: Event) -> None:
        del desk.acts["tin 1"]
        raise RuntimeError("only this time")

    desk.acts["tin 1"] = once
    async with desk.open() as inbox:
        await inbox.receive(heard(1))
        await desk.until_handled(1)
    assert desk.effects() == ["tin 1"]
    assert desk.sorry == []


async def test_even_when_the_apology_fails_the_chat_goes_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def speechless(session: Session, row: Incoming, event: Event, now: datetime) -> None:
        raise RuntimeError("no words")

    monkeypatch.setattr(desk, "apologise", speechless)
    desk.acts["tin 1"] = _broken
    async with desk.open() as inbox:
        await inbox.receive(heard(1))
        await inbox.receive(heard(2))
        await desk.until_handled(1)
    assert desk.states() == {"tin 1": "failed", "tin 2": "done"}


# -- trouble underneath ------------------------------------------------------------------------------------------------


@contextmanager
def somebody_else_writes(desk: Desk) -> Iterator[None]:
    other = sqlite3.connect(str(desk.database.file), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.close()


async def test_while_the_database_is_locked_nothing_is_taken_from_the_platform(desk: Desk) -> None:
    be_impatient(desk)
    inbox = desk.inbox()
    with somebody_else_writes(desk), pytest.raises(OperationalError, match="locked"):
        await inbox.receive(heard(1))
    assert desk.states() == {}
    await inbox.receive(heard(1))  # the platform delivers it again
    assert desk.states() == {"tin 1": "new"}


async def test_on_a_full_disk_nothing_is_taken_from_the_platform(desk: Desk) -> None:
    with desk.database.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(OperationalError, match="full"):
        await desk.inbox().receive(heard(1, text="x" * 50_000))
    assert desk.states() == {}


async def test_a_lock_while_handling_costs_neither_the_event_nor_an_attempt(desk: Desk) -> None:
    be_impatient(desk)
    stored = desk.inbox()
    await stored.receive(heard(1))
    with somebody_else_writes(desk):
        async with asyncio.timeout(5), desk.open():
            await asyncio.sleep(0.4)
            assert desk.states() == {"tin 1": "new"}
    async with desk.open():
        await desk.until_handled(1)
    with desk.database.snapshot() as session:
        assert session.exec(select(Incoming.attempts)).one() == 0
    assert desk.effects() == ["tin 1"]


# -- stopping ----------------------------------------------------------------------------------------------------------


async def test_stopping_finishes_what_is_being_handled_and_begins_nothing_new(desk: Desk) -> None:
    begun, may_end = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def think(session: Session, event: Event) -> None:
        loop.call_soon_threadsafe(begun.set)
        _wait(may_end)

    desk.acts["tin 1"] = think
    inbox = desk.inbox()
    await inbox.receive(heard(1))
    await inbox.receive(heard(2))
    work = asyncio.create_task(inbox.run())
    await begun.wait()
    draining = asyncio.create_task(inbox.drain(5))
    await asyncio.sleep(0.02)
    may_end.set()
    await draining
    await work
    await asyncio.sleep(0.05)
    assert desk.states() == {"tin 1": "done", "tin 2": "new"}


async def test_wherever_the_stop_falls_nothing_is_lost_or_done_twice(desk: Desk) -> None:
    for pause in range(10):
        inbox = desk.inbox()
        for number in range(5):
            await inbox.receive(heard(10 * pause + number, f"chat {number}"))
        work = asyncio.create_task(inbox.run())
        await asyncio.sleep(0.002 * pause)
        await inbox.drain(5)
        before = len(desk.done)
        await work
        await asyncio.sleep(0.01)
        assert len(desk.done) == before  # nothing began after the stop
    async with desk.open():
        await desk.until_handled(50)
    assert len(desk.effects()) == 50


@pytest.mark.parametrize("name", ["\ud800", "a\0b", "x" * 100_000])
async def test_a_name_that_no_database_takes_makes_nobody_deaf(desk: Desk, name: str) -> None:
    """A platform that hands an update out once would otherwise be asked to store the same one for ever."""
    strange = replace(heard(1), event_id=name, chat=name, sender=name, message_id=name, reply_to=name, members=(name,))
    async with desk.open() as inbox:
        await inbox.receive(strange)
        await inbox.receive(strange)
        await inbox.receive(heard(2))
        await desk.until(lambda: len(desk.done) == 2)
    with desk.database.snapshot() as session:
        assert all(len(row.event_id) <= 300 for row in session.exec(select(Incoming)))
