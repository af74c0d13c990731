from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.database import Database
from tests.databases import fresh_database
from tests.postgres import Server, running_server


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with running_server() as made:
        made.make_template()
        yield made


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    made = fresh_database(tmp_path)
    yield made
    made.close()


@pytest.fixture
def postgres(server: Server) -> Iterator[Database]:
    made = Database(server.migrated())
    yield made
    made.close()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> Database:
    """The same test on both: nobody should have to know which one is used."""
    made: Database = request.getfixturevalue(request.param)
    return made
