"""An admin sends the plan of the year to the bot, confirms it row by row, and starts it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from bot import plan_child
from bot.channels.contract import FetchFailed, MediaRef
from bot.clock import clock_at
from bot.reading import ReadApart, Reader
from campaign.message import Message
from storage.media import Media
from storage.models import Campaign, Outgoing, PlanReading, Post, Push, Slogan
from storage.models.campaigns import CampaignState, PushState, ReadingState
from tests.stories.test_hostile import Parcels
from tests.stories.town import CHANNEL, Town, local

PLAN = """LIÊN ĐOÀN LAO ĐỘNG TỈNH SÔNG XANH
Số: 12/KH-LĐLĐ
Sông Xanh, ngày 08 tháng 4 năm 2027

KẾ HOẠCH
Truyền thông Tháng Công nhân năm 2027

I. MỤC ĐÍCH, YÊU CẦU
1. Gắn truyền thông với kỷ niệm 141 năm Ngày Quốc tế Lao động (01/5/1886 - 01/5/2027).
2. Thời gian: từ ngày 01/5/2027 đến hết ngày 31/5/2027.

II. KHẨU HIỆU TUYÊN TRUYỀN
- Nhiệt liệt hưởng ứng Tháng Công nhân năm 2027
- Đủ bảo hộ khi vào ca - Đủ niềm vui khi về nhà
- Ở đâu có người lao động, ở đó có tiếng nói công đoàn

