"""Zalo takes a message and the line drops before the answer: an echo settles it, or the history, or a person."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from bot.delivery.pace import Gate, Pace
from bot.delivery.reconciling import take_echo
from bot.delivery.sender import Sender
from campaign.message import Choice, Message
from campaign.outbox import Address, outgoing
from campaign.work import doubts
from storage.insert import insert_new
from storage.models import Outgoing
from storage.models.messages import OutgoingState, Priority
from tests.channels.zalo_oa_office import HOURS, Office, office
from tests.fakes.zalo_oa import Group, Person, faults

WORDS = "Các đơn vị treo cờ Tổ quốc từ 17 giờ hôm nay."
BRISK = Pace(per_second=1000, per_chat=1000, per_group_minute=1000)


def no_media(sha256: str) -> Path:
    raise FileNotFoundError(sha256)


def queue(here: Office, to: Person | Group, *, personal: bool = False) -> None:
    group = hasattr(to, "members")
    message = Message(text=WORDS, choices=(Choice("Đã nhận", "seen:1"),))
    row = outgoing("k1", Address("zalo_oa", to.id, group), message, priority=Priority.PUSH, personal=personal)
    with here.database.transaction() as session:
        assert insert_new(session, Outgoing, [row]) == 1


def row(here: Office) -> Outgoing:
    with here.database.snapshot() as session:
        return session.exec(select(Outgoing)).one()


@asynccontextmanager
async def sending(here: Office) -> AsyncIterator[None]:
    sender = Sender(here.database, here.channel, Gate(BRISK), here.clock, HOURS, no_media)
    work = asyncio.create_task(sender.run())
    try:
        yield
    finally:
        await sender.drain(2)
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


async def until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.01)


def hear_echoes(here: Office) -> list[bool]:
    """What the inbox would do with the echoes that came."""
    taken = []
    for event in here.inbox.events:
        if event.kind == "echo":
            with here.database.transaction() as session:
                taken.append(
                    take_echo(
                        session, event, here.clock.now(), channels={"zalo_oa": here.channel}, open_media=no_media,
                        speed=1,
                    )
                )  # fmt: skip
    return taken


def place(here: Office, kind: str) -> Person | Group:
    if kind == "private":
        return here.oa.user("Lan", follows=True)
    return here.oa.group("Cụm một", [here.oa.user("Hoa", admin=True)])


@pytest.mark.parametrize("kind", ["group", "private"])
async def test_the_echo_settles_it(tmp_path: Path, kind: str) -> None:
    async with office(tmp_path) as here, here.hearing():
        to = place(here, kind)
        queue(here, to)
        here.oa.faults.add(faults.accept_then_drop())
        async with sending(here):
            await until(lambda: row(here).state == OutgoingState.UNKNOWN)
        await here.oa.settled()
        assert hear_echoes(here) == [True]
        assert row(here).state == OutgoingState.SENT
        assert row(here).external_ids == [message.id for message in here.oa.sent(to)]
        assert hear_echoes(here) == [False]


@pytest.mark.parametrize("kind", ["group", "private"])
async def test_without_echoes_the_history_settles_it(tmp_path: Path, kind: str) -> None:
    async with office(tmp_path) as here:
        here.oa.echoes = False
        to = place(here, kind)
        queue(here, to, personal=kind == "private")
        here.oa.faults.add(faults.accept_then_drop())
        async with sending(here):
            await until(lambda: row(here).state == OutgoingState.UNKNOWN)
            here.pass_time(seconds=20)
            await until(lambda: row(here).state == OutgoingState.SENT)
        assert len(here.oa.sent(to)) == 1
        assert row(here).external_ids == [message.id for message in here.oa.sent(to)]


async def test_a_server_whose_clock_is_ahead_still_finds_its_message(tmp_path: Path) -> None:
    """By its own clock the message is older than the request; a second copy would leave."""
    async with office(tmp_path) as here:
        here.oa.echoes = False
        here.oa.shift(seconds=-90)
        to = place(here, "group")
        queue(here, to)
        here.oa.faults.add(faults.accept_then_drop())
        async with sending(here):
            await until(lambda: row(here).state == OutgoingState.UNKNOWN)
            here.pass_time(seconds=20)
            await until(lambda: row(here).state != OutgoingState.UNKNOWN)
        assert len(here.oa.sent(to)) == 1
        assert row(here).external_ids == [message.id for message in here.oa.sent(to)]


async def test_what_the_history_does_not_show_leaves_again(tmp_path: Path) -> None:
    """The line hung and Zalo never saw the message."""
    async with office(tmp_path) as here:
        to = place(here, "group")
        queue(here, to)
        here.oa.faults.add(faults.hang())
        async with sending(here):
            await until(lambda: row(here).state == OutgoingState.UNKNOWN)
            assert here.oa.sent(to) == []
            here.pass_time(seconds=20)
            await until(lambda: row(here).state == OutgoingState.SENT)
        assert len(here.oa.sent(to)) == 1


async def test_with_neither_a_person_decides(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        here.oa.echoes = False
        to = place(here, "group")
        queue(here, to)
        here.oa.faults.add(faults.accept_then_drop())
        unreadable = faults.error(-200)
        unreadable.path, unreadable.times = "/group/conversation", None
        here.oa.faults.add(unreadable)
        async with sending(here):
            await until(lambda: row(here).state == OutgoingState.UNKNOWN)
            for _ in range(4):
                looked = row(here).looked_at
                here.pass_time(seconds=150)
                await until(lambda looked=looked: row(here).looked_at != looked or doubts.next_look(row(here)) is None)
        assert row(here).state == OutgoingState.UNKNOWN
        assert doubts.next_look(row(here)) is None
        assert len(here.oa.sent(to)) == 1
