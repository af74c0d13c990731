"""The slogan of the day, over any window."""

import itertools
from collections import Counter
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from campaign.planning.rotation import concerning, rotate
from storage.models import Observance

MAY = date(2026, 5, 1)


def days_from(start: date, length: int) -> list[date]:
    return [start + timedelta(days=number) for number in range(length)]


@given(
    length=st.integers(1, 200),
    count=st.integers(1, 40),
    wishes=st.dictionaries(st.integers(0, 199), st.integers(0, 39), max_size=12),
)
def test_no_slogan_comes_again_before_all_others_had_their_day(length: int, count: int, wishes: dict[int, int]) -> None:
    days = days_from(MAY, length)
    wished = {MAY + timedelta(days=day): number % count for day, number in wishes.items()}
    chosen = rotate(days, count, wished)
    assert list(chosen) == days
    used: Counter[int] = Counter(dict.fromkeys(range(count), 0))
    for number in chosen.values():
        used[number] += 1
        assert max(used.values()) - min(used.values()) <= 1


@given(length=st.integers(2, 120), count=st.integers(3, 30))
def test_nobody_reads_the_same_slogan_on_two_days_running(length: int, count: int) -> None:
    chosen = list(rotate(days_from(MAY, length), count, {}).values())
    assert all(today != tomorrow for today, tomorrow in itertools.pairwise(chosen))


@given(length=st.integers(1, 60), count=st.integers(1, 30), day=st.integers(0, 59), number=st.integers(0, 29))
def test_the_only_wished_day_gets_its_slogan(length: int, count: int, day: int, number: int) -> None:
    days = days_from(MAY, length)
    wish = days[day % length]
    assert rotate(days, count, {wish: number % count})[wish] == number % count


def test_a_plan_without_slogans_has_no_slogan_of_the_day() -> None:
    assert rotate(days_from(MAY, 31), 0, {}) == {}


def test_the_slogan_of_may_day_is_the_one_with_its_years_not_the_first_that_names_the_day() -> None:
    may_day = Observance(
        campaign_id=1, name="Ngày Quốc tế Lao động", event_date=date(1886, 5, 1), on_day=MAY, ordinal=140
    )
    slogans = ["Tinh thần Ngày Quốc tế Lao động 1/5 bất diệt", "Chào mừng 140 năm (01/05/1886 - 01/05/2026)"]
    assert concerning(may_day, slogans) == 1
    assert concerning(may_day, slogans[:1]) == 0
    assert concerning(may_day, ["Vào ca đủ mũ, tan ca đủ người"]) is None
