"""Dates as offices print them; the plan is of 2 April 2026 unless a test says otherwise."""

from datetime import date

import pytest

from planreader.clauses import planned_spans
from planreader.dates import Calendar, spans
from planreader.deadlines import moment
from planreader.recurrence import recurrence_of, relative_of

CALENDAR = Calendar(2026, date(2026, 4, 2))


@pytest.mark.parametrize(
    ("printed", "start", "end"),
    [
        ("ngày 05 tháng 4 năm 2026", "2026-04-05", "2026-04-05"),
        ("5/4/2026", "2026-04-05", "2026-04-05"),
        ("05-4-2026", "2026-04-05", "2026-04-05"),
        ("15.4.2026", "2026-04-15", "2026-04-15"),
        ("ngày 28/4", "2026-04-28", "2026-04-28"),
        ("20.4 – 31.5.2026", "2026-04-20", "2026-05-31"),
        ("16 - 17/5", "2026-05-16", "2026-05-17"),
        ("từ ngày 28 đến 30-6", "2026-06-28", "2026-06-30"),
        ("ngày 5 đến ngày 10 tháng 5 năm 2026", "2026-05-05", "2026-05-10"),
        ("từ ngày 01/5 đến hết ngày 31/5/2026", "2026-05-01", "2026-05-31"),
        ("từ thứ Hai, ngày 04/5 đến thứ Sáu, ngày 08/5/2026", "2026-05-04", "2026-05-08"),
        ("từ 20/12 đến 15/01/2027", "2026-12-20", "2027-01-15"),
        ("Cuối tháng 4 đến hết tháng 5/2026", "2026-04-21", "2026-05-31"),
        ("tháng 04 - 06/2026", "2026-04-01", "2026-06-30"),
        ("trong tháng 4, 5/2026", "2026-04-01", "2026-05-31"),
        ("tuần đầu tháng 5", "2026-05-01", "2026-05-07"),
        ("tuần cuối tháng 5/2026", "2026-05-25", "2026-05-31"),
        ("Quý II", "2026-04-01", "2026-06-30"),
        ("từ nay đến hết ngày 31/5", "2026-04-02", "2026-05-31"),
        ("mùng 10 tháng 3 âm lịch", "2026-04-26", "2026-04-26"),
        ("Từ 20/4/2026", "2026-04-20", "None"),
        ("Xong trước 24/4/2026", "None", "2026-04-24"),
        ("từ 14h đến 17h30 ngày 20/5/2026", "2026-05-20", "2026-05-20"),
        ("trước ngày 31/6/2026", "None", "None"),
    ],
)
def test_a_printed_time_becomes_a_window(printed: str, start: str, end: str) -> None:
    (span,) = spans(printed, CALENDAR)
    assert (str(span.start), str(span.finish)) == (start, end)


@pytest.mark.parametrize(
    ("printed", "operator", "due"),
    [
        ("trước ngày 10/6", "before", "2026-06-10"),
        ("trước 16h ngày 29/4/2026", "before", "2026-04-29T16:00"),
        ("ngày 05/6/2026 (trước 16h00)", "before", "2026-06-05T16:00"),
        ("chậm nhất là ngày 10/6/2026", "by", "2026-06-10"),
        ("muộn nhất 08 giờ 30 phút ngày 5/6", "by", "2026-06-05T08:30"),
        ("hạn chót: 12/6/2026", "by", "2026-06-12"),
        ("hết ngày 20/5", "by", "2026-05-20T24:00"),
        ("đến 24h00 ngày 20/5/2026", "by", "2026-05-20T24:00"),
        ("hoàn thành trong tháng 4", "by", "2026-04-30"),
    ],
)
def test_a_deadline_keeps_its_operator_and_its_printed_day(printed: str, operator: str, due: str) -> None:
    (span,) = spans(printed, CALENDAR)
    assert (span.operator, str(moment(span))) == (operator, due)


def test_a_list_of_days_keeps_every_day() -> None:
    (span,) = spans("các ngày 05, 12, 19/5", CALENDAR)
    assert span.days == [date(2026, 5, 5), date(2026, 5, 12), date(2026, 5, 19)]


@pytest.mark.parametrize("year", [2023, 2024, 2025, 2026, 2027, 2028, 2029, 2030])
def test_the_hung_kings_day_follows_the_vietnamese_rule(year: int) -> None:
    expected = {
        2023: "29/4",
        2024: "18/4",
        2025: "7/4",
        2026: "26/4",
        2027: "16/4",
        2028: "4/4",
        2029: "23/4",
        2030: "12/4",
    }
    (span,) = spans("mùng 10/3 âm lịch", Calendar(year, None))
    assert span.start is not None
    assert f"{span.start.day}/{span.start.month}" == expected[year]


