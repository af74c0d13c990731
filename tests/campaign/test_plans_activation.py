"""A person looks at the dated list, changes it, and starts the campaign."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from campaign.planning import campaigns, listing, schedule
from campaign.problems import Refusal
from storage.models import AuditEntry, Campaign, Chat, Push, Unit
from storage.models.campaigns import CampaignState, PushKind, PushState
from tests.campaign.organisation import office
from tests.campaign.papers import HOURS, IN_APRIL, REPORT, at, imported, paper


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with office(tmp_path) as opened:
        yield opened


def refusal(code: str) -> "pytest.RaisesExc[Refusal]":
    return pytest.raises(Refusal, match=f"^{code}:")


def actions(session: Session) -> list[str]:
    return list(session.exec(select(AuditEntry.action).order_by(col(AuditEntry.id))))


def start(session: Session, campaign: Campaign, now: str = "2026-04-20T09:00") -> list[str]:
    return campaigns.activate(session, campaign, person_id=None, now=at(now), hours=HOURS)


def test_the_list_says_on_which_day_what_goes_to_whom_and_where_the_paper_says_it(session: Session) -> None:
    campaign = imported(session)
    rows = listing.show(session, campaign, HOURS, date(2026, 5, 1))
    assert [(row.day, row.weekday, row.time, row.kind) for row in rows[:2]] == [
        (date(2026, 5, 1), "thứ Sáu", "07h30", "ngày kỷ niệm"),
        (date(2026, 5, 1), "thứ Sáu", "08h00", "khẩu hiệu"),
    ]
    banners = next(row for row in rows if row.kind == "việc cần làm")
    assert (banners.units, banners.state, banners.line) == (2, "sẽ gửi", 12)
    assert banners.sentence == "- Các CĐCS gửi ảnh băng rôn đã treo về LĐLĐ tỉnh trước 16h00 ngày 08/5/2026."
    assert listing.summary(session, campaign) == (
        "4 khẩu hiệu, 1 ngày kỷ niệm, 2 việc, 2 hạn báo cáo, 0 điều cần xem lại"
    )


def test_the_list_says_how_many_chats_would_get_each_row(session: Session) -> None:
    campaign = imported(session)
    unit = session.exec(select(Unit).order_by(col(Unit.id).desc())).first()
    assert unit is not None
    session.add(Chat(channel="webchat", external_id="g:1", kind="group", unit_id=unit.id, created_at=IN_APRIL))
    session.flush()
    start(session, campaign)
    rows = {row.kind: row for row in listing.show(session, campaign, HOURS, date(2026, 5, 1))}
    assert (rows["khẩu hiệu"].chats, rows["việc cần làm"].chats) == (1, 1)
    dropped = session.get_one(Push, rows["khẩu hiệu"].push_id)
    campaigns.drop_push(session, dropped, person_id=None, now=IN_APRIL)
    again = listing.show(session, campaign, HOURS, date(2026, 5, 1))
    assert next(row for row in again if row.push_id == dropped.id).chats is None


def test_work_for_nobody_stands_at_the_end_of_the_list(session: Session) -> None:
    campaign = imported(session, paper(report_deadlines=[{**REPORT, "reporter": "Ban Nghi lễ và Hậu cần"}]))
    last = listing.show(session, campaign, HOURS, date(2026, 5, 1))[-1]
    assert (last.push_id, last.units) == (None, 0)
    assert "Ban Nghi lễ và Hậu cần" in last.audience


def test_once_started_it_is_not_started_again(session: Session) -> None:
    campaign = imported(session)
    assert start(session, campaign) == []
    assert (campaign.state, campaign.activated_at) == (CampaignState.ACTIVE, at("2026-04-20T09:00"))
    with refusal("campaign.active"):
        start(session, campaign)
    assert actions(session).count("campaign.activate") == 1


def test_two_editors_press_at_once_and_one_of_them_is_told(session: Session) -> None:
    campaign = imported(session)
    session.exec(select(Campaign))
    session.connection().exec_driver_sql("UPDATE campaign SET state = 'active'")  # the other one, a moment ago
    with refusal("campaign.active"):
        start(session, campaign)


def test_a_closed_or_past_campaign_is_not_started(session: Session) -> None:
    campaign = imported(session)
    with refusal("campaign.over"):
        start(session, campaign, "2026-06-01T09:00")
    campaign.state = CampaignState.CLOSED
    with refusal("campaign.closed"):
        start(session, campaign)


def test_started_in_the_middle_of_may_it_skips_the_past_and_still_asks_for_the_report(session: Session) -> None:
    campaign = imported(session)
    told = start(session, campaign, "2026-05-14T10:00")
    assert "đã qua ngày" in told[0]
    waiting = schedule.pushes_of(session, campaign, PushState.PLANNED)
    assert all(push.due_at > at("2026-05-14T10:00") for push in waiting)
    asked = [push.due_at for push in waiting if push.kind == PushKind.ASSIGNMENT]
    assert asked == [at("2026-05-15T08:30")]


def test_who_starts_it_hears_of_work_that_has_nobody(session: Session) -> None:
    campaign = imported(session, paper(report_deadlines=[{**REPORT, "reporter": "Ban Nghi lễ và Hậu cần"}]))
    assert "chưa rõ đơn vị nhận" in start(session, campaign)[0]


def test_a_push_is_moved_but_not_into_the_night_unless_it_is_urgent(session: Session) -> None:
    push = schedule.pushes_of(session, imported(session))[0]

    def move(to: str, *, urgent: bool = False) -> None:
        campaigns.move_push(session, push, at(to), HOURS, person_id=None, now=IN_APRIL, urgent=urgent)

    for silent in ("2026-05-01T21:00", "2026-05-01T12:00"):
        with refusal("push.quiet"):
            move(silent)
    with refusal("push.past"):
        move("2026-04-01T09:00")
    move("2026-05-01T16:00")
    assert (push.due_at, push.urgent) == (at("2026-05-01T16:00"), False)
    move("2026-05-01T21:00", urgent=True)
    assert (push.due_at, push.urgent) == (at("2026-05-01T21:00"), True)
    assert actions(session).count("push.move") == 2


def test_what_has_left_is_neither_moved_nor_dropped(session: Session) -> None:
    push = schedule.pushes_of(session, imported(session))[0]
    push.state = PushState.RELEASED
    with refusal("push.left"):
        campaigns.drop_push(session, push, person_id=None, now=IN_APRIL)
    with refusal("push.left"):
        campaigns.move_push(session, push, at("2026-05-02T09:00"), HOURS, person_id=None, now=IN_APRIL)


def test_a_dropped_push_stays_dropped(session: Session) -> None:
    campaign = imported(session)
    push = schedule.pushes_of(session, campaign)[0]
    campaigns.drop_push(session, push, person_id=None, now=IN_APRIL)
    assert push not in schedule.plan_pushes(session, campaign, now=IN_APRIL, hours=HOURS)
    with refusal("push.dropped"):
        campaigns.drop_push(session, push, person_id=None, now=IN_APRIL)


def test_a_person_says_who_must_do_it_and_it_is_asked_for(session: Session) -> None:
    campaign = imported(session, paper(report_deadlines=[{**REPORT, "reporter": "Ban Nghi lễ và Hậu cần"}]))
    (row,) = schedule.assignments_of(session, campaign)
    campaigns.set_audience(session, row, "unit:CS01", person_id=None, now=IN_APRIL, hours=HOURS)
    assert campaign.warnings == []
    asked = session.exec(select(Push).where(Push.assignment_id == row.id)).one()
    assert (asked.audience, asked.due_at) == ("unit:CS01", at("2026-05-04T08:30"))
    campaigns.set_audience(session, row, "unit:CS02", person_id=None, now=IN_APRIL, hours=HOURS)
    session.refresh(asked)
    assert asked.audience == "unit:CS02"
    asked.state = PushState.RELEASED
    session.add(asked)
    session.flush()
    with pytest.raises(Refusal):
        campaigns.set_audience(session, row, "unit:CS99", person_id=None, now=IN_APRIL, hours=HOURS)
    with refusal("assignment.asked"):
        campaigns.set_audience(session, row, "all", person_id=None, now=IN_APRIL, hours=HOURS)
    assert actions(session).count("assignment.audience") == 2


def test_dropped_work_is_not_asked_for_nor_announced(session: Session) -> None:
    campaign = imported(session)
    banners = schedule.assignments_of(session, campaign)[0]
    campaigns.drop_assignment(session, banners, person_id=None, now=IN_APRIL, hours=HOURS)
    asked = session.exec(select(Push).where(Push.assignment_id == banners.id)).one()
    assert asked.state == PushState.DROPPED
    planned = schedule.pushes_of(session, campaign, PushState.PLANNED)
    assert not any("băng rôn" in push.text for push in planned)
    with refusal("assignment.dropped"):
        campaigns.drop_assignment(session, banners, person_id=None, now=IN_APRIL, hours=HOURS)


def test_a_slogan_and_a_theme_get_new_words_before_they_leave(session: Session) -> None:
    campaign = imported(session)
    slogan = schedule.slogans_of(session, campaign)[3]
    theme = schedule.themes_of(session, campaign)[0]
    campaigns.set_slogan(session, slogan, "Vào ca đủ mũ,  về nhà đủ vui", person_id=None, now=IN_APRIL, hours=HOURS)
    campaigns.set_theme(session, theme, "Một lòng với cơ sở", person_id=None, now=IN_APRIL, hours=HOURS)
    texts = [push.text for push in schedule.pushes_of(session, campaign)]
    assert "Khẩu hiệu hôm nay:\nVào ca đủ mũ, về nhà đủ vui" in texts
    assert not any("tan ca đủ người" in text for text in texts)
    assert any("Một lòng với cơ sở" in text for text in texts)
    with refusal("text.empty"):
        campaigns.set_slogan(session, slogan, " \u200b ", person_id=None, now=IN_APRIL, hours=HOURS)


def test_a_campaign_is_found_by_number_or_by_words_without_marks(session: Session) -> None:
    campaign = imported(session)
    assert campaigns.find(session, str(campaign.id)) is campaign
    assert campaigns.find(session, "thang cong nhan") is campaign
    with refusal("campaign.unknown"):
        campaigns.find(session, "Tết Sum vầy")
    session.add(
        Campaign(
            name="Tháng Công nhân năm 2027",
            year=2027,
            unit_id=campaign.unit_id,
            start=date(2027, 5, 1),
            end=date(2027, 5, 31),
        )
    )
    session.flush()
    with refusal("campaign.several"):
        campaigns.find(session, "tháng công nhân")
    assert campaigns.find(session, "Tháng Công nhân năm 2027").year == 2027
