"""The proof of inbox and outbox: a day of two hundred events and thông báo, killed again and again by SIGKILL."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlmodel import col, select

from bot.clock import Clock
from bot.delivery.sender import IN_FLIGHT
from storage.models import Outgoing
from storage.models.messages import OutgoingState
from tests.kill.day import CHATS, HOURS_OF_WORK, MORNING, Day, a_day
from tests.kill.orders import Death, House, Orders

ROOT = Path(__file__).parents[2]
KILLED = 9
MOST_LIVES = 200 * HOURS_OF_WORK
ROWS_OF_PUSHES = HOURS_OF_WORK * CHATS
OPEN = (OutgoingState.QUEUED, OutgoingState.RETRY, OutgoingState.SENDING)


@dataclass
class ForkServer:
    """A process that has imported everything, and forks one more for each life."""

    process: subprocess.Popen[str]
    log: Path

    def live(self, orders: Orders) -> int:
        """One life; 0 when it ended by itself, KILLED when it was killed."""
        assert self.process.stdin is not None
        print(orders.as_json(), file=self.process.stdin, flush=True)
        status = int(self.hear())
        assert status in (0, KILLED), self.log.read_text()[-3000:]
        return status

    def hear(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForkServer]:
    log = tmp_path_factory.mktemp("lives") / "log"
    with (
        log.open("w") as file,
        subprocess.Popen(
            [sys.executable, "-m", "tests.kill.lives"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=file, text=True, cwd=ROOT,
        ) as process,
    ):  # fmt: skip
        made = ForkServer(process, log)
        assert made.hear() == "ready", log.read_text()[-3000:]
        yield made


@dataclass
class Lives:
    """One after the other, on one database and one platform."""

    server: ForkServer
    day: Day
    house: House
    kills: int = 0
    in_doubt: set[int] = field(default_factory=set)

    def live_through(self, death: Death, hours: int) -> None:
        clock = Clock(MORNING, self.house.clock_started)
        for hour in range(hours):
            self.day.push(hour, clock.now())
            self.until_done(death)
            self.day.talk(hour)
            self.until_done(death)

    def until_done(self, death: Death) -> None:
        """One life after the other, until one finds nothing more to do."""
        while self.server.live(self._orders(death)) == KILLED:
            self.kills += 1
            assert self.kills < MOST_LIVES, "the lives make no progress"

    def _orders(self, death: Death) -> Orders:
        with self.day.database.snapshot() as session:
            rows = session.exec(select(Outgoing.id, Outgoing.state).where(col(Outgoing.state).in_(OPEN))).all()
        being_sent = {row_id for row_id, state in rows if row_id and state == OutgoingState.SENDING}
        assert len(being_sent) <= IN_FLIGHT
        self.in_doubt |= being_sent
        return Orders(self.house, death, self.day.heard, self.kills, speak_first=bool(rows and self.kills % 4))


@contextmanager
def lives_on(server: ForkServer, folder: Path) -> Iterator[Lives]:
    with a_day(folder) as (day, house):
        yield Lives(server, day, house)


def test_a_quiet_day_without_power_cuts(server: ForkServer, tmp_path: Path) -> None:
    """The measure for the other days: everything is said, once."""
    with lives_on(server, tmp_path) as lives:
        lives.live_through("never", hours=2)
        lives.day.check_effects()
        assert lives.day.check_words(set()) == {OutgoingState.SENT: 2 * CHATS}
        assert lives.kills == 0


def test_the_power_goes_after_every_commit_and_nothing_is_lost_or_doubled(server: ForkServer, tmp_path: Path) -> None:
    with lives_on(server, tmp_path) as lives:
        lives.live_through("at commits", HOURS_OF_WORK)
        lives.day.check_effects()
        pushes = lives.day.check_words(lives.in_doubt)
    # Some died while they were in flight, some when their fate had been written down.
    assert pushes.total() == ROWS_OF_PUSHES
    assert pushes[OutgoingState.SENT] > 0
    assert pushes[OutgoingState.UNKNOWN] > 0
    assert lives.kills > 2 * ROWS_OF_PUSHES


def test_the_power_goes_inside_every_send_and_no_group_hears_twice(server: ForkServer, tmp_path: Path) -> None:
    with lives_on(server, tmp_path) as lives:
        lives.live_through("in sends", HOURS_OF_WORK)
        lives.day.check_effects()
        assert lives.day.check_words(lives.in_doubt) == {OutgoingState.UNKNOWN: ROWS_OF_PUSHES}
        arrived = lives.day.pushes_that_arrived()
    # Killed before the request left, and after it was carried out.
    assert ROWS_OF_PUSHES // 16 < arrived < ROWS_OF_PUSHES * 15 // 16
    assert lives.kills > ROWS_OF_PUSHES
