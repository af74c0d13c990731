"""What the engines do to those who trust them, one test for each trap. Each fails without its guard."""

from __future__ import annotations

import multiprocessing
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError
from sqlmodel import col, select, update

from storage.database import Database
from storage.models import Chat, Outgoing, Push, Unit
from tests.databases import fresh_database

TIMES = 100
VIETNAM = timezone(timedelta(hours=7))
EIGHT = datetime(2027, 5, 10, 8, 0, tzinfo=VIETNAM)


def a_unit(database: Database, members: int = 0) -> None:
    with database.transaction() as session:
        session.add(Unit(code="CS01", name="CĐCS May 10", members=members))


def count_up(url: str, times: int) -> None:
    """Read, think, write: what every conversation does."""
    database = Database(url)
    for _ in range(times):
        with database.transaction() as session:
            unit = session.exec(select(Unit).where(Unit.code == "CS01").with_for_update()).one()
            unit.members = (unit.members or 0) + 1
            session.add(unit)
    database.close()


def members(database: Database) -> int | None:
    with database.snapshot() as session:
        return session.exec(select(Unit.members)).one()


# -- writers -----------------------------------------------------------------------------------------------------------


def test_three_processes_that_count_lose_nothing(database: Database) -> None:
    """SQLite without BEGIN IMMEDIATE: fewer than half of the counts, and not one error."""
    a_unit(database)
    address = database.url.render_as_string(hide_password=False)
    spawn = multiprocessing.get_context("spawn")
    workers = [spawn.Process(target=count_up, args=(address, TIMES)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    assert members(database) == 3 * TIMES


def test_three_threads_of_one_program_that_count_lose_nothing(database: Database) -> None:
    a_unit(database)
    address = database.url.render_as_string(hide_password=False)
    workers = [threading.Thread(target=count_up, args=(address, TIMES)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    assert members(database) == 3 * TIMES


async def test_what_fails_half_way_changes_nothing(database: Database) -> None:
    def half(session: object) -> None:
        session.add(Unit(code="CS01", name="CĐCS May 10"))  # type: ignore[attr-defined]
        session.flush()  # type: ignore[attr-defined]
        raise RuntimeError("the power of thought failed")

    with pytest.raises(RuntimeError):
        await database.write(half)
    with database.snapshot() as session:
        assert session.exec(select(Unit)).all() == []


# -- readers -----------------------------------------------------------------------------------------------------------


@contextmanager
def somebody_writes(database: Database) -> Iterator[None]:
    """A transaction that has changed the unit and does not end."""
    with database.engine.connect() as connection:
        connection.execute(update(Unit).values(members=99))
        yield


def test_readers_do_not_wait_for_a_writer(database: Database) -> None:
    a_unit(database, members=7)
    with somebody_writes(database):
        started = time.monotonic()
        assert members(database) == 7
        assert time.monotonic() - started < 5


def test_a_snapshot_sees_one_moment(sqlite: Database) -> None:
    a_unit(sqlite, members=7)
    with sqlite.snapshot() as session:
        assert session.exec(select(Unit.members)).one() == 7
        with sqlite.transaction() as other:
            other.execute(update(Unit).values(members=8))
        assert session.exec(select(Unit.members)).one() == 7
    assert members(sqlite) == 8


def test_what_a_reader_changes_is_thrown_away(database: Database) -> None:
    a_unit(database, members=7)
    with database.snapshot() as session:
        session.exec(select(Unit)).one().members = 8
        session.flush()
    assert members(database) == 7


def test_a_second_writer_is_told_when_the_first_does_not_end(sqlite: Database) -> None:
    """It must hear of it, so that nothing is acknowledged that was not stored."""
    a_unit(sqlite)
    impatient = sqlite3.connect(str(sqlite.file), timeout=0.05, isolation_level=None)
    with somebody_writes(sqlite), pytest.raises(sqlite3.OperationalError, match="locked"):
        impatient.execute("BEGIN IMMEDIATE")
    impatient.close()


def test_many_programs_may_open_an_empty_file_at_once(tmp_path: Path) -> None:
    """The turn to WAL answers "database is locked" at once to all but one, whatever the busy timeout says."""
    errors: list[Exception] = []

    def look(file: Path, together: threading.Barrier) -> None:
        database = Database(f"sqlite:///{file}")
        together.wait(30)
        try:
            database.engine.connect().close()
        except OperationalError as error:
            errors.append(error)
        database.close()

    for number in range(20):
        together = threading.Barrier(4)
        file = tmp_path / f"{number}.sqlite3"
        looks = [threading.Thread(target=look, args=(file, together)) for _ in range(4)]
        for one in looks:
            one.start()
        for one in looks:
            one.join(30)
    assert errors == []


# -- rules that are off unless asked for -------------------------------------------------------------------------------


def test_nothing_points_to_what_does_not_exist(database: Database) -> None:
    with pytest.raises(IntegrityError), database.transaction() as session:
        session.add(Outgoing(key="a", channel="square", to="g1", push_id=12345))


def test_an_error_does_not_repeat_what_people_wrote(database: Database) -> None:
    """It ends up in the log, with the traceback."""
    with pytest.raises(IntegrityError) as trouble, database.transaction() as session:
        session.add(Outgoing(key="a", channel="square", to="g1", push_id=12345, message={"text": "Ma: 7KDM42QX"}))
    assert "7KDM42QX" not in str(trouble.value)


@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 15_000)]
)
def test_every_connection_is_prepared(sqlite: Database, pragma: str, value: object) -> None:
    """The second connection as well as the first: most of these are set for one connection only."""
    with sqlite.engine.connect() as first, sqlite.snapshot() as second:
        first.exec_driver_sql("COMMIT")
        for connection in (first, second.connection()):
            assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value


# -- moments -----------------------------------------------------------------------------------------------------------


def test_a_moment_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="without a time zone"), database.transaction() as session:
        session.add(Chat(channel="square", external_id="g1", created_at=EIGHT.replace(tzinfo=None)))


