"""Which process speaks for the accounts. The platform limit is per account, so a second speaker would gain nothing.

SQLite: a file lock beside the database. PostgreSQL: an advisory lock held by one connection. Both vanish with the
process, even after kill -9, so a standby takes over at once and a restart never waits.
"""

from __future__ import annotations

import fcntl
import zlib
from io import TextIOWrapper
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from storage.database import Database


class Leadership:
    """A claim to be the one process that listens, handles and sends on this database."""

    def __init__(self, database: Database, name: str = "speaker") -> None:
        self._database, self._name = database, name
        self._file: TextIOWrapper | None = None
        self._connection: Connection | None = None

    def acquire(self) -> bool:
        """True when this process now leads. Does not wait."""
        if self._database.is_sqlite:
            return self._lock_file()
        return self._lock_server()

    def still_held(self) -> bool:
        """False when the database server dropped the connection that holds the lock."""
        if self._connection is None:
            return self._file is not None
        try:
            self._connection.exec_driver_sql("SELECT 1")
            self._connection.commit()
        except DBAPIError:
            return False
        return True

    def release(self) -> None:
        if self._file is not None:
            self._file.close()
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
        self._file = self._connection = None

    def _lock_file(self) -> bool:
        beside = self._database.file
        if beside is None:
            return True  # a database in memory belongs to this process alone
        path = Path(f"{beside}.{self._name}.lock")
        file = path.open("w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        self._file = file
        return True

    def _lock_server(self) -> bool:
        connection = self._database.engine.connect()
        key = zlib.crc32(f"loa:{self._name}".encode())
        held = bool(connection.exec_driver_sql("SELECT pg_try_advisory_lock(%s)", (key,)).scalar())
        connection.commit()
        if not held:
            connection.close()
            return False
        self._connection = connection
        return True
