"""Editors decide with one tap; the answer finds its way back under the sender's own message."""

from __future__ import annotations

import pytest

from storage.models.work import SubmissionState
from tests.stories.town import Town, local


@pytest.fixture
def handed_in(town: Town) -> Town:
    town.assign("Gửi ảnh băng rôn", local(5, 14, 16))
    town.tick()
    town.sends_photo("lan", text="Treo băng rôn cổng A")
    town.presses("lan", "Gửi")
    town.fetch()
    town.wait(10)
    town.tick()
    return town


def test_the_card_brings_the_photos_and_three_choices(handed_in: Town) -> None:
    card = handed_in.last("ha")
    assert card.labels == ["Duyệt", "Đề nghị bổ sung", "Không đăng"]
    assert len(card.photos) == 1
    assert "TC-0001 · CĐCS Nhà máy số 1 · Lan" in card.text


def test_the_admin_group_gets_the_card_where_there_is_one(town: Town) -> None:
    town.group("ban-bien-tap", unit="LDLD", purpose="admin")
    town.sends_photo("lan")
    town.presses("lan", "Gửi")
    town.fetch()
    town.wait(10)
    town.tick()
    assert "TC-0001" in town.last("ban-bien-tap").text
    assert not any("TC-0001" in text for text in town.texts("ha"))


def test_approval_returns_under_the_senders_message(handed_in: Town) -> None:
    handed_in.presses("ha", "Duyệt")
    answer = handed_in.last("lan")
    assert answer.text == "Đã duyệt: TC-0001 của CĐCS Nhà máy số 1."
    assert answer.reply_to == handed_in.submissions()[0].reply_to
    assert any("Đã duyệt bởi Ha" in text for text in handed_in.texts("ha"))


def test_a_double_tap_does_nothing_twice(handed_in: Town) -> None:
    handed_in.presses("ha", "Duyệt")
    before = len(handed_in.texts("lan"))
    handed_in.presses("ha", "Duyệt")
    assert len(handed_in.texts("lan")) == before
    assert "đã được xử lý" in handed_in.texts("ha")[-1]


def test_a_reason_is_asked_for_and_goes_along(handed_in: Town) -> None:
    handed_in.presses("ha", "Đề nghị bổ sung")
    handed_in.presses("ha", "Ảnh mờ hoặc tối")
    assert "Ý kiến: Ảnh mờ hoặc tối" in handed_in.last("lan").text
    assert handed_in.submissions()[0].state == SubmissionState.RETURNED


def test_a_reason_in_the_editors_own_words(handed_in: Town) -> None:
    handed_in.presses("ha", "Không đăng")
    handed_in.says("ha", "Ảnh này đã đăng hôm qua")
    assert "Không đăng" in handed_in.last("lan").text
    assert "Ý kiến: Ảnh này đã đăng hôm qua" in handed_in.last("lan").text


def test_sent_back_the_unit_owes_it_again_and_may_send_more(handed_in: Town) -> None:
    handed_in.presses("ha", "Đề nghị bổ sung")
    handed_in.presses("ha", "Thiếu chú thích ảnh")
    handed_in.says("lan", "việc của tôi")
    assert "Gửi ảnh băng rôn" in handed_in.last("lan").text
    handed_in.presses("lan", "Gửi bổ sung")
    handed_in.sends_photo("lan", text="Cổng A, sáng 10/5, chị Hoa chụp")
    handed_in.presses("lan", "Gửi")
    assert "TC-0002" in handed_in.last("lan").text


def test_a_button_pressed_without_the_right_changes_nothing(handed_in: Town) -> None:
    submission = handed_in.submissions()[0]
    handed_in.hears(handed_in.event("tuan", kind="button", action=f"approve:{submission.id}", press="p1"))
    handed_in.deliver()
    assert "Chỉ biên tập viên" in handed_in.heard("tuan")[-1].text
    assert handed_in.submissions()[0].state == SubmissionState.SUBMITTED


FORGED = (
    "",
    "nonsense",
    "approve:",
    "approve:999999",
    "approve:1;drop",
    "pick:-1",
    "until:x:y",
    "because:1:approved:0",
    "🤖:1",
)


@pytest.mark.parametrize("action", FORGED)
def test_an_unknown_or_forged_button_gets_a_sentence_and_changes_nothing(handed_in: Town, action: str) -> None:
    handed_in.hears(handed_in.event("ha", kind="button", action=action, press=f"p{action}"))
    handed_in.deliver()
    assert handed_in.submissions()[0].state == SubmissionState.SUBMITTED


def test_rights_end_at_once(handed_in: Town) -> None:
    """The card was sent when Hà was an editor; by the time she taps, she is not."""
    from sqlalchemy import update

    from storage.models import Post

    with handed_in.database.transaction() as session:
        session.execute(update(Post).where(Post.role == "editor").values(until=handed_in.now))  # type: ignore[arg-type]
    handed_in.presses("ha", "Duyệt")
    assert handed_in.submissions()[0].state == SubmissionState.SUBMITTED


def test_published_with_its_link(handed_in: Town) -> None:
    handed_in.presses("ha", "Duyệt")
    handed_in.presses("ha", "Đã đăng, ghi đường dẫn")
    handed_in.says("ha", "đây nhé https://congdoan.example/tin/123")
    assert "Xem tại: https://congdoan.example/tin/123" in handed_in.last("lan").text
    assert handed_in.submissions()[0].state == SubmissionState.PUBLISHED


def test_a_late_part_gives_the_editor_a_second_card_with_only_that_part(town: Town) -> None:
    town.sends_photo("lan", album="x", settle=False)
    town.sends_photo("lan", album="x")
    town.presses("lan", "Gửi")
    town.fetch()
    town.wait(10)
    town.tick()
    town.sends_photo("lan", album="x")
    town.fetch()
    town.wait(10)
    town.tick()
    assert "Bổ sung cho TC-0001" in town.last("ha").text
    assert len(town.last("ha").photos) == 1


def test_progress_names_the_missing_only_to_those_who_may_see(handed_in: Town) -> None:
    handed_in.says("ha", "tiến độ")
    assert "Gửi ảnh băng rôn: 1/4 đã nộp" in handed_in.last("ha").text
    handed_in.presses("ha", "Ai thiếu: Gửi ảnh băng rôn")
    assert "Còn 3 đơn vị chưa nộp" in handed_in.last("ha").text
    handed_in.says("lan", "tiến độ")
    assert "Chỉ biên tập viên" in handed_in.last("lan").text
