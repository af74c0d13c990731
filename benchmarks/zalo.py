"""``python -m benchmarks.zalo``: a minute of a push to Zalo groups, at the pace of the settings.

Against the strict fakes of the tests. An Official Account is told its limit by its package; 60 requests a minute is
what the pace is set for, so the fake holds us to that. Nothing is published for the Zalo Bot Platform: its fake counts
what came in any minute, and refuses nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.delivery import WORDS
from benchmarks.free import NOW, sender_for
from benchmarks.table import Table
from bot.clock import wall_clock
from bot.settings import Settings
from campaign.message import Message
from campaign.outbox import say_to_all
from storage.database import Database
from storage.models import Chat
from storage.models.messages import Priority
from tests.channels import zalo_bot_office, zalo_oa_office
from tests.fakes.zalo_oa import Limits

A_MINUTE = 60
GROUPS = 80


def main(table: Table) -> None:
    with TemporaryDirectory() as oa, TemporaryDirectory() as bot:
        asyncio.run(official_account(table, Path(oa)))
        asyncio.run(bot_platform(table, Path(bot)))


async def official_account(table: Table, folder: Path) -> None:
    async with zalo_oa_office.office(folder, real=wall_clock(), limits=Limits(per_minute=A_MINUTE)) as office:
        groups = [office.oa.group(f"Cụm {number}").id for number in range(GROUPS)]
        rate = await push(
            office.database, office.channel, groups, lambda: sum(send.code == 0 for send in office.oa.sends)
        )
        beside = f"n={GROUPS} groups; refused as too many (-32): {office.oa.rejected}. Goal: 95 %, none"
        add(table, "a Zalo OA that may ask 60 times a minute", rate, beside)


async def bot_platform(table: Table, folder: Path) -> None:
    async with zalo_bot_office.office(folder) as office:
        groups = [office.zalo.group(f"Cụm {number}").id for number in range(GROUPS)]
        chats = [office.zalo.chats[group] for group in groups]
        rate = await push(
            office.database, office.channel, groups, lambda: sum(len(office.zalo.sent(chat)) for chat in chats)
        )
        beside = f"n={GROUPS} groups; no limit is published"
        add(table, "the Zalo Bot Platform at the pace set for it, 60 a minute", rate, beside)


async def push(database: Database, channel: Any, groups: list[str], sent: Callable[[], int]) -> float:
    """Messages a minute, between the first and the last."""
    places = [(f"p:{group}", Chat(channel=channel.name, external_id=group, created_at=NOW)) for group in groups]
    with database.transaction() as session:
        say_to_all(session, places, Message(text=WORDS), priority=Priority.PUSH, personal=False)
    loop, sender = asyncio.get_running_loop(), sender_for(database, channel, getattr(Settings().pace, channel.name))
    running = asyncio.create_task(sender.run())
    while not sent():
        await asyncio.sleep(0.005)
    first = loop.time()
    while sent() < len(groups):
        await asyncio.sleep(0.005)
    seconds = loop.time() - first
    await sender.drain(5)
    await running
    return (len(groups) - 1) / seconds * 60


def add(table: Table, what: str, rate: float, beside: str) -> None:
    table.add(f"share of the limit, {what}", f"{rate:.1f}/min = {rate / A_MINUTE:.0%}", beside)


if __name__ == "__main__":
    main(Table("Zalo", "python -m benchmarks.zalo"))
