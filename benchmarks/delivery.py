"""How fast a push reaches a thousand groups, and how soon a reply leaves while ten thousand pushes wait.

Against the strict fake Telegram over real HTTP on this machine: 30 messages a second, 1 a second in a chat, 20 a minute
in a group, a penalty for whoever ignores a 429. Run with `make bench`.
"""

from __future__ import annotations

import asyncio
import resource
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import SecretStr
from sqlmodel import Session

from bot.channels.telegram.channel import TelegramChannel
from bot.clock import wall_clock
from bot.delivery.pace import Gate, Pace
from bot.delivery.sender import Sender
from bot.settings import Settings, Telegram
from campaign.hours import Hours
from storage import migrate
from storage.database import Database
from storage.insert import insert_new
from storage.models import Outgoing
from storage.models.messages import Priority
from tests.fakes.telegram import FakeTelegram

GROUPS, WAITING, REPLIES = 1000, 10_000, 20
ALWAYS_OPEN = Hours.parse("00:00-00:00", "00:00-00:00", "14:00", ZoneInfo("Asia/Ho_Chi_Minh"))


def queue(session: Session, name: str, chats: list[int], priority: int) -> None:
    rows = [
        Outgoing(
            key=f"{name}:{place}", channel="telegram", to=str(chat), priority=priority, group=chat < 0, personal=False,
            message={"text": f"Kính gửi các đơn vị: thông báo {name} số {place}."},
        )
        for place, chat in enumerate(chats)
    ]  # fmt: skip
    insert_new(session, Outgoing, rows)


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/bench.sqlite3")
        migrate.upgrade(database)
        async with FakeTelegram() as telegram:
            channel = TelegramChannel(
                Telegram(enabled=True, token=SecretStr(telegram.token), api_base=telegram.base_url), wall_clock(), ""
            )
            pace = Settings().pace.telegram
            gate = Gate(Pace(pace.per_second, pace.per_chat, pace.per_group_minute))
            sender = Sender(database, channel, gate, wall_clock(), ALWAYS_OPEN, lambda sha256: Path(folder, sha256))
            await thousand_groups(database, telegram, sender)
            await reply_behind_pushes(database, telegram, sender)
            await sender.drain(5)
            await channel.close()
        database.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(f"memory of this process, the fake server included: {peak} MB")


async def thousand_groups(database: Database, telegram: FakeTelegram, sender: Sender) -> None:
    member = telegram.user("Lan")
    groups = [telegram.group(f"Nhóm {number}", [member]).id for number in range(GROUPS)]
    await database.write(queue, "push", groups, Priority.PUSH)
    start = time.monotonic()
    asyncio.create_task(sender.run())  # noqa: RUF006  (drained at the end)
    await telegram.until(lambda: len(telegram.delivered()) >= GROUPS, timeout=120)
    seconds = time.monotonic() - start
    rejected = [send for send in telegram.sends if send.status == 429]
    print(f"{GROUPS} groups, one push: {seconds:.1f} s = {GROUPS / seconds:.1f} a second of 30 allowed")
    print(f"429 answers: {len(rejected)}; most in any one second: {telegram.most_messages(1.0)}")


async def reply_behind_pushes(database: Database, telegram: FakeTelegram, sender: Sender) -> None:
    people = [telegram.user(f"Cán bộ {number}") for number in range(REPLIES)]
    for person in people:
        telegram.start(person)
    groups = [telegram.group(f"Nhóm xa {number}", people[:1]).id for number in range(WAITING)]
    await database.write(queue, "flood", groups, Priority.PUSH)
    sender.poke()
    lateness = []
    for number, person in enumerate(people):
        await asyncio.sleep(0.3)
        queued = datetime.now(UTC)
        await database.write(queue, f"reply{number}", [person.id], Priority.REPLY)
        sender.poke()
        await telegram.until(lambda who=person: telegram.sent(who.id), timeout=30)
        lateness.append((datetime.now(UTC) - queued).total_seconds())
    lateness.sort()
    print(
        f"reply while {WAITING} pushes wait: median {statistics.median(lateness):.2f} s, "
        f"95 % under {lateness[int(len(lateness) * 0.95) - 1]:.2f} s, worst {lateness[-1]:.2f} s"
    )


if __name__ == "__main__":
    asyncio.run(main())
