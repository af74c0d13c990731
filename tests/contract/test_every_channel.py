"""One contract: every channel lives through the same stories, over real HTTP, against a platform that can fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract.office import Kind, Trouble
from tests.contract.stories import STORIES, Scene, Story
from tests.contract.telegram import TELEGRAM
from tests.contract.webchat import WEBCHAT
from tests.contract.zalo_bot import ZALO_BOT
from tests.contract.zalo_oa import ZALO_OA

KINDS = [WEBCHAT, TELEGRAM, ZALO_BOT, ZALO_OA]
NEEDS = {story.needs for story in STORIES} - {""}


@pytest.mark.parametrize(
    ("kind", "story"),
    [
        pytest.param(kind, story, id=f"{kind.name}-{story}")
        for kind in KINDS
        for story in STORIES
        if story.needs not in kind.lacks
    ],
)
async def test_every_channel(kind: Kind, story: Story, tmp_path: Path) -> None:
    async with kind.open(tmp_path) as office:
        await story.act(Scene(office, kind, tmp_path))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_whatever_a_platform_lacks_has_a_reason(kind: Kind) -> None:
    assert kind.lacks.keys() <= NEEDS
    assert kind.outcomes.keys() == set(Trouble)
    reasons = [*kind.lacks.values(), *(one for one in kind.outcomes.values() if isinstance(one, str))]
    assert all(len(reason) > 20 for reason in reasons)