def test_a_moment_comes_back_as_the_same_moment_in_utc(database: Database) -> None:
    with database.transaction() as session:
        session.add(Chat(channel="square", external_id="g1", created_at=EIGHT))
    with database.snapshot() as session:
        (found,) = session.exec(select(Chat.created_at)).all()
    assert found == EIGHT
    assert found.tzinfo is UTC
    assert found.hour == 1


def test_moments_from_different_zones_are_compared_as_moments(database: Database) -> None:
    with database.transaction() as session:
        session.add(Chat(channel="square", external_id="g1", created_at=EIGHT))
    with database.snapshot() as session:
        at_one = select(Chat.id).where(col(Chat.created_at) < datetime(2027, 5, 10, 1, 30, tzinfo=UTC))
        assert len(session.exec(at_one).all()) == 1
        at_noon = select(Chat.id).where(col(Chat.created_at) > datetime(2027, 5, 10, 7, 30, tzinfo=VIETNAM))
        assert len(session.exec(at_noon).all()) == 1


# -- words -------------------------------------------------------------------------------------------------------------


def test_states_are_stored_as_plain_words(database: Database) -> None:
    """A native enum of PostgreSQL keeps the members it was born with, and no check of the migrations notices."""
    with database.transaction() as session:
        session.add(Push(key="p1", kind="adhoc", audience="all", text="Thông báo", due_at=EIGHT))
    with database.snapshot() as session:
        found = session.connection().exec_driver_sql("SELECT kind, state FROM push").one()
        assert tuple(found) == ("adhoc", "planned")
        if not database.is_sqlite:
            enums = session.connection().exec_driver_sql("SELECT typname FROM pg_type WHERE typtype = 'e'").all()
            assert enums == []


def test_a_folder_that_is_missing_is_made(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/deep/deeper/loa.sqlite3")
    with database.snapshot() as session:
        assert session.connection().exec_driver_sql("SELECT 1").scalar() == 1
    database.close()


def test_a_full_disk_is_an_error_and_not_a_loss(tmp_path: Path) -> None:
    database = fresh_database(tmp_path)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(OperationalError, match="full"), database.transaction() as session:
        session.add_all(Unit(code=f"CS{number}", name="x" * 3000) for number in range(50))
    with database.snapshot() as session:
        assert session.exec(select(Unit)).all() == []
    database.close()
