"""Plans of many offices, each written its own way, are read into the same facts."""

from datetime import date
from pathlib import Path

import pytest

from planreader import Reading, read_text

PLANS = Path(__file__).parent / "plans"


def reading_of(name: str) -> Reading:
    return read_text((PLANS / f"{name}.txt").read_text(encoding="utf-8"))


def slogans(reading: Reading) -> list[str]:
    return [slogan.text for slogan in reading.slogans]


def reports(reading: Reading) -> list[tuple[str | None, str | None]]:
    return [(item.reporter, str(item.deadline) if item.deadline else None) for item in reading.report_deadlines]


def windows(reading: Reading) -> dict[str, tuple[str, str]]:
    return {item.title: (str(item.start), str(item.end)) for item in reading.activities}


def test_a_province_prints_its_slogans_in_an_appendix_after_the_signature() -> None:
    reading = reading_of("province_appendix")
    assert slogans(reading) == [
        "Nhiệt liệt hưởng ứng Tháng Công nhân năm 2026!",
        "Chào mừng 140 năm Ngày Quốc tế Lao động (01/5/1886 - 01/5/2026)!",
        "Công đoàn Sông Lam đồng hành cùng người lao động",
        "An toàn để sản xuất, sản xuất phải an toàn",
    ]
    assert [(t.text, t.kind) for t in reading.theme_messages] == [
        ("Công nhân Việt Nam - Đổi mới, sáng tạo, hội nhập", "chu_de")
    ]


def test_the_letterhead_names_the_province_and_its_superior_in_two_columns() -> None:
    reading = reading_of("province_appendix")
    assert reading.number == "46/KH-LĐLĐ"
    assert reading.issuing_org == "LIÊN ĐOÀN LAO ĐỘNG TỈNH SÔNG LAM"
    assert reading.parent_org == "TỔNG LIÊN ĐOÀN LAO ĐỘNG VIỆT NAM"
    assert (reading.place, reading.date_issued) == ("Sông Lam", date(2026, 4, 6))
    assert (reading.legal_bases[0].number, reading.legal_bases[0].date) == ("12/KH-TLĐ", date(2026, 1, 20))
    assert [(s.position, s.name) for s in reading.signers] == [("PHÓ CHỦ TỊCH", "Trần Thị Hoài Thu")]


def test_events_under_letters_keep_their_own_time_place_and_leader() -> None:
    launch, forum, thanks, banners, dialogue, gifts = reading_of("province_appendix").activities
    assert (launch.title, launch.start, launch.time) == ("Lễ phát động Tháng Công nhân", date(2026, 4, 24), "07:30")
    assert launch.responsible == ["Ban Công tác công đoàn"]
    assert launch.coordinating == ["Ban Quản lý các KCN"]
    assert thanks.dates == [date(2026, 5, 5), date(2026, 5, 12), date(2026, 5, 19)]
    assert (banners.start, banners.end) == (date(2026, 4, 20), date(2026, 5, 31))
    assert (dialogue.start, dialogue.end) == (None, date(2026, 5, 25))
    assert (gifts.start, gifts.end) == (date(2026, 5, 1), date(2026, 5, 31))
    assert forum.start == date(2026, 5, 12)


def test_reports_are_told_from_plans_that_are_merely_sent() -> None:
    reading = reading_of("province_appendix")
    union = "Công đoàn xã, phường, đặc khu và công đoàn các khu công nghiệp"
    assert reports(reading) == [
        ("Ban Công tác công đoàn", "2026-06-15"),
        (union, "2026-04-29T16:00"),
        (union, "2026-06-05"),
    ]
    assert [str(d.deadline) for d in reading.other_deadlines] == ["2026-05-25", "2026-04-15", "2026-04-20"]
    assert reading.report_deadlines[2].via == ["bantg@ldldsonglam.example"]


def test_quotas_carry_their_comparator_and_the_group_they_hold_for() -> None:
    found = {(q.comparator, str(q.quantity), q.applies_to) for q in reading_of("province_appendix").quotas}
    assert (">=", "2.0", "CĐCS có trên 200 đoàn viên") in found
    assert (">=", "5.0", "Mỗi công đoàn xã, phường") in found
    assert ("range", "[2.0, 3.0]", "mỗi công đoàn xã, phường") in found
    assert ("<=", "10.0", "mỗi CĐCS") in found
    assert not any(quantity == "200.0" for _, quantity, _ in found)


