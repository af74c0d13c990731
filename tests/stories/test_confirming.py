"""An admin confirms a plan row by row, starts it, and later lets a corrected edition change it."""

from __future__ import annotations

from pathlib import Path

from sqlmodel import col, select

from campaign import outbox
from campaign.message import Message
from storage.media import Media
from storage.models import Campaign, Outgoing, Push, Slogan
from storage.models.campaigns import CampaignState, PushState
from tests.stories.plans import PLAN, campaign, draft, press_until, read, reading, rows, sends_file
from tests.stories.town import Town, local

# -- row by row --------------------------------------------------------------------------------------------------------


def test_what_the_plan_says_can_be_read_before_anything_is_made_of_it(planners: Town, media: Media) -> None:
    sends_file(planners, "quan")
    planners.presses("quan", "Đọc kế hoạch")
    read(planners, media, PLAN.encode())
    planners.presses("quan", "Xem từng dòng")
    assert "Khẩu hiệu: Nhiệt liệt hưởng ứng Tháng Công nhân năm 2027" in planners.last("quan").text
    assert "Nguồn, dòng 13: đúng nguyên văn." in planners.last("quan").text
    planners.presses("quan", "Trang sau")
    assert "Ngày kỷ niệm: Ngày Quốc tế Lao động (01/5/2027)" in planners.last("quan").text
    planners.presses("quan", "Quay lại")
    planners.presses("quan", "Bỏ")
    assert rows(planners, Campaign) == []
    assert reading(planners).document == {}


def test_walking_through_the_rows_with_a_drop_and_an_edit(planners: Town, media: Media) -> None:
    made = draft(planners, media)
    planners.presses("quan", "Xem từng dòng")
    assert "Khẩu hiệu 1/3" in planners.last("quan").text
    assert "Nguồn, dòng 13" in planners.last("quan").text
    planners.presses("quan", "Bỏ dòng này")
    assert "Đã bỏ dòng đó.\nKhẩu hiệu 1/2: “Đủ bảo hộ" in planners.last("quan").text
    planners.presses("quan", "Sửa lời")
    planners.says("quan", "Đủ bảo hộ khi vào ca, đủ niềm vui khi về nhà")
    edited = planners.last("quan")
    assert "“Đủ bảo hộ khi vào ca, đủ niềm vui khi về nhà”" in edited.text
    assert "Nguồn, dòng 14: “Đủ bảo hộ khi vào ca - Đủ niềm vui khi về nhà”" in edited.text
    said = {push.text for push in rows(planners, Push, lambda row: row.kind == "slogan" and row.state == "planned")}
    assert any("vào ca, đủ niềm vui" in text for text in said)
    assert not any("Nhiệt liệt hưởng ứng" in text for text in said), "the other slogans share its days"
    planners.presses("quan", "Giữ hết phần này")
    assert "Ngày kỷ niệm 1/1" in planners.last("quan").text
    planners.presses("quan", "Bỏ dòng này")
    assert "Việc 1/2" in planners.last("quan").text
    assert not rows(planners, Push, lambda row: row.kind == "observance" and row.state == PushState.PLANNED)
    planners.presses("quan", "Quay lại")
    assert "Khẩu hiệu 2/2" in planners.last("quan").text
    assert campaign(planners).id == made.id
    assert campaign(planners).state == CampaignState.DRAFT


def test_nobody_was_recognised_so_the_admin_names_them(planners: Town, media: Media) -> None:
    draft(planners, media)
    planners.presses("quan", "Xem từng dòng")
    press_until(planners, "Giữ", "Nơi nhận: chưa rõ (kế hoạch ghi “Ban Công tác công đoàn”)")
    planners.presses("quan", "Đổi nơi nhận")
    assert {"Tất cả đơn vị", "Các công đoàn cơ sở", "Cụm 1"} <= set(planners.last("quan").labels)
    planners.says("quan", "CS99")
    assert "Không có đơn vị mang mã “CS99”" in planners.last("quan").text
    planners.says("quan", "cs02")
    assert "Nơi nhận: CĐCS Nhà máy số 2" in planners.last("quan").text
    assert "Gửi: " in planners.last("quan").text
    planners.presses("quan", "Đổi nơi nhận")
    planners.presses("quan", "Cụm 1")
    assert "Nơi nhận: Cụm 1 (2 đơn vị)" in planners.last("quan").text


