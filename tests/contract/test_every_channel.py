"""One contract: every channel lives through the same stories, over real HTTP, against a platform that can fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.delivery.preparing import Impossible, requests_for
from campaign.message import Message
from storage.models import Outgoing
from tests.contract.judges import JUDGES, Judge
from tests.contract.office import Kind, Trouble
from tests.contract.stories import STORIES, Scene, Story, check_sentence
from tests.contract.telegram import TELEGRAM
from tests.contract.webchat import WEBCHAT
from tests.contract.zalo_bot import ZALO_BOT
from tests.contract.zalo_oa import ZALO_OA
from tests.databases import fresh_database

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


DEEDS = [
    ("can_delete", Message(withdraws="p1"), "deletes", "77"),
    ("can_pin", Message(pins="p1"), "pins", "77"),
    ("can_pin", Message(unpins="p1"), "unpins", "77"),
    ("can_react", Message(reacts="31"), "reacts", "31"),
    ("can_admit", Message(lets_in=("u7",)), "lets_in", ("u7",)),
    ("can_admit", Message(turns_away=("u7",)), "turns_away", ("u7",)),
]


@pytest.mark.parametrize("judge", JUDGES, ids=str)
def test_no_request_is_made_for_a_deed_the_platform_does_not_have(judge: Judge, tmp_path: Path) -> None:
    database = fresh_database(tmp_path)
    row = Outgoing(key="p2", channel=judge.name, to="u1")
    with database.transaction() as session:
        session.add(Outgoing(key="p1", channel=judge.name, to="u1", external_ids=["77"], state="sent"))
        session.flush()
        for ability, message, field, value in DEEDS:
            if getattr(judge.abilities, ability):
                (part,) = requests_for(session, row, message, judge.abilities, Path)
                assert (getattr(part, field), part.text) == (value, "")
                continue
            with pytest.raises(Impossible) as impossible:
                requests_for(session, row, message, judge.abilities, Path)
            check_sentence(impossible.value.sentence)
    database.close()