def test_a_wards_plan_pasted_from_a_pdf_has_its_broken_lines_joined_across_page_numbers() -> None:
    reading = reading_of("ward_hard_wrapped")
    assert slogans(reading) == [
        "Đoàn viên công đoàn phường Bến Nghè thi đua lao động giỏi, lao động sáng tạo, chung tay xây dựng phường "
        "văn minh, hiện đại",
        "Nhiệt liệt chào mừng Ngày Quốc tế Lao động 1/5",
    ]
    assert windows(reading)["Tuyên truyền trực quan"] == ("2026-04-25", "2026-05-31")
    assert windows(reading)['Hội thi "Tìm hiểu pháp luật lao động"'] == ("2026-05-01", "2026-05-07")
    assert reports(reading) == [
        ("Các công đoàn cơ sở", "2026-04-28T17:00"),
        ("Các công đoàn cơ sở", "2026-06-03"),
    ]


def test_a_factory_that_types_without_marks_is_understood() -> None:
    reading = reading_of("factory_without_marks")
    assert slogans(reading) == ["Cong doan Hoa Sen vi loi ich doan vien", "Lao dong an toan, gia dinh hanh phuc"]
    assert [a.unit for a in reading.assignments] == ["Ban Chap hanh", "Cac to cong doan", "To Van phong"]
    assert reports(reading) == [("To Van phong", "2026-06-05")]
    assert reading.issuing_org == "CONG DOAN CO SO CONG TY MAY HOA SEN"


def test_a_stamped_chat_yields_duties_but_not_the_banner_to_be_taken_down() -> None:
    reading = reading_of("chat_stamped")
    assert reading.doc_type == "tin_nhan"
    assert slogans(reading) == [
        "Nhiệt liệt hưởng ứng Tháng Công nhân năm 2026",
        "Mỗi CĐCS một việc làm thiết thực vì đoàn viên",
    ]
    assert [deadline for _, deadline in reports(reading)] == ["2026-04-29T16:00", "2026-06-05"]
    assert [(q.comparator, q.quantity) for q in reading.quotas] == [(">=", 2.0)]


def test_a_chat_without_any_year_takes_the_year_of_today_or_says_that_it_is_missing() -> None:
    text = (PLANS / "chat_pictograms.txt").read_text(encoding="utf-8")
    assert windows(read_text(text, today=date(2026, 4, 22)))["Hội thao CĐ phường"] == ("2026-05-10", "2026-05-10")
    assert {w.code for w in read_text(text).warnings} == {"year_missing"}


def test_a_dispatch_moves_days_and_swaps_slogans_of_an_earlier_plan() -> None:
    reading = reading_of("dispatch_amending")
    assert (reading.doc_type, reading.number) == ("cong_van", "123/LĐLĐ-TG")
    changes = [(a.op, a.old, a.new) for a in reading.amendments]
    assert ("replace", "24/4/2026", "28/4/2026") in changes
    assert (
        "replace",
        "An toàn để sản xuất, sản xuất phải an toàn",
        "An toàn là hạnh phúc của mọi nhà",
    ) in changes
    assert ("add", None, "Công nhân Sông Lam tiên phong chuyển đổi số") in changes
    assert slogans(reading) == ["An toàn là hạnh phúc của mọi nhà", "Công nhân Sông Lam tiên phong chuyển đổi số"]
    assert reports(reading) == [(None, "2026-06-12")]


@pytest.mark.parametrize("name", ["party_plan", "party_report"])
def test_documents_of_the_party_schedule_nothing_for_the_unions(name: str) -> None:
    reading = reading_of(name)
    assert reading.number in ("83-KH/TU", "12-BC/CB")
    assert [*reading.slogans, *reading.activities, *reading.assignments, *reading.quotas] == []
    assert [*reading.report_deadlines, *reading.other_deadlines] == []


def test_a_hospital_lays_out_everything_in_tab_tables_with_columns_in_its_own_order() -> None:
    reading = reading_of("hospital_tabs")
    assert windows(reading)["Tập huấn an toàn bức xạ"] == ("2026-05-15", "2026-05-16")
    assert reading.activities[2].recurrence == "FREQ=WEEKLY;BYDAY=WE"
    assert slogans(reading) == ["Bệnh viện an toàn - Người bệnh hài lòng", "Nhân viên y tế khỏe, người bệnh vui"]
    assert reports(reading) == [("Các tổ công đoàn", "2026-06-02"), ("Văn phòng công đoàn", "2026-06-08")]
    assert reading.issuing_org == "CÔNG ĐOÀN CƠ SỞ BỆNH VIỆN ĐA KHOA TỈNH SÔNG LAM"
    assert reading.number == "/KH-CĐBV"
    assert {w.code for w in reading.warnings} >= {"number_blank", "date_missing"}


