"""The same town, the same stories, on the other database."""

from __future__ import annotations

import pytest
from sqlmodel import select

from campaign.organisation.people import Role
from storage.database import Database
from storage.models import Outgoing, Receipt, Review
from storage.models.messages import Priority
from tests.stories.town import Town, local


@pytest.fixture
def town(database: Database) -> Town:
    """Eight on a Monday morning: Lan reports for CS01, Tuấn for CS02, Hà edits for the federation."""
    made = Town(database)
    made._found()
    made.settle("lan", "CS01")
    made.settle("tuan", "CS02")
    made.settle("ha", "LDLD", Role.EDITOR)
    made.group("nhom1", unit="CS01")
    made.group("banbientap", unit="LDLD", purpose="admin")
    return made


def test_a_campaign_goes_out_a_photo_comes_back_and_only_the_missing_are_reminded(town: Town) -> None:
    town.assign("Gửi ảnh hội thao", local(5, 12, 16))
    town.tick()
    assert any("Gửi ảnh hội thao" in text for text in town.texts("nhom1"))
    town.presses("lan", "Nộp ảnh/tin")
    town.sends_photo("lan")
    town.says("lan", "Hội thao tại CĐCS số 1, 120 người tham gia")
    town.says("lan", "Gửi")
    (submission,) = town.submissions()
    assert submission.code == "TC-0001"
    town.fetch()
    town.wait(10)
    town.tick()
    card = town.last("banbientap")
    assert card.labels == ["Duyệt", "Đề nghị bổ sung", "Không đăng"]
    town.presses("ha", "Duyệt", "banbientap")
    town.presses("ha", "Duyệt", "banbientap")  # a double tap
    assert "Đã duyệt" in town.last("lan").text
    town.sleep_until(local(5, 11, 14, 5))
    town.tick()
    with town.database.snapshot() as session:
        assert len(session.exec(select(Review)).all()) == 1
        reminded = {row.to for row in session.exec(select(Outgoing)) if row.priority == Priority.REMINDER}
    assert "tuan" in reminded
    assert "lan" not in reminded


def test_an_album_whose_parts_come_twice_and_shuffled_is_one_submission(town: Town) -> None:
    parts = [town.photo("lan", "nhom1", album="a1", text="#nop Hội thi" if number == 0 else "") for number in range(4)]
    for number in (2, 0, 3, 0, 1, 2):
        town.hears(parts[number])
    town.wait(10)
    (submission,) = town.submissions()
    assert len(town.items(submission)) == 4


def test_a_word_of_receipt_counts_once_for_its_unit(town: Town) -> None:
    town.assign("Gửi ảnh hội thao", local(5, 12, 16))
    town.tick()
    for _ in range(2):
        town.presses("lan", "Đã nhận", "nhom1")
    with town.database.snapshot() as session:
        assert len(session.exec(select(Receipt)).all()) == 1
