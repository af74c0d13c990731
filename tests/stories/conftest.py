from pathlib import Path

import pytest

from storage.media import Media
from tests.stories.town import Town, local


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """A town at eight on a Monday morning: Lan reports for CS01, Tuấn for CS02, Hà edits for the federation."""
    made = Town.built_in(tmp_path)
    made.settle("lan", "CS01")
    made.settle("tuan", "CS02")
    made.settle("ha", "LDLD", "editor")  # type: ignore[arg-type]
    return made


@pytest.fixture
def planners(town: Town) -> Town:
    """Quân administers the federation, in April, before the plan begins. Lan reports for CS01."""
    town.settle("quan", "LDLD", "admin")  # type: ignore[arg-type]
    town.group("g1", unit="CS01")
    town.sleep_until(local(4, 12, 8))
    return town


@pytest.fixture
def media(tmp_path: Path) -> Media:
    return Media(f"file://{tmp_path / 'media'}")
