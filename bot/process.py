"""One process of the program: the order in which its parts start and stop.

Its web server always answers. On PostgreSQL every process hears webhooks, handles, fetches, reads and keeps time, and
each account is listened to and spoken for by one of them. On SQLite one process does all of it, and others wait.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot import demo_clock
from bot.accounts import Account
from bot.channels.contract import Prepares
from bot.core import Core
from bot.fetcher import Fetcher
from bot.inbox import Inbox
from bot.reading import Reader
from bot.scheduler import Scheduler
from bot.turns import Turns
from bot.web import QuietServer

log = structlog.get_logger()
HANDLERS_SECONDS = 4.0
STANDBY_SECONDS = 1.0
PREPARE_SECONDS = 30.0
WHOLE = "everything"  # what must be claimed to work at all where the work cannot be shared


@dataclass
class Process:
    core: Core
    turns: Turns
    accounts: list[Account]
    inbox: Inbox
    fetcher: Fetcher
    reader: Reader
    scheduler: Scheduler
    server: QuietServer

    def __post_init__(self) -> None:
        self.broken = False  # stopped because a part died: a supervisor should start it again
        self._stop = asyncio.Event()
        self._tasks: list[asyncio.Task[Any]] = []

    async def run(self, started: Callable[[], None]) -> None:
        """Serve until SIGTERM or SIGINT. ``started`` is called once the web server listens."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        serving = asyncio.create_task(self._serve())
        try:
            while not self.server.started and not serving.done():  # noqa: ASYNC110  (uvicorn has no event for it)
                await asyncio.sleep(0.02)
            if not serving.done():
                started()
                await self._work()
        finally:
            await self._drain(serving)

    async def _serve(self) -> None:
        try:
            await self.server.serve()
        finally:
            self._stop.set()

    async def _work(self) -> None:
        if not self.turns.shares_work:
            await self._wait_to_lead()
        if not self._stop.is_set():
            self._start()
            await self._stop.wait()

    async def _wait_to_lead(self) -> None:
        """Until another process on this database is gone, or this one is to stop."""
        if not await self.turns.take(WHOLE):
            log.info("standby", hint="Chương trình khác đang chạy trên cơ sở dữ liệu này; tiến trình này chờ thay.")
            while not self._stop.is_set() and not await self.turns.take(WHOLE):
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stop.wait(), STANDBY_SECONDS)
        if not self._stop.is_set():
            log.info("leader")

    def _start(self) -> None:
        self.scheduler.start()
        parts: list[Coroutine[Any, Any, None]] = [
            self.turns.keep(), self.inbox.run(), self.fetcher.run(), self.reader.run(), self._keep_clock(),
        ]  # fmt: skip
        parts += [account.run(self.inbox.receive) for account in self.accounts]
        parts += [_prepared(account.channel) for account in self.accounts if isinstance(account.channel, Prepares)]
        self._tasks = [asyncio.create_task(part) for part in parts]
        for task in self._tasks:
            task.add_done_callback(self._task_ended)

    def _task_ended(self, task: asyncio.Task[Any]) -> None:
        """A part that dies takes the process with it: a supervisor restarts all of it, half a loop helps nobody."""
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("part.died", error=repr(error))
            self.broken = True
            self._stop.set()

    async def _keep_clock(self) -> None:
        """Only the demo has a clock to keep. A database that is busy for a while must not end the program."""
        kept = True
        while kept:
            with suppress(SQLAlchemyError):
                kept = await self.core.database.read(demo_clock.is_kept)
                await self.core.database.write(demo_clock.remember, self.core.clock)
            await asyncio.sleep(1)

    async def _drain(self, serving: asyncio.Task[None]) -> None:
        """Hear no more, finish what is being handled, let requests in flight end, then close: within ten seconds."""
        self.scheduler.stop()
        self.fetcher.drain()
        self.reader.drain()
        await self.inbox.drain(HANDLERS_SECONDS)
        await asyncio.gather(*(account.drain() for account in self.accounts))
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        closing = (account.channel.close() for account in self.accounts)
        await asyncio.gather(*closing, return_exceptions=True)
        self.server.should_exit = True
        await asyncio.gather(serving, return_exceptions=True)
        await self.turns.close()
        log.info("stopped")


async def _prepared(channel: Prepares) -> None:
    """Whoever does not listen must learn about the account all the same: its answers carry links to it."""
    while not await channel.prepare():  # noqa: ASYNC110  (the platform is asked, nobody would set an event)
        await asyncio.sleep(PREPARE_SECONDS)
