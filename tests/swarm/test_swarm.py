"""The proof of several processes: a working day on four of them, on a real PostgreSQL, killed at random by SIGKILL.

``make swarm`` lets it run for ten minutes, which is more than four days on its clock.
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import col, func, select

from bot.clock import Clock, parse_clock
from storage.database import Database
from storage.media import Media
from storage.models import Assignment, Outgoing
from storage.models.messages import OutgoingState
from tests.fakes.telegram import FakeTelegramThread
from tests.kill.day import CHATS, Day
from tests.kill.lives import all_done
from tests.swarm.herd import Herd, Striking, a_herd

pytestmark = pytest.mark.postgres
SECONDS = 60 * float(os.environ.get("LOA_SWARM_MINUTES", "0.15"))
IS_LONG = SECONDS > 60
SEED = int(os.environ.get("LOA_SWARM_SEED", random.randrange(10**6)))
AFTERNOON = datetime(2027, 5, 10, 6, 15, tzinfo=UTC)  # 13:15 on a Monday in Việt Nam: the reminders of the day are near
SPEED = 600
TAKE_OVER_SECONDS = 10.0
LONGEST_REST = 240.0  # a night on this clock and the work after it


@pytest.fixture
def telegram() -> Iterator[FakeTelegramThread]:
    with FakeTelegramThread(flood=None) as made:
        yield made


@pytest.fixture
def herd(postgres: Database, telegram: FakeTelegramThread, tmp_path: Path) -> Iterator[Herd]:
    environment = {
        "SWARM_LOG": str(tmp_path / "log"), "LOA_DEMO__ENABLED": "false", "LOA_DELIVERY__PIN_ASSIGNMENTS": "false",
        "LOA_DATABASE__URL": postgres.url.render_as_string(hide_password=False),
        "LOA_MEDIA__URL": f"file://{tmp_path}/media",
        "LOA_TELEGRAM__ENABLED": "true", "LOA_TELEGRAM__TOKEN": telegram.token,
        "LOA_TELEGRAM__API_BASE": telegram.base_url, "LOA_PACE__TELEGRAM__PER_SECOND": "100",
        "LOA_PACE__TELEGRAM__PER_CHAT": "50", "LOA_PACE__TELEGRAM__PER_GROUP_MINUTE": "3000",
    }  # fmt: skip
    account = f"account:telegram:{telegram.token.partition(':')[0]}"
    with a_herd(environment, postgres, account) as made:
        yield made


@pytest.fixture
def day(postgres: Database, telegram: FakeTelegramThread, tmp_path: Path) -> Day:
    """With work that is due in two days, so that whoever has sent nothing is reminded at two in the afternoon."""
    made = Day(telegram, postgres, Media(f"file://{tmp_path}/media"))
    made.begin(AFTERNOON)
    with postgres.transaction() as session:
        work = session.get_one(Assignment, made.work)
        work.deadline = work.late_from = AFTERNOON + timedelta(days=3, hours=3)
        session.add(work)
    return made


def work_until(end: float, day: Day, clock: Clock) -> int:
    """Announcements and conversations, as fast as people of a whole federation are; how many rounds it was."""
    rounds = 1
    while time.monotonic() < end:
        if 8 <= day_hour(clock) < 20 and rounds % 2 == 0:
            day.push(rounds, clock.now())
        day.talk(rounds)
        rounds += 1
        time.sleep(1.0)
    return rounds


def day_hour(clock: Clock) -> int:
    return (clock.now().hour + 7) % 24


def rest(day: Day, seconds: float) -> None:
    """Until everything is handled, fetched and said."""
    end = time.monotonic() + seconds
    while True:
        with day.database.snapshot() as session:
            if all_done(session, day.heard):
                return
        assert time.monotonic() < end, f"stuck: {states(day)}"
        time.sleep(0.1)


def states(day: Day) -> Counter[str]:
    with day.database.snapshot() as session:
        return Counter(session.exec(select(Outgoing.state)))


def refusals(day: Day) -> list[tuple[str, str]]:
    with day.database.snapshot() as session:
        rows = session.exec(select(Outgoing).where(Outgoing.state == OutgoingState.REFUSED))
        return [(row.key, row.reason) for row in rows]


def check_reminders(day: Day) -> int:
    """One digest a chat and day; how many there were."""
    with day.database.snapshot() as session:
        statement = select(Outgoing.to, Outgoing.key).where(col(Outgoing.key).startswith("digest:"))
        found = [(to, key.rpartition(":")[2]) for to, key in session.exec(statement)]
    assert len(found) == len(set(found))
    return len(found)


def test_four_processes_are_killed_at_random_and_every_effect_is_there_once(
    herd: Herd, day: Day, telegram: FakeTelegramThread, capsys: pytest.CaptureFixture[str]
) -> None:
    print(f"LOA_SWARM_SEED={SEED}")
    day.push(0, AFTERNOON)
    herd.environment["LOA_CLOCK"] = f"{AFTERNOON.isoformat()}@{SPEED}#{datetime.now(UTC).isoformat()}"
    clock = parse_clock(herd.environment["LOA_CLOCK"])
    herd.begin()
    herd.wait_for_speaker()
    # A freeze takes eight seconds, which the short run has not got.
    striking = Striking(herd, SEED, pause=(0.3, 3.0) if IS_LONG else (0.2, 1.0), freezing=0.1 if IS_LONG else 0)
    striking.start()
    rounds = work_until(time.monotonic() + SECONDS, day, clock)
    striking.stop()
    rest(day, LONGEST_REST)
    stopped = herd.end()

    day.check_effects()
    assert refusals(day) == []
    pushes = day.check_words(herd.in_doubt)
    digests = check_reminders(day)
    with day.database.snapshot() as session:
        unknown = session.exec(select(func.count()).where(Outgoing.state == OutgoingState.UNKNOWN)).one()
    assert pushes.total() % CHATS == 0
    assert max(herd.take_overs, default=0) < TAKE_OVER_SECONDS
    assert stopped < 10
    assert herd.kills
    assert digests or not IS_LONG
    with capsys.disabled():
        print(
            f"\nswarm: {rounds} rounds, {day.heard} events, {sum(states(day).values())} messages, {digests} reminders, "
            f"{herd.kills} kills ({herd.kills_of_speakers} of speakers), {herd.freezes} freezes, "
            f"longest time without a speaker {max(herd.take_overs, default=0):.1f} s, "
            f"{unknown} unknown of {len(herd.in_doubt)} in flight, stopped in {stopped:.1f} s"
        )
