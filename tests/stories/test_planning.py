"""An admin sends the plan of the year to the bot: it is read once, whatever it is and whatever happens."""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from bot import plan_child
from bot.channels.contract import FetchFailed
from storage.media import Media
from storage.models import Campaign, PlanReading, Post, Slogan
from storage.models.campaigns import CampaignState, ReadingState
from tests.stories.plans import NAME, PLAN, campaign, draft, read, reader, reading, rows, sends_file
from tests.stories.town import Town

# -- the plan comes in -------------------------------------------------------------------------------------------------


def test_a_file_is_read_at_once_after_one_button_and_the_summary_comes_back(planners: Town, media: Media) -> None:
    sends_file(planners, "quan")
    assert planners.last("quan").labels == ["Đọc kế hoạch", "Bỏ"]
    planners.presses("quan", "Đọc kế hoạch")
    assert "đang đọc" in planners.last("quan").text
    read(planners, media, PLAN.encode())
    told = planners.last("quan")
    for words in ("1 đợt", "3 khẩu hiệu", "1 ngày kỷ niệm", "2 việc", "Chưa gửi gì"):
        assert words in told.text
    assert told.labels == ["Lập đợt nháp", "Xem từng dòng", "Điều cần xem lại", "Bỏ"]
    assert rows(planners, Campaign) == [], "a summary is no campaign"


def test_whoever_says_ke_hoach_first_is_not_asked_what_the_file_is(planners: Town, media: Media) -> None:
    planners.says("quan", "Nhập kế hoạch")
    sends_file(planners, "quan")
    assert "đang đọc" in planners.last("quan").text
    read(planners, media, PLAN.encode())
    assert "3 khẩu hiệu" in planners.last("quan").text


def test_an_admin_who_also_reports_is_asked_what_the_file_is_for(planners: Town, media: Media) -> None:
    planners.settle("quan", "CS03")
    sends_file(planners, "quan", "báo cáo quý.docx", caption="Báo cáo quý I của nhà máy")
    assert planners.last("quan").labels == ["Đọc kế hoạch", "Nộp tài liệu này", "Bỏ"]
    planners.presses("quan", "Nộp tài liệu này")
    planners.wait(3)
    assert "1 tệp của CĐCS Nhà máy số 3" in planners.last("quan").text
    submission = planners.submissions()[0]
    assert submission.text == "Báo cáo quý I của nhà máy"
    item = planners.items(submission)[0]
    assert (item.file_name, item.ref) == ("báo cáo quý.docx", {"file": "báo cáo quý.docx"})
    read(planners, media)
    assert reading(planners).state == ReadingState.DROPPED


def test_a_file_that_follows_photos_joins_what_is_being_handed_in(planners: Town) -> None:
    planners.settle("quan", "CS03")
    planners.sends_photo("quan")
    sends_file(planners, "quan", "danh sách.xlsx")
    planners.wait(3)
    assert "1 ảnh" in planners.last("quan").text
    assert "1 tệp" in planners.last("quan").text
    assert rows(planners, PlanReading) == []


def test_an_officer_s_file_is_never_taken_for_a_plan(planners: Town) -> None:
    sends_file(planners, "lan")
    planners.wait(3)
    assert "1 tệp" in planners.last("lan").text
    planners.says("lan", "nhập kế hoạch")
    assert "Chỉ quản trị viên" in planners.last("lan").text
    assert rows(planners, PlanReading) == []


def test_pasted_text_is_gathered_until_xong(planners: Town, media: Media) -> None:
    planners.says("quan", "kế hoạch")
    first, second = PLAN.split("III.")
    planners.says("quan", first)
    planners.says("quan", "Khẩu hiệu")  # a word of the menu is a line of the plan here
    planners.says("quan", f"III.{second}")
    planners.wait(3)
    assert "Dán tiếp" in planners.last("quan").text or "dán tiếp" in planners.last("quan").text
    planners.says("quan", "xong")
    assert "đang đọc" in planners.last("quan").text
    read(planners, media)
    assert "3 khẩu hiệu" in planners.last("quan").text
    planners.presses("quan", "Lập đợt nháp")
    assert campaign(planners).name == "Tháng Công nhân năm 2027"


