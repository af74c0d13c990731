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
from tests.kill.day import HOURS_OF_WORK, MORNING, Day, a_day
from tests.kill.orders import Death, House, Orders

ROOT = Path(__file__).parents[2]
KILLED = 9
MOST_LIVES = 2000
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

    def live_through_the_day(self, death: Death) -> None:
        clock = Clock(MORNING, self.house.clock_started)
        for hour in range(HOURS_OF_WORK):
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
    with lives_on(server, tmp_path) as lives:
        lives.live_through_the_day("never")
        lives.day.check_effects()
        assert lives.day.check_words(set()) == {OutgoingState.SENT: 20 * HOURS_OF_WORK}


def test_the_power_goes_after_every_commit_and_nothing_is_lost_or_doubled(server: ForkServer, tmp_path: Path) -> None:
    with lives_on(server, tmp_path) as lives:
        lives.live_through_the_day("at commits")
        print(lives.kills, len(lives.in_doubt), lives.day.heard)
        lives.day.check_effects()
        states = lives.day.check_words(lives.in_doubt)
        print(states)


def test_the_power_goes_inside_every_send_and_no_group_hears_twice(server: ForkServer, tmp_path: Path) -> None:
    with lives_on(server, tmp_path) as lives:
        lives.live_through_the_day("in sends")
        print(lives.kills, len(lives.in_doubt), lives.day.heard)
        lives.day.check_effects()
        states = lives.day.check_words(lives.in_doubt)
        print(states)
