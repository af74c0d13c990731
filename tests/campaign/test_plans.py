"""A plan paper becomes a draft that a person can trust."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, col, select

from campaign.planning import campaigns, plans, schedule
from campaign.problems import Refusal
from storage.models import Assignment, AuditEntry, Campaign, Plan, Push
from storage.models.campaigns import CampaignState
from tests.campaign.organisation import found, key_of, office
from tests.campaign.papers import BANNERS, HOURS, IN_APRIL, MAY_DAY, MAY_SLOGANS, REPORT, at, imported, paper, province


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with office(tmp_path) as opened:
        yield opened


def work(session: Session, campaign: Campaign) -> list[Assignment]:
    return schedule.assignments_of(session, campaign)


def test_a_plan_of_may_becomes_one_draft_with_everything_in_it(session: Session) -> None:
    campaign = imported(session)
    assert campaign.state == CampaignState.DRAFT
    assert (campaign.name, campaign.start, campaign.end) == (
        "Tháng Công nhân năm 2026",
        date(2026, 5, 1),
        date(2026, 5, 31),
    )
    assert [slogan.text for slogan in schedule.slogans_of(session, campaign)] == MAY_SLOGANS
    assert [(theme.kind, theme.text) for theme in schedule.themes_of(session, campaign)] == [
        ("thang", "Gắn kết đoàn viên"),
        ("chu_de", "Gắn kết đoàn viên"),
    ]
    assert [(row.kind, row.audience != "") for row in work(session, campaign)] == [("photo", True), ("report", True)]
    assert campaign.warnings == []


def test_the_paper_is_kept_whole_so_that_everything_can_be_made_again(session: Session) -> None:
    document = paper(recipients=["Lưu VT"], _accept={"title": ["khác"]})
    campaign = imported(session, document)
    plan = session.get_one(Plan, campaign.plan_id)
    assert plan.document == document


def test_a_reader_who_gives_bare_texts_and_no_sources_is_understood(session: Session) -> None:
    document = paper(slogans=MAY_SLOGANS, theme_messages=None, quotas=None)
    document["report_deadlines"] = [{key: value for key, value in BANNERS.items() if key != "source"}]
    campaign = imported(session, document)
    assert len(schedule.slogans_of(session, campaign)) == 4
    assert work(session, campaign)[0].source == {}


def test_the_same_file_sent_twice_changes_nothing(session: Session) -> None:
    first = imported(session)
    pushes = len(schedule.pushes_of(session, first))
    second = plans.import_plan(
        session, paper(), file_name="ban-sao.json", sha256="a" * 64, unit_id=first.unit_id, now=IN_APRIL, hours=HOURS
    )
    assert second.id == first.id
    assert plans.imported_before(session, "a" * 64) == first
    assert len(session.exec(select(Plan)).all()) == 1
    assert len(session.exec(select(Push)).all()) == pushes


def test_a_closed_campaign_does_not_stop_its_file_from_starting_a_new_one(session: Session) -> None:
    first = imported(session)
    first.state = CampaignState.CLOSED
    session.add(first)
    session.flush()
    second = plans.import_plan(
        session, paper(), file_name="ke-hoach.json", sha256="a" * 64, unit_id=first.unit_id, now=IN_APRIL, hours=HOURS
    )
    assert second.id != first.id


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (paper(doc_type="bao_cao"), "plan.report"),
        ({"doc_type": "thong_bao", "title": "Nghỉ lễ"}, "plan.empty"),
        ({"slogans": ["Vào ca đủ mũ"]}, "plan.no_days"),
        (paper(slogans="Vào ca đủ mũ"), "plan.shape"),
        (paper(campaigns=[{"name": "Tháng Công nhân", "start": "mùng một", "end": None}]), "plan.shape"),
        (paper(anniversaries=[{"event_date": "1886-05-01"}]), "plan.shape"),
    ],
)
def test_a_paper_that_is_no_plan_is_refused_in_words_a_cadre_can_act_on(
    session: Session, document: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        imported(session, document)
    assert refused.value.code == code
    assert "Hãy" in refused.value.sentence
    assert len(refused.value.sentence) <= 350
    assert session.exec(select(Campaign)).all() == []


def test_a_wrong_ordinal_is_put_right_and_pointed_out(session: Session) -> None:
    campaign = imported(session, paper(anniversaries=[{**MAY_DAY, "ordinal": 139}]))
    (row,) = schedule.observances_of(session, campaign)
    assert (row.ordinal, row.printed) == (140, 139)
    assert any("139 năm" in warning and "140 năm" in warning for warning in campaign.warnings)


def test_a_wrong_base_year_and_a_date_that_does_not_fit_are_pointed_out(session: Session) -> None:
    wrong = {**MAY_DAY, "event_date": "1889-05-02", "ordinal": 137}
    campaign = imported(session, paper(anniversaries=[wrong]))
    assert len(campaign.warnings) == 2
    assert any("1886" in warning for warning in campaign.warnings)


def test_a_day_named_without_its_year_is_found_among_the_days_everybody_keeps(session: Session) -> None:
    days = [{"name": "Giỗ Tổ Hùng Vương"}, {"name": "Chiến thắng Điện Biên Phủ"}, {"name": "Ngày hội của Cụm 2"}]
    campaign = imported(session, paper(anniversaries=days))
    rows = [(row.on_day, row.ordinal) for row in schedule.observances_of(session, campaign)]
    assert rows == [(date(2026, 4, 26), 0), (date(2026, 5, 7), 72)]
    assert any("Ngày hội của Cụm 2" in warning for warning in campaign.warnings)


def test_a_winter_campaign_keeps_tet_and_the_partys_day_in_the_year_they_fall_in(session: Session) -> None:
    winter = {"name": "Tết Sum vầy", "start": "2026-11-20", "end": "2027-02-15"}
    days = [
        {"name": "Tết Nguyên đán"},
        {"name": "Ngày thành lập Đảng", "event_date": "1930-02-03"},
        {"name": "Ngày Nhà giáo Việt Nam"},
    ]
    campaign = imported(session, paper(campaigns=[winter], anniversaries=days))
    rows = [(row.on_day, row.ordinal) for row in schedule.observances_of(session, campaign)]
    assert rows == [(date(2026, 11, 20), 44), (date(2027, 2, 3), 97), (date(2027, 2, 6), 0)]


def test_who_must_do_it_is_asked_when_the_paper_names_a_department(session: Session) -> None:
    campaign = imported(session, paper(report_deadlines=[{**REPORT, "reporter": "Ban Nghi lễ và Hậu cần"}]))
    (row,) = work(session, campaign)
    assert (row.audience, row.audience_text) == ("", "Ban Nghi lễ và Hậu cần")
    assert any("Ban Nghi lễ và Hậu cần" in warning for warning in campaign.warnings)
    assert not session.exec(select(Push).where(col(Push.assignment_id).is_not(None))).all()


def test_a_half_recognised_name_is_proposed_and_never_filled_in(session: Session) -> None:
    half = "Liên đoàn Lao động các huyện, thành phố, công đoàn ngành và Công đoàn Viên chức tỉnh"
    top = province(session)
    health = found(session, "CDN-YT", "Công đoàn ngành Y tế", top, kind="Công đoàn ngành")
    found(session, "YT01", "CĐCS Bệnh viện tỉnh", health, kind="Công đoàn cơ sở")
    document = paper(report_deadlines=[{**REPORT, "reporter": half}])
    campaign = plans.import_plan(
        session, document, file_name="", sha256="b", unit_id=key_of(top), now=IN_APRIL, hours=HOURS
    )
    (row,) = work(session, campaign)
    assert row.audience == ""
    assert any(warning.startswith(f"“{half}” có thể là: ") for warning in campaign.warnings)
    campaigns.set_audience(session, row, "unit:CDN-YT", person_id=None, now=IN_APRIL, hours=HOURS)
    assert campaign.warnings == []


def test_every_friday_is_every_friday_of_the_window_asked_on_its_monday(session: Session) -> None:
    weekly = {
        "reporter": "Các công đoàn cơ sở",
        "deadline": None,
        "recurrence": "FREQ=WEEKLY;BYDAY=FR;BYHOUR=16",
        "text": "gửi tin, ảnh chậm nhất 16 giờ thứ Sáu hằng tuần",
    }
    campaign = imported(session, paper(report_deadlines=[weekly]))
    rows = work(session, campaign)
    days = [row.deadline for row in rows]
    assert days == [at(f"2026-05-{day:02}T16:00") for day in (1, 8, 15, 22, 29)]
    assert [row.starts_at for row in rows[1:]] == [at(f"2026-05-{day:02}T08:00") for day in (4, 11, 18, 25)]
    assert any("01/5/2026" in warning and "nghỉ lễ" in warning for warning in campaign.warnings)


@pytest.mark.parametrize("rule", ["thường xuyên", "FREQ=DAILY", "FREQ=WEEKLY", "FREQ=WEEKLY;BYDAY=XX"])
def test_what_comes_back_on_no_certain_day_is_listed_once_and_pointed_out(session: Session, rule: str) -> None:
    habit = {"reporter": "Các công đoàn cơ sở", "recurrence": rule, "text": "gửi đường dẫn bài đăng"}
    campaign = imported(session, paper(report_deadlines=[habit]))
    (row,) = work(session, campaign)
    assert row.deadline is None
    assert any("chưa có ngày hạn" in warning for warning in campaign.warnings)


def test_nobody_is_asked_for_something_less_than_a_week_before_its_deadline(session: Session) -> None:
    campaign = imported(session, paper(report_deadlines=[{**BANNERS, "deadline": "2026-04-28"}, REPORT]))
    assert [row.starts_at for row in work(session, campaign)] == [at("2026-04-21T08:00"), at("2026-05-01T08:00")]


def test_a_few_words_of_a_deadline_borrow_the_name_and_start_of_their_activity(session: Session) -> None:
    contest = {
        "title": "Cuộc thi ảnh “Nụ cười ca đêm”",
        "summary": "mỗi CĐCS gửi 02 ảnh; nhận ảnh đến hết ngày 25/5/2026",
        "start": "2026-05-11",
    }
    due = {"what": "nhận ảnh", "who": "các CĐCS", "deadline": "2026-05-25", "text": "nhận ảnh đến hết ngày 25/5/2026"}
    campaign = imported(session, paper(activities=[contest], report_deadlines=[], other_deadlines=[due]))
    (row,) = work(session, campaign)
    assert row.title == "Cuộc thi ảnh “Nụ cười ca đêm”: nhận ảnh"
    assert (row.kind, row.starts_at) == ("photo", at("2026-05-11T08:00"))


def test_a_task_that_is_also_a_deadline_is_asked_for_once(session: Session) -> None:
    tasks = {
        "unit": "Các công đoàn cơ sở",
        "tasks": ["Treo băng rôn tại cổng; báo cáo kết quả về LĐLĐ tỉnh trước ngày 05/6/2026.", REPORT["text"]],
    }
    campaign = imported(session, paper(assignments=[tasks], report_deadlines=[REPORT]))
    rows = work(session, campaign)
    assert [(row.title, row.deadline is None) for row in rows] == [
        ("Báo cáo kết quả về LĐLĐ tỉnh trước ngày 05/6/2026", False),
        ("Treo băng rôn tại cổng", True),
    ]


def test_quotas_go_to_the_work_they_measure_and_else_stand_for_themselves(session: Session) -> None:
    def quota(unit: str, text: str) -> dict[str, Any]:
        return {"applies_to": "mỗi CĐCS", "comparator": ">=", "quantity": 1, "unit": unit, "text": text}

    wanted = [
        quota("băng rôn", "mỗi CĐCS treo ít nhất 01 băng rôn"),
        quota("tin", "mỗi CĐCS có ít nhất 01 tin, 01 bài"),
        quota("bài", "mỗi CĐCS có ít nhất 01 tin, 01 bài"),
    ]
    campaign = imported(session, paper(quotas=wanted))
    banners, report, news = work(session, campaign)
    assert [quota["unit"] for quota in banners.quota] == ["băng rôn"]
    assert report.quota == []
    assert (news.kind, news.title) == ("news", "Mỗi CĐCS có ít nhất 01 tin, 01 bài")
    assert [quota["unit"] for quota in news.quota] == ["tin", "bài"]


def test_the_source_line_and_the_readers_own_doubts_come_along(session: Session) -> None:
    campaign = imported(session, paper(warnings=[{"code": "number", "text": "Số kế hoạch để trống."}]))
    assert work(session, campaign)[0].source["line"] == 12
    assert campaign.warnings == ["Số kế hoạch để trống."]


def test_a_plan_of_a_past_year_is_kept_but_says_that_it_can_only_be_copied(session: Session) -> None:
    campaign = imported(session, now=at("2027-03-01T09:00"))
    assert schedule.pushes_of(session, campaign) == []
    assert any("sao chép" in warning for warning in campaign.warnings)


def test_the_import_is_written_down(session: Session) -> None:
    campaign = imported(session)
    entry = session.exec(select(AuditEntry).where(AuditEntry.action == "plan.import")).one()
    assert entry.subject == f"campaign:{campaign.id}"
    assert entry.detail["sha256"] == "a" * 64
