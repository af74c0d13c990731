"""``python -m benchmarks.delivery``: how much of a push is our own work. Every answer of the platform is free.

Beside it aiogram-broadcaster, as it is used: a ``Mailer`` over a set of chats, with an aiogram ``Bot`` whose session
answers at once. Without storage it forgets everything with the process; with its ``FileStorage`` it reads and writes
the whole set of chats after each message (and does not wait for the disk), so it is stopped after a few seconds. It has
no priorities, no pace per chat or group, no retry after a 429, no unknown outcomes.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from aiogram import Bot
from aiogram.client.session.base import BaseSession
from aiogram.methods import SendMessage
from aiogram.types import Chat as TelegramChat
from aiogram.types import Message as TelegramMessage
from aiogram_broadcaster import Broadcaster
from aiogram_broadcaster.contents import TextContent
from aiogram_broadcaster.storages.file import FileStorage
from sqlmodel import select

from benchmarks.free import NOW, FreeChannel, sender_for
from benchmarks.machine import fsync_ms, percentile
from benchmarks.table import Table
from campaign.message import Choice, Message
from campaign.outbox import say_to_all
from storage.database import Database
from storage.insert import insert_new, insert_values
from storage.models import Chat, Talk
from storage.models.messages import Priority
from tests.databases import fresh_database
from tests.postgres import running_server

SIZES = (1_000, 10_000, 100_000)
MEASURED = 5_000  # sends, where more wait
ON_SERVER = 10_000
PATIENCE = 5.0  # seconds for a peer that would not finish
WORDS = "Kính gửi các đơn vị: sáng mai 8 giờ họp giao ban tại hội trường. Đề nghị các đồng chí có mặt đúng giờ."


def main(table: Table) -> None:
    with TemporaryDirectory() as folder:
        floors(table, Path(folder))
    warm_up()
    for size in SIZES:
        with sqlite() as database:
            ours(table, "SQLite", database, size)
        if size == ON_SERVER:
            with server() as database:
                ours(table, "PostgreSQL", database, size)
        asyncio.run(theirs(table, size))


@contextmanager
def sqlite() -> Iterator[Database]:
    with TemporaryDirectory() as folder:
        database = fresh_database(Path(folder), careful=True)
        yield database
        database.close()


@contextmanager
def server() -> Iterator[Database]:
    with running_server(careful=True) as postgres:
        postgres.make_template()
        database = Database(postgres.migrated())
        yield database
        database.close()


def floors(table: Table, folder: Path) -> None:
    """What nobody can go below who wants to find after a power cut what was promised before it."""
    took = fsync_ms(folder)
    table.add("floor: fsync of one page", f"{percentile(took, 0.5):.2f} ms", f"n={len(took)}, p95 {took[189]:.2f} ms")
    for name, opened in (("SQLite", sqlite()), ("PostgreSQL", server())):
        with opened as database:
            count, start = 500, time.perf_counter()
            for number in range(count):
                with database.transaction() as session:
                    insert_new(session, Talk, [Talk(chat="c", sender=str(number), updated_at=NOW)])
            rate = count / (time.perf_counter() - start)
            table.add(f"floor: transactions with one row, one after the other, {name}", f"{rate:,.0f}/s", f"n={count}")


def warm_up() -> None:
    """The first statement of a kind is built, and that is paid once in the life of a process."""
    with sqlite() as database:
        enqueue(database, found(database, 1))


def found(database: Database, size: int) -> Sequence[Chat]:
    with database.transaction() as session:
        row = Chat(channel="telegram", external_id="", created_at=NOW).model_dump(exclude={"id"})
        insert_values(session, Chat, [{**row, "external_id": str(-1 - place)} for place in range(size)])
    with database.snapshot() as session:
        return session.exec(select(Chat)).all()


def enqueue(database: Database, chats: Sequence[Chat]) -> None:
    message = Message(text=WORDS, choices=(Choice("Đã nhận", "seen:1"),))
    with database.transaction() as session:
        places = ((f"p1:{chat.id}", chat) for chat in chats)
        say_to_all(session, places, message, priority=Priority.PUSH, personal=False)


def ours(table: Table, name: str, database: Database, size: int) -> None:
    chats = found(database, size)
    start = time.perf_counter()
    enqueue(database, chats)
    rate = size / (time.perf_counter() - start)
    table.add(f"rows enqueued, {size:,} chats, Loa on {name}", f"{rate:,.0f}/s", "one transaction, durable")
    sent, seconds, cpu = asyncio.run(send_all(database, min(size, MEASURED)))
    beside = f"n={sent:,}, every claim and outcome durable; {cpu / sent * 1e6:.0f} µs of our processor time each"
    table.add(f"deliveries, {size:,} chats, Loa on {name}", f"{sent / seconds:,.0f}/s", beside)


async def send_all(database: Database, wanted: int) -> tuple[int, float, float]:
    """Sent, seconds, processor seconds."""
    channel = FreeChannel()
    sender = sender_for(database, channel)
    start, cpu = time.perf_counter(), time.process_time()
    running = asyncio.create_task(sender.run())
    while channel.sent < wanted:
        await asyncio.sleep(0.01)
    sent, seconds = channel.sent, time.perf_counter() - start
    used = time.process_time() - cpu
    await sender.drain(10)
    await running
    return sent, seconds, used


class FreeSession(BaseSession):
    """Answers every method of aiogram at once, until enough is known."""

    def __init__(self, wanted: int) -> None:
        super().__init__()
        self.sent, self._wanted, self._until = 0, wanted, time.perf_counter() + PATIENCE
        self.mailer: Any = None

    async def make_request(self, bot: Bot, method: Any, timeout: int | None = None) -> Any:
        assert isinstance(method, SendMessage)
        self.sent += 1
        if (self.sent == self._wanted or time.perf_counter() > self._until) and self.mailer.can_stopped:
            await self.mailer.stop()
        chat = TelegramChat(id=int(method.chat_id), type="group", title="Nhóm")
        return TelegramMessage(message_id=self.sent, date=datetime.now(UTC), chat=chat, text=method.text)

    async def close(self) -> None: ...

    def stream_content(self, *args: Any, **kwargs: Any) -> AsyncGenerator[bytes, None]:
        raise NotImplementedError


async def theirs(table: Table, size: int) -> None:
    logging.getLogger("aiogram_broadcaster").setLevel(logging.ERROR)
    with TemporaryDirectory() as folder:
        kept = FileStorage(Path(folder, "mailers.json"))
        for storage, words in ((None, "nothing kept"), (kept, "kept in a file, not synced")):
            session = FreeSession(min(size, MEASURED))
            broadcaster = Broadcaster(Bot("1:free", session=session), storage=storage)
            if storage is not None:
                await storage.startup()
            start = time.perf_counter()
            content = TextContent(text=WORDS)
            mailer = await broadcaster.create_mailer(chats=range(-size, 0), content=content)
            rate = size / (time.perf_counter() - start)
            table.add(f"chats enqueued, {size:,} chats, aiogram-broadcaster", f"{rate:,.0f}/s", words)
            session.mailer, start = mailer, time.perf_counter()
            await asyncio.wait([mailer.start()])
            rate = session.sent / (time.perf_counter() - start)
            table.add(
                f"deliveries, {size:,} chats, aiogram-broadcaster", f"{rate:,.0f}/s", f"n={session.sent:,}, {words}"
            )


if __name__ == "__main__":
    main(Table("Deliveries with a free answer", "python -m benchmarks.delivery"))
