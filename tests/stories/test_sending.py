"""Officers send photos and words in any order; what is missing is asked, a receipt comes back."""

from __future__ import annotations

import pytest

from storage.models import Unit
from storage.models.work import SubmissionState
from tests.stories.town import Town, local


def test_one_photo_one_tap_and_a_receipt_with_a_code(town: Town) -> None:
    town.assign("Gửi ảnh băng rôn", local(5, 17, 16))
    town.tick()
    town.sends_photo("lan")
    prompt = town.last("lan")
    assert "Đã có 1 ảnh của CĐCS Nhà máy số 1 cho việc “Gửi ảnh băng rôn”" in prompt.text
    town.presses("lan", "Gửi")
    assert "Đã nhận 1 ảnh của CĐCS Nhà máy số 1. Mã: TC-0001" in town.last("lan").text
    assert [row.state for row in town.submissions()] == [SubmissionState.SUBMITTED]


def test_ten_photos_give_one_question_not_ten(town: Town) -> None:
    for _ in range(10):
        town.sends_photo("lan", settle=False, album="a1")
    town.wait(3)
    assert len(town.texts("lan")) == 1
    assert "10 ảnh" in town.texts("lan")[0]


def test_words_after_the_photo_become_its_caption(town: Town) -> None:
    town.sends_photo("lan")
    town.says("lan", "Công nhân xưởng may treo băng rôn tại cổng A sáng 3/5")
    town.wait(3)
    town.presses("lan", "Gửi")
    assert town.submissions()[0].text == "Công nhân xưởng may treo băng rôn tại cổng A sáng 3/5"


def test_a_draft_survives_a_weeks_sleep(town: Town) -> None:
    town.sends_photo("lan")
    town.wait(7 * 24 * 3600)
    town.says("lan", "gui")
    assert town.submissions()[0].state == SubmissionState.SUBMITTED


def test_with_several_duties_the_bot_asks_which_and_takes_a_number_for_an_answer(town: Town) -> None:
    town.assign("Gửi ảnh băng rôn", local(5, 17, 16))
    town.assign("Báo cáo kết quả", local(5, 27, 16), kind="report")
    town.tick()
    town.sends_photo("lan")
    assert town.last("lan").labels[:2] == ["Gửi ảnh băng rôn", "Báo cáo kết quả"]
    town.says("lan", "2")
    town.wait(3)
    assert "cho việc “Báo cáo kết quả”" in town.last("lan").text


def test_an_officer_of_two_units_is_asked_for_which(town: Town) -> None:
    town.settle("lan", "CS03")
    town.sends_photo("lan")
    assert "đơn vị nào" in town.last("lan").text
    town.presses("lan", "CĐCS Nhà máy số 3")
    town.wait(3)
    town.presses("lan", "Gửi")
    assert "CĐCS Nhà máy số 3" in town.last("lan").text


def test_a_late_part_joins_what_was_already_handed_in(town: Town) -> None:
    town.sends_photo("lan", settle=False, album="a1")
    town.sends_photo("lan", album="a1")
    town.presses("lan", "Gửi")
    town.wait(9)
    town.sends_photo("lan", album="a1")
    assert "Đã nhận thêm 1 phần vào TC-0001" in town.last("lan").text
    assert len(town.submissions()) == 1
    assert len(town.items(town.submissions()[0])) == 3


def test_a_file_over_the_limit_is_refused_in_words_and_the_rest_is_kept(town: Town) -> None:
    town.sends_photo("lan")
    town.download_limit = 1000
    town.sends_photo("lan")
    assert any("quá mức" in text for text in town.texts("lan"))
    assert sorted(item.state for item in town.items(town.submissions()[0])) == ["pending", "refused"]
    assert "1 ảnh" in town.last("lan").text


def test_a_file_over_the_limit_alone_leaves_no_empty_draft(town: Town) -> None:
    town.download_limit = 1000
    town.sends_photo("lan")
    assert town.submissions() == []


def test_an_officer_of_two_units_answers_for_the_one_that_still_owes(town: Town) -> None:
    town.settle("lan", "CS03")
    town.assign("Gửi ảnh băng rôn", local(5, 17, 16))
    town.tick()
    for _ in range(2):
        town.presses("lan", "Nộp ảnh/tin")
        town.sends_photo("lan")
        town.presses("lan", "Gửi")
    with town.database.snapshot() as session:
        credited = {session.get_one(Unit, row.unit_id).code for row in town.submissions()}
    assert credited == {"CS01", "CS03"}


def test_throwing_a_draft_away_forgets_it(town: Town) -> None:
    town.sends_photo("lan")
    town.presses("lan", "Bỏ bản này")
    assert town.submissions() == []


def test_small_talk_gets_a_short_useful_answer(town: Town) -> None:
    town.says("lan", "alo")
    assert "chưa hiểu" in town.last("lan").text
    assert "Gửi ảnh, tin bài" in town.last("lan").labels


@pytest.mark.parametrize("words", ["việc của tôi", "viec cua toi", "VIỆC CỦA TÔI", "  Việc   của tôi. "])
def test_menu_words_work_with_and_without_marks(town: Town, words: str) -> None:
    town.assign("Gửi ảnh băng rôn", local(5, 17, 16))
    town.tick()
    town.says("lan", words)
    assert "Gửi ảnh băng rôn" in town.last("lan").text


def test_the_same_event_delivered_twice_has_one_effect(town: Town) -> None:
    event = town.photo("lan")
    town.hears(event)
    town.hears(event)
    town.wait(3)
    assert len(town.items(town.submissions()[0])) == 1
