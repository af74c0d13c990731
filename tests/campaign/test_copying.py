"""Last year's campaign, for this year."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from campaign.planning import campaigns, copying, schedule
from campaign.planning.rewording import Rewording
from campaign.problems import Refusal
from storage.models import Assignment, AuditEntry, Campaign, Push, Slogan
from storage.models.campaigns import CampaignState, PushKind
from tests.campaign.organisation import office
from tests.campaign.papers import BANNERS, HOURS, MAY_SLOGANS, REPORT, at, imported, paper

NEXT_SPRING = at("2027-03-01T09:00")


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with office(tmp_path) as opened:
        yield opened


def copied(session: Session, campaign: Campaign, year: int = 2027) -> Campaign:
    return copying.copy_campaign(session, campaign, year, now=NEXT_SPRING, hours=HOURS)


def slogans(session: Session, campaign: Campaign) -> dict[str, bool]:
    rows = session.exec(select(Slogan).where(Slogan.campaign_id == campaign.id)).all()
    return {row.text: row.withdrawn for row in rows}


def test_the_copy_is_a_draft_for_the_same_days_of_the_new_year(session: Session) -> None:
    new = copied(session, imported(session))
    assert new.state == CampaignState.DRAFT
    assert (new.name, new.year) == ("Tháng Công nhân năm 2027", 2027)
    assert (new.start, new.end) == (date(2027, 5, 1), date(2027, 5, 31))
    pushes = schedule.pushes_of(session, new)
    assert pushes
    assert {HOURS.day(push.due_at).year for push in pushes} == {2027}
    assert session.exec(select(AuditEntry).where(AuditEntry.action == "campaign.copy")).one()


def test_ordinals_and_years_follow_everywhere_and_each_changed_text_is_listed(session: Session) -> None:
    new = copied(session, imported(session))
    may_day = "Chào mừng 141 năm Ngày Quốc tế Lao động (01/5/1886 - 01/5/2027)"
    assert list(slogans(session, new))[:2] == ["Nhiệt liệt hưởng ứng Tháng Công nhân năm 2027", may_day]
    assert MAY_SLOGANS[3] in slogans(session, new)
    (observance,) = schedule.observances_of(session, new)
    assert (observance.on_day, observance.ordinal, observance.printed) == (date(2027, 5, 1), 141, None)
    assert any(MAY_SLOGANS[1] in warning and may_day in warning for warning in new.warnings)
    assert not any(MAY_SLOGANS[3] in warning for warning in new.warnings)


def test_last_years_theme_never_speaks_in_the_new_year(session: Session) -> None:
    new = copied(session, imported(session))
    assert all(theme.text == "" for theme in schedule.themes_of(session, new))
    assert slogans(session, new)["Tháng Công nhân năm 2027: Gắn kết đoàn viên"] is True
    assert [theme.kind for theme in schedule.themes_of(session, new)] == ["thang"]
    assert sum("Chủ đề năm 2027 chưa có" in warning for warning in new.warnings) == 1
    assert any("tạm cất" in warning for warning in new.warnings)
    assert not any("Gắn kết đoàn viên" in push.text for push in schedule.pushes_of(session, new))


def test_each_warning_goes_when_a_person_has_dealt_with_it(session: Session) -> None:
    new = copied(session, imported(session))
    (theme,) = schedule.themes_of(session, new)
    aside = session.exec(select(Slogan).where(Slogan.campaign_id == new.id, col(Slogan.withdrawn))).one()
    words = "Tháng Công nhân năm 2027: Vững từ cơ sở"
    campaigns.set_theme(session, theme, "Vững từ cơ sở", person_id=None, now=NEXT_SPRING, hours=HOURS)
    campaigns.set_slogan(session, aside, words, person_id=None, now=NEXT_SPRING, hours=HOURS)
    assert not any("chưa có" in warning or "tạm cất" in warning for warning in new.warnings)
    assert any(words in push.text for push in schedule.pushes_of(session, new))


def test_deadlines_keep_their_meaning_and_a_sunday_is_pointed_out(session: Session) -> None:
    to_the_end = {**REPORT, "deadline": "2026-05-30", "operator": "by", "text": "gửi báo cáo hết ngày 30/5/2026"}
    old = imported(session, paper(report_deadlines=[BANNERS, REPORT, to_the_end]))
    banners, report, end = schedule.assignments_of(session, copied(session, old))
    assert banners.deadline == banners.late_from == at("2027-05-08T16:00")
    assert (report.deadline, report.late_from) == (at("2027-06-05T00:00"), at("2027-06-06T00:00"))
    assert end.deadline == end.late_from == at("2027-05-31T00:00")
    assert report.title == "Báo cáo kết quả về LĐLĐ tỉnh trước ngày 05/6/2027"
    assert any("Chủ nhật, ngày 30/5/2027" in warning for warning in session.get_one(Campaign, 2).warnings)


def test_every_friday_is_again_every_friday_not_the_old_dates(session: Session) -> None:
    rule = "FREQ=WEEKLY;BYDAY=FR;BYHOUR=16"
    weekly = {"reporter": "Các công đoàn cơ sở", "recurrence": rule, "text": "gửi tin thứ Sáu hằng tuần"}
    new = copied(session, imported(session, paper(report_deadlines=[weekly])))
    days = [row.deadline for row in schedule.assignments_of(session, new)]
    assert days == [at(f"2027-05-{day:02}T16:00") for day in (7, 14, 21, 28)]


def test_the_kings_day_follows_the_moon(session: Session) -> None:
    old = imported(session, paper(anniversaries=[{"name": "Giỗ Tổ Hùng Vương"}]))
    new = copied(session, old)
    (observance,) = schedule.observances_of(session, new)
    assert (observance.on_day, observance.ordinal) == (date(2027, 4, 16), 0)
    assert any("thứ Sáu, ngày 16/4/2027 (10/3 âm lịch)" in warning for warning in new.warnings)


def test_what_a_person_took_out_last_year_stays_out(session: Session) -> None:
    old = imported(session)
    row = schedule.assignments_of(session, old)[0]
    slogan = schedule.slogans_of(session, old)[3]
    row.dropped = slogan.withdrawn = True
    session.add_all([row, slogan])
    session.flush()
    new = copied(session, old)
    assert len(session.exec(select(Assignment).where(Assignment.campaign_id == new.id)).all()) == 1
    assert MAY_SLOGANS[3] not in slogans(session, new)


def test_copying_twice_gives_the_same_draft(session: Session) -> None:
    old = imported(session)
    first = copied(session, old)
    pushes = len(session.exec(select(Push)).all())
    assert copied(session, old).id == first.id
    assert len(session.exec(select(Push)).all()) == pushes


def test_a_campaign_is_not_copied_onto_itself(session: Session) -> None:
    with pytest.raises(Refusal):
        copied(session, imported(session), 2026)


def test_a_work_whose_start_fell_on_a_working_day_is_asked_on_one_again(session: Session) -> None:
    new = copied(session, imported(session))
    asked = [push for push in schedule.pushes_of(session, new) if push.kind == PushKind.ASSIGNMENT]
    assert [push.due_at for push in asked] == [at("2027-05-04T08:30"), at("2027-05-05T08:30")]


REWORD = Rewording({2023}, 4)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            "Chào mừng 137 năm Ngày Quốc tế Lao động (01/05/1886 - 01/05/2023)",
            "Chào mừng 141 năm Ngày Quốc tế Lao động (01/05/1886 - 01/05/2027)",
        ),
        (
            "Kỷ niệm lần thứ 133 ngày sinh Bác (19/5/1890–19/5/2023)",
            "Kỷ niệm lần thứ 137 ngày sinh Bác (19/5/1890–19/5/2027)",
        ),
        ("Tháng Công nhân NĂM 2023", "Tháng Công nhân NĂM 2027"),
        ("gửi trước ngày 05/6/2023, xong trong tháng 6/2023", "gửi trước ngày 05/6/2027, xong trong tháng 6/2027"),
        ("theo Kế hoạch số 303/KH-TLĐ, ngày 29/3/2023", "theo Kế hoạch số 303/KH-TLĐ, ngày 29/3/2023"),
        ("nhiệm kỳ 2023 - 2028", "nhiệm kỳ 2023 - 2028"),
        ("gửi 2023 phiếu khảo sát", "gửi 2023 phiếu khảo sát"),
        ("Tinh thần Ngày Quốc tế Lao động 1/5 bất diệt", "Tinh thần Ngày Quốc tế Lao động 1/5 bất diệt"),
    ],
)
def test_only_the_numbers_of_the_year_change(old: str, new: str) -> None:
    assert REWORD(old) == new


def test_an_ordinal_without_dates_follows_the_day_it_names(session: Session) -> None:
    old = imported(session, paper(slogans=["Mừng 140 năm Ngày Quốc tế Lao động, đủ 140 năm vững bước"]))
    (text,) = slogans(session, copied(session, old))
    assert text == "Mừng 141 năm Ngày Quốc tế Lao động, đủ 141 năm vững bước"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("nhiệm kỳ 2023 - 2028", "còn năm 2023"),
        ("Tháng Công nhân lần thứ 15", "còn “lần thứ 15”"),
        ("khai mạc thứ Sáu, ngày 05/5/2023", "còn “thứ Sáu”"),
    ],
)
def test_what_no_rule_can_decide_is_left_and_pointed_out(text: str, left: str) -> None:
    assert REWORD.leftovers(text, REWORD(text)) == [left]


def test_every_friday_needs_no_second_look() -> None:
    text = "gửi tin chậm nhất 16 giờ thứ Sáu hằng tuần"
    assert REWORD.leftovers(text, REWORD(text)) == []


@given(base=st.integers(1800, 1990), shift=st.integers(1, 20), day=st.integers(1, 28), month=st.integers(1, 12))
def test_the_ordinal_always_fits_the_bracket_behind_it(base: int, shift: int, day: int, month: int) -> None:
    def slogan(year: int) -> str:
        return f"Chào mừng {year - base} năm ngày truyền thống ({day:02}/{month}/{base} - {day:02}/{month}/{year})"

    assert Rewording({2023}, shift)(slogan(2023)) == slogan(2023 + shift)
