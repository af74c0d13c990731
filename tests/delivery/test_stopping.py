"""The program is told to stop, is killed, or finds its database busy: no message is lost, none is said twice."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import event
from sqlmodel import select

from bot.channels.contract import Outcome, Part, Sent
from bot.delivery.pace import Pace
from campaign.message import Message
from campaign.outbox import Address
from storage.models import Outgoing
from storage.models.messages import OutgoingState
from tests.delivery.post_office import SQUARE, PostOffice


class Slow:
    """A request that takes as long as the story wants."""

    def __init__(self) -> None:
        self.begun, self.may_end = asyncio.Event(), asyncio.Event()

    async def __call__(self, part: Part) -> Outcome:
        self.begun.set()
        await self.may_end.wait()
        return Sent(("slow",))


@contextmanager
def somebody_else_writes(office: PostOffice) -> Iterator[sqlite3.Connection]:
    """Another program holds the database, as a backup or a command of the operator may."""
    other = sqlite3.connect(str(office.database.file), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield other
    finally:
        other.close()


async def test_stopping_waits_for_the_request_that_has_left(office: PostOffice) -> None:
    slow = Slow()
    office.channel.answers["g1"] = [slow]
    (key,) = office.push("g1")
    async with office.open() as sender:
        await slow.begun.wait()
        draining = asyncio.create_task(sender.drain(5))
        await asyncio.sleep(0.05)
        assert not draining.done()
        slow.may_end.set()
        await draining
        assert office.row(key).state == OutgoingState.SENT


async def test_stopping_does_not_wait_for_ever_and_leaves_the_request_in_doubt(office: PostOffice) -> None:
    to_group, to_lan = Slow(), Slow()
    office.channel.answers["g1"], office.channel.answers["lan"] = [to_group], [to_lan]
    (push,), reply = office.push("g1"), office.reply("lan")
    sender = office.sender()
    work = asyncio.create_task(sender.run())
    await asyncio.gather(to_group.begun.wait(), to_lan.begun.wait())
    started = time.monotonic()
    await sender.drain(0.2)
    work.cancel()
    assert 0.2 <= time.monotonic() - started < 5
    assert {office.row(key).state for key in (push, reply)} == {OutgoingState.SENDING}
    async with office.open():  # the next start
        await office.until_states(**{push: OutgoingState.UNKNOWN, reply: OutgoingState.SENT})
    assert [part.to for part in office.channel.requests].count("g1") == 1


async def test_nothing_is_claimed_once_the_program_stops(office: PostOffice) -> None:
    """However the stop falls between choosing a row and sending it: what is in nobody's hands is not in doubt."""
    for pause in range(12):
        office.push(*(f"g{pause}-{number}" for number in range(6)))
        sender = office.sender()
        work = asyncio.create_task(sender.run())
        await asyncio.sleep(0.002 * pause)
        await sender.drain(2)
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        sent = len(office.channel.requests)
        assert {row.state for row in office.rows()} <= {OutgoingState.QUEUED, OutgoingState.SENT}
        assert sum(row.state == OutgoingState.SENT for row in office.rows()) == sent


async def test_stopping_between_two_parts_gives_the_rest_back(office: PostOffice, tmp_path: Path) -> None:
    office.pace = Pace(per_second=100, per_chat=0.1, per_group_minute=20)
    message = Message(text="Thông báo rất dài. " * 20)
    (key,) = office.queue([Address(SQUARE, "g1", group=True)], "", message=message)
    async with office.open() as sender:
        await office.until(lambda: office.row(key).progress == 1)
        started = time.monotonic()
        await sender.drain(5)
        assert time.monotonic() - started < 5
    row = office.row(key)
    assert (row.state, row.progress, row.attempts) == (OutgoingState.QUEUED, 1, 0)
    office.pace = Pace(per_second=100, per_chat=100, per_group_minute=20)
    async with office.open():
        await office.until_states(**{key: OutgoingState.SENT})
    assert "".join(office.channel.texts).replace(" ", "") == message.text.replace(" ", "")


async def test_a_stop_during_a_long_pause_of_the_platform_is_quick(office: PostOffice) -> None:
    sender = office.sender()
    sender._gate.pause(60)
    async with office.open(sender):
        await asyncio.sleep(0.05)
        started = time.monotonic()
        await sender.drain(5)
        assert time.monotonic() - started < 5


async def test_what_was_sent_is_written_down_however_long_the_database_is_busy(office: PostOffice) -> None:
    slow = Slow()
    office.channel.answers["g1"] = [slow]
    (key,) = office.push("g1")
    _be_impatient(office)
    async with office.open():
        await slow.begun.wait()
        with somebody_else_writes(office):
            slow.may_end.set()
            await asyncio.sleep(0.4)
            assert office.row(key).state == OutgoingState.SENDING
        await office.until_states(**{key: OutgoingState.SENT})
    assert len(office.channel.requests) == 1


async def test_a_database_busy_at_the_start_delays_and_loses_nothing(office: PostOffice) -> None:
    _be_impatient(office)
    (push,), reply = office.push("g1"), office.reply("lan")
    with office.database.transaction() as session:
        for row in session.exec(select(Outgoing)):
            row.state = OutgoingState.SENDING
            session.add(row)
    with somebody_else_writes(office):
        sender = office.sender()
        work = asyncio.create_task(sender.run())
        await asyncio.sleep(0.3)
    await office.until_states(**{push: OutgoingState.UNKNOWN, reply: OutgoingState.SENT})
    await sender.drain(2)
    await asyncio.gather(work)
    assert [part.to for part in office.channel.requests] == ["lan"]


def _be_impatient(office: PostOffice) -> None:
    """A tenth of a second instead of fifteen: the story is the same."""
    office.database.engine.dispose()
    event.listen(office.database.engine, "connect", _wait_shortly)


def _wait_shortly(connection: sqlite3.Connection, _: object) -> None:
    connection.execute("PRAGMA busy_timeout=100")