def test_xong_typed_before_the_question_arrives_still_ends_the_paste(planners: Town, media: Media) -> None:
    planners.says("quan", "kế hoạch")
    planners.says("quan", PLAN)
    planners.says("quan", "Xong")
    planners.wait(5)
    assert not any("dán tiếp" in text for text in planners.texts("quan")), "the question is settled, nobody needs it"
    read(planners, media)
    assert "3 khẩu hiệu" in planners.last("quan").text


def test_a_long_paste_without_a_word_before_it_is_understood(planners: Town, media: Media) -> None:
    planners.says("quan", PLAN)
    planners.wait(3)
    planners.presses("quan", "Xong")
    read(planners, media)
    assert "3 khẩu hiệu" in planners.last("quan").text


def test_leaving_a_paste_forgets_it(planners: Town) -> None:
    planners.says("quan", "kế hoạch")
    planners.says("quan", PLAN)
    planners.says("quan", "trang chủ")
    assert "muốn làm gì" in planners.last("quan").text
    assert (reading(planners).state, reading(planners).text) == (ReadingState.DROPPED, "")


def test_a_photo_of_a_plan_gets_the_way_out(planners: Town) -> None:
    planners.says("quan", "nhập kế hoạch")
    sends_file(planners, "quan", "trang 1.jpg", kind="photo")
    assert "gửi tệp Word" in planners.last("quan").text
    sends_file(planners, "quan")
    assert "đang đọc" in planners.last("quan").text, "the question still stands"


def test_a_file_the_channel_cannot_hand_over_is_refused_at_once(planners: Town) -> None:
    planners.download_limit = 5 * 2**20
    sends_file(planners, "quan", size=6 * 2**20)
    assert "nặng 6 MB" in planners.last("quan").text
    assert rows(planners, PlanReading) == []


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
    planners: Town, media: Media, content: bytes, sentence: str
) -> None:
    planners.says("quan", "nhập kế hoạch")
    sends_file(planners, "quan", "kh.docx")
    read(planners, media, content)
    assert sentence in planners.last("quan").text
    assert planners.last("quan").labels == ["Gửi tệp khác", "Trang chủ"]


def test_a_results_report_makes_no_campaign(planners: Town, media: Media) -> None:
    report = PLAN.replace("KẾ HOẠCH\n", "BÁO CÁO\nKết quả ").replace("12/KH", "30/BC")
    planners.says("quan", "nhập kế hoạch")
    sends_file(planners, "quan")
    read(planners, media, report.encode())
    assert "báo cáo kết quả" in planners.last("quan").text
    assert (reading(planners).state, reading(planners).document) == (ReadingState.REFUSED, {})
    assert rows(planners, Campaign) == []


def test_a_file_that_kills_its_reader_is_refused_after_the_second_try(planners: Town, media: Media) -> None:
    tries: list[str] = []

    async def dies(path: Path, name: str, today: date) -> dict[str, Any]:
        tries.append(name)
        raise plan_child.NoAnswer("exit -11")

    planners.says("quan", "nhập kế hoạch")
    sends_file(planners, "quan")
    read(planners, media, PLAN.encode(), apart=dies)
    assert tries == [NAME, NAME]
    assert "chưa đọc được" in planners.last("quan").text
    assert len([text for text in planners.texts("quan") if "chưa đọc được" in text]) == 1


def test_a_file_that_does_not_arrive_is_asked_for_again_after_six_tries(planners: Town, media: Media) -> None:
    planners.says("quan", "nhập kế hoạch")
    sends_file(planners, "quan")
    for _ in range(6):
        read(planners, media, FetchFailed("network"))
        planners.wait(3600)
    assert "chưa tải được" in planners.last("quan").text
    assert reading(planners).state == ReadingState.REFUSED


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


