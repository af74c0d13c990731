"""A federation in a database, and ``loa run`` on it, in a process of its own, with everything switched on."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlmodel import SQLModel

from benchmarks.free import NOW
from benchmarks.machine import Fake, process
from storage import migrate
from storage.database import Database
from storage.insert import insert_values
from storage.models import Account, Chat, Person, Post, Unit
from storage.models.organisation import Role

TOKEN = "123456:bench"
LOA = ("-c", "from bot.cli import main; main()", "run")


def settle(database: Database, units: int, officers: int) -> None:
    """``units`` grassroots unions, each with a group (chats −1, −2, …); each of the first has an officer, whose private
    chat is 1, 2, ….
    """
    migrate.upgrade(database)
    with database.transaction() as session:
        session.add(Unit(id=1, code="LDLD", name="LĐLĐ tỉnh", kind="Liên đoàn Lao động tỉnh"))
        session.flush()
        unit = _columns(Unit(code="", name="", kind="Công đoàn cơ sở", parent_id=1))
        numbers = range(1, units + 1)
        insert_values(session, Unit, [{**unit, "id": n + 1, "code": f"CS{n}", "name": f"CĐCS số {n}"} for n in numbers])
        group = _columns(Chat(channel="telegram", external_id="", created_at=NOW))
        rows = [{**group, "external_id": str(-n), "unit_id": n + 1, "title": f"Nhóm {n}"} for n in numbers]
        insert_values(session, Chat, rows)
        for number in range(1, officers + 1):
            session.add(Person(id=number, name=f"Người {number}", created_at=NOW))
            session.flush()
            where = {"channel": "telegram", "external_id": str(number), "person_id": number}
            session.add(Account(**where))
            session.add(Chat(**where, kind="private", created_at=NOW, heard_at=NOW))
            session.add(Post(person_id=number, unit_id=number + 1, role=Role.OFFICER, since=NOW))


def _columns(row: SQLModel) -> dict[str, Any]:
    return row.model_dump(exclude={"id"})


@contextmanager
def loa(folder: Path, database: Database, platform: Fake, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    """``settings``: more of ``LOA_…``."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "PYTHONPATH": os.getcwd(),
        "LOA_DATABASE__URL": database.url.render_as_string(hide_password=False),
        "LOA_MEDIA__URL": f"file://{folder}/media",
        "LOA_WEB__PORT": str(port),
        "LOA_DEMO__ENABLED": "false",
        "LOA_TELEGRAM__ENABLED": "true",
        "LOA_TELEGRAM__TOKEN": TOKEN,
        "LOA_TELEGRAM__API_BASE": platform.address,
        "LOA_HOURS__QUIET": "00:00-00:00",
        "LOA_HOURS__LUNCH": "00:00-00:00",
        **settings,
    }
    with (folder / "loa.log").open("w") as log, process(*LOA, env=environment, stdout=log, stderr=log) as child:
        yield child


def wait_until(ready: Any, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.1)
