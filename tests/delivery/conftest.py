from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import fresh_database
from tests.delivery.post_office import PostOffice


@pytest.fixture
def office(tmp_path: Path) -> Iterator[PostOffice]:
    database = fresh_database(tmp_path)
    yield PostOffice(database)
    database.close()