def test_a_push_goes_to_another_day_but_not_past_its_deadline_nor_at_night(planners: Town, media: Media) -> None:
    draft(planners, media)
    planners.presses("quan", "Xem từng dòng")
    press_until(planners, "Giữ", "Các công đoàn cơ sở")
    planners.presses("quan", "Sửa ngày gửi")
    planners.says("quan", "21/5")
    assert "chọn ngày gửi trước hạn" in planners.last("quan").text
    planners.says("quan", "12/5 22h")
    assert "Giờ này không gửi" in planners.last("quan").text
    planners.says("quan", "hôm nào đẹp trời")
    assert "gõ như 12/5" in planners.last("quan").text
    planners.says("quan", "12/5 14h30")
    assert "Gửi: thứ Tư, ngày 12/5/2027, 14h30." in planners.last("quan").text
    planners.presses("quan", "Sửa ngày gửi")
    planners.presses("quan", "thứ Năm, 13/5")
    assert "Gửi: thứ Năm, ngày 13/5/2027, 14h30." in planners.last("quan").text


def test_the_dated_list_can_be_thinned(planners: Town, media: Media) -> None:
    made = draft(planners, media)
    planners.presses("quan", "Mở đợt")
    planners.presses("quan", "Danh sách ngày gửi")
    page = planners.last("quan")
    assert page.text.count("Nguồn") == 3
    assert len(page.labels) <= 8
    before = len(rows(planners, Push, lambda row: row.state == PushState.PLANNED))
    planners.presses("quan", "Sửa dòng 2")
    planners.presses("quan", "Bỏ dòng này")
    assert f"{before - 1} thông báo sẽ gửi" in planners.last("quan").text
    assert made.id == campaign(planners).id


def test_every_message_has_at_most_eight_buttons_and_every_action_fits(planners: Town, media: Media) -> None:
    planners.settle("quan", "CS03")
    planners.says("quan", "trang chủ")
    assert "Kế hoạch, thông báo" in planners.last("quan").labels
    planners.presses("quan", "Kế hoạch, thông báo")
    assert planners.last("quan").labels == ["Gửi thông báo", "Nhập kế hoạch", "Các đợt", "Trang chủ"]
    draft(planners, media)
    for label in ("Điều cần xem lại", "Xem từng dòng", "Giữ hết phần này", "Giữ", "Đổi nơi nhận"):
        planners.presses("quan", label)
    messages = [Message.from_json(row.message) for row in rows(planners, Outgoing)]
    assert all(len(message.choices) <= 8 for message in messages)
    assert all(len(choice.action) <= 60 for message in messages for choice in message.choices)
    assert all(len(message.text) <= 350 for message in messages if "Nguồn" not in message.text)


# -- the start ---------------------------------------------------------------------------------------------------------


def test_nothing_leaves_before_the_start_and_everything_after(planners: Town, media: Media) -> None:
    draft(planners, media)
    planners.sleep_until(local(5, 4, 9))
    planners.tick()
    assert planners.heard("g1") == [], "a draft is silent"
    planners.sleep_until(local(4, 12, 9))
    planners.says("quan", "các đợt")
    planners.presses("quan", "Tháng Công nhân năm 2027 (nháp)")
    planners.presses("quan", "Kích hoạt")
    asked = planners.last("quan").text
    assert "thông báo tới 3 nhóm và cá nhân" in asked
    assert asked.count("•") == 3
    assert "thứ Bảy, ngày 01/5/2027, 07h30: ngày kỷ niệm" in asked
    assert campaign(planners).state == CampaignState.DRAFT
    planners.presses("quan", "Kích hoạt ngay")
    assert "bắt đầu chạy" in planners.last("quan").text
    assert "1 việc chưa rõ đơn vị nhận" in planners.last("quan").text
    planners.sleep_until(local(5, 1, 7, 30))
    planners.tick()
    assert "141 năm Ngày Quốc tế Lao động" in planners.last("g1").text
    planners.presses("quan", "Kích hoạt ngay")
    assert any("đang chạy rồi" in heard.text for heard in planners.heard("quan"))