def test_guidance_in_parts_names_contests_and_programmes_that_are_no_slogans() -> None:
    reading = reading_of("guidance_parts")
    assert slogans(reading) == [
        "Công đoàn Đông Hải đoàn kết, đổi mới",
        "Chào mừng 97 năm Ngày thành lập Công đoàn Việt Nam (28/7/1929-28/7/2026)",
    ]
    assert reading.theme_messages == []
    assert "Truyền thống vẻ vang" not in " ".join(windows(reading))
    relative, monthly, impossible = reading.report_deadlines
    assert relative.relative == "trong vòng 05 ngày làm việc kể từ khi kết thúc đợt tuyên truyền"
    assert monthly.recurrence == "FREQ=MONTHLY;BYMONTHDAY=25"
    assert impossible.deadline is None
    assert [w.code for w in reading.warnings] == ["impossible_date"]


def test_a_joint_plan_dated_under_its_title_and_signed_by_two_heads() -> None:
    reading = reading_of("joint_games")
    assert reading.date_issued == date(2026, 9, 3)
    assert [s.name for s in reading.signers] == ["Đặng Thị Hòa", "Nguyễn Minh Trí"]
    assert [a.start for a in reading.activities][:2] == [date(2026, 11, 14)] * 2  # the day cell is merged downwards
    assert reports(reading) == []
    assert str(reading.other_deadlines[0].deadline) == "2026-10-30T11:30"


def test_an_industrial_zone_counts_conditions_apart_from_quotas() -> None:
    reading = reading_of("industrial_zone")
    found = [(q.comparator, q.quantity, q.unit) for q in reading.quotas]
    assert (">=", 5.0, "tin") in found
    assert (">=", 1.0, "video") in found
    assert ("=", 1250.0, "đoàn viên") in found
    assert not any(quantity == 1000.0 for _, quantity, _ in found)
    assert reading.activities[1].recurrence == "FREQ=WEEKLY;BYDAY=TH;BYHOUR=20"
    assert reading.assignments[0].unit == "Đ/c Lê Văn Hùng – Phó Chủ tịch"


def test_merged_cells_and_a_header_in_two_storeys_are_filled_downwards() -> None:
    reading = reading_of("cement_merged_cells")
    assert [a.responsible for a in reading.activities] == [["Ban ATVSLĐ"]] * 2 + [["Phòng Kỹ thuật"]] * 2
    assert windows(reading)["Kiểm tra chéo giữa các phân xưởng"] == ("2026-05-08", "2026-05-14")
    assert [item.recurrence for item in reading.report_deadlines] == ["FREQ=WEEKLY;BYDAY=SA;BYHOUR=10", None, None]


def test_the_kitchen_gods_day_is_found_by_the_vietnamese_calendar() -> None:
    assert windows(reading_of("officials_inline"))["Tết Sum vầy"] == ("2027-01-30", "2027-01-30")


def test_words_painted_on_a_banner_are_a_slogan_and_the_day_in_them_is_no_deadline() -> None:
    reading = reading_of("officials_inline")
    assert slogans(reading) == ["Chúc mừng Ngày Phụ nữ Việt Nam 20/10"]
    assert [a.start for a in reading.activities][:2] == [date(2026, 10, 19), date(2026, 10, 15)]


def test_a_notice_of_a_football_cup_is_signed_for_the_chair_and_its_union_named_by_the_employer() -> None:
    reading = reading_of("notice_football")
    assert reading.issuing_org == "CÔNG ĐOÀN TỔNG CÔNG TY ĐIỆN LỰC MIỀN ĐÔNG"
    assert [(s.authority, s.position) for s in reading.signers] == [("KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH")]
    assert slogans(reading) == ["Đoàn kết - Trung thực - Cao thượng - Tiến bộ"]


@pytest.mark.parametrize("name", sorted(path.stem for path in PLANS.glob("*.txt")))
def test_every_item_shows_the_line_it_was_read_from(name: str) -> None:
    text = (PLANS / f"{name}.txt").read_text(encoding="utf-8")
    lines = text.split("\n")
    for field, items in reading_of(name).as_json().items():
        for item in items if isinstance(items, list) else []:
            number, said = item["source"]["line"], item["source"]["text"]
            assert 0 <= number <= len(lines), field
            first_words = said.split()[:2]
            assert number == 0 or all(word in lines[number - 1] + text for word in first_words), field


