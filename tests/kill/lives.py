"""``python -m tests.kill.lives``: imports the product once, then forks one process a life and reports its end.

A life is the product's own parts, wired as ``bot.app`` wires them. It is killed by SIGKILL from inside, at the exact
instant the orders name: nothing of it runs afterwards, no handler, no ``finally``, no flush.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sqlite3
import sys
import traceback
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

from pydantic import SecretStr
from sqlalchemy import event, func
from sqlmodel import Session, col, select

from bot import app, logs
from bot.channels.contract import Outcome, Part
from bot.channels.telegram.channel import TelegramChannel
from bot.clock import Clock
from bot.core import Core
from bot.delivery.pace import Gate, Pace
from bot.delivery.sender import IN_FLIGHT, Sender
from bot.fetcher import Fetcher
from bot.inbox import Inbox
from bot.scheduler import Scheduler
from bot.settings import Settings, Telegram
from handlers import router
from storage.database import Database
from storage.leadership import claims_on
from storage.media import Media
from storage.models import Incoming, Item, Outgoing, Submission
from storage.models.messages import IncomingState, OutgoingState
from storage.models.work import SubmissionState
from tests.databases import share_statements
from tests.kill.day import MORNING, a_day
from tests.kill.orders import House, Orders

LIVES_IN_A_SECOND = 10
TICK_SECONDS = 0.3
LONGEST_LIFE_SECONDS = 20
OPEN = (OutgoingState.QUEUED, OutgoingState.RETRY, OutgoingState.SENDING)
# Slow enough that what became of a request is mostly written down before the next one leaves.
PACE = Pace(per_second=10, per_chat=50, per_group_minute=1000)
HURRIED = Pace(per_second=500, per_chat=500, per_group_minute=1000)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def is_first_half(row_id: int, attempts: int) -> bool:
    """Divides the rows for two ways to die; a row that is tried again comes into the other half. Four neighbours are in
    one half, because the sender claims up to four at once.
    """
    return (row_id // IN_FLIGHT + attempts) % 2 == 1


# -- at commits --------------------------------------------------------------------------------------------------------


class Mortal(sqlite3.Connection):
    """Tells when a commit has changed something."""

    committed: Callable[[sqlite3.Connection], None] | None = None
    _changes = 0

    def commit(self) -> None:
        super().commit()
        if self.total_changes > self._changes:
            self._changes = self.total_changes
            if Mortal.committed is not None:
                Mortal.committed(self)


class CommitWatch:
    """Kills right after every commit that changed something.

    Half of the commits that put rows in flight are spared (the first row of each decides): else no request would ever
    leave, and the commit that writes down what became of it would never come.
    """

    def __init__(self) -> None:
        self._in_flight: set[int] = set()

    def committed(self, connection: sqlite3.Connection) -> None:
        found = dict(connection.execute("SELECT id, attempts FROM outgoing WHERE state = 'sending'"))
        claimed = found.keys() - self._in_flight
        self._in_flight = set(found)
        first = min(claimed, default=None)
        if first is None or is_first_half(first, found[first]):
            die()


# -- in sends ----------------------------------------------------------------------------------------------------------


class DeadlyTelegram(TelegramChannel):
    """Kills in every send: on the first try of a row either before the request leaves or after it was carried out; on
    the second try the other way round; the third is let through.
    """

    database: Database

    async def send(self, part: Part) -> Outcome:
        row_id, attempts = await self.database.read(_row, part.key.partition("/")[0])
        if attempts < 3 and is_first_half(row_id, attempts):
            die()
        outcome = await super().send(part)
        if attempts < 3:
            die()
        return outcome


def _row(session: Session, key: str) -> tuple[int, int]:
    row = session.exec(select(Outgoing.id, Outgoing.attempts).where(Outgoing.key == key)).one()
    assert row[0] is not None
    return row[0], row[1]


# -- a life ------------------------------------------------------------------------------------------------------------


class Life:
    """The product's parts on one database, wired as ``bot.app`` does it."""

    def __init__(self, core: Core, orders: Orders) -> None:
        self._core, self._orders = core, orders
        self._claims = claims_on(core.database)
        settings, url = core.settings.telegram, core.settings.web.public_url
        if orders.death == "in sends":
            channel: TelegramChannel = DeadlyTelegram(settings, core.clock, url)
            channel.database = core.database  # type: ignore[attr-defined]
        else:
            channel = TelegramChannel(settings, core.clock, url)
        self._channel = channel
        house = app.make_house(core, {channel.name: channel})
        # People's pauses are shortened: a receipt that waits two seconds for more photos waits forty milliseconds.
        house = replace(house, soon=lambda seconds: core.clock.after(seconds / 50))
        gate = Gate(HURRIED if orders.death == "never" else PACE)
        self._sender = Sender(core.database, channel, gate, core.clock, core.hours, core.media.path)
        self._inbox = Inbox(
            core.database,
            core.clock,
            handle=partial(_with_house, router.handle, house),
            sorry=partial(_with_house, router.apologise, house),
            after=self._sender.poke,
        )
        self._fetcher = Fetcher(core.database, core.media, {channel.name: channel}, core.clock, core.settings.zone)
        self._scheduler = Scheduler(core.database, core.clock, house, self._sender.poke)

    async def run(self) -> None:
        """Until killed, or until everything is done."""
        assert self._claims.take("everything"), "the lock outlived its process"
        parts = [asyncio.create_task(self._sender.run())]
        if self._orders.speak_first:
            await asyncio.wait(parts, timeout=0.1)
        hearing = (self._inbox.run(), self._fetcher.run(), self._channel.listen(self._inbox.receive), self._tick())
        parts += [asyncio.create_task(part) for part in hearing]
        done = False
        while not done:
            ended, _ = await asyncio.wait(parts, timeout=0.15, return_when=asyncio.FIRST_COMPLETED)
            for part in ended:
                part.result()
            done = await self._core.database.read(all_done, self._orders.heard)
        await self._stop(parts)

    async def _stop(self, parts: list[asyncio.Task[None]]) -> None:
        self._fetcher.drain()
        await self._inbox.drain(1)
        await self._sender.drain(1)
        for part in parts:
            part.cancel()
        await asyncio.gather(*parts, return_exceptions=True)
        await self._channel.close()
        self._claims.close()

    async def _tick(self) -> None:
        """Once in several short lives, as the real one that looks every second."""
        if self._orders.number % LIVES_IN_A_SECOND:
            await asyncio.sleep(TICK_SECONDS)
        while True:
            await self._scheduler.tick()
            await asyncio.sleep(TICK_SECONDS)


