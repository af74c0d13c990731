"""``python -m benchmarks.limits``: how close to a platform's limit we send without ever being told to slow down.

Against the strict fake Telegram of the tests, in a process of its own: 30 messages a second, one a second in a chat, 20
a minute in a group, and a penalty for whoever does not listen.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import SecretStr

from benchmarks.delivery import WORDS
from benchmarks.free import NOW, sender_for
from benchmarks.machine import Fake, fake
from benchmarks.table import Table
from bot.channels.telegram.channel import TelegramChannel
from bot.clock import wall_clock
from bot.delivery.pace import Pace
from bot.settings import Settings, Telegram
from campaign.message import Message
from campaign.outbox import say_to_all
from storage.database import Database
from storage.models import Chat
from storage.models.messages import Priority
from tests.databases import fresh_database
from tests.fakes.telegram import BOT_TOKEN

ALLOWED = 30
GROUPS = 600
OTHER_PACES = (29.5,)


def main(table: Table) -> None:
    usual = Settings().pace.telegram
    for per_second in (usual.per_second, *OTHER_PACES):
        with TemporaryDirectory() as folder, fake("tests.fakes.telegram") as platform:
            database = fresh_database(Path(folder), careful=True)
            pace = Pace(per_second, usual.per_chat, usual.per_group_minute)
            asyncio.run(run(table, database, platform, pace, is_usual=per_second == usual.per_second))
            database.close()


async def run(table: Table, database: Database, platform: Fake, pace: Pace, *, is_usual: bool) -> None:
    member = platform.ctl("user", first_name="Lan")["id"]
    groups = [platform.ctl("group", title=f"Nhóm {number}", members=[member])["id"] for number in range(GROUPS)]
    places = [
        (f"p:{group}", Chat(channel="telegram", external_id=str(group), created_at=NOW)) for group in groups
    ]  # fmt: skip
    with database.transaction() as session:
        say_to_all(session, places, Message(text=WORDS), priority=Priority.PUSH, personal=False)
    settings = Telegram(enabled=True, token=SecretStr(BOT_TOKEN), api_base=platform.address)
    channel = TelegramChannel(settings, wall_clock(), "")
    sender = sender_for(database, channel, pace)
    loop = asyncio.get_running_loop()
    start, running = loop.time(), asyncio.create_task(sender.run())
    while (report := await asyncio.to_thread(platform.ctl, "report"))["delivered"] < GROUPS:
        await asyncio.sleep(0.2)
    rate = GROUPS / (loop.time() - start)
    await sender.drain(5)
    await running
    await channel.close()
    name = "as it is set" if is_usual else "by setting"
    beside = f"n={GROUPS} groups; 429: {report['rejected']}; most in any second {report['most_in_a_second']}"
    if is_usual:
        beside += ". Goal: 95 %, no 429"
    where = f"share of Telegram's limit, {pace.per_second}/s {name}"
    table.add(where, f"{rate:.1f}/s = {rate / ALLOWED:.0%}", beside)


if __name__ == "__main__":
    main(Table("Share of the limit", "python -m benchmarks.limits"))
