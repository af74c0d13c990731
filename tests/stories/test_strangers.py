"""Anybody can write to the bot: nobody may use up what its answers cost, and nobody invited is left outside."""

from __future__ import annotations

from campaign.organisation import invites
from handlers.context import ANSWERS_TO_STRANGERS
from tests.stories.town import Town


def code(town: Town) -> str:
    with town.database.transaction() as session:
        unit = town.unit("CS03", session)
        assert unit.id is not None
        return invites.create(session, unit.id, "officer", town.now)


def test_a_stranger_does_not_use_up_the_messages_of_the_month(town: Town) -> None:
    for number in range(100):
        town.says("la", f"alo {number}")
        town.says("la", "ABCD2345" if number % 2 else "/start ABCD2345")
    assert len(town.texts("la")) == ANSWERS_TO_STRANGERS
    town.wait(86_400)
    town.says("la", "alo")
    assert len(town.texts("la")) == ANSWERS_TO_STRANGERS + 1


def test_whoever_has_an_invitation_comes_in_after_however_much_talk(town: Town) -> None:
    for number in range(40):
        town.says("mai", f"alo {number}")
    town.says("mai", code(town))
    town.says("mai", "đồng ý")
    assert "Anh/chị đã vào CĐCS Nhà máy số 3" in town.last("mai").text


def test_a_group_that_is_nobodys_is_answered_so_often_and_no_more(town: Town) -> None:
    for number in range(60):
        town.says("la", f"#nop tin bài số {number} của chúng tôi", "nhom-la", addressed=True)
    assert len(town.texts("nhom-la")) == ANSWERS_TO_STRANGERS
    for number in range(60):
        town.says("lan", f"#nop tin bài số {number} của công đoàn", "nhom-la", addressed=True)
    assert len(town.texts("nhom-la")) > ANSWERS_TO_STRANGERS