def _with_house(handle: Callable[..., None], house: Any, *event: Any) -> None:
    handle(*event, house)


def all_done(session: Session, heard: int) -> bool:
    done = session.exec(select(func.count()).select_from(Incoming).where(Incoming.state != IncomingState.NEW)).one()
    if done < heard or session.exec(select(Outgoing.id).where(col(Outgoing.state).in_(OPEN)).limit(1)).first():
        return False
    fetching = select(Item.id).where(Item.state == "pending").limit(1)
    uncarded = select(Submission.id).where(Submission.state == SubmissionState.SUBMITTED, Submission.carded == 0)
    return not session.exec(fetching).first() and not session.exec(uncarded.limit(1)).first()


# -- the fork server ---------------------------------------------------------------------------------------------------


def make_core(house: House) -> Core:
    """Statements compiled in earlier houses are known to it, so that no life spends its time on that."""
    telegram = Telegram(enabled=True, token=SecretStr(house.token), api_base=house.api_base)
    settings = Settings(telegram=telegram)
    database = Database(house.database)
    event.listen(database.engine, "do_connect", _mortal)
    share_statements(database)
    clock = Clock(MORNING, house.clock_started)
    return Core(settings, database, Media(house.media), clock, settings.working_hours)


def _mortal(dialect: Any, record: Any, args: Any, options: dict[str, Any]) -> None:
    options["factory"] = Mortal


def rehearse() -> None:
    """Live through an hour in this very process: it imports, compiles and caches what every life would again."""
    with TemporaryDirectory() as folder, a_day(Path(folder)) as (day, house):
        day.push(1, MORNING)
        day.talk(1)
        core = make_core(house)
        asyncio.run(Life(core, Orders(house, "never", day.heard, 0, False)).run())
        core.close()


def live(core: Core, orders: Orders) -> NoReturn:
    """In the child."""
    status = 1
    try:
        if orders.death == "at commits":
            Mortal.committed = CommitWatch().committed
        signal.alarm(LONGEST_LIFE_SECONDS)  # ends it whatever it hangs on
        asyncio.run(Life(core, orders).run())
        status = 0
    except BaseException:
        traceback.print_exc()
    os._exit(status)


def serve() -> None:
    logs.set_up()
    rehearse()
    print("ready", flush=True)
    cores: dict[House, Core] = {}
    for line in sys.stdin:
        orders = Orders.from_json(line)
        if orders.house not in cores:
            cores[orders.house] = core = make_core(orders.house)
            with core.database.snapshot() as session:  # the first connection of an engine learns about the database
                all_done(session, 0)
            core.database.engine.dispose()  # a connection must not be shared with a child
            gc.collect()
            gc.freeze()  # a child that never touches old objects copies fewer pages
        child = os.fork()
        if child == 0:
            live(cores[orders.house], orders)
        _, status = os.waitpid(child, 0)
        print(status, flush=True)


if __name__ == "__main__":
    serve()
