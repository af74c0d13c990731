"""One door to the database: a transaction that writes, or a snapshot that reads.

The code is synchronous: rules and conversations stay plain functions of a session, and the running program calls them
in worker threads. SQLite's traps are shut here (each has a regression test): without BEGIN IMMEDIATE two writers
silently lose
updates, foreign keys are off unless asked for, and WAL with synchronous=FULL is what survives a power cut.
"""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session

from storage.writers import Writers

T = TypeVar("T")
BUSY_SECONDS = 15
WRITERS_ON_POSTGRES = 8
READERS = 4
HUNG_SECONDS = 15  # a process that keeps a transaction open so long and asks nothing hangs: the server frees its locks


class Database:
    """Sessions on one database URL, SQLite or PostgreSQL."""

    def __init__(self, url: str, *, threads: int | None = None) -> None:
        self.url = make_url(url)
        self.info: dict[str, Any] = {}  # what every session carries: see ``Session.info`` of SQLAlchemy
        self.engine = _sqlite_engine(url) if self.is_sqlite else _server_engine(url)
        self._writers = Writers(threads or (1 if self.is_sqlite else WRITERS_ON_POSTGRES))
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="db-read")

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @property
    def file(self) -> Path | None:
        """The database file, None on a server."""
        return Path(self.url.database) if self.is_sqlite and self.url.database else None

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Everything inside is committed together, or not at all."""
        with Session(self.engine, expire_on_commit=False, info=self.info) as session, session.begin():
            yield session

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """For reading: never waits for a writer, and whatever is changed inside is thrown away."""
        engine = self.engine.execution_options(loa_reading=True)
        with Session(engine, expire_on_commit=False, info=self.info) as session:
            yield session  # closing it rolls back, and leaves what was read usable

    async def write(self, work: Callable[..., T], *args: Any, first: bool = False) -> T:
        """``work(session, *args)`` in a transaction of its own, off the event loop; ``first``: see ``Writers``."""

        def inside() -> T:
            with self.transaction() as session:
                return work(session, *args)

        return await asyncio.wrap_future(self._writers.submit(inside, first=first))

    async def read(self, work: Callable[..., T], *args: Any) -> T:
        """``work(session, *args)`` on a snapshot, off the event loop."""

        def inside() -> T:
            with self.snapshot() as session:
                return work(session, *args)

        return await asyncio.get_running_loop().run_in_executor(self._readers, inside)

    def close(self) -> None:
        self._writers.close()
        self._readers.shutdown(wait=True)
        self.engine.dispose()


def careful() -> dict[str, Any]:
    """How we connect to a server. One that cannot be reached any more is noticed within seconds, not after the two
    hours of the system's defaults; and an operator can tell in pg_stat_activity which process has which connection.
    """
    return {
        "connect_timeout": 5,
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "tcp_user_timeout": 8000,
        "application_name": f"loa {os.getpid()}",
    }


def _server_engine(url: str) -> Engine:
    """At most one connection a thread. With the one of the claims a process has thirteen of them."""
    size = WRITERS_ON_POSTGRES + READERS
    engine = create_engine(url, pool_size=size, max_overflow=1, connect_args=careful(), hide_parameters=True)
    event.listen(engine, "connect", _prepare_server)
    return engine


def _prepare_server(connection: Any, _: ConnectionPoolEntry) -> None:
    """The server's usual price of a random read is that of a turning disk. With it, and no statistics of a push that
    was queued a moment ago, each claim read and sorted all that waits instead of taking the first rows from the index.
    """
    say(connection, f"SET idle_in_transaction_session_timeout = {HUNG_SECONDS * 1000}")
    say(connection, "SET random_page_cost = 1.1")


def say(connection: Any, statement: str) -> None:
    """One statement on a connection that is new, before anybody has it."""
    cursor = connection.cursor()
    cursor.execute(statement)
    cursor.close()
    connection.commit()


def _sqlite_engine(url: str) -> Engine:
    file = make_url(url).database
    if file:
        Path(file).parent.mkdir(parents=True, exist_ok=True)
    # Errors go to the log with their traceback: what people wrote must not come along.
    waiting = {"timeout": BUSY_SECONDS, "check_same_thread": False}
    engine = create_engine(url, connect_args=waiting, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    _keep_a_journal(cursor)
    for pragma in ("synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_SECONDS * 1000}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _keep_a_journal(cursor: Any) -> None:
    """Two programs that start on an empty file turn it to WAL at once. SQLite does not let either wait for the other
    there, whatever the busy timeout (both hold the file for reading, and would wait for ever): we do. Raises
    OperationalError after BUSY_SECONDS, or at once when the trouble is another one.
    """
    end = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(random.uniform(0.001, 0.02))


def _begin_sqlite(connection: Connection) -> None:
    reading = connection.get_execution_options().get("loa_reading")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