def test_a_restart_between_fetching_and_reading_goes_on(planners: Town, media: Media) -> None:
    planners.says("quan", "nhập kế hoạch")
    sends_file(planners, "quan")
    asyncio.run(reader(planners, media, PLAN.encode()).step())
    assert reading(planners).state == ReadingState.FETCHED
    read(planners, media)  # a new process: nothing is left to fetch
    assert "3 khẩu hiệu" in planners.last("quan").text


def test_a_stop_in_the_middle_of_reading_is_not_the_file_s_fault(planners: Town, media: Media) -> None:
    begun = asyncio.Event()

    async def slow(path: Path, name: str, today: date) -> dict[str, Any]:
        begun.set()
        await asyncio.Event().wait()
        return {}

    async def stopped() -> None:
        work = asyncio.create_task(reader(planners, media, PLAN.encode(), apart=slow).run())
        await begun.wait()
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)

    planners.says("quan", "nhập kế hoạch")
    sends_file(planners, "quan")
    for _ in range(3):
        begun = asyncio.Event()
        asyncio.run(stopped())
    assert (reading(planners).state, reading(planners).attempts) == (ReadingState.FETCHED, 0)
    read(planners, media)
    assert "3 khẩu hiệu" in planners.last("quan").text


def test_power_cuts_in_the_middle_of_reading_count(planners: Town, media: Media) -> None:
    planners.says("quan", "nhập kế hoạch")
    sends_file(planners, "quan")
    asyncio.run(reader(planners, media, PLAN.encode()).step())
    with planners.database.transaction() as session:
        row = session.exec(select(PlanReading)).one()
        row.attempts = 2  # two readings were begun, and the machine went down in both
        session.add(row)
    read(planners, media)
    assert "chưa đọc được" in planners.last("quan").text


def test_the_answer_comes_once_however_often_it_is_pressed(planners: Town, media: Media) -> None:
    sends_file(planners, "quan")
    planners.presses("quan", "Đọc kế hoạch")
    planners.presses("quan", "Đọc kế hoạch")
    read(planners, media, PLAN.encode())
    planners.presses("quan", "Lập đợt nháp")
    planners.presses("quan", "Lập đợt nháp")
    assert len(rows(planners, Campaign)) == 1
    assert any("đã được dùng" in heard.text for heard in planners.heard("quan"))


# -- rights ------------------------------------------------------------------------------------------------------------


def test_who_loses_the_post_while_it_is_read_gets_no_campaign(planners: Town, media: Media) -> None:
    planners.says("quan", "nhập kế hoạch")
    sends_file(planners, "quan")
    with planners.database.transaction() as session:
        for post in session.exec(select(Post).where(Post.role == "admin")):
            post.until = planners.now
            session.add(post)
    read(planners, media, PLAN.encode())
    assert "Chỉ quản trị viên" in planners.last("quan").text


def test_the_buttons_of_one_admin_do_nothing_for_another_person(planners: Town, media: Media) -> None:
    made = draft(planners, media)
    planners.hears(planners.event("lan", kind="button", action=f"campstart:{made.id}", press="p1"))
    planners.hears(planners.event("lan", kind="button", action=f"planmake:{reading(planners).id}", press="p2"))
    slogan = rows(planners, Slogan)[0]
    planners.hears(planners.event("lan", kind="button", action=f"rowdrop:{made.id}:s{slogan.id}", press="p3"))
    planners.deliver()
    assert campaign(planners).state == CampaignState.DRAFT
    assert not rows(planners, Slogan, lambda row: row.withdrawn)
    assert len([heard for heard in planners.heard("lan") if heard.toast and "quản trị viên" in heard.text]) >= 2
