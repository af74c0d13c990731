import os
from collections.abc import Iterator

import pytest

from storage.database import Database
from tests.postgres import Server, running_server

WAITING = ("tests/e2e/", "tests/kill/", "tests/swarm/")  # whole programs on a fast clock: long, with little to compute


def pytest_xdist_auto_num_workers() -> int:
    """Half as many again as there are processors: some always wait for a program that they started."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return processors + processors // 2


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What waits comes first, and so to one worker, while the others compute."""
    items.sort(key=lambda item: not item.nodeid.startswith(WAITING))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    with running_server() as made:
        made.make_template()
        yield made


@pytest.fixture
def postgres(postgres_server: Server) -> Iterator[Database]:
    """A database of its own on a real PostgreSQL server, at the newest revision."""
    made = Database(postgres_server.migrated())
    yield made
    made.close()
