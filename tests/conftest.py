from collections.abc import Iterator

import pytest

from storage.database import Database
from tests.postgres import Server, running_server


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
