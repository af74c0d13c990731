"""The wall calendar of a union office."""

from datetime import date

import pytest

from campaign.calendar import (
    OBSERVANCES,
    full,
    known,
    lunar_day,
    moment_in_full,
    numeric,
    ordinal,
    weekday,
    when_in_full,
    working_day_from,
    working_day_until,
)
from tests.campaign.papers import HOURS, at


@pytest.mark.parametrize(
    ("base", "year", "count"),
    [(1975, 2023, 48), (1886, 2023, 137), (1954, 2023, 69), (1890, 2023, 133), (1930, 2020, 90), (1929, 2020, 91)],
)
def test_the_ordinals_that_real_plans_printed(base: int, year: int, count: int) -> None:
    assert ordinal(base, year) == count


@pytest.mark.parametrize(
    ("year", "tet", "gio_to"),
    [
        (2023, date(2023, 1, 22), date(2023, 4, 29)),
        (2026, date(2026, 2, 17), date(2026, 4, 26)),
        (2027, date(2027, 2, 6), date(2027, 4, 16)),
        (2030, date(2030, 2, 2), date(2030, 4, 12)),
    ],
)
def test_tet_is_the_day_of_ha_noi_also_when_beijing_keeps_another(year: int, tet: date, gio_to: date) -> None:
    assert (lunar_day(1, 1, year), lunar_day(10, 3, year)) == (tet, gio_to)


def test_every_observance_has_a_day_in_every_year_and_is_known_by_its_own_name() -> None:
    for observance in OBSERVANCES:
        assert {observance.in_year(year).year for year in range(2020, 2045)} == set(range(2020, 2045))
        assert known(observance.name) == observance


@pytest.mark.parametrize(
    ("printed", "base"),
    [
        ("ngày giải phóng miền Nam, thống nhất đất nước", 1975),
        ("Chiến thắng Điện Biên Phủ", 1954),
        ("kỷ niệm Ngày Quốc tế Lao động", 1886),
    ],
)
def test_an_office_words_a_day_in_its_own_way(printed: str, base: int) -> None:
    observance = known(printed)
    assert observance is not None
    assert observance.base == base


@pytest.mark.parametrize("name", ["Thành lập Trường", "Ngày", ""])
def test_a_day_of_the_office_itself_is_not_taken_for_a_known_one(name: str) -> None:
    assert known(name) is None


def test_dates_are_written_as_offices_write_them() -> None:
    assert numeric(date(2026, 6, 5)) == "05/6/2026"
    assert numeric(date(2026, 2, 3)) == "03/02/2026"
    assert full(date(2026, 6, 5)) == "thứ Sáu, ngày 05/6/2026"
    assert weekday(date(2026, 5, 31)) == "Chủ nhật"


def test_a_deadline_is_said_in_full_with_the_days_that_remain() -> None:
    deadline = at("2026-06-05T16:00")
    assert when_in_full(deadline, at("2026-06-02T09:00"), HOURS) == "thứ Sáu, ngày 05/6/2026, 16h00 (còn 3 ngày)"
    assert when_in_full(deadline, at("2026-06-05T09:00"), HOURS) == "thứ Sáu, ngày 05/6/2026, 16h00 (hôm nay)"
    assert when_in_full(deadline, at("2026-06-05T16:30"), HOURS) == "thứ Sáu, ngày 05/6/2026, 16h00 (đã quá giờ)"
    assert when_in_full(deadline, at("2026-06-08T09:00"), HOURS) == "thứ Sáu, ngày 05/6/2026, 16h00 (đã quá 3 ngày)"


def test_midnight_is_the_end_of_a_day_and_not_the_start_of_the_next() -> None:
    deadline = at("2026-06-10T00:00")
    assert moment_in_full(deadline, HOURS) == "hết thứ Ba, ngày 09/6/2026"
    assert when_in_full(deadline, at("2026-06-09T20:00"), HOURS) == "hết thứ Ba, ngày 09/6/2026 (hôm nay)"


def test_after_the_may_holiday_offices_open_on_the_fourth() -> None:
    # 2027: 30/4 is a Friday, 1/5 a Saturday, made up for on Monday the 3rd.
    assert working_day_from(date(2027, 4, 30), HOURS) == date(2027, 5, 4)
    assert working_day_until(date(2027, 5, 3), HOURS) == date(2027, 4, 29)
