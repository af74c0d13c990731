"""Groups that are paid for: the admins learn in time which will be locked, and which are, by name and day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlmodel import select

from campaign.organisation import circles
from campaign.organisation.circles import Circle
from storage.models import Chat, GroupPackage
from tests.stories.town import HOURS, Town, local


@pytest.fixture
def paid(town: Town) -> Town:
    """Quân administers. The package of the group "Cụm một" ends on 20 June."""
    town.settle("quan", "LDLD", "admin")  # type: ignore[arg-type]
    town.group("nhom", cluster="Cụm 1")
    keep(town, Circle("nhom", "Cụm một", package="gmf50", valid_until=date(2027, 6, 20), members=12))
    return town


def keep(town: Town, found: Circle) -> None:
    with town.database.transaction() as session:
        chat = session.exec(select(Chat).where(Chat.external_id == found.chat)).one()
        circles.remember(session, chat, found, town.now)


def warnings(town: Town) -> list[str]:
    return [text for text in town.texts("quan") if "gói" in text.lower()]


def test_admins_are_warned_once_at_thirty_fourteen_seven_and_three_days(paid: Town) -> None:
    told = {}
    start = local(5, 10, 9)
    for day in range(41):
        paid.sleep_until(start + timedelta(days=day))
        paid.tick()
        paid.tick()
        if len(warnings(paid)) > len(told):
            told[(date(2027, 6, 20) - HOURS.day(paid.now)).days] = warnings(paid)[-1]
    assert [*told] == [30, 14, 7, 3]
    assert "• Cụm một: gói gmf50 hết hạn 20/06/2027" in told[30]
    assert all(len(text) < 350 for text in told.values())


def test_an_outage_skips_no_warning_and_repeats_none(paid: Town) -> None:
    paid.sleep_until(local(6, 15, 9))
    paid.tick()
    assert len(warnings(paid)) == 1
    assert "còn 7 ngày hoặc ít hơn" in warnings(paid)[0]
    paid.tick()
    assert len(warnings(paid)) == 1


def test_nobody_is_woken_for_it(paid: Town) -> None:
    paid.sleep_until(local(6, 15, 22))
    paid.tick()
    assert warnings(paid) == []


def test_a_locked_group_is_named_with_the_day_of_its_end(paid: Town) -> None:
    paid.sleep_until(local(6, 21, 9))
    ends = date(2027, 8, 4)
    keep(paid, Circle("nhom", "Cụm một", package="gmf50", valid_until=date(2027, 6, 20), ends_on=ends, enabled=False))
    paid.tick()
    paid.tick()
    assert len(warnings(paid)) == 1
    assert "đang bị khóa" in warnings(paid)[0]
    assert "• Cụm một: gói gmf50 hết hạn 20/06/2027, bị giải tán ngày 04/08/2027" in warnings(paid)[0]


def test_a_group_that_was_paid_for_again_is_written_to_and_warned_about_anew(paid: Town) -> None:
    paid.sleep_until(local(6, 18, 9))
    paid.tick()
    with paid.database.transaction() as session:
        chat = session.exec(select(Chat).where(Chat.external_id == "nhom")).one()
        chat.active, chat.inactive_reason = False, "Gói đã hết hạn."
        session.add(chat)
    keep(paid, Circle("nhom", "Cụm một", package="gmf50", valid_until=date(2027, 9, 1), members=12))
    group = paid.chat("nhom")
    assert group is not None
    assert group.active
    paid.sleep_until(local(8, 29, 9))
    paid.tick()
    assert len(warnings(paid)) == 2


def test_a_refused_message_makes_the_package_be_looked_at_again(paid: Town) -> None:
    with paid.database.transaction() as session:
        chat = session.exec(select(Chat).where(Chat.external_id == "nhom")).one()
        before = paid.now - timedelta(hours=6)
        assert circles.to_check(session, chat.channel, before, 10) == []
        circles.look_again(session, chat.id)
        assert [one.id for one in circles.to_check(session, chat.channel, before, 10)] == [chat.id]
        circles.forget_package(session, chat, paid.now)
        assert circles.to_check(session, chat.channel, before, 10) == []
        assert session.get_one(GroupPackage, chat.id).valid_until is None
