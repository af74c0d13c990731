"""``python -m benchmarks.town``: ``loa run`` with 10,000 chats, as it stands; the platform in another process.

How late scheduled pushes leave, how much memory it takes, and how long a person waits for an answer from the moment at
which 10,000 pushes are released by the scheduler until they are on their way. The platform keeps Telegram's limits.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlmodel import func, select

from benchmarks.federation import TOKEN, loa, settle, wait_until
from benchmarks.machine import Fake, fake, resident_mb, spread
from benchmarks.table import Table
from storage.database import Database
from storage.models import Outgoing, Push
from storage.models.campaigns import PushKind

CHATS = 10_000
PUSHES, PUSH_SECONDS = 100, 30
REPLIES, REPLY_SECONDS = 60, 0.5
SETTLED = 3.0
QUESTION = "trang chủ"


def main(table: Table, chats: int = CHATS) -> None:
    with TemporaryDirectory() as name, fake("benchmarks.lean") as platform:
        folder = Path(name)
        database = Database(f"sqlite:///{folder}/loa.sqlite3")
        settle(database, chats, REPLIES)
        with loa(folder, database, platform) as process:
            platform.ctl("say", token=TOKEN, people=[REPLIES], text=QUESTION)
            wait_until(lambda: platform.ctl("report")["sent"], 60)
            scheduled(table, database, platform)
            replies(table, database, platform, chats)
            peak, now = resident_mb(process.pid, peak=True), resident_mb(process.pid)
            beside = f"with {chats:,} chats and their push under way; at its highest {peak:.0f} MB. Goal: 100 MB"
            table.add("resident memory of loa run", f"{now:.0f} MB", beside)
        report = platform.ctl("report")
        table.add("429 answers during all of that", str(report["rejected"]), f"of {report['sent']:,} sends")
        database.close()


def scheduled(table: Table, database: Database, platform: Fake) -> None:
    """Pushes to one union each, due at moments spread over the time."""
    first = datetime.now(UTC) + timedelta(seconds=SETTLED)
    due = [first + timedelta(seconds=place * PUSH_SECONDS / PUSHES) for place in range(PUSHES)]
    with database.transaction() as session:
        for place, moment in enumerate(due, 1):
            session.add(planned(f"unit:CS{place}", f"Thông báo {place}.", moment))
    wait_until(lambda: sum(chat < 0 for _, chat, _ in platform.ctl("sends", token=TOKEN)) >= PUSHES, PUSH_SECONDS + 60)
    left = {chat: at for at, chat, _ in platform.ctl("sends", token=TOKEN)}
    late = [left[-place] - moment.timestamp() for place, moment in enumerate(due, 1)]
    table.add("lateness of scheduled pushes", f"p99 {sorted(late)[-2]:.2f} s", spread(late, "s") + ". Goal: p99 2 s")


def planned(audience: str, text: str, moment: datetime) -> Push:
    return Push(key=f"bench:{text}", kind=PushKind.ADHOC, audience=audience, text=text, due_at=moment)


def replies(table: Table, database: Database, platform: Fake, chats: int) -> None:
    """Somebody asks every half second; the big push comes due just after the first question."""
    with database.transaction() as session:
        session.add(planned("all", "Kính gửi toàn thể các đơn vị.", datetime.now(UTC) + timedelta(seconds=SETTLED)))
    time.sleep(SETTLED - 1)
    asked = {}
    for person in range(1, REPLIES + 1):
        asked[person] = time.time()
        platform.ctl("say", token=TOKEN, people=[person], text=QUESTION)
        time.sleep(REPLY_SECONDS)
    start = min(asked.values())
    with database.snapshot() as session:
        waiting = session.exec(select(func.count()).where(Outgoing.state == "queued")).one()
    wait_until(lambda: len(answers(platform, start)) == REPLIES, 60)
    answered = answers(platform, start)
    waits = [answered[person] - moment for person, moment in asked.items()]
    beside = f"{spread(waits, 's')}; {waiting:,} of {chats:,} pushes still queued at the last question. Goal: p95 1 s"
    table.add("a person's wait for an answer meanwhile", f"p95 {sorted(waits)[-1 - len(waits) // 20]:.2f} s", beside)


def answers(platform: Fake, since: float) -> dict[int, float]:
    return {chat: at for at, chat, _ in platform.ctl("sends", token=TOKEN) if chat > 0 and at >= since}


if __name__ == "__main__":
    main(Table("loa run with 10,000 chats", "python -m benchmarks.town"))
