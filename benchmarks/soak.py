"""``python -m benchmarks.soak [HOURS]``: a day on a fast clock with trouble in two requests of a hundred.

One process of the program on SQLite, a platform that answers 2 % of all requests with 429, 502, a dropped line after
carrying it out, or not at all, and people who talk all day. Prints memory, threads and open files as they were, and
fails when memory grows, when threads or files pile up, or when a row is stuck at the end.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from sqlmodel import col, func, select

from bot.clock import Clock, parse_clock
from storage import migrate
from storage.database import Database
from storage.media import Media
from storage.models import Incoming, Outgoing
from storage.models.messages import IncomingState, OutgoingState
from tests.fakes.telegram import FakeTelegramThread
from tests.fakes.telegram.faults import Fault, Kind, too_many_requests
from tests.kill.day import Day
from tests.kill.lives import all_done
from tests.swarm.herd import a_herd

MORNING = datetime(2027, 5, 10, 0, 30, tzinfo=UTC)  # half past seven on a Monday in Việt Nam
SPEED = 480  # a day in three minutes
SHARE = 0.02
WARM_UP = 0.25  # of the time: caches fill, the allocator finds its size
GROWTH = 1.05
SLACK_MB = 4
STUCK = (OutgoingState.SENDING, OutgoingState.RETRY, OutgoingState.HELD, OutgoingState.QUEUED)
REST_SECONDS = 150.0  # two requests that hang one after the other, and a night on the clock


class Look(NamedTuple):
    """At one process from outside."""

    megabytes: float
    threads: int
    files: int


def look(process: int) -> Look:
    folder = Path("/proc", str(process))
    resident = int((folder / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return Look(resident / 1e6, len(os.listdir(folder / "task")), len(os.listdir(folder / "fd")))


@dataclass
class Trouble:
    """Always one fault lies in wait, a random number of requests ahead: SHARE of them on average."""

    telegram: FakeTelegramThread
    chance: random.Random
    waiting: Fault | None = None
    done: int = 0

    def renew(self) -> None:
        while self.waiting is None or self.waiting.hits:
            self.done += self.waiting is not None
            self.waiting = self._lay(self._some())

    def _lay(self, fault: Fault) -> Fault:
        # A fault for sendMessage alone waits for one request in three.
        ahead = self.chance.randrange(int(2 / SHARE) - 1) // (3 if fault.method else 1)
        return self.telegram.do(lambda tg: tg.script(fault, method=fault.method, skip=ahead))

    def _some(self) -> Fault:
        (kind,) = self.chance.choices(("later", "gateway", "drop", "hang"), (30, 40, 25, 5))
        if kind == "later":
            return too_many_requests(1)
        if kind == "gateway":
            return Fault(Kind.HTML)
        return Fault(Kind.DROP) if kind == "drop" else Fault(Kind.HANG, method="sendMessage")


def live(day: Day, clock: Clock, trouble: Trouble, process: int, hours: float) -> list[Look]:
    """Talk and push until ``hours`` of the clock have passed; a look every second."""
    looks, rounds, end = [], 1, time.monotonic() + hours * 3600 / SPEED
    while time.monotonic() < end:
        if rounds % 10 == 0:
            day.push(rounds, clock.now())
        day.talk(rounds)
        rounds += 1
        for _ in range(10):
            trouble.renew()
            time.sleep(0.1)
        looks.append(look(process))
    return looks


def rest(day: Day) -> None:
    end = time.monotonic() + REST_SECONDS
    while time.monotonic() < end:
        with day.database.snapshot() as session:
            if all_done(session, day.heard):
                return
        time.sleep(0.5)


def stuck(database: Database) -> Counter[str]:
    with database.snapshot() as session:
        states = Counter(session.exec(select(Outgoing.state).where(col(Outgoing.state).in_(STUCK))))
        new = session.exec(select(func.count()).where(Incoming.state != IncomingState.DONE)).one()
    return states + Counter({"not handled": new})


def thirds(values: Sequence[float]) -> tuple[float, float]:
    """Medians of the first and the last third after the warm-up."""
    warm = values[int(len(values) * WARM_UP) :]
    third = max(1, len(warm) // 3)
    return statistics.median(warm[:third]), statistics.median(warm[-third:])


def judge(looks: list[Look]) -> list[str]:
    """What is wrong, and the series, printed."""
    found = []
    for name, allowed in (("megabytes", SLACK_MB), ("threads", 2), ("files", 5)):
        values = [float(getattr(one, name)) for one in looks]
        step = max(1, len(values) // 24)
        first, last = thirds(values)
        print(f"{name:>10}: {first:7.1f} → {last:7.1f}   {' '.join(f'{value:.0f}' for value in values[::step])}")
        if last > first * (GROWTH if name == "megabytes" else 1) + allowed:
            found.append(f"{name} grew from {first:.1f} to {last:.1f}")
    return found


def soak(folder: Path, hours: float) -> list[str]:
    database = Database(f"sqlite:///{folder}/loa.sqlite3")
    migrate.upgrade(database)
    with FakeTelegramThread(flood=None) as telegram:
        day = Day(telegram, database, Media(f"file://{folder}/media"))
        day.begin(MORNING)
        environment = settings(folder, telegram)
        clock = parse_clock(environment["LOA_CLOCK"])
        with a_herd(environment, database, "") as herd:
            herd.begin(1)
            (process,) = herd.alive
            trouble = Trouble(telegram, random.Random(24))
            looks = live(day, clock, trouble, process, hours)
            telegram.do(lambda tg: tg.calm())
            rest(day)
            found = judge(looks)
            calls = telegram.do(lambda tg: len(tg.calls))
            print(f"{day.heard} events, {calls} requests, {trouble.done} faults ({trouble.done / calls:.1%})")
            herd.end()
        left = stuck(database)
        with database.snapshot() as session:
            states = Counter(session.exec(select(Outgoing.state)))
    print(f"messages by state: {dict(states)}")
    database.close()
    return found + [f"{count} rows stuck: {state}" for state, count in left.items()]


def settings(folder: Path, telegram: FakeTelegramThread) -> dict[str, str]:
    return {
        "SWARM_LOG": str(folder / "log"), "LOA_DEMO__ENABLED": "false",
        "LOA_CLOCK": f"{MORNING.isoformat()}@{SPEED}#{datetime.now(UTC).isoformat()}",
        "LOA_DATABASE__URL": f"sqlite:///{folder}/loa.sqlite3", "LOA_MEDIA__URL": f"file://{folder}/media",
        "LOA_TELEGRAM__ENABLED": "true", "LOA_TELEGRAM__TOKEN": telegram.token,
        "LOA_TELEGRAM__API_BASE": telegram.base_url, "LOA_PACE__TELEGRAM__PER_SECOND": "100",
        "LOA_PACE__TELEGRAM__PER_CHAT": "50", "LOA_PACE__TELEGRAM__PER_GROUP_MINUTE": "3000",
    }  # fmt: skip


def main() -> int:
    hours = float(sys.argv[1]) if len(sys.argv) > 1 else 24.0
    with tempfile.TemporaryDirectory() as folder:
        found = soak(Path(folder), hours)
    print(*(found or ["memory, threads and files are flat; nothing is stuck"]), sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