def test_above_fifty_places_the_number_must_be_typed(tmp_path: Path, media: Media) -> None:
    town = Town.built_in(tmp_path, codes=tuple(f"CS{number:02}" for number in range(1, 61)))
    town.settle("quan", "LDLD", "admin")  # type: ignore[arg-type]
    for number in range(1, 61):
        town.group(f"g{number}", unit=f"CS{number:02}")
    town.sleep_until(local(4, 12, 8))
    made = draft(town, media)
    town.presses("quan", "Mở đợt")
    town.presses("quan", "Kích hoạt")
    assert "gõ đúng số 60" in town.last("quan").text
    assert "Kích hoạt ngay" not in town.last("quan").labels
    town.says("quan", "ok")
    assert "Số chưa đúng" in town.last("quan").text
    town.hears(
        town.event("quan", kind="button", action=f"campstart:{made.id}", press="p1")
    )  # a button kept from before
    town.deliver()
    assert campaign(town).state == CampaignState.DRAFT
    town.says("quan", "60")
    assert campaign(town).state == CampaignState.ACTIVE


# -- the plan again ----------------------------------------------------------------------------------------------------


def test_the_same_file_again_leads_to_its_campaign(planners: Town, media: Media) -> None:
    draft(planners, media)
    sends_file(planners, "quan")
    planners.presses("quan", "Đọc kế hoạch")
    read(planners, media, PLAN.encode())
    assert "không có gì khác đợt “Tháng Công nhân năm 2027”" in planners.last("quan").text
    assert "Lập đợt mới" not in planners.last("quan").labels
    planners.presses("quan", "Xem đợt đó")
    assert "Đợt “Tháng Công nhân năm 2027” (nháp)" in planners.last("quan").text


def test_a_corrected_edition_shows_what_it_changes_and_applies_it(planners: Town, media: Media) -> None:
    draft(planners, media)
    later = PLAN.replace("trước ngày 20/5/2027", "trước ngày 25/5/2027").replace(
        "- Ở đâu có", "- Mỗi ngày một lời cảm ơn tới người thợ\n- Ở đâu có"
    )
    sends_file(planners, "quan")
    planners.presses("quan", "Đọc kế hoạch")
    read(planners, media, later.encode())
    assert "1 khẩu hiệu thêm" in planners.last("quan").text
    planners.presses("quan", "Xem thay đổi")
    assert "Mỗi ngày một lời cảm ơn tới người thợ" in planners.last("quan").text
    planners.presses("quan", "Áp dụng thay đổi")
    assert len(rows(planners, Campaign)) == 1
    assert len(rows(planners, Slogan)) == 4
    planners.presses("quan", "Xem đợt đó")
    assert "4 khẩu hiệu" in planners.last("quan").text
    planners.presses("quan", "Áp dụng thay đổi")
    assert any("đã được dùng" in heard.text for heard in planners.heard("quan"))


def test_changes_that_became_others_are_shown_again_before_they_are_applied(planners: Town, media: Media) -> None:
    """As many of them as before: what counts is what the person has read."""
    draft(planners, media)
    words = rows(planners, Slogan)[0].text
    sends_file(planners, "quan")
    planners.presses("quan", "Đọc kế hoạch")
    read(planners, media, PLAN.replace(words, f"{words} hôm nay").encode())
    planners.presses("quan", "Xem thay đổi")
    with planners.database.transaction() as session:
        slogan = session.exec(select(Slogan).where(Slogan.text == words)).one()
        slogan.text = f"{words} mãi mãi"
        session.add(slogan)
    planners.presses("quan", "Áp dụng thay đổi")
    assert "mãi mãi" in planners.last("quan").text
    assert any("Đợt vừa được sửa" in text for text in planners.texts("quan"))
    planners.presses("quan", "Áp dụng thay đổi")
    assert f"{words} hôm nay" in {slogan.text for slogan in rows(planners, Slogan)}


def test_what_was_announced_before_the_change_is_one_tap_from_being_put_right(planners: Town, media: Media) -> None:
    draft(planners, media)
    with planners.database.transaction() as session:
        slogan = session.exec(select(Slogan).order_by(col(Slogan.id))).first()
        assert slogan is not None
        told = session.exec(select(Push).where(Push.slogan_id == slogan.id)).first()
        assert told is not None
        told.state, told.released_at = PushState.RELEASED, planners.now
        session.add(told)
        chat = planners.chat("g1")
        assert chat is not None
        outbox.say(session, f"p{told.id}:{chat.id}", chat, Message(text=told.text), push_id=told.id)
        number, words = told.id, slogan.text
    planners.deliver()
    sends_file(planners, "quan")
    planners.presses("quan", "Đọc kế hoạch")
    read(planners, media, PLAN.replace(words, f"{words} hôm nay").encode())
    planners.presses("quan", "Áp dụng thay đổi")
    assert f"Đính chính thông báo {number}" in planners.last("quan").labels
    planners.presses("quan", f"Đính chính thông báo {number}")
    assert words in planners.last("quan").text
