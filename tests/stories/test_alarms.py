"""What only a person can mend is told to the admins, once, where it still reaches them, and never after it is over."""

from __future__ import annotations

import pytest

from handlers import alarming
from storage.models import Chat
from storage.models.organisation import Role
from tests.stories.town import CHANNEL, Town

CODE = "zalo_oa.grant_dead"


@pytest.fixture
def staffed(town: Town) -> Town:
    town.settle("quan", "LDLD", Role.ADMIN)
    return town


def ring(town: Town, channel: str = "zalo_oa") -> None:
    with town.database.transaction() as session:
        alarming.tell_admins(session, channel, CODE, "Đăng nhập lại.", town.now, house=town.house)


def alarms(town: Town) -> int:
    return sum("Cần anh/chị xử lý" in text for text in town.texts("quan"))


def test_an_alarm_is_told_once_a_day_until_it_is_over(staffed: Town) -> None:
    for _ in range(2):
        ring(staffed)
        staffed.deliver()
    assert alarms(staffed) == 1
    staffed.wait(86_400)
    ring(staffed)
    staffed.deliver()
    assert alarms(staffed) == 2


def test_trouble_that_comes_back_on_the_day_it_was_mended_is_told_again(staffed: Town) -> None:
    """Somebody changes the permissions twice on the first day: the grant dies twice, and nobody heard of the second."""
    for times in (1, 2, 3):
        ring(staffed)
        staffed.deliver()
        assert alarms(staffed) == times
        with staffed.database.transaction() as session:
            alarming.mended(session, [CODE])


def test_an_alarm_that_could_only_wait_for_its_own_channel_does_not_come_after_the_repair(staffed: Town) -> None:
    """“Đăng nhập lại” an hour after somebody has signed in would be done once more, for nothing."""
    ring(staffed, CHANNEL)
    with staffed.database.transaction() as session:
        alarming.mended(session, [CODE])
    staffed.deliver()
    assert alarms(staffed) == 0


def test_the_doctor_learns_that_all_admins_hang_on_one_channel(staffed: Town) -> None:
    with staffed.database.snapshot() as session:
        assert alarming.only_channel(session) == CHANNEL
    with staffed.database.transaction() as session:
        chat = staffed.chat("quan")
        assert chat is not None
        session.add(
            Chat(channel="webchat", external_id="q", person_id=chat.person_id, kind="private", created_at=staffed.now)
        )
    with staffed.database.snapshot() as session:
        assert alarming.only_channel(session) == ""


def test_without_an_admin_there_is_nothing_to_say_about_channels(town: Town) -> None:
    with town.database.snapshot() as session:
        assert alarming.only_channel(session) == ""
