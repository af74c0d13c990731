"""Whose duty it is, what it is and when the Month takes place, in sentences as unions write them."""

from datetime import date

import pytest

from planreader import Reading, read_text
from planreader.units import is_unit

HEAD = """CÔNG ĐOÀN PHƯỜNG AN HẢI
Số: 12/KH-CĐP
An Hải, ngày 02 tháng 4 năm 2027

KẾ HOẠCH
{title}

"""


def plan(body: str, title: str = "Tổ chức các hoạt động Tháng Công nhân năm 2027") -> Reading:
    return read_text(HEAD.format(title=title) + body)


def window(reading: Reading) -> list[tuple[date | None, date | None]]:
    return [(campaign.start, campaign.end) for campaign in reading.campaigns]


MAY = (date(2027, 5, 1), date(2027, 5, 31))
LONGER = (date(2027, 4, 20), date(2027, 6, 5))


@pytest.mark.parametrize(
    "said",
    [
        "Thời gian tuyên truyền Tháng Công nhân năm 2027: từ ngày 20/4 đến hết ngày 05/6/2027.",
        "Tháng Công nhân năm 2027 diễn ra từ ngày 20/4/2027 đến ngày 05/6/2027.",
        "Hưởng ứng Tháng Công nhân (từ ngày 20/4 đến 05/6/2027) trong toàn phường.",
    ],
)
def test_a_union_that_begins_in_april_is_believed(said: str) -> None:
    assert window(plan(f"I. MỤC ĐÍCH, YÊU CẦU\n1. {said}\n")) == [LONGER]


def test_the_section_on_time_of_a_plan_about_the_month_gives_its_days() -> None:
    body = "I. THỜI GIAN\nThời gian: từ ngày 20/4/2027 đến hết ngày 05/6/2027.\n"
    assert window(plan(body)) == [LONGER]
    assert window(plan(body, "Tổ chức Hội thao chào mừng Tháng Công nhân năm 2027")) == [MAY]


@pytest.mark.parametrize(
    "said",
    [
        "Lễ phát động Tháng Công nhân: từ ngày 20/4 đến 05/6/2027.",
        "Thời gian treo băng rôn Tháng Công nhân: từ ngày 20/4 đến 05/6/2027.",
        "Tháng Công nhân năm 2026 diễn ra từ ngày 20/4/2026 đến ngày 05/6/2026.",
        "Tháng Công nhân năm 2027 có nhiều hoạt động.",
    ],
)
def test_days_of_banners_of_one_event_or_of_last_year_are_not_those_of_the_month(said: str) -> None:
    (campaign,) = plan(f"II. NỘI DUNG\n1. {said}\n").campaigns
    assert (campaign.name, campaign.start, campaign.end) == ("Tháng Công nhân năm 2027", *MAY)


def test_both_months_share_the_days_of_their_sentence_and_are_named_in_full() -> None:
    body = (
        "1. Thời gian tổ chức Tháng Công nhân năm 2027 và Tháng hành động về ATVSLĐ năm 2027: "
        "từ ngày 20/4/2027 đến ngày 05/6/2027."
    )
    reading = plan(f"I. MỤC ĐÍCH\n{body}\n", "Truyền thông Tháng Công nhân và Tháng hành động về ATVSLĐ năm 2027")
    assert [c.name for c in reading.campaigns] == ["Tháng Công nhân năm 2027", "Tháng hành động về ATVSLĐ năm 2027"]
    assert window(reading) == [LONGER, LONGER]
    assert reading.campaigns[0].source.line == 9


