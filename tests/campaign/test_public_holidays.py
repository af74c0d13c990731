"""Public holidays: read out of the library's file of one country, so a new edition of it must still agree."""

from __future__ import annotations

from datetime import date

import holidays

from campaign.hours import public_holidays


def test_the_days_are_those_that_the_library_gives_when_it_is_asked_in_the_usual_way() -> None:
    for year in range(2024, 2031):
        assert public_holidays(year) == frozenset(holidays.country_holidays("VN", years=year))
    assert date(2027, 4, 30) in public_holidays(2027)
