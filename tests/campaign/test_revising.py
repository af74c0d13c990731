"""The same plan comes a second time, with changes: people see them, say yes, and what has not left moves along."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from campaign.planning import campaigns, copying, listing, revising, schedule
from campaign.planning.revising import Applied, Kind, What
from campaign.problems import Refusal
from campaign.work import duties
from storage.models import AuditEntry, Campaign, Observance, Plan, Push, Slogan
from storage.models.campaigns import CampaignState, PushKind, PushState
from tests.campaign.organisation import office
from tests.campaign.papers import BANNERS, HOURS, IN_APRIL, MAY_DAY, MAY_SLOGANS, REPORT, at, imported, paper
from tests.campaign.revisions import (
    IN_MAY,
    LATER_REPORT,
    applied,
    asking,
    compared,
    duties_of,
    everything,
    running,
    said,
    with_slogans,
    work,
)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with office(tmp_path) as opened:
        yield opened


def test_the_same_plan_again_changes_nothing(session: Session) -> None:
    campaign = imported(session)
    revision = compared(session, campaign, paper(), IN_APRIL)
    assert revision.is_empty
    assert revision.summary == "không có gì khác"


def test_the_province_moves_the_report_date_before_anybody_was_asked(session: Session) -> None:
    campaign = imported(session)
    revision = compared(session, campaign, paper(report_deadlines=[BANNERS, LATER_REPORT]), IN_APRIL)
    [change] = revision.changes
    assert (change.kind, change.what, change.sent) == (Kind.ASSIGNMENT, What.CHANGED, False)
    assert "hạn trước ngày 05/6/2026" in change.before
    assert "hạn trước ngày 12/6/2026" in change.after
    revising.apply(session, campaign, revision, person_id=None, now=IN_APRIL, hours=HOURS)
    report = work(session, campaign, "báo cáo kết quả")
    assert report.deadline == at("2026-06-12T00:00")
    assert report.late_from == at("2026-06-13T00:00")
    assert "12/6/2026" in asking(session, report).text
    assert asking(session, report).state == PushState.PLANNED


def test_units_that_were_asked_already_are_reminded_of_the_new_day(session: Session) -> None:
    campaign = running(session)
    report = work(session, campaign, "báo cáo kết quả")
    before = [duty.next_reminder_at for duty in duties_of(session, report)]
    done = applied(session, campaign, paper(report_deadlines=[BANNERS, LATER_REPORT]))
    after = [duty.next_reminder_at for duty in duties_of(session, report)]
    assert before == [at("2026-05-28T14:30")] * 2
    assert after == [at("2026-06-04T14:30")] * 2
    [sent] = done.sent_already
    assert sent.places == 2
    assert sent.push_ids == (asking(session, report).id,)
    assert sent.sentence.endswith("đã gửi 2 nơi: cần đính chính.")


def test_a_message_that_has_left_keeps_its_words(session: Session) -> None:
    campaign = running(session)
    left = {push.id: push.text for push in schedule.pushes_of(session, campaign, PushState.RELEASED)}
    applied(session, campaign, with_slogans("Một khẩu hiệu hoàn toàn khác"))
    now = {push.id: push.text for push in schedule.pushes_of(session, campaign, PushState.RELEASED)}
    assert len(left) > 10
    assert now == left


def test_an_extension_that_the_new_deadline_makes_needless_is_forgotten_and_a_longer_one_kept(session: Session) -> None:
    campaign = running(session)
    report = work(session, campaign, "báo cáo kết quả")
    short, long = duties_of(session, report)
    duties.extend(session, short, at("2026-06-08T00:00"), IN_MAY, HOURS)
    duties.extend(session, long, at("2026-06-20T00:00"), IN_MAY, HOURS)
    applied(session, campaign, paper(report_deadlines=[BANNERS, LATER_REPORT]))
    assert short.extended_to is None
    assert duties.deadline_of(short, report) == at("2026-06-12T00:00")
    assert long.extended_to == at("2026-06-20T00:00")


def test_a_deadline_moved_to_a_day_that_is_over_is_pointed_out_before_and_after(session: Session) -> None:
    campaign = running(session)
    gone_by = {**REPORT, "deadline": "2026-05-11", "text": "báo cáo kết quả về LĐLĐ tỉnh trước ngày 11/5/2026"}
    document = paper(report_deadlines=[BANNERS, gone_by])
    [question] = compared(session, campaign, document).questions
    assert question.startswith("Hạn mới của “Báo cáo kết quả về LĐLĐ tỉnh trước ngày 11/5/2026” đã qua")
    done = applied(session, campaign, document)
    assert question in done.told
    assert question in campaign.warnings
    assert [duty.next_reminder_at for duty in duties_of(session, work(session, campaign, "báo cáo"))] == [None, None]


def test_a_slogan_reworded_after_it_was_pushed_is_listed_for_correction_and_used_in_its_new_words(
    session: Session,
) -> None:
    campaign = running(session)
    better = "Vào ca đủ mũ, tan ca đủ người, về nhà đủ vui"
    revision = compared(session, campaign, with_slogans(*MAY_SLOGANS[:3], better))
    assert said(revision) == [("slogan", "changed", MAY_SLOGANS[3], better)]
    assert revision.changes[0].sent
    done = revising.apply(session, campaign, revision, person_id=None, now=IN_MAY, hours=HOURS)
    [sent] = done.sent_already
    assert MAY_SLOGANS[3] in sent.correction
    assert better in sent.correction
    coming = [push.text for push in schedule.pushes_of(session, campaign, PushState.PLANNED) if push.slogan_id]
    assert any(better in text for text in coming)
    assert not any(text.endswith(MAY_SLOGANS[3]) for text in coming)


def test_a_withdrawn_slogan_is_not_pushed_any_more_and_stays_for_history(session: Session) -> None:
    campaign = running(session)
    revision = compared(session, campaign, with_slogans(*MAY_SLOGANS[:3]))
    assert said(revision) == [("slogan", "gone", MAY_SLOGANS[3], "")]
    done = revising.apply(session, campaign, revision, person_id=None, now=IN_MAY, hours=HOURS)
    assert [slogan.text for slogan in schedule.slogans_of(session, campaign)] == MAY_SLOGANS[:3]
    assert session.exec(select(Slogan).where(Slogan.text == MAY_SLOGANS[3])).one().withdrawn
    coming = [push for push in schedule.pushes_of(session, campaign, PushState.PLANNED) if push.slogan_id]
    assert len(coming) == 19  # one a day from 13 to 31 May, as before
    assert not any(MAY_SLOGANS[3] in push.text for push in coming)
    assert "nay đã bỏ" in done.sent_already[0].correction


def test_a_plan_without_slogans_leaves_no_slogan_waiting(session: Session) -> None:
    campaign = imported(session)
    applied(session, campaign, paper(slogans=[]), IN_APRIL)
    kinds = {push.kind for push in schedule.pushes_of(session, campaign, PushState.PLANNED)}
    assert PushKind.SLOGAN not in kinds
    assert PushKind.ASSIGNMENT in kinds


def test_new_work_is_asked_for_and_dropped_work_is_not(session: Session) -> None:
    campaign = imported(session)
    gifts = {
        "who": "Các công đoàn cơ sở",
        "what": "nộp danh sách tặng quà",
        "deadline": "2026-05-20",
        "operator": "by",
        "text": "nộp danh sách tặng quà chậm nhất ngày 20/5/2026",
    }
    document = paper(report_deadlines=[REPORT], other_deadlines=[gifts])
    revision = compared(session, campaign, document, IN_APRIL)
    assert [(change.kind, change.what) for change in revision.changes] == [
        (Kind.ASSIGNMENT, What.ADDED),
        (Kind.ASSIGNMENT, What.GONE),
    ]
    revising.apply(session, campaign, revision, person_id=None, now=IN_APRIL, hours=HOURS)
    assert [row.title for row in schedule.assignments_of(session, campaign)] == [
        "Báo cáo kết quả về LĐLĐ tỉnh trước ngày 05/6/2026",
        "Nộp danh sách tặng quà",
    ]
    assert asking(session, work(session, campaign, "tặng quà")).state == PushState.PLANNED
    pushes = session.exec(select(Push).where(Push.kind == PushKind.ASSIGNMENT)).all()
    assert [push.state for push in pushes if "băng rôn" in push.text] == [PushState.DROPPED]


def test_work_given_to_others_after_it_was_asked_is_asked_anew_of_them(session: Session) -> None:
    campaign = running(session)
    document = paper(report_deadlines=[BANNERS, {**REPORT, "reporter": "CĐCS Công ty CS02"}])
    revision = compared(session, campaign, document)
    assert [(change.what, change.sent) for change in revision.changes] == [(What.GONE, True), (What.ADDED, False)]
    revising.apply(session, campaign, revision, person_id=None, now=IN_MAY, hours=HOURS)
    report = work(session, campaign, "báo cáo kết quả")
    assert report.audience == "unit:CS02"
    assert asking(session, report).due_at > IN_MAY


def test_a_longer_month_gets_its_end_announced_later_and_a_slogan_for_each_new_day(session: Session) -> None:
    campaign = running(session)
    document = paper()
    document["campaigns"][0]["end"] = "2026-06-12"
    revision = compared(session, campaign, document)
    assert [change.kind for change in revision.changes] == [Kind.WINDOW, Kind.THEME]
    assert revision.changes[0].sent, "its beginning told everybody when it ends"
    revising.apply(session, campaign, revision, person_id=None, now=IN_MAY, hours=HOURS)
    assert campaign.end == date(2026, 6, 12)
    coming = {push.key.split(":", 1)[1]: push for push in schedule.pushes_of(session, campaign, PushState.PLANNED)}
    assert HOURS.day(coming["window:end"].due_at) == date(2026, 6, 12)
    assert "slogan:2026-06-12" in coming


def test_a_shorter_month_ends_its_slogans_earlier(session: Session) -> None:
    campaign = imported(session)
    document = paper()
    document["campaigns"][0]["end"] = "2026-05-20"
    applied(session, campaign, document, IN_APRIL)
    planned = schedule.pushes_of(session, campaign, PushState.PLANNED)
    days = [HOURS.day(push.due_at) for push in planned if push.kind in (PushKind.SLOGAN, PushKind.WINDOW)]
    assert max(days) == date(2026, 5, 20)


def test_a_day_that_the_plan_does_not_keep_any_more_is_not_announced(session: Session) -> None:
    campaign = imported(session)
    applied(session, campaign, paper(anniversaries=[]), IN_APRIL)
    assert session.exec(select(Observance)).all() == []
    assert schedule.pushes_of(session, campaign, PushState.PLANNED)
    assert not session.exec(select(Push).where(Push.kind == PushKind.OBSERVANCE)).all()


def test_a_day_that_was_announced_and_is_gone_keeps_its_message(session: Session) -> None:
    campaign = running(session)
    done = applied(session, campaign, paper(anniversaries=[]))
    [push] = session.exec(select(Push).where(Push.kind == PushKind.OBSERVANCE)).all()
    assert (push.state, push.observance_id) == (PushState.RELEASED, None)
    assert [sent.change.kind for sent in done.sent_already] == [Kind.OBSERVANCE]
    assert listing.show(session, campaign, HOURS, date(2026, 5, 12))


def test_a_wrong_year_of_an_anniversary_is_put_right(session: Session) -> None:
    campaign = imported(session, paper(anniversaries=[{**MAY_DAY, "event_date": "1890-05-01", "ordinal": 136}]))
    assert any("thường tính từ năm 1886" in warning for warning in campaign.warnings)
    applied(session, campaign, paper(), IN_APRIL)
    [day] = schedule.observances_of(session, campaign)
    assert day.ordinal == 140
    assert campaign.warnings == []


# What people did to the draft stays ---------------------------------------------------------------------------------


def test_what_a_person_corrected_in_the_draft_is_not_undone_by_the_same_plan(session: Session) -> None:
    campaign = imported(session)
    slogan, banners = schedule.slogans_of(session, campaign)[3], work(session, campaign, "băng rôn")
    campaigns.set_slogan(session, slogan, "Lời của chúng tôi", person_id=None, now=IN_APRIL, hours=HOURS)
    campaigns.set_audience(session, banners, "unit:CS01", person_id=None, now=IN_APRIL, hours=HOURS)
    campaigns.drop_assignment(session, work(session, campaign, "báo cáo"), person_id=None, now=IN_APRIL, hours=HOURS)
    assert compared(session, campaign, paper(), IN_APRIL).is_empty
    applied(session, campaign, with_slogans(*MAY_SLOGANS, "Thêm một khẩu hiệu"), IN_APRIL)
    assert slogan.text == "Lời của chúng tôi"
    assert banners.audience == "unit:CS01"
    assert len(schedule.assignments_of(session, campaign)) == 1


def test_a_wording_that_a_person_typed_ahead_of_the_new_plan_is_no_difference(session: Session) -> None:
    campaign = imported(session)
    slogan = schedule.slogans_of(session, campaign)[3]
    campaigns.set_slogan(session, slogan, "Vào ca đủ mũ, đủ áo", person_id=None, now=IN_APRIL, hours=HOURS)
    assert compared(session, campaign, with_slogans(*MAY_SLOGANS[:3], "Vào ca đủ mũ, đủ áo"), IN_APRIL).changes == ()


def test_a_moment_that_a_person_chose_stays_as_long_as_it_is_before_the_deadline(session: Session) -> None:
    campaign = imported(session)
    push = asking(session, work(session, campaign, "báo cáo kết quả"))
    campaigns.move_push(session, push, at("2026-05-28T10:00"), HOURS, person_id=None, now=IN_APRIL)
    applied(session, campaign, paper(report_deadlines=[BANNERS, LATER_REPORT]), IN_APRIL)
    assert asking(session, work(session, campaign, "báo cáo kết quả")).due_at == at("2026-05-28T10:00")
    sooner = {**REPORT, "deadline": "2026-05-25", "text": "báo cáo kết quả về LĐLĐ tỉnh trước ngày 25/5/2026"}
    applied(session, campaign, paper(report_deadlines=[BANNERS, sooner]), IN_APRIL)
    assert asking(session, work(session, campaign, "báo cáo kết quả")).due_at < at("2026-05-25T00:00")


def test_a_person_may_take_a_change_out_before_saying_yes(session: Session) -> None:
    campaign = imported(session)
    revision = compared(session, campaign, with_slogans(*MAY_SLOGANS[:2], "Khẩu hiệu mới tinh"), IN_APRIL)
    wanted = tuple(change for change in revision.changes if change.what == What.ADDED)
    revising.apply(session, campaign, replace(revision, changes=wanted), person_id=None, now=IN_APRIL, hours=HOURS)
    assert len(schedule.slogans_of(session, campaign)) == 5


# Twice, too late, by two people -------------------------------------------------------------------------------------


def test_applying_twice_changes_nothing(session: Session) -> None:
    campaign = running(session)
    document = with_slogans(*MAY_SLOGANS[1:], "Khẩu hiệu mới tinh")
    document["report_deadlines"] = [BANNERS, LATER_REPORT]
    revision = compared(session, campaign, document)
    revising.apply(session, campaign, revision, person_id=None, now=IN_MAY, hours=HOURS)
    before = everything(session)
    assert revising.apply(session, campaign, revision, person_id=None, now=IN_MAY, hours=HOURS) == Applied()
    assert applied(session, campaign, document) == Applied()
    session.flush()
    assert everything(session) == before


def test_two_people_with_two_documents_do_not_overwrite_each_other(session: Session) -> None:
    campaign = imported(session)
    mine = compared(session, campaign, with_slogans(*MAY_SLOGANS[:3]), IN_APRIL)
    applied(session, campaign, paper(report_deadlines=[BANNERS, LATER_REPORT]), IN_APRIL)
    with pytest.raises(Refusal, match=r"^revision\.stale:"):
        revising.apply(session, campaign, mine, person_id=None, now=IN_APRIL, hours=HOURS)


def test_a_campaign_that_is_over_is_not_changed_and_a_report_changes_no_plan(session: Session) -> None:
    campaign = imported(session)
    with pytest.raises(Refusal, match=r"^plan\.report:"):
        compared(session, campaign, paper(doc_type="bao_cao"))
    campaign.state = CampaignState.CLOSED
    with pytest.raises(Refusal, match=r"^campaign\.closed:"):
        compared(session, campaign, paper())


def test_who_applied_what_from_which_file_is_written_down_and_the_paper_kept(session: Session) -> None:
    campaign = imported(session)
    document = with_slogans(*MAY_SLOGANS[:3])
    revision = compared(session, campaign, document, IN_APRIL, file_name="ke-hoach-sua.docx", sha256="b" * 64)
    revising.apply(session, campaign, revision, person_id=None, now=IN_APRIL, hours=HOURS)
    note = session.exec(select(AuditEntry).order_by(col(AuditEntry.id).desc())).first()
    assert note is not None
    assert (note.action, note.subject, note.detail["file"]) == (
        "plan.revise",
        f"campaign:{campaign.id}",
        "ke-hoach-sua.docx",
    )
    assert note.detail["changes"] == [["slogan", "gone", MAY_SLOGANS[3], ""]]
    plan = session.get_one(Plan, campaign.plan_id)
    assert (plan.sha256, plan.document) == ("b" * 64, document)
    assert len(session.exec(select(Plan)).all()) == 2


def test_last_years_copy_takes_over_the_plan_of_the_new_year(session: Session) -> None:
    old = imported(session)
    copy = copying.copy_campaign(session, old, 2027, now=IN_APRIL, hours=HOURS)
    document = with_slogans("Nhiệt liệt hưởng ứng Tháng Công nhân năm 2027", "Khẩu hiệu của năm mới")
    document["campaigns"] = [{**document["campaigns"][0], "start": "2027-05-03", "end": "2027-05-31"}]
    document["campaigns"][0]["name"] = "Tháng Công nhân năm 2027"
    applied(session, copy, document, IN_APRIL)
    assert copy.start == date(2027, 5, 3)
    assert "Khẩu hiệu của năm mới" in [slogan.text for slogan in schedule.slogans_of(session, copy)]
    assert compared(session, copy, document, IN_APRIL).is_empty


# Which campaign a document is about ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("later", "same"),
    [
        ({"number": "46/KH-LĐLĐ", "title": "Tên khác hẳn"}, True),
        ({"number": "/KH-LĐLĐ"}, True),  # the same title, its number not given yet
        ({"number": "61/KH-LĐLĐ", "title": "Sum vầy Tết"}, False),
        ({"number": "46/KH-LĐLĐ", "title": "Sum vầy Tết", "issuing_org": "LĐLĐ tỉnh khác"}, False),
        ({"number": "46/KH-LĐLĐ", "title": "Sum vầy Tết", "date_issued": "2027-04-06"}, False),
        ({"number": "", "title": "Truyền thông Tháng Công nhân năm 2027"}, False),
    ],
)
def test_a_later_edition_is_known_by_its_number_or_its_title(
    session: Session, later: dict[str, str], same: bool
) -> None:
    head = {"number": "46/KH-LĐLĐ", "issuing_org": "LĐLĐ tỉnh Sông Lam", "date_issued": "2026-04-06"}
    campaign = imported(session, paper(**head))
    found: Campaign | None = revising.campaign_of(session, paper(**{**head, **later}))
    assert (found == campaign) is same
