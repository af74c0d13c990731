"""Several processes handle what was heard, on one database: each event once, each chat in order."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session, col, select

from bot.channels.contract import Event
from bot.clock import Clock
from bot.fetcher import Fetcher
from bot.turns import Turns
from storage.database import Database
from storage.leadership import Claims, claims_on
from storage.media import Media
from storage.models import Unit
from storage.models.messages import IncomingState
from tests.inbox.test_full_disk import MORNING, Album, Room, until
from tests.inbox.test_inbox import Desk, heard

pytestmark = pytest.mark.postgres
PROCESSES = 4


def same_again(database: Database) -> Database:
    """Another process's connections to it."""
    return Database(database.url.render_as_string(hide_password=False))


@asynccontextmanager
async def desks(first: Database) -> AsyncIterator[list[Desk]]:
    """Each with connections, a working memory and an inbox of its own."""
    databases = [same_again(first) for _ in range(PROCESSES)]
    try:
        yield [Desk(database) for database in databases]
    finally:
        for database in databases:
            database.close()


def effects(database: Database) -> dict[str, list[str]]:
    """By chat, what was handled, in the order in which it was."""
    found: dict[str, list[str]] = {}
    with database.snapshot() as session:
        for unit in session.exec(select(Unit).order_by(col(Unit.id))):
            found.setdefault(unit.name, []).append(unit.code)
    return found


def dawdle(session: Session, event: Event) -> None:
    time.sleep(random.random() / 200)  # a conversation at work, while others look for work


async def test_one_busy_chat_and_many_others_are_handled_once_and_in_order(postgres: Database) -> None:
    wanted: dict[str, list[str]] = {}
    async with desks(postgres) as many, AsyncExitStack() as stack:
        inboxes = [await stack.enter_async_context(desk.open()) for desk in many]
        for number in range(160):
            chat = "banbientap" if number % 3 else f"chat {number % 20}"
            event = heard(number, chat)
            wanted.setdefault(chat, []).append(event.text)
            for desk in many:
                desk.acts[event.text] = dawdle
            # Any process takes what the platform brings, and what it brings twice goes to two of them.
            taken = [inboxes[number % PROCESSES], inboxes[(number + number % 5) % PROCESSES]]
            await asyncio.gather(*(inbox.receive(event) for inbox in taken))
        await many[0].until(lambda: sum(len(desk.done) for desk in many) >= 160, 30)
    assert effects(postgres) == wanted
    assert set(Desk(postgres).states().values()) == {IncomingState.DONE}
    assert not any(desk.sorry for desk in many)
    assert all(desk.done for desk in many)  # the work was shared


async def test_while_one_process_is_at_a_chat_the_others_leave_it_alone_and_serve_the_rest(postgres: Database) -> None:
    lan_may_end = threading.Event()
    async with desks(postgres) as many, AsyncExitStack() as stack:
        for desk in many:
            desk.acts["tin 1"] = lambda session, event: _wait(lan_may_end)
        inboxes = [await stack.enter_async_context(desk.open()) for desk in many]
        for number, chat in enumerate(("lan", "lan", "tuan", "ha"), start=1):
            await inboxes[0].receive(heard(number, chat))
        await many[0].until(lambda: sum(len(desk.done) for desk in many) == 2)
        assert effects(postgres).keys() == {"tuan", "ha"}
        lan_may_end.set()
        await many[0].until(lambda: sum(len(desk.done) for desk in many) == 4)
    assert effects(postgres)["lan"] == ["tin 1", "tin 2"]


async def test_two_that_got_in_each_others_way_cost_no_event_its_attempts(postgres: Database) -> None:
    """A deadlock: PostgreSQL ends one of them, and it is handled again."""
    with postgres.transaction() as session:
        session.add_all([Unit(code="A", name="A"), Unit(code="B", name="B")])
    holds = {"A": threading.Event(), "B": threading.Event()}

    def crosswise(first: str, second: str) -> None:
        def act(session: Session, event: Event) -> None:
            _lock(session, first)
            holds[first].set()
            _wait(holds[second])
            _lock(session, second)

        desk.acts["tin 1" if first == "A" else "tin 2"] = act

    desk = Desk(postgres)
    crosswise("A", "B")
    crosswise("B", "A")
    async with desk.open() as inbox:
        await inbox.receive(heard(1, "lan"))
        await inbox.receive(heard(2, "tuan"))
        await desk.until(lambda: set(desk.states().values()) == {IncomingState.DONE}, 20)
    assert desk.sorry == []


# -- photos ------------------------------------------------------------------------------------------------------------


class Counted(Album):
    """Counts how often the photo is asked for; gives it when the story allows."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.may_end = 0, asyncio.Event()

    async def download(self, ref: dict[str, Any], into: Path) -> None:
        self.asked += 1
        await self.may_end.wait()
        await super().download(ref, into)


async def test_a_photo_is_fetched_by_one_process_and_by_the_next_when_that_one_dies(
    postgres: Database, tmp_path: Path
) -> None:
    room, platform = Room(postgres, Media(f"file://{tmp_path}")), Counted()
    room.submit()
    dying, living = claims_on(postgres), claims_on(postgres)
    first, second = (_fetcher(room, platform, claims) for claims in (dying, living))
    began = asyncio.create_task(first.run())
    await until(lambda: platform.asked == 1)
    other = asyncio.create_task(second.run())
    await asyncio.sleep(0.7)  # a look and the next
    assert platform.asked == 1
    began.cancel()
    dying.close()  # as the server does with the connection of a dead process
    platform.may_end.set()
    await until(lambda: room.item.state == "stored")
    assert platform.asked == 2
    second.drain()
    await other
    living.close()


def _fetcher(room: Room, platform: Counted, claims: Claims) -> Fetcher:
    clock = Clock(MORNING, time.monotonic())
    return Fetcher(room.database, room.media, {"square": platform}, clock, ZoneInfo("UTC"), Turns(claims))


def _lock(session: Session, code: str) -> None:
    session.exec(select(Unit).where(Unit.code == code).with_for_update()).one()


def _wait(moment: threading.Event) -> None:
    assert moment.wait(5)