def test_decomposed_letters_and_hard_spaces_read_as_the_clean_text() -> None:
    import unicodedata

    text = (PLANS / "province_appendix.txt").read_text(encoding="utf-8")
    messy = unicodedata.normalize("NFD", text).replace("Tháng ", "Tháng\u00a0").replace("tuyên", "tuyên\u200b")
    assert read_text(messy).as_json() == read_text(text).as_json()


def test_topics_to_write_about_are_no_activities_and_banners_list_their_words_after_a_sentence() -> None:
    reading = reading_of("province_topics_and_forms")
    assert list(windows(reading)) == [
        "Trên báo chí",
        "Trên mạng xã hội",
        "Cổ động trực quan",
        "Truyền thông trực tiếp",
    ]
    assert len(slogans(reading)) == 3
    assert [t.kind for t in reading.theme_messages] == ["chu_de", "thong_diep"]


def test_departments_under_their_federation_get_their_own_duties() -> None:
    units = [a.unit for a in reading_of("province_topics_and_forms").assignments]
    assert units[:2] == ["Ban Công tác công đoàn", "Văn phòng"]


def test_a_plan_for_one_evening_is_one_event_with_its_hour_and_hall() -> None:
    reading = reading_of("port_tet_event")
    (evening,) = reading.activities
    assert (str(evening.start), evening.time, evening.place) == ("2027-01-28", "17:30", "Nhà ăn số 2")
    assert slogans(reading) == ["Chúc mừng năm mới - Xuân Đinh Mùi 2027"]
    assert reading.warnings == []  # 28 January 2027 is a Thursday and the 21st of the twelfth lunar month


def test_last_years_figures_set_no_quota_and_no_deadline() -> None:
    reading = reading_of("ministry_year")
    assert not [q for q in reading.quotas if q.quantity == 5]
    assert [d.recurrence or str(d.deadline) for d in reading.report_deadlines] == [
        "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=20",
        "2026-06-15",
        "2026-12-10",
    ]
    assert [w.code for w in reading.warnings] == ["ordinal_mismatch"]  # 98 years of the unions in 2026


def test_a_programme_in_articles_with_slogans_after_its_last_part() -> None:
    reading = reading_of("textile_programme")
    assert slogans(reading)[2] == "28/4: Ngày An toàn và Sức khỏe tại nơi làm việc"
    assert windows(reading)["Hội thi thợ giỏi"] == ("2026-05-09", "2026-05-23")
    assert [a.unit for a in reading.assignments] == [
        "Ban Chấp hành công đoàn các nhà máy",
        "Ban Nữ công",
        "Ban Tổng Giám đốc",
    ]


def test_a_dispatch_to_schools_keeps_the_contest_out_of_the_slogans() -> None:
    reading = reading_of("dispatch_schools")
    assert slogans(reading) == [
        "Trường học an toàn - Thầy trò hạnh phúc",
        "An toàn phòng thí nghiệm là trách nhiệm của mỗi chúng ta",
    ]
    assert [t.text for t in reading.theme_messages] == ["Đổi mới công tác an toàn trong trường học"]
    assert reports(reading) == [(None, "2026-06-04")]


def test_a_small_commune_signs_without_capitals_and_means_the_evening_not_until() -> None:
    reading = reading_of("commune_plain")
    assert [(s.position, s.name) for s in reading.signers] == [("Chủ tịch", "Mai Văn Tân")]
    assert windows(reading)["Giao lưu văn nghệ"] == ("2026-04-30", "2026-04-30")
    assert [deadline for _, deadline in reports(reading)] == ["2026-06-05", "2026-04-28"]
    assert slogans(reading)[-1] == "An toàn hôm nay - Hạnh phúc ngày mai"  # the size of the banner is no slogan


def test_the_waves_of_a_congress_campaign_are_read_from_their_brackets() -> None:
    reading = reading_of("congress_guidance")
    assert windows(reading)["Đợt 1"] == ("2026-02-01", "2026-04-30")
    assert slogans(reading)[1] == "ĐOÀN KẾT - DÂN CHỦ - ĐỔI MỚI - PHÁT TRIỂN"
    assert reports(reading) == [("CĐCS", "2026-06-20")]
