"""What one process at a time may do: speak for an account, fetch a photo, read a plan.

The platform limit is per account, so a second speaker would gain nothing. SQLite: a file lock beside the database, and
whoever has it does everything. PostgreSQL: one advisory lock a claim, all of a process on one connection of their own.
Either vanishes with the process, even after kill -9, so a standby takes over at once and a restart never waits. A
process that hangs is no better than a dead one: the server ends the connection when nothing was asked of it for
``PATIENCE_SECONDS``, and the process, when it wakes up, can tell from its own clock that it may have lost its claims.
"""

from __future__ import annotations

import fcntl
import hashlib
import threading
import time
from collections.abc import Callable
from io import TextIOWrapper
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry, NullPool
from sqlmodel import Session

from storage.database import Database, careful, say

PATIENCE_SECONDS = 5.0
LOCK_SECONDS = 120.0  # the same for a ``Lock``: its work takes less
SURE = 0.8  # of that time; then this process doubts its claims, before the server ends them


class Claims(Protocol):
    """The claims of one process, by name. ``take``, ``give`` and ``look`` may wait for the server."""

    shares_work: bool
    """Whether several processes may work on this database at once."""

    def take(self, name: str) -> bool:
        """True when ``name`` is now this process's. Waits for nobody."""

    def give(self, name: str) -> None:
        """Let somebody else have ``name``."""

    def look(self) -> None:
        """Tell the server that we live, and learn whether our claims do. To be called every second."""

    def owns(self, name: str) -> bool:
        """False once ``name`` is known to be lost."""

    def holds(self, name: str) -> bool:
        """Whether nobody else can have ``name`` at this very moment. False also while that is in doubt."""

    def close(self) -> None:
        """Give everything up."""


class Alone:
    """No other process can be there: a database in memory, one part of the program in a test."""

    shares_work = False

    def take(self, name: str) -> bool:
        return True

    def give(self, name: str) -> None: ...

    def look(self) -> None: ...

    def owns(self, name: str) -> bool:
        return True

    def holds(self, name: str) -> bool:
        return True

    def close(self) -> None: ...


class FileClaims:
    """One file lock for all names: on SQLite the process that works does all of the work."""

    shares_work = False

    def __init__(self, file: Path, name: str = "speaker") -> None:
        self._path = Path(f"{file}.{name}.lock")
        self._file: TextIOWrapper | None = None
        self._names: set[str] = set()

    def take(self, name: str) -> bool:
        if self._file is None and not self._lock():
            return False
        self._names.add(name)
        return True

    def _lock(self) -> bool:
        file = self._path.open("w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        self._file = file
        return True

    def give(self, name: str) -> None:
        self._names.discard(name)
        if not self._names:
            self.close()

    def look(self) -> None: ...

    def owns(self, name: str) -> bool:
        return name in self._names

    def holds(self, name: str) -> bool:
        return name in self._names

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
        self._file = None
        self._names.clear()


class ServerClaims:
    """Session locks on one connection, outside the pool: PgBouncer may not stand in between in transaction mode."""

    shares_work = True

    def __init__(
        self, database: Database, patience: float = PATIENCE_SECONDS, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._patience, self._monotonic = patience, monotonic
        self._engine = create_engine(
            database.url, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=careful()
        )
        event.listen(self._engine, "connect", self._be_watched)
        self._connection: Connection | None = None
        self._held: set[str] = set()
        self._sure_until = 0.0
        self._one_at_a_time = threading.Lock()

    def _be_watched(self, connection: Any, _: ConnectionPoolEntry) -> None:
        say(connection, f"SET idle_session_timeout = {int(self._patience * 1000)}")

    def take(self, name: str) -> bool:
        with self._one_at_a_time:
            if name not in self._held and self._ask("SELECT pg_try_advisory_lock(%s)", key_of(name)):
                self._held.add(name)
            return name in self._held

    def give(self, name: str) -> None:
        with self._one_at_a_time:
            if name in self._held:
                self._held.discard(name)
                self._ask("SELECT pg_advisory_unlock(%s)", key_of(name))

    def look(self) -> None:
        with self._one_at_a_time:
            self._ask("SELECT true")

    def _ask(self, question: str, *values: Any) -> bool:
        """False too when the server cannot be asked: then nothing is ours any more."""
        asked = self._monotonic()
        try:
            if self._connection is None:
                self._connection = self._engine.connect()
            answer = self._connection.exec_driver_sql(question, values).scalar()
        except DBAPIError:
            self._lose()
            return False
        # The server counts from the end of the question, so this is the shorter time whatever the network did.
        self._sure_until = asked + self._patience * SURE
        return bool(answer)

    def owns(self, name: str) -> bool:
        return name in self._held

    def holds(self, name: str) -> bool:
        return name in self._held and self._monotonic() < self._sure_until

    def _lose(self) -> None:
        self._sure_until = 0.0
        self._held.clear()
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
        self._connection = None

    def close(self) -> None:
        with self._one_at_a_time:
            self._lose()


class Lock:
    """One piece of work that is done by one process at a time, apart from who works on the database otherwise."""

    def __init__(self, database: Database, name: str) -> None:
        self._name = name
        if not database.is_sqlite:
            self._claims: Claims = ServerClaims(database, LOCK_SECONDS)
        else:
            self._claims = FileClaims(database.file, name) if database.file else Alone()

    def acquire(self) -> bool:
        """True when it is now ours. Waits for nobody."""
        if self._claims.take(self._name):
            return True
        self._claims.close()
        return False

    def release(self) -> None:
        self._claims.close()


def claims_on(database: Database, patience: float = PATIENCE_SECONDS) -> Claims:
    if not database.is_sqlite:
        return ServerClaims(database, patience)
    return FileClaims(database.file) if database.file else Alone()


def alone_until_commit(session: Session, name: str) -> bool:
    """False when another transaction has ``name`` right now. SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "sqlite":
        return True
    return bool(session.connection().exec_driver_sql("SELECT pg_try_advisory_xact_lock(%s)", (key_of(name),)).scalar())


def key_of(name: str) -> int:
    """The advisory lock of ``name`` in this database: 64 bits, so that two names never meet."""
    return int.from_bytes(hashlib.sha256(f"loa:{name}".encode()).digest()[:8], "big", signed=True)
