"""A push while the account cannot speak: it waits, a person is told, and afterwards everybody has it once."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.channels.zalo_oa.signin import Pair
from bot.delivery.pace import Gate
from bot.delivery.sender import Sender
from tests.channels.zalo_oa_office import HOURS, Office, office
from tests.delivery.post_office import BRISK, PostOffice


async def until(desk: Office, condition: object) -> None:
    """Time goes on for everybody while we wait; nobody sleeps through it."""
    async with asyncio.timeout(10):
        while not condition():  # type: ignore[operator]
            desk.pass_time(seconds=1)
            await asyncio.sleep(0.005)


async def test_a_dead_grant_loses_and_repeats_nothing(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        groups = [desk.oa.group(f"Cụm {number}") for number in range(3)]
        post = PostOffice(desk.database, channel=desk.channel, clock=desk.clock)  # type: ignore[arg-type]
        sender = Sender(
            desk.database, desk.channel, Gate(BRISK, monotonic=desk.hand), desk.clock, HOURS, post.open_media
        )
        await desk.channel.tokens.current()
        desk.oa.oauth.revoke()
        post.push(*(group.id for group in groups), text="Mời treo cờ")
        async with post.open(sender):
            await until(desk, lambda: "retry" in post.states().values())
            assert desk.alarms == ["zalo_oa.grant_dead"]
            assert desk.oa.sent() == []
            pair = desk.oa.oauth.seed()
            await desk.another().tokens.keep(Pair(pair.access, pair.refresh))
            await until(desk, lambda: set(post.states().values()) == {"sent"})
        assert [desk.oa.texts(group) for group in groups] == [["Mời treo cờ"]] * 3


async def test_an_account_that_was_mended_speaks_within_minutes(tmp_path: Path) -> None:
    """As ``loa zalo login`` promises, whatever Zalo called the trouble."""
    async with office(tmp_path) as desk:
        group = desk.oa.group("Cụm 1")
        post = PostOffice(desk.database, channel=desk.channel, clock=desk.clock)  # type: ignore[arg-type]
        sender = Sender(
            desk.database, desk.channel, Gate(BRISK, monotonic=desk.hand), desk.clock, HOURS, post.open_media
        )
        desk.oa.broken = -223
        post.push(group.id, text="Mời treo cờ")
        async with post.open(sender):
            await until(desk, lambda: "retry" in post.states().values())
            desk.oa.broken, mended = 0, desk.hand.passed
            await until(desk, lambda: set(post.states().values()) == {"sent"})
        assert desk.hand.passed - mended < 600
