from pathlib import Path

import pytest

from tests.stories.town import Town


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """A town at eight on a Monday morning: Lan reports for CS01, Tuấn for CS02, Hà edits for the federation."""
    made = Town.built_in(tmp_path)
    made.settle("lan", "CS01")
    made.settle("tuan", "CS02")
    made.settle("ha", "LDLD", "editor")  # type: ignore[arg-type]
    return made
