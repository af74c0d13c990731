"""Two copies of the program on one database: one works, the other waits, and takes over when the first is killed."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sqlmodel import select

from storage.database import Database
from storage.models import Outgoing
from storage.models.messages import OutgoingState
from tests.e2e.office import LOA, Office, free_port, open_office

TAKE_OVER_SECONDS = 15


@contextmanager
def copies(office: Office, count: int) -> Iterator[list[tuple[Office, subprocess.Popen[bytes]]]]:
    """``loa run`` several times at once on one database, each on a port of its own."""
    started = []
    for number in range(count):
        folder = office.folder / f"copy{number}"
        folder.mkdir()
        port = free_port()
        one = replace(office, folder=folder, port=port, env=office.env | {"LOA_WEB__PORT": str(port)})
        with (folder / "log.txt").open("ab") as log:
            started.append((one, subprocess.Popen([*LOA, "run"], cwd=folder, env=one.env, stdout=log, stderr=log)))
    try:
        yield started
    finally:
        for _, process in started:
            process.kill()
            process.wait()


def leads(office: Office) -> bool:
    return "leader" in office.log()


def say(database: Database, key: str) -> None:
    with database.transaction() as session:
        session.add(Outgoing(key=key, channel="webchat", to="nobody", message={"text": "Xin chào"}))


def was_dealt_with(database: Database, key: str) -> bool:
    with database.snapshot() as session:
        row = session.exec(select(Outgoing).where(Outgoing.key == key)).one()
        return row.state not in (OutgoingState.QUEUED, OutgoingState.SENDING)


def test_the_second_copy_waits_and_takes_over_when_the_first_is_killed(tmp_path: Path) -> None:
    office = open_office(tmp_path)
    office.loa("migrate")
    database = Database(f"sqlite:///{tmp_path}/loa.sqlite3")
    with copies(office, 2) as both:
        for one, _ in both:
            one.until(one.healthy, "healthz of both", 30)
        both[0][0].until(lambda: any(leads(one) for one, _ in both), "one of them leading", 15)
        first, second = sorted(both, key=lambda copy: not leads(copy[0]))
        assert [leads(one) for one, _ in (first, second)] == [True, False]
        second[0].until(lambda: "standby" in second[0].log(), "the other says that it waits", 15)
        say(database, "before")
        first[0].until(lambda: was_dealt_with(database, "before"), "a word of the first", 15)
        first[1].send_signal(signal.SIGKILL)
        killed = time.monotonic()
        say(database, "after")
        second[0].until(lambda: was_dealt_with(database, "after"), "the second taking over", TAKE_OVER_SECONDS)
        assert time.monotonic() - killed < TAKE_OVER_SECONDS
        assert leads(second[0])
        assert second[0].healthy()
        second[1].send_signal(signal.SIGTERM)
        assert second[1].wait(10) == 0
    database.close()
