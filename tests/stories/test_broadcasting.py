"""Admins push by conversation: preview, count, and a typed number above fifty chats."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from campaign.markup import read
from tests.stories.town import Town, local


@pytest.fixture
def office(town: Town) -> Town:
    town.settle("quan", "LDLD", "admin")  # type: ignore[arg-type]
    return town


def test_a_push_with_preview_and_count(office: Town) -> None:
    office.says("quan", "gửi thông báo")
    office.says("quan", "Mời các đơn vị treo cờ từ 17h hôm nay.")
    office.presses("quan", "Tất cả đơn vị")
    assert any("Gửi tới" in text and "2 nhóm và cá nhân" in text for text in office.texts("quan"))
    office.presses("quan", "Gửi ngay")
    assert office.last("lan").text == "Mời các đơn vị treo cờ từ 17h hôm nay."
    assert office.last("lan").labels == ["Đã nhận"]


def test_a_push_with_bold_words_is_shown_before_as_it_will_be_read(office: Town) -> None:
    office.says("quan", "gửi thông báo")
    office.says("quan", "**Treo cờ** từ 17h.\n- Cổng chính\n- **Hội trường")
    office.presses("quan", "Tất cả đơn vị")
    preview = next(heard for heard in office.heard("quan") if heard.text.startswith("Xem trước"))
    office.presses("quan", "Gửi ngay")
    got = office.last("lan")
    assert (got.text, got.bold) == ("Treo cờ từ 17h.\n• Cổng chính\n• **Hội trường", ("Treo cờ",))
    assert preview.bold == ("Treo cờ",)


def test_one_unit_by_its_code(office: Town) -> None:
    office.says("quan", "gui thong bao")
    office.says("quan", "Đơn vị bổ sung danh sách giúp.")
    office.says("quan", "cs02")
    office.presses("quan", "Gửi ngay")
    assert "bổ sung danh sách" in office.last("tuan").text
    assert not any("bổ sung danh sách" in text for text in office.texts("lan"))


def test_at_night_it_waits_until_seven_unless_urgent(office: Town) -> None:
    office.sleep_until(local(5, 10, 22))
    office.says("quan", "gửi thông báo")
    office.says("quan", "Sáng mai tập trung lúc 6h30.")
    office.presses("quan", "Tất cả đơn vị")
    office.presses("quan", "Gửi lúc 07h00 ngày 11/05")
    assert not any("6h30" in text for text in office.texts("lan"))
    office.sleep_until(local(5, 11, 7))
    office.deliver()
    assert "6h30" in office.last("lan").text


def test_above_fifty_chats_a_number_must_be_typed(tmp_path: Path) -> None:
    town = Town.built_in(tmp_path, codes=tuple(f"CS{number:02}" for number in range(1, 61)))
    town.settle("quan", "LDLD", "admin")  # type: ignore[arg-type]
    for number in range(1, 61):
        town.group(f"g{number}", unit=f"CS{number:02}")
    town.says("quan", "gửi thông báo")
    town.says("quan", "Chúc mừng ngày 1/5")
    town.presses("quan", "Tất cả đơn vị")
    town.says("quan", "gửi")
    assert town.heard("g1") == []
    town.says("quan", "60")
    town.presses("quan", "Gửi ngay")
    assert town.last("g60").text == "Chúc mừng ngày 1/5"


def test_a_second_tap_on_send_sends_nothing_more(office: Town) -> None:
    office.says("quan", "gửi thông báo")
    office.says("quan", "Thông báo thử")
    office.presses("quan", "Tất cả đơn vị")
    office.presses("quan", "Gửi ngay")
    before = len(office.heard("lan"))
    office.presses("quan", "Gửi ngay")
    assert len(office.heard("lan")) == before


def test_an_officer_cannot_broadcast(office: Town) -> None:
    office.says("lan", "gửi thông báo")
    assert "Chỉ quản trị viên" in office.last("lan").text


def test_the_late_policies_after_an_outage(office: Town) -> None:
    """A slogan of yesterday is dropped and the admins are told; an assignment leaves with a label."""
    office.assign("Gửi ảnh băng rôn", local(5, 20, 16))
    with office.database.transaction() as session:
        from storage.models import Campaign, Push

        campaign = session.get(Campaign, 1)
        assert campaign is not None
        session.add(
            Push(
                key="s1", kind="slogan", campaign_id=1, audience="all", text="Khẩu hiệu hôm qua", due_at=office.now,
                late_policy="skip",
            )
        )  # fmt: skip
    office.wait(20 * 3600)
    office.sleep_until(local(5, 11, 9))
    office.tick()
    assert not any(text == "Khẩu hiệu hôm qua" for text in office.texts("lan"))
    assert any("Đã bỏ qua thông báo “Khẩu hiệu hôm qua”" in text for text in office.texts("quan"))
    assert "(Tin gửi muộn, lẽ ra gửi lúc 08h00 ngày 10/05/2027)" in office.last("lan").text


def test_the_house_says_đồng_chí_in_its_own_words_and_leaves_those_of_an_author_alone(office: Town) -> None:
    house = replace(office.house, you="đồng chí")
    assert house.message("Mời Anh/chị xem").text == "Mời Đồng chí xem"
    words = "Xem trước: " + read("Mời anh/chị **treo cờ**")
    message = house.message(words)
    assert message.text == "Xem trước: Mời anh/chị treo cờ"
    assert [message.text[span.start : span.end] for span in message.spans] == ["treo cờ"]
