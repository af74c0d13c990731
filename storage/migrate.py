"""Bring a database to the tables this version knows, on SQLite and PostgreSQL alike."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from storage.database import Database

HERE = Path(__file__).parent / "migrations"
LOCK = 7_263_001  # any number; ours alone in this database


class BrokenLinks(RuntimeError):
    """A migration left rows that point to nothing; it was rolled back."""


def config() -> Config:
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
        if database.is_sqlite:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
        settings = config()
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")
        _check_links(connection, database.is_sqlite)
        connection.commit()
        if database.is_sqlite:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")


def is_current(database: Database) -> bool:
    head = ScriptDirectory.from_config(config()).get_current_head()
    with database.snapshot() as session:
        return MigrationContext.configure(session.connection()).get_current_revision() == head


def _check_links(connection: Connection, is_sqlite: bool) -> None:
    if is_sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()):
        raise BrokenLinks(f"rows point to nothing after the migration: {broken[:5]}")
