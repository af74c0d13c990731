"""What "trước ngày D" and its relatives mean."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.planning.deadlines import Printed, due_day, in_words, meaning
from tests.campaign.papers import HOURS, at

DAYS = st.dates(date(2015, 1, 1), date(2045, 12, 31))


def test_before_the_tenth_reminds_through_the_ninth_and_is_late_from_the_eleventh() -> None:
    due = meaning(Printed.parse("2026-06-10"), "before", HOURS)
    assert (due.deadline, due.late_from) == (at("2026-06-10T00:00"), at("2026-06-11T00:00"))


@pytest.mark.parametrize("operator", ["before", "by"])
def test_a_deadline_with_an_hour_is_that_moment(operator: str) -> None:
    due = meaning(Printed.parse("2026-04-29T16:00"), operator, HOURS)
    assert due.deadline == due.late_from == at("2026-04-29T16:00")


@pytest.mark.parametrize("printed", ["2026-05-20", "2026-05-20T24:00"])
def test_by_a_day_and_24_oclock_are_the_end_of_that_day(printed: str) -> None:
    due = meaning(Printed.parse(printed), "by", HOURS)
    assert due.deadline == due.late_from == at("2026-05-21T00:00")


@given(day=DAYS, operator=st.sampled_from(["before", "by"]))
def test_a_report_that_comes_on_the_printed_day_is_never_late(day: date, operator: str) -> None:
    due = meaning(Printed.parse(day.isoformat()), operator, HOURS)
    last_moment = HOURS.at(day, at("2026-01-01T23:59").astimezone(HOURS.zone).time())
    assert last_moment < due.late_from
    assert due.deadline <= due.late_from <= due.deadline + timedelta(days=1)
    assert due_day(due.deadline, due.late_from, HOURS) == day


@pytest.mark.parametrize("text", ["2026-06-31", "ngày 5/6", "2026-06-05T25:00", ""])
def test_a_day_that_does_not_exist_is_no_deadline(text: str) -> None:
    with pytest.raises(ValueError):
        Printed.parse(text)


def test_people_are_told_both_sides_of_before() -> None:
    due = meaning(Printed.parse("2026-06-05"), "before", HOURS)
    said = in_words(due.deadline, due.late_from, HOURS)
    assert said == "trước ngày 05/6/2026 (nên gửi trong thứ Năm, ngày 04/6/2026; từ 06/6/2026 là muộn)"
