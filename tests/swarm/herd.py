"""Four processes of the program on one database and one platform, and somebody who kills them at random."""

from __future__ import annotations

import json
import os
import random
import select as polling
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import text
from sqlmodel import col, select

from bot.delivery.sender import IN_FLIGHT
from storage.database import Database
from storage.leadership import PATIENCE_SECONDS, key_of
from storage.models import Outgoing
from storage.models.messages import OutgoingState
from tests.e2e.office import free_port

ROOT = Path(__file__).parents[2]
PROCESSES = 4
FROZEN_SECONDS = PATIENCE_SECONDS + 3  # long enough to lose every claim
HOLDER = text(
    "SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
    " WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1"
    " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND ((l.classid::bigint << 32) | l.objid::bigint) = :key"
)


@dataclass
class Herd:
    """``speaks_for``: the name of the account whose speaker is watched."""

    nursery: subprocess.Popen[str]
    environment: dict[str, str]
    database: Database
    speaks_for: str
    alive: dict[int, int] = field(default_factory=dict)  # process id → a handle that never means another process
    kills: int = 0
    kills_of_speakers: int = 0
    freezes: int = 0
    take_overs: list[float] = field(default_factory=list)  # seconds without a speaker after one was killed or froze
    in_doubt: set[int] = field(default_factory=set)

    def begin(self, count: int = PROCESSES) -> None:
        for _ in range(count):
            self.bear()

    def bear(self) -> None:
        assert self.nursery.stdin is not None
        assert self.nursery.stdout is not None
        print(json.dumps(self.environment | {"LOA_WEB__PORT": str(free_port())}), file=self.nursery.stdin, flush=True)
        child = int(self.nursery.stdout.readline())
        self.alive[child] = os.pidfd_open(child)

    def speaker(self) -> int | None:
        """The process that speaks for the account now."""
        with self.database.snapshot() as session:
            name = session.execute(HOLDER, {"key": key_of(self.speaks_for)}).scalar()
        return int(name.removeprefix("loa ")) if name else None

    def wait_for_speaker(self, other_than: int | None = None, seconds: float = 30) -> float:
        """Seconds until some process (``other_than`` the one that is gone) speaks for the account."""
        started = time.monotonic()
        while (found := self.speaker()) is None or found == other_than:
            assert time.monotonic() - started < seconds, "nobody takes over"
            time.sleep(0.02)
        return time.monotonic() - started

    # -- ways to go ----------------------------------------------------------------------------------------------------

    def strike(self, chance: random.Random, freezing: float) -> None:
        """One of them goes, the speaker more often than others, and another one comes. With the probability
        ``freezing`` it only hangs for a while.
        """
        speaker = self.speaker()
        victim = speaker if speaker in self.alive and chance.random() < 0.6 else chance.choice(sorted(self.alive))
        if chance.random() < freezing:
            self.freeze(victim, is_speaker=victim == speaker)
        else:
            self.kill(victim, is_speaker=victim == speaker)
            time.sleep(chance.random())
            self.bear()

    def kill(self, victim: int, *, is_speaker: bool) -> None:
        self._tell(
            victim, signal.SIGSTOP
        )  # what is in flight at this very moment can be read before anybody takes over
        self._note_what_is_in_flight()
        self._tell(victim, signal.SIGKILL)
        os.close(self.alive.pop(victim))
        self.kills += 1
        if is_speaker:
            self.kills_of_speakers += 1
            self.take_overs.append(self.wait_for_speaker(other_than=victim))

    def freeze(self, victim: int, *, is_speaker: bool) -> None:
        """It hangs, and wakes up when somebody else has long taken over."""
        self._tell(victim, signal.SIGSTOP)
        self._note_what_is_in_flight()
        self.freezes += 1
        frozen = time.monotonic()
        if is_speaker:
            self.take_overs.append(self.wait_for_speaker(other_than=victim))
        time.sleep(max(0.0, FROZEN_SECONDS - (time.monotonic() - frozen)))
        self._tell(victim, signal.SIGCONT)

    def _note_what_is_in_flight(self) -> None:
        time.sleep(0.03)  # a commit that had left arrives
        with self.database.snapshot() as session:
            rows = session.exec(select(Outgoing.id).where(col(Outgoing.state) == OutgoingState.SENDING)).all()
        assert len(rows) <= 2 * IN_FLIGHT  # of two accounts
        self.in_doubt |= {row_id for row_id in rows if row_id is not None}

    def end(self, seconds: float = 12) -> float:
        """SIGTERM to all; how long the slowest takes."""
        started = time.monotonic()
        for process in self.alive:
            self._tell(process, signal.SIGTERM)
        for handle in self.alive.values():
            left = max(0.0, seconds - (time.monotonic() - started))
            assert polling.select([handle], [], [], left)[0], "a process does not stop"
        self._close()
        return time.monotonic() - started

    def bury(self) -> None:
        """Whoever is left, by SIGKILL."""
        for handle in self.alive.values():
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(handle, signal.SIGKILL)
        self._close()

    def _tell(self, process: int, number: signal.Signals) -> None:
        """Raises ProcessLookupError when it has died by itself, which none of them may."""
        signal.pidfd_send_signal(self.alive[process], number)

    def _close(self) -> None:
        for handle in self.alive.values():
            os.close(handle)
        self.alive.clear()


@contextmanager
def a_herd(environment: dict[str, str], database: Database, speaks_for: str) -> Iterator[Herd]:
    command = [sys.executable, "-m", "tests.swarm.nursery"]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LOA_")}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=clean
    ) as nursery:
        assert nursery.stdout is not None
        assert nursery.stdout.readline().strip() == "ready"
        herd = Herd(nursery, environment, database, speaks_for)
        try:
            yield herd
        finally:
            herd.bury()
            assert nursery.stdin is not None
            nursery.stdin.close()


class Striking(threading.Thread):
    """Strikes again and again until told to stop; what went wrong is raised by ``stop``."""

    def __init__(self, herd: Herd, seed: int, pause: tuple[float, float], freezing: float) -> None:
        super().__init__(name="striking", daemon=True)
        self._herd, self._chance, self._pause, self._freezing = herd, random.Random(seed), pause, freezing
        self._end = threading.Event()
        self._error: BaseException | None = None

    def run(self) -> None:
        try:
            while not self._end.wait(self._chance.uniform(*self._pause)):
                self._herd.strike(self._chance, self._freezing)
        except BaseException as error:
            self._error = error

    def stop(self) -> None:
        self._end.set()
        self.join(60)
        if self._error is not None:
            raise self._error