def test_tet_of_2030_is_the_vietnamese_one_not_the_chinese() -> None:
    (span,) = spans("mùng 1 tháng Giêng âm lịch", Calendar(2030, None))
    assert span.start == date(2030, 2, 2)


@pytest.mark.parametrize(
    ("printed", "code"),
    [
        ("thứ Năm, ngày 05/6/2026", "weekday_mismatch"),
        ("ngày 31/6/2026", "impossible_date"),
        ("ngày 29/02/2026", "impossible_date"),
        ("mùng 10/3 âm lịch (tức ngày 18/4/2026)", "lunar_mismatch"),
    ],
)
def test_a_day_that_cannot_be_is_shown_to_a_person(printed: str, code: str) -> None:
    assert [problem.code for span in spans(printed, CALENDAR) for problem in span.problems] == [code]


def test_the_right_weekday_and_the_right_lunar_day_raise_no_doubt() -> None:
    for printed in ("thứ Sáu, ngày 05/6/2026", "mùng 10/3 âm lịch (tức ngày 26/4/2026)"):
        assert not [problem for span in spans(printed, CALENDAR) for problem in span.problems]


@pytest.mark.parametrize(
    "printed",
    [
        "ít nhất 2/3 số ủy viên có mặt",
        "70/74 CĐCS gửi báo cáo",
        "Kế hoạch số 303/KH-TLĐ ngày 29/3/2026 của Tổng Liên đoàn",
        "kỷ niệm 140 năm Ngày Quốc tế Lao động (01/5/1886 - 01/5/2026)",
        "băng rôn “Chúc mừng Ngày Phụ nữ Việt Nam 20/10”",
        "điều chỉnh từ ngày 24/4/2026 sang hôm khác",
    ],
)
def test_fractions_citations_history_and_names_set_no_time(printed: str) -> None:
    assert not planned_spans(printed, CALENDAR)


@pytest.mark.parametrize(
    ("printed", "rule"),
    [
        ("Hàng ngày cập nhật", "FREQ=DAILY"),
        ("hằng tuần, mỗi cụm", "FREQ=WEEKLY"),
        ("Thứ Hai và thứ Năm hằng tuần", "FREQ=WEEKLY;BYDAY=MO,TH"),
        ("hằng tuần vào 16h thứ Sáu", "FREQ=WEEKLY;BYDAY=FR;BYHOUR=16"),
        ("16h30 thứ 6 hàng tuần", "FREQ=WEEKLY;BYDAY=FR;BYHOUR=16;BYMINUTE=30"),
        ("mỗi Chủ nhật", "FREQ=WEEKLY;BYDAY=SU"),
        ("trước ngày 25 hằng tháng", "FREQ=MONTHLY;BYMONTHDAY=25"),
        ("ngày 05 và 20 hàng tháng", "FREQ=MONTHLY;BYMONTHDAY=5,20"),
        ("thứ Sáu tuần cuối hằng tháng", "FREQ=MONTHLY;BYDAY=-1FR"),
        ("hằng quý", "FREQ=MONTHLY;INTERVAL=3"),
        ("2 tuần/lần", "FREQ=WEEKLY;INTERVAL=2"),
    ],
)
def test_what_comes_back_becomes_a_calendar_rule(printed: str, rule: str) -> None:
    found = recurrence_of(printed)
    assert found is not None
    assert found.rule == rule


def test_the_workers_month_of_every_year_is_no_recurring_duty() -> None:
    assert recurrence_of("Tháng Công nhân hằng năm") is None


@pytest.mark.parametrize(
    "printed",
    [
        "sau 24 giờ",
        "trong vòng 03 ngày làm việc kể từ khi kết thúc",
        "chậm nhất 02 ngày sau khi tổ chức",
        "trước 05 ngày",
    ],
)
def test_a_deadline_that_hangs_on_an_event_is_kept_in_its_own_words(printed: str) -> None:
    found = relative_of(f"gửi ảnh {printed}")
    assert found is not None
    assert found.text == printed


def test_a_friend_in_the_chat_says_friday_this_week() -> None:
    (span,) = spans("gửi ảnh trước 16h thứ Sáu tuần này", Calendar(2026, date(2026, 4, 20)))
    assert str(moment(span)) == "2026-04-24T16:00"
