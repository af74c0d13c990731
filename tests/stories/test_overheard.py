"""In a group everybody reads along: whom to phone, and who is behind, is for the private chat."""

from __future__ import annotations

import pytest

from tests.stories.test_reach import Windows
from tests.stories.town import Town, local

NUMBER = "0901 234 567"


@pytest.fixture
def crowd(town: Town) -> Town:
    """CS04 can only be phoned, at Bà Sáu's number. Quân administers, and is in the group of CS01."""
    town.settle("quan", "LDLD", "admin")  # type: ignore[arg-type]
    town.group("g1", unit="CS01")
    with town.database.transaction() as session:
        four = town.unit("CS04", session)
        four.contact_name, four.contact_phone = "Bà Sáu", "+84901234567"
        session.add(four)
    town.reach = Windows()
    return town


def presses(town: Town, user: str, chat: str, action: str) -> None:
    """A button under a message of the bot, or its words typed by hand where buttons are words."""
    town.hears(town.event(user, chat, kind="button", action=action, press=f"{user}{action}", addressed=True))
    town.deliver()


@pytest.mark.parametrize("user", ["quan", "ha"])
def test_who_is_missing_is_not_read_out_in_a_groups_hearing(crowd: Town, user: str) -> None:
    work = crowd.assign("Gửi ảnh băng rôn", local(5, 20, 16))
    crowd.tick()
    for action in (f"missing:{work}", "notseen:1"):
        presses(crowd, user, "g1", action)
    assert not any("Nhà máy số 4" in text or NUMBER in text for text in crowd.texts("g1"))
    assert any("nhắn riêng" in text for text in crowd.texts("g1"))
    presses(crowd, user, "", f"missing:{work}")
    assert NUMBER in crowd.last(user).text


def test_editors_among_themselves_see_names_and_no_numbers(crowd: Town) -> None:
    crowd.group("duyet", unit="LDLD", purpose="admin")
    work = crowd.assign("Gửi ảnh băng rôn", local(5, 20, 16))
    crowd.tick()
    for action in (f"missing:{work}", "notseen:1"):
        presses(crowd, "ha", "duyet", action)
        assert "Nhà máy số 4" in crowd.last("duyet").text
    assert not any(NUMBER in text for text in crowd.texts("duyet"))


def test_whom_an_announcement_will_not_reach_is_not_read_out_either(crowd: Town) -> None:
    presses(crowd, "quan", "g1", "push")
    crowd.says("quan", "Mời các đơn vị họp.", "g1", addressed=True)
    presses(crowd, "quan", "g1", "pushto:all")
    presses(crowd, "quan", "g1", "pushphone")
    assert not any(NUMBER in text for text in crowd.texts("g1"))


def test_a_group_nobody_has_bound_steers_no_announcement(crowd: Town) -> None:
    crowd.assign("Gửi ảnh băng rôn", local(5, 20, 16))
    crowd.tick()
    for action in ("pushshow:1", "fix:1", "take:1"):
        presses(crowd, "quan", "la", action)
    assert not any("băng rôn" in text for text in crowd.texts("la"))
