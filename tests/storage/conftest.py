from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.database import Database
from tests.databases import fresh_database


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    made = fresh_database(tmp_path, careful=True)
    yield made
    made.close()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> Database:
    """The same test on both: nobody should have to know which one is used."""
    made: Database = request.getfixturevalue(request.param)
    return made
