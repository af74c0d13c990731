"""A migrated database without rows, made once and copied for each test."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Dialect, event

from storage import migrate
from storage.database import Database

_compiled: dict[Any, Any] = {}


def fresh_database(folder: Path, name: str = "loa.sqlite3", *, careful: bool = False) -> Database:
    """Tests pull no plug, so it does not wait for the disk, unless it is to be as ``careful`` as the product."""
    file = folder / name
    file.write_bytes(_empty())
    database = Database(f"sqlite:///{file}")
    if not careful:
        event.listen(database.engine, "connect", _careless)
    share_statements(database)
    return database


@cache
def _empty() -> bytes:
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/empty.sqlite3")
        migrate.upgrade(database)
        with database.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        database.close()
        return Path(folder, "empty.sqlite3").read_bytes()


def _careless(connection: Any, _: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")


def share_statements(database: Database) -> None:
    """Every engine would compile its own, which takes longer than running them."""
    database.engine.dialect = _dialect()
    database.engine.update_execution_options(compiled_cache=_compiled)


@cache
def _dialect() -> Dialect:
    database = Database("sqlite://")
    database.engine.connect().close()  # a dialect learns from its first connection
    database.close()
    return database.engine.dialect
