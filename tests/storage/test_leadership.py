"""One process speaks for the accounts; when it dies, even by kill -9, another one may at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from storage.database import Database
from storage.leadership import Leadership

ROOT = Path(__file__).parents[2]
LEADER = """
import sys, time
from storage.database import Database
from storage.leadership import Leadership
leadership = Leadership(Database(sys.argv[1]))
print(leadership.acquire(), flush=True)
time.sleep(60)
"""


@contextmanager
def another_process_leads(database: Database) -> Iterator[subprocess.Popen[str]]:
    address = database.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", LEADER, address]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline().strip() == "True"
            yield process
        finally:
            process.kill()


def test_the_second_process_waits_and_takes_over_after_kill_9(database: Database) -> None:
    standby = Leadership(database)
    with another_process_leads(database) as leader:
        assert not standby.acquire()
        assert not standby.still_held()
        os.kill(leader.pid, signal.SIGKILL)
        leader.wait()
        killed = time.monotonic()
        while not standby.acquire():
            assert time.monotonic() - killed < 10
            time.sleep(0.02)
        assert standby.still_held()
    standby.release()


def test_whoever_steps_down_lets_the_next_one_lead(database: Database) -> None:
    first, second = Leadership(database), Leadership(database)
    assert first.acquire()
    assert not second.acquire()
    first.release()
    assert not first.still_held()
    assert second.acquire()
    second.release()


def test_two_offices_do_not_hinder_each_other(database: Database) -> None:
    speaker, other = Leadership(database), Leadership(database, name="backup")
    assert speaker.acquire()
    assert other.acquire()
    speaker.release()
    other.release()


def test_waiting_for_years_costs_no_connections(database: Database) -> None:
    """A standby asks every second."""
    leader, standby = Leadership(database), Leadership(database)
    assert leader.acquire()
    for _ in range(50):
        assert not standby.acquire()
    assert leader.still_held()
    leader.release()


@pytest.mark.postgres
def test_a_leader_whose_connection_is_cut_knows_that_it_leads_no_more(postgres: Database) -> None:
    """The server was restarted: its lock is gone, and somebody else may have it."""
    leader = Leadership(postgres)
    assert leader.acquire()
    with postgres.engine.connect() as admin:
        admin.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    assert not leader.still_held()
    successor = Leadership(postgres)
    assert successor.acquire()
    successor.release()
    leader.release()


def test_a_database_in_memory_has_one_user_only() -> None:
    database = Database("sqlite://")
    assert Leadership(database).acquire()
    database.close()