@pytest.mark.parametrize("things", ["tin, ảnh", "tin và ảnh", "bài, phóng sự", "tin, số liệu"])
def test_photos_features_and_figures_do_not_report_the_unit_does(things: str) -> None:
    body = (
        "V. TỔ CHỨC THỰC HIỆN\n1. Các tổ công đoàn\n"
        f"- Viết bài ở đơn vị; gửi {things} về Ban Tuyên giáo chậm nhất 16 giờ 00 thứ Sáu hằng tuần.\n"
        "- Báo cáo kết quả về Văn phòng trước ngày 02/6/2027.\n"
    )
    weekly, final = plan(body).report_deadlines
    assert (weekly.reporter, weekly.recipient) == ("Các tổ công đoàn", "Ban Tuyên giáo")
    assert (weekly.recurrence, weekly.operator) == ("FREQ=WEEKLY;BYDAY=FR;BYHOUR=16", "by")
    assert weekly.text == f"gửi {things} về Ban Tuyên giáo chậm nhất 16 giờ 00 thứ Sáu hằng tuần"
    assert final.reporter == "Các tổ công đoàn"


@pytest.mark.parametrize(
    ("name", "somebody"),
    [
        ("anh Nam", True), ("các anh chị tổ trưởng", True), ("Phòng Kỹ thuật", True), ("phong ky thuat", True),
        ("Sở Nội vụ", True), ("chi hội 2", True), ("ảnh về LĐLĐ tỉnh", False), ("anh ve LDLD tinh", False),
        ("phóng sự về tổ", False), ("số liệu", False), ("khóa học", False),
    ],
)  # fmt: skip
def test_people_and_departments_are_told_from_things_that_sound_alike(name: str, somebody: bool) -> None:
    assert is_unit(name) == somebody


def test_who_begins_a_sentence_is_meant_to_its_end() -> None:
    body = "II. NỘI DUNG\n1. Đề nghị mỗi CĐCS chụp ảnh công trình; gửi ảnh về Ban Tuyên giáo trước ngày 20/5/2027.\n"
    assert [d.reporter for d in plan(body).report_deadlines] == ["mỗi CĐCS"]


def test_work_is_named_without_who_does_it_and_to_whom_it_then_goes() -> None:
    body = (
        "V. TỔ CHỨC THỰC HIỆN\n1. Các cụm thi đua\n"
        "- Cụm trưởng lập danh sách đội thi, gửi LĐLĐ tỉnh chậm nhất ngày 14/5/2027.\n"
        "2. Tổ Nữ công: gói quà Tết, hoàn thành trước ngày 10/5/2027.\n"
    )
    assert [(d.what, d.who) for d in plan(body).other_deadlines] == [
        ("lập danh sách đội thi", "Cụm trưởng"),
        ("gói quà Tết, hoàn thành", "Tổ Nữ công"),
    ]


def test_a_group_named_by_two_words_and_a_comma_has_the_quota() -> None:
    body = (
        "IV. CHỈ TIÊU\n1. Mỗi công đoàn xã, phường có ít nhất 01 bài về mô hình hay, cách làm mới.\n"
        "2. Mỗi CĐCS, tùy điều kiện, có ít nhất 02 tin.\n"
    )
    assert [(q.applies_to, q.quantity) for q in plan(body).quotas] == [
        ("Mỗi công đoàn xã, phường", 1),
        ("Mỗi CĐCS", 2),
    ]


def test_an_item_with_its_places_its_people_and_its_rules_on_lines_of_their_own() -> None:
    body = (
        "III. CÁC HOẠT ĐỘNG\n1. Cổ động tại cổng đơn vị, nhà xưởng, nhà ăn ca\n"
        "- Thời gian: từ ngày 26/4/2027 đến ngày 31/5/2027.\n- Hình thức: phát trên loa nội bộ.\n"
        "- Thực hiện: các CĐCS.\n2. Thi ảnh công nhân\n- Thời gian: từ ngày 01/5 đến ngày 25/5/2027.\n"
        "- Thể lệ: mỗi người gửi không quá 03 ảnh.\n"
    )
    banners, contest = plan(body).activities
    assert (banners.place, banners.responsible) == ("cổng đơn vị, nhà xưởng, nhà ăn ca", ["các CĐCS"])
    assert banners.channels == ["loa nội bộ"]
    assert contest.summary == "mỗi người gửi không quá 03 ảnh"
