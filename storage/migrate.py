"""Bring a database to the tables this version knows, on SQLite and PostgreSQL alike."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from storage.database import Database

if TYPE_CHECKING:  # half of the start-up time of a command, and needed only when there is something to migrate
    from alembic.config import Config

HERE = Path(__file__).parent / "migrations"
LOCK = 7_263_001  # any number; ours alone in this database


class BrokenLinks(RuntimeError):
    """A migration left rows that point to nothing; it was rolled back."""


def config() -> Config:
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(HERE))
    settings.set_main_option("path_separator", "os")
    return settings


def upgrade(database: Database) -> None:
    """Upgrade to the newest revision in one transaction. Raises BrokenLinks when references would break.

    Foreign keys are off meanwhile: SQLite rebuilds a changed table by dropping the old one, and with keys on an
    ``ON DELETE CASCADE`` would silently empty its children.
    """
    if is_current(database):
        return
    with database.engine.connect() as connection:
        try:
            _upgrade(connection, database.is_sqlite)
        finally:
            if database.is_sqlite:
                connection.invalidate()  # whatever happened, nobody else may get a connection without foreign keys


def _upgrade(connection: Connection, is_sqlite: bool) -> None:
    from alembic import command

    if is_sqlite:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
    settings = config()
    settings.attributes["connection"] = connection
    command.upgrade(settings, "head")
    _check_links(connection, is_sqlite)
    connection.commit()


def newest() -> str:
    """The revision of this version: the files in the folder are numbered."""
    return max(file.name for file in (HERE / "versions").glob("[0-9]*.py")).partition("_")[0]


def is_current(database: Database) -> bool:
    with database.snapshot() as session:
        if not inspect(session.connection()).has_table("alembic_version"):
            return False
        found = session.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return found == newest()


def _check_links(connection: Connection, is_sqlite: bool) -> None:
    if is_sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()):
        raise BrokenLinks(f"rows point to nothing after the migration: {broken[:5]}")