III. TỔ CHỨC THỰC HIỆN
1. Các CĐCS
- Treo băng rôn và gửi ảnh về Liên đoàn Lao động tỉnh trước ngày 20/5/2027.
2. Ban Công tác công đoàn
- Tổng hợp kết quả, báo cáo Ban Thường vụ trước ngày 28/5/2027.
"""
NAME = "Kế hoạch Tháng Công nhân.txt"


async def here(path: Path, name: str, today: date) -> dict[str, Any]:
    """The real reader, without the second that a process of its own takes."""
    return plan_child.answer(path, Path(name).suffix, today)


@pytest.fixture
def office(town: Town) -> Town:
    """Quân administers the federation, in April, before the plan begins. Lan reports for CS01."""
    town.settle("quan", "LDLD", "admin")  # type: ignore[arg-type]
    town.group("g1", unit="CS01")
    town.sleep_until(local(4, 12, 8))
    return town


@pytest.fixture
def media(tmp_path: Path) -> Media:
    return Media(f"file://{tmp_path / 'media'}")


def reader(town: Town, media: Media, *parcels: bytes | Exception, apart: ReadApart = here) -> Reader:
    channels = {CHANNEL: Parcels(*parcels)}
    return Reader(town.database, media, channels, clock_at(town.now), town.house, lambda: None, apart)  # type: ignore[arg-type]


def read(town: Town, media: Media, *parcels: bytes | Exception, apart: ReadApart = here) -> None:
    """Everything that waits is fetched and read, and the answer arrives."""

    async def work() -> None:
        one = reader(town, media, *parcels, apart=apart)
        while await one.step():
            pass

    asyncio.run(work())
    town.deliver()


def sends_file(town: Town, user: str, name: str = NAME, kind: str = "document", size: int = 9000) -> None:
    file = MediaRef(kind, {"file": name}, file_name=name, size=size)  # type: ignore[arg-type]
    town.hears(town.event(user, media=(file,)))
    town.deliver()


def draft(town: Town, media: Media) -> Campaign:
    """The plan has been sent and made a draft."""
    sends_file(town, "quan")
    town.presses("quan", "Đọc kế hoạch")
    read(town, media, PLAN.encode())
    town.presses("quan", "Lập đợt nháp")
    return campaign(town)


def campaign(town: Town) -> Campaign:
    with town.database.snapshot() as session:
        return session.exec(select(Campaign)).one()


def rows(town: Town, table: type[Any], keep: Callable[[Any], bool] = lambda row: True) -> list[Any]:
    with town.database.snapshot() as session:
        return [row for row in session.exec(select(table)) if keep(row)]


def reading(town: Town) -> PlanReading:
    found: PlanReading = rows(town, PlanReading)[-1]
    return found


def press_until(town: Town, label: str, words: str) -> None:
    """Press ``label`` until a message with ``words`` comes."""
    for _ in range(20):
        if words in town.last("quan").text:
            return
        town.presses("quan", label)
    raise AssertionError(f"{words!r} never came; last: {town.last('quan').text}")


# -- the plan comes in -------------------------------------------------------------------------------------------------


def test_a_file_is_read_at_once_after_one_button_and_the_summary_comes_back(office: Town, media: Media) -> None:
    sends_file(office, "quan")
    assert office.last("quan").labels == ["Đọc kế hoạch", "Bỏ"]
    office.presses("quan", "Đọc kế hoạch")
    assert "đang đọc" in office.last("quan").text
    read(office, media, PLAN.encode())
    told = office.last("quan")
    for words in ("1 đợt", "3 khẩu hiệu", "1 ngày kỷ niệm", "2 việc", "Chưa gửi gì"):
        assert words in told.text
    assert told.labels == ["Lập đợt nháp", "Xem từng dòng", "Điều cần xem lại", "Bỏ"]
    assert rows(office, Campaign) == [], "a summary is no campaign"


def test_whoever_says_ke_hoach_first_is_not_asked_what_the_file_is(office: Town, media: Media) -> None:
    office.says("quan", "Nhập kế hoạch")
    sends_file(office, "quan")
    assert "đang đọc" in office.last("quan").text
    read(office, media, PLAN.encode())
    assert "3 khẩu hiệu" in office.last("quan").text


def test_an_admin_who_also_reports_is_asked_what_the_file_is_for(office: Town, media: Media) -> None:
    office.settle("quan", "CS03")
    sends_file(office, "quan", "báo cáo quý.docx")
    assert office.last("quan").labels == ["Đọc kế hoạch", "Nộp tài liệu này", "Bỏ"]
    office.presses("quan", "Nộp tài liệu này")
    office.wait(3)
    assert "1 tệp của CĐCS Nhà máy số 3" in office.last("quan").text
    item = office.items(office.submissions()[0])[0]
    assert (item.file_name, item.ref) == ("báo cáo quý.docx", {"file": "báo cáo quý.docx"})
    read(office, media)
    assert reading(office).state == ReadingState.DROPPED


def test_a_file_that_follows_photos_joins_what_is_being_handed_in(office: Town) -> None:
    office.settle("quan", "CS03")
    office.sends_photo("quan")
    sends_file(office, "quan", "danh sách.xlsx")
    office.wait(3)
    assert "1 ảnh" in office.last("quan").text
    assert "1 tệp" in office.last("quan").text
    assert rows(office, PlanReading) == []


def test_an_officer_s_file_is_never_taken_for_a_plan(office: Town) -> None:
    sends_file(office, "lan")
    office.wait(3)
    assert "1 tệp" in office.last("lan").text
    office.says("lan", "nhập kế hoạch")
    assert "Chỉ quản trị viên" in office.last("lan").text
    assert rows(office, PlanReading) == []


def test_pasted_text_is_gathered_until_xong(office: Town, media: Media) -> None:
    office.says("quan", "kế hoạch")
    first, second = PLAN.split("III.")
    office.says("quan", first)
    office.says("quan", "Khẩu hiệu")  # a word of the menu is a line of the plan here
    office.says("quan", f"III.{second}")
    office.wait(3)
    assert "Dán tiếp" in office.last("quan").text or "dán tiếp" in office.last("quan").text
    office.says("quan", "xong")
    assert "đang đọc" in office.last("quan").text
    read(office, media)
    assert "3 khẩu hiệu" in office.last("quan").text
    office.presses("quan", "Lập đợt nháp")
    assert campaign(office).name == "Tháng Công nhân năm 2027"


def test_xong_typed_before_the_question_arrives_still_ends_the_paste(office: Town, media: Media) -> None:
    office.says("quan", "kế hoạch")
    office.says("quan", PLAN)
    office.says("quan", "Xong")
    office.wait(5)
    assert not any("dán tiếp" in text for text in office.texts("quan")), "the question is settled, nobody needs it"
    read(office, media)
    assert "3 khẩu hiệu" in office.last("quan").text


def test_a_long_paste_without_a_word_before_it_is_understood(office: Town, media: Media) -> None:
    office.says("quan", PLAN)
    office.wait(3)
    office.presses("quan", "Xong")
    read(office, media)
    assert "3 khẩu hiệu" in office.last("quan").text


def test_leaving_a_paste_forgets_it(office: Town) -> None:
    office.says("quan", "kế hoạch")
    office.says("quan", PLAN)
    office.says("quan", "trang chủ")
    assert "muốn làm gì" in office.last("quan").text
    assert (reading(office).state, reading(office).text) == (ReadingState.DROPPED, "")


def test_a_photo_of_a_plan_gets_the_way_out(office: Town) -> None:
    office.says("quan", "nhập kế hoạch")
    sends_file(office, "quan", "trang 1.jpg", kind="photo")
    assert "gửi tệp Word" in office.last("quan").text
    sends_file(office, "quan")
    assert "đang đọc" in office.last("quan").text, "the question still stands"


def test_a_file_the_channel_cannot_hand_over_is_refused_at_once(office: Town) -> None:
    office.download_limit = 5 * 2**20
    sends_file(office, "quan", size=6 * 2**20)
    assert "nặng 6 MB" in office.last("quan").text
    assert rows(office, PlanReading) == []


# -- files that cannot be read -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"PK\x03\x04 not a zip at all", "Tệp bị hỏng"),
        (b"", "Tệp trống"),
        (b"The quick brown fox jumps over the lazy dog. " * 20, "không phải tiếng Việt"),
    ],
)
def test_a_refused_file_gets_the_reader_s_own_sentence(
    office: Town, media: Media, content: bytes, sentence: str
) -> None:
    office.says("quan", "nhập kế hoạch")
    sends_file(office, "quan", "kh.docx")
    read(office, media, content)
    assert sentence in office.last("quan").text
    assert office.last("quan").labels == ["Gửi tệp khác", "Trang chủ"]


def test_a_results_report_makes_no_campaign(office: Town, media: Media) -> None:
    report = PLAN.replace("KẾ HOẠCH\n", "BÁO CÁO\nKết quả ").replace("12/KH", "30/BC")
    office.says("quan", "nhập kế hoạch")
    sends_file(office, "quan")
    read(office, media, report.encode())
    assert "báo cáo kết quả" in office.last("quan").text
    assert (reading(office).state, reading(office).document) == (ReadingState.REFUSED, {})
    assert rows(office, Campaign) == []


def test_a_file_that_kills_its_reader_is_refused_after_the_second_try(office: Town, media: Media) -> None:
    tries: list[str] = []

    async def dies(path: Path, name: str, today: date) -> dict[str, Any]:
        tries.append(name)
        raise plan_child.NoAnswer("exit -11")

    office.says("quan", "nhập kế hoạch")
    sends_file(office, "quan")
    read(office, media, PLAN.encode(), apart=dies)
    assert tries == [NAME, NAME]
    assert "chưa đọc được" in office.last("quan").text
    assert len([text for text in office.texts("quan") if "chưa đọc được" in text]) == 1


def test_a_file_that_does_not_arrive_is_asked_for_again_after_six_tries(office: Town, media: Media) -> None:
    office.says("quan", "nhập kế hoạch")
    sends_file(office, "quan")
    for _ in range(6):
        read(office, media, FetchFailed("network"))
        office.wait(3600)
    assert "chưa tải được" in office.last("quan").text
    assert reading(office).state == ReadingState.REFUSED


def test_the_process_that_reads_is_another_one_and_is_ended_when_it_hangs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "plan"
    file.write_text(PLAN)
    answer = asyncio.run(plan_child.read(file, NAME, date(2027, 4, 12)))
    assert len(answer["document"]["slogans"]) == 3
    monkeypatch.setattr(plan_child, "SECONDS", 0.01)  # no process of Python is up so soon
    with pytest.raises(plan_child.NoAnswer):
        asyncio.run(plan_child.read(file, NAME, date(2027, 4, 12)))


def test_a_file_that_is_no_file_any_more_is_no_answer(tmp_path: Path) -> None:
    with pytest.raises(plan_child.NoAnswer, match="FileNotFoundError"):
        asyncio.run(plan_child.read(tmp_path / "gone", NAME, date(2027, 4, 12)))


# -- restarts ----------------------------------------------------------------------------------------------------------


def test_a_restart_between_fetching_and_reading_goes_on(office: Town, media: Media) -> None:
    office.says("quan", "nhập kế hoạch")
    sends_file(office, "quan")
    asyncio.run(reader(office, media, PLAN.encode()).step())
    assert reading(office).state == ReadingState.FETCHED
    read(office, media)  # a new process: nothing is left to fetch
    assert "3 khẩu hiệu" in office.last("quan").text


def test_a_stop_in_the_middle_of_reading_is_not_the_file_s_fault(office: Town, media: Media) -> None:
    begun = asyncio.Event()

    async def slow(path: Path, name: str, today: date) -> dict[str, Any]:
        begun.set()
        await asyncio.Event().wait()
        return {}

    async def stopped() -> None:
        work = asyncio.create_task(reader(office, media, PLAN.encode(), apart=slow).run())
        await begun.wait()
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)

    office.says("quan", "nhập kế hoạch")
    sends_file(office, "quan")
    for _ in range(3):
        begun = asyncio.Event()
        asyncio.run(stopped())
    assert (reading(office).state, reading(office).attempts) == (ReadingState.FETCHED, 0)
    read(office, media)
    assert "3 khẩu hiệu" in office.last("quan").text


def test_power_cuts_in_the_middle_of_reading_count(office: Town, media: Media) -> None:
    office.says("quan", "nhập kế hoạch")
    sends_file(office, "quan")
    asyncio.run(reader(office, media, PLAN.encode()).step())
    with office.database.transaction() as session:
        row = session.exec(select(PlanReading)).one()
        row.attempts = 2  # two readings were begun, and the machine went down in both
        session.add(row)
    read(office, media)
    assert "chưa đọc được" in office.last("quan").text


def test_the_answer_comes_once_however_often_it_is_pressed(office: Town, media: Media) -> None:
    sends_file(office, "quan")
    office.presses("quan", "Đọc kế hoạch")
    office.presses("quan", "Đọc kế hoạch")
    read(office, media, PLAN.encode())
    office.presses("quan", "Lập đợt nháp")
    office.presses("quan", "Lập đợt nháp")
    assert len(rows(office, Campaign)) == 1
    assert any("đã được dùng" in heard.text for heard in office.heard("quan"))


# -- rights ------------------------------------------------------------------------------------------------------------


def test_who_loses_the_post_while_it_is_read_gets_no_campaign(office: Town, media: Media) -> None:
    office.says("quan", "nhập kế hoạch")
    sends_file(office, "quan")
    with office.database.transaction() as session:
        for post in session.exec(select(Post).where(Post.role == "admin")):
            post.until = office.now
            session.add(post)
    read(office, media, PLAN.encode())
    assert "Chỉ quản trị viên" in office.last("quan").text


def test_the_buttons_of_one_admin_do_nothing_for_another_person(office: Town, media: Media) -> None:
    made = draft(office, media)
    office.hears(office.event("lan", kind="button", action=f"campstart:{made.id}", press="p1"))
    office.hears(office.event("lan", kind="button", action=f"planmake:{reading(office).id}", press="p2"))
    slogan = rows(office, Slogan)[0]
    office.hears(office.event("lan", kind="button", action=f"rowdrop:{made.id}:s{slogan.id}", press="p3"))
    office.deliver()
    assert campaign(office).state == CampaignState.DRAFT
    assert not rows(office, Slogan, lambda row: row.withdrawn)
    assert len([heard for heard in office.heard("lan") if heard.toast and "quản trị viên" in heard.text]) >= 2


# -- row by row --------------------------------------------------------------------------------------------------------


def test_what_the_plan_says_can_be_read_before_anything_is_made_of_it(office: Town, media: Media) -> None:
    sends_file(office, "quan")
    office.presses("quan", "Đọc kế hoạch")
    read(office, media, PLAN.encode())
    office.presses("quan", "Xem từng dòng")
    assert "Khẩu hiệu: Nhiệt liệt hưởng ứng Tháng Công nhân năm 2027" in office.last("quan").text
    assert "Nguồn, dòng 13: đúng nguyên văn." in office.last("quan").text
    office.presses("quan", "Trang sau")
    assert "Ngày kỷ niệm: Ngày Quốc tế Lao động (01/5/2027)" in office.last("quan").text
    office.presses("quan", "Quay lại")
    office.presses("quan", "Bỏ")
    assert rows(office, Campaign) == []
    assert reading(office).document == {}


def test_walking_through_the_rows_with_a_drop_and_an_edit(office: Town, media: Media) -> None:
    made = draft(office, media)
    office.presses("quan", "Xem từng dòng")
    assert "Khẩu hiệu 1/3" in office.last("quan").text
    assert "Nguồn, dòng 13" in office.last("quan").text
    office.presses("quan", "Bỏ dòng này")
    assert "Đã bỏ dòng đó.\nKhẩu hiệu 1/2: “Đủ bảo hộ" in office.last("quan").text
    office.presses("quan", "Sửa lời")
    office.says("quan", "Đủ bảo hộ khi vào ca, đủ niềm vui khi về nhà")
    edited = office.last("quan")
    assert "“Đủ bảo hộ khi vào ca, đủ niềm vui khi về nhà”" in edited.text
    assert "Nguồn, dòng 14: “Đủ bảo hộ khi vào ca - Đủ niềm vui khi về nhà”" in edited.text
    said = {push.text for push in rows(office, Push, lambda row: row.kind == "slogan" and row.state == "planned")}
    assert any("vào ca, đủ niềm vui" in text for text in said)
    assert not any("Nhiệt liệt hưởng ứng" in text for text in said), "the other slogans share its days"
    office.presses("quan", "Giữ hết phần này")
    assert "Ngày kỷ niệm 1/1" in office.last("quan").text
    office.presses("quan", "Bỏ dòng này")
    assert "Việc 1/2" in office.last("quan").text
    assert not rows(office, Push, lambda row: row.kind == "observance" and row.state == PushState.PLANNED)
    office.presses("quan", "Quay lại")
    assert "Khẩu hiệu 2/2" in office.last("quan").text
    assert campaign(office).id == made.id
    assert campaign(office).state == CampaignState.DRAFT


def test_nobody_was_recognised_so_the_admin_names_them(office: Town, media: Media) -> None:
    draft(office, media)
    office.presses("quan", "Xem từng dòng")
    press_until(office, "Giữ", "Nơi nhận: chưa rõ (kế hoạch ghi “Ban Công tác công đoàn”)")
    office.presses("quan", "Đổi nơi nhận")
    assert {"Tất cả đơn vị", "Các công đoàn cơ sở", "Cụm 1"} <= set(office.last("quan").labels)
    office.says("quan", "CS99")
    assert "Không có đơn vị mang mã “CS99”" in office.last("quan").text
    office.says("quan", "cs02")
    assert "Nơi nhận: CĐCS Nhà máy số 2" in office.last("quan").text
    assert "Gửi: " in office.last("quan").text
    office.presses("quan", "Đổi nơi nhận")
    office.presses("quan", "Cụm 1")
    assert "Nơi nhận: Cụm 1 (2 đơn vị)" in office.last("quan").text


def test_a_push_goes_to_another_day_but_not_past_its_deadline_nor_at_night(office: Town, media: Media) -> None:
    draft(office, media)
    office.presses("quan", "Xem từng dòng")
    press_until(office, "Giữ", "Các công đoàn cơ sở")
    office.presses("quan", "Sửa ngày gửi")
    office.says("quan", "21/5")
    assert "chọn ngày gửi trước hạn" in office.last("quan").text
    office.says("quan", "12/5 22h")
    assert "Giờ này không gửi" in office.last("quan").text
    office.says("quan", "hôm nào đẹp trời")
    assert "gõ như 12/5" in office.last("quan").text
    office.says("quan", "12/5 14h30")
    assert "Gửi: thứ Tư, ngày 12/5/2027, 14h30." in office.last("quan").text
    office.presses("quan", "Sửa ngày gửi")
    office.presses("quan", "thứ Năm, 13/5")
    assert "Gửi: thứ Năm, ngày 13/5/2027, 14h30." in office.last("quan").text


def test_the_dated_list_can_be_thinned(office: Town, media: Media) -> None:
    made = draft(office, media)
    office.presses("quan", "Mở đợt")
    office.presses("quan", "Danh sách ngày gửi")
    page = office.last("quan")
    assert page.text.count("Nguồn") == 3
    assert len(page.labels) <= 8
    before = len(rows(office, Push, lambda row: row.state == PushState.PLANNED))
    office.presses("quan", "Sửa dòng 2")
    office.presses("quan", "Bỏ dòng này")
    assert f"{before - 1} thông báo sẽ gửi" in office.last("quan").text
    assert made.id == campaign(office).id


def test_every_message_has_at_most_eight_buttons_and_every_action_fits(office: Town, media: Media) -> None:
    office.settle("quan", "CS03")
    office.says("quan", "trang chủ")
    assert "Kế hoạch, thông báo" in office.last("quan").labels
    office.presses("quan", "Kế hoạch, thông báo")
    assert office.last("quan").labels == ["Gửi thông báo", "Nhập kế hoạch", "Các đợt", "Trang chủ"]
    draft(office, media)
    for label in ("Điều cần xem lại", "Xem từng dòng", "Giữ hết phần này", "Giữ", "Đổi nơi nhận"):
        office.presses("quan", label)
    messages = [Message.from_json(row.message) for row in rows(office, Outgoing)]
    assert all(len(message.choices) <= 8 for message in messages)
    assert all(len(choice.action) <= 60 for message in messages for choice in message.choices)
    assert all(len(message.text) <= 350 for message in messages if "Nguồn" not in message.text)


# -- the start ---------------------------------------------------------------------------------------------------------


def test_nothing_leaves_before_the_start_and_everything_after(office: Town, media: Media) -> None:
    draft(office, media)
    office.sleep_until(local(5, 4, 9))
    office.tick()
    assert office.heard("g1") == [], "a draft is silent"
    office.sleep_until(local(4, 12, 9))
    office.says("quan", "các đợt")
    office.presses("quan", "Tháng Công nhân năm 2027 (nháp)")
    office.presses("quan", "Kích hoạt")
    asked = office.last("quan").text
    assert "thông báo tới 3 nhóm và cá nhân" in asked
    assert asked.count("•") == 3
    assert "thứ Bảy, ngày 01/5/2027, 07h30: ngày kỷ niệm" in asked
    assert campaign(office).state == CampaignState.DRAFT
    office.presses("quan", "Kích hoạt ngay")
    assert "bắt đầu chạy" in office.last("quan").text
    assert "1 việc chưa rõ đơn vị nhận" in office.last("quan").text
    office.sleep_until(local(5, 1, 7, 30))
    office.tick()
    assert "141 năm Ngày Quốc tế Lao động" in office.last("g1").text
    office.presses("quan", "Kích hoạt ngay")
    assert any("đang chạy rồi" in heard.text for heard in office.heard("quan"))


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


def test_the_same_file_again_leads_to_its_campaign(office: Town, media: Media) -> None:
    draft(office, media)
    sends_file(office, "quan")
    office.presses("quan", "Đọc kế hoạch")
    read(office, media, PLAN.encode())
    assert "không có gì khác đợt “Tháng Công nhân năm 2027”" in office.last("quan").text
    assert "Lập đợt mới" not in office.last("quan").labels
    office.presses("quan", "Xem đợt đó")
    assert "Đợt “Tháng Công nhân năm 2027” (nháp)" in office.last("quan").text


def test_a_corrected_edition_shows_what_it_changes_and_applies_it(office: Town, media: Media) -> None:
    draft(office, media)
    later = PLAN.replace("trước ngày 20/5/2027", "trước ngày 25/5/2027").replace(
        "- Ở đâu có", "- Mỗi ngày một lời cảm ơn tới người thợ\n- Ở đâu có"
    )
    sends_file(office, "quan")
    office.presses("quan", "Đọc kế hoạch")
    read(office, media, later.encode())
    assert "1 khẩu hiệu thêm" in office.last("quan").text
    office.presses("quan", "Xem thay đổi")
    assert "Mỗi ngày một lời cảm ơn tới người thợ" in office.last("quan").text
    office.presses("quan", "Áp dụng thay đổi")
    assert len(rows(office, Campaign)) == 1
    assert len(rows(office, Slogan)) == 4
    office.presses("quan", "Xem đợt đó")
    assert "4 khẩu hiệu" in office.last("quan").text
    office.presses("quan", "Áp dụng thay đổi")
    assert any("đã được dùng" in heard.text for heard in office.heard("quan"))
