"""A database of an older version becomes one of this version, and nothing in it gets lost."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect
from sqlmodel import SQLModel, func, select

from storage import migrate
from storage.database import Database
from storage.models import Incoming, Unit
from tests.postgres import Server

EMPTY = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(params=EMPTY)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database in which nothing is yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/new.sqlite3"
    server: Server = request.getfixturevalue("postgres_server")
    return server.empty()


@pytest.fixture
def new(address: str) -> Iterator[Database]:
    made = Database(address)
    yield made
    made.close()


def test_the_migrations_lead_to_the_tables_the_program_knows(new: Database) -> None:
    migrate.upgrade(new)
    with new.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_migrating_twice_changes_nothing(new: Database) -> None:
    assert not migrate.is_current(new)
    migrate.upgrade(new)
    with new.transaction() as session:
        session.add(Unit(code="CS01", name="CĐCS May 10"))
    migrate.upgrade(new)
    assert migrate.is_current(new)
    with new.snapshot() as session:
        assert session.exec(select(func.count()).select_from(Unit)).one() == 1


def test_two_programs_may_start_on_an_empty_database_at_once(address: str) -> None:
    errors: list[Exception] = []

    def start() -> None:
        database = Database(address)
        try:
            migrate.upgrade(database)
        except Exception as error:
            errors.append(error)
        finally:
            database.close()

    starts = [threading.Thread(target=start) for _ in range(2)]
    for one in starts:
        one.start()
    for one in starts:
        one.join(30)
    assert errors == []


def test_every_step_can_be_taken_from_the_first_version(new: Database) -> None:
    """What is in the tables of the oldest version is still there in the newest."""
    _upgrade_to(new, "0001")
    with new.engine.connect() as connection:
        connection.exec_driver_sql(
            "INSERT INTO unit (code, name, kind, contact_name, contact_phone, search)"
            " VALUES ('CS01', 'May 10', '', '', '', '')"
        )
        connection.commit()
    migrate.upgrade(new)
    with new.snapshot() as session:
        assert session.exec(select(Unit.code)).all() == ["CS01"]


def _upgrade_to(database: Database, revision: str) -> None:
    """As ``migrate.upgrade`` does, but not to the end."""
    with database.engine.connect() as connection:
        settings = migrate.config()
        settings.attributes["connection"] = connection
        command.upgrade(settings, revision)
        connection.commit()


# -- SQLite rebuilds a changed table by dropping the old one -----------------------------------------------------------

PARENT_REBUILT = """
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "9999", "{newest}", None, None


def upgrade():
    with op.batch_alter_table("family") as batch:
        batch.add_column(sa.Column("motto", sa.String(), server_default="", nullable=False))
{more}
"""


@pytest.fixture
def family(sqlite: Database) -> Database:
    """A parent with five children that go when it goes."""
    with sqlite.engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE family (id INTEGER PRIMARY KEY, name TEXT)")
        connection.exec_driver_sql(
            "CREATE TABLE child (id INTEGER PRIMARY KEY,"
            " family_id INTEGER NOT NULL REFERENCES family (id) ON DELETE CASCADE)"
        )
        connection.exec_driver_sql("INSERT INTO family VALUES (1, 'Nguyễn')")
        for _ in range(5):
            connection.exec_driver_sql("INSERT INTO child (family_id) VALUES (1)")
        connection.commit()
    return sqlite


@pytest.fixture
def tomorrows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of migrations in which tomorrow's version has one more step."""
    folder = tmp_path / "migrations"
    (folder / "versions").mkdir(parents=True)
    for file in [migrate.HERE / "env.py", *(migrate.HERE / "versions").glob("*.py")]:
        (folder / file.relative_to(migrate.HERE)).write_bytes(file.read_bytes())
    newest = migrate.newest()
    monkeypatch.setattr(migrate, "HERE", folder)
    yield folder / "versions" / "9999_tomorrow.py"
    assert newest != migrate.newest()


def write(file: Path, more: str = "") -> None:
    text = PARENT_REBUILT.format(newest=migrate.newest(), more=more)
    # ``recreate`` is what SQLite needs for most changes; here it is the point of the story.
    file.write_text(text.replace('"family")', '"family", recreate="always")'))


def children(connection: Connection) -> int:
    found = connection.exec_driver_sql("SELECT count(*) FROM child").scalar()
    assert isinstance(found, int)
    return found


def foreign_keys(database: Database) -> list[object]:
    """The pragma on as many connections as the pool gives out."""
    with database.engine.connect() as first, database.engine.connect() as second:
        first.exec_driver_sql("COMMIT")
        return [connection.exec_driver_sql("PRAGMA foreign_keys").scalar() for connection in (first, second)]


def test_children_survive_when_their_parents_table_is_rebuilt(family: Database, tomorrows: Path) -> None:
    write(tomorrows)
    migrate.upgrade(family)
    with family.engine.connect() as connection:
        assert children(connection) == 5
        assert "motto" in {column["name"] for column in inspect(connection).get_columns("family")}
    assert foreign_keys(family) == [1, 1]


def test_a_migration_that_breaks_links_is_taken_back(family: Database, tomorrows: Path) -> None:
    write(tomorrows, '    op.execute("DELETE FROM family")\n')
    with pytest.raises(migrate.BrokenLinks, match="child"):
        migrate.upgrade(family)
    with family.engine.connect() as connection:
        assert "motto" not in {column["name"] for column in inspect(connection).get_columns("family")}
        assert connection.exec_driver_sql("SELECT count(*) FROM family").scalar() == 1


def test_after_a_failed_migration_links_are_guarded_again(family: Database, tomorrows: Path) -> None:
    write(tomorrows, '    raise RuntimeError("tomorrow has a bug")\n')
    with pytest.raises(RuntimeError, match="tomorrow"):
        migrate.upgrade(family)
    assert foreign_keys(family) == [1, 1]


def test_a_migration_that_fails_half_way_leaves_the_old_database(family: Database, tomorrows: Path) -> None:
    more = (
        '    op.create_table("half", sa.Column("id", sa.Integer(), primary_key=True))\n    raise RuntimeError("bug")\n'
    )
    write(tomorrows, more)
    with pytest.raises(RuntimeError):
        migrate.upgrade(family)
    with sqlite3.connect(str(family.file)) as raw:
        tables = {name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    raw.close()
    assert "half" not in tables
    assert {"family", "child", Incoming.__tablename__} <= tables
