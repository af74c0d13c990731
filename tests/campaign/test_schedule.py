"""Which pushes a campaign implies, and when."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, time
from pathlib import Path

import pytest
from sqlmodel import Session

from campaign.hours import Hours
from campaign.planning import schedule
from storage.models import Assignment, Campaign, Push, Unit
from storage.models.campaigns import LatePolicy, PushKind, PushState
from tests.campaign.organisation import office
from tests.campaign.papers import (
    BANNERS,
    HOURS,
    IN_APRIL,
    MAY_DAY,
    MAY_SLOGANS,
    REPORT,
    ZONE,
    at,
    imported,
    paper,
)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with office(tmp_path) as opened:
        yield opened


def of_kind(session: Session, campaign: Campaign, kind: PushKind) -> list[Push]:
    return [push for push in schedule.pushes_of(session, campaign) if push.kind == kind]


def test_a_slogan_each_morning_of_may_each_as_often_as_the_others(session: Session) -> None:
    campaign = imported(session)
    slogans = of_kind(session, campaign, PushKind.SLOGAN)
    assert [push.due_at for push in slogans] == [at(f"2026-05-{day:02}T08:00") for day in range(1, 32)]
    used = Counter(push.slogan_id for push in slogans)
    may_day = slogans[0].slogan_id  # belongs to 1/5 and is not used again when the day is over
    assert used.pop(may_day) == 1
    assert set(used.values()) == {10}
    assert {push.late_policy for push in slogans} == {LatePolicy.SKIP}


def test_may_day_has_its_own_slogan_word_for_word_and_the_right_ordinal(session: Session) -> None:
    campaign = imported(session, paper(anniversaries=[{**MAY_DAY, "ordinal": 139}]))
    (observance,) = of_kind(session, campaign, PushKind.OBSERVANCE)
    assert observance.due_at == at("2026-05-01T07:30")
    assert "kỷ niệm 140 năm Ngày Quốc tế Lao động (01/5/1886 - 01/5/2026)" in observance.text
    assert "139" not in observance.text
    first = of_kind(session, campaign, PushKind.SLOGAN)[0]
    assert first.text == f"Khẩu hiệu hôm nay:\n{MAY_SLOGANS[1]}"


def test_a_day_whose_years_nobody_counts_is_said_without_an_ordinal(session: Session) -> None:
    campaign = imported(session, paper(anniversaries=[{"name": "Giỗ Tổ Hùng Vương"}]))
    (observance,) = of_kind(session, campaign, PushKind.OBSERVANCE)
    assert observance.due_at == at("2026-04-26T07:30")
    assert "năm" not in observance.text.split("Mời")[0]


def test_the_founding_day_in_october_is_not_pushed_by_a_campaign_of_may(session: Session) -> None:
    founding = {"name": "Thành lập Trường", "event_date": "1966-10-15", "anniversary_date": "2026-10-15", "ordinal": 60}
    eve = {"name": "Ngày Giải phóng miền Nam", "event_date": "1975-04-30", "anniversary_date": "2026-04-30"}
    campaign = imported(session, paper(anniversaries=[founding, eve]))
    assert [push.due_at for push in of_kind(session, campaign, PushKind.OBSERVANCE)] == [at("2026-04-30T07:30")]
    assert any("Thành lập Trường (15/10/2026)" in warning for warning in campaign.warnings)


def test_the_window_is_announced_on_working_days_in_a_few_words(session: Session) -> None:
    campaign = imported(session)
    window = {push.key.rpartition(":")[2]: push for push in of_kind(session, campaign, PushKind.WINDOW)}
    assert {name: HOURS.day(push.due_at) for name, push in window.items()} == {
        "start": date(2026, 5, 4),  # the 1st is a holiday, then comes the weekend
        "middle": date(2026, 5, 18),
        "lastweek": date(2026, 5, 25),
        "end": date(2026, 5, 29),  # the 31st is a Sunday
    }
    assert all(len(push.text) <= 350 and push.late_policy == LatePolicy.MERGE for push in window.values())
    assert "Gắn kết đoàn viên" in window["start"].text
    assert "08/5/2026, 16h00" in window["start"].text


@pytest.mark.parametrize(("end", "names"), [("2026-05-05", {"start", "end"}), ("2026-05-04", {"start"})])
def test_a_window_of_a_few_days_is_not_announced_four_times(session: Session, end: str, names: set[str]) -> None:
    short = {"name": "Tuần cao điểm", "start": "2026-05-02", "end": end}
    campaign = imported(session, paper(campaigns=[short], slogans=[], anniversaries=[], report_deadlines=[]))
    assert {push.key.rpartition(":")[2] for push in of_kind(session, campaign, PushKind.WINDOW)} == names


def test_work_is_asked_for_on_working_days_and_one_thing_at_a_time(session: Session) -> None:
    campaign = imported(session, paper(report_deadlines=[BANNERS, REPORT]))
    asked = of_kind(session, campaign, PushKind.ASSIGNMENT)
    # 1/5/2026 is a Friday and a holiday.
    assert [push.due_at for push in asked] == [at("2026-05-04T08:30"), at("2026-05-05T08:30")]
    assert "gửi ảnh băng rôn" in asked[0].text.lower()
    assert "Hạn: thứ Sáu, ngày 08/5/2026, 16h00." in asked[0].text
    assert {push.late_policy for push in asked} == {LatePolicy.SEND}


def test_nothing_leaves_in_quiet_hours_whatever_the_office_has_set(session: Session) -> None:
    late_risers = Hours.parse("20:00-08:15", "11:00-13:30", "14:30", ZONE)
    campaign = imported(session)
    for push in schedule.pushes_of(session, campaign):
        session.delete(push)
    session.flush()
    pushes = schedule.plan_pushes(session, campaign, now=IN_APRIL, hours=late_risers)
    assert pushes
    assert not any(late_risers.is_quiet(push.due_at) for push in pushes)
    assert min(late_risers.local(push.due_at).time() for push in pushes) == time(8, 15)


def test_planning_twice_changes_nothing_not_even_what_a_person_moved_or_dropped(session: Session) -> None:
    campaign = imported(session)
    first, second, *_ = schedule.pushes_of(session, campaign)
    first.state, second.due_at = PushState.DROPPED, at("2026-05-02T15:00")
    session.add_all([first, second])
    session.flush()
    before = {push.key: (push.due_at, push.state, push.text) for push in schedule.pushes_of(session, campaign)}
    schedule.plan_pushes(session, campaign, now=IN_APRIL, hours=HOURS)
    assert {push.key: (push.due_at, push.state, push.text) for push in schedule.pushes_of(session, campaign)} == before


def test_a_plan_that_arrives_in_the_middle_of_may_leaves_the_past_alone_but_asks_for_what_is_still_due(
    session: Session,
) -> None:
    now = at("2026-05-14T10:00")
    campaign = imported(session, now=now)
    pushes = schedule.pushes_of(session, campaign)
    assert all(push.due_at > now for push in pushes)
    asked = of_kind(session, campaign, PushKind.ASSIGNMENT)
    assert [push.due_at for push in asked] == [at("2026-05-15T08:30")]  # the report; the banners were due on the 8th
    assert any("Ngày Quốc tế Lao động (01/5/2026) đã qua" in warning for warning in campaign.warnings)


def test_work_that_starts_on_a_long_holiday_is_asked_for_before_it_when_the_deadline_is_in_it(
    session: Session,
) -> None:
    campaign = imported(session)
    row = Assignment(
        campaign_id=campaign.id or 0,
        title="Trực lễ",
        audience="all",
        starts_at=at("2026-04-30T08:00"),
        deadline=at("2026-05-02T08:00"),
        late_from=at("2026-05-02T08:00"),
    )
    assert schedule.asking_day(row, IN_APRIL, HOURS) == date(2026, 4, 29)


def test_a_district_speaks_to_its_own_units_only(session: Session) -> None:
    campaign = imported(session)
    assert {push.audience for push in of_kind(session, campaign, PushKind.SLOGAN)} == {"all"}
    district = Unit(code="HUYEN1", name="LĐLĐ huyện", parent_id=campaign.unit_id)
    session.add(district)
    session.flush()
    campaign.unit_id = district.id or 0
    assert schedule.everybody(session, campaign) == "under:HUYEN1"
