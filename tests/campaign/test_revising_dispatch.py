"""A dispatch amends an earlier plan: it is written into that plan first, and what it does not find is asked."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from campaign.planning import revising, schedule
from campaign.planning.revising import Applied, Kind, What
from campaign.problems import Refusal
from planreader import read_text
from storage.models import Campaign
from tests.campaign.organisation import office
from tests.campaign.papers import BANNERS, HOURS, IN_APRIL, MAY_SLOGANS, REPORT, at, imported, paper
from tests.campaign.revisions import applied, compared, everything, said, work

DISPATCH = Path(__file__).parents[1] / "planreader" / "plans" / "dispatch_amending.txt"
OLD_SAFETY, NEW_SAFETY = "An toàn để sản xuất, sản xuất phải an toàn", "An toàn là hạnh phúc của mọi nhà"
OPENING = {
    "title": "Lễ phát động Tháng Công nhân",
    "summary": "Lễ phát động Tháng Công nhân ngày 24/4/2026",
    "start": "2026-04-24",
    "end": "2026-04-24",
    "date_text": "ngày 24/4/2026",
}
HEAD = {"number": "46/KH-LĐLĐ", "issuing_org": "LIÊN ĐOÀN LAO ĐỘNG TỈNH SÔNG LAM", "date_issued": "2026-04-06"}


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with office(tmp_path) as opened:
        yield opened


def plan(**changes: Any) -> dict[str, Any]:
    """The plan that the dispatch amends."""
    slogans = [{"text": text} for text in (*MAY_SLOGANS, OLD_SAFETY)]
    return paper(**{**HEAD, "slogans": slogans, "activities": [OPENING], **changes})


def dispatch(*amendments: dict[str, Any], **parts: Any) -> dict[str, Any]:
    """A letter of 22 April; each amendment stands on a line of its own."""
    lines = [
        {"target": "", "old": None, "new": None, "source": {"line": number, "text": change["text"]}, **change}
        for number, change in enumerate(amendments, start=14)
    ]
    return {"doc_type": "cong_van", "date_issued": "2026-04-22", "amendments": lines, **parts}


def replaced(old: str | None, new: str, text: str) -> dict[str, Any]:
    return {"op": "replace", "old": old, "new": new, "text": text}


def test_a_dispatch_as_offices_write_it_changes_a_slogan_adds_one_and_moves_the_report(session: Session) -> None:
    campaign = imported(session, plan())
    letter = read_text(DISPATCH.read_text(encoding="utf-8")).as_json()
    assert revising.campaign_of(session, letter) == campaign
    revision = compared(session, campaign, letter, IN_APRIL)
    slogans = [change for change in said(revision) if change[0] == Kind.SLOGAN]
    assert slogans == [
        ("slogan", "changed", OLD_SAFETY, NEW_SAFETY),
        ("slogan", "added", "", "Công nhân Sông Lam tiên phong chuyển đổi số"),
    ]
    report = next(change for change in revision.changes if change.kind == Kind.ASSIGNMENT)
    assert report.source == "Lùi thời hạn gửi báo cáo kết quả từ ngày 05/6/2026 sang ngày 12/6/2026."
    assert revision.questions == (
        "Chưa rõ công văn sửa chỗ nào của kế hoạch: “Bãi bỏ chỉ tiêu tại điểm 4 mục IV”. Hãy tự sửa nếu cần.",
        "“Lễ phát động Tháng Công nhân” dời từ thứ Sáu, ngày 24/4/2026 sang thứ Ba, ngày 28/4/2026. "
        "Đợt không có tin riêng cho việc này, hãy báo đơn vị.",
    )
    revising.apply(session, campaign, revision, person_id=None, now=IN_APRIL, hours=HOURS)
    assert work(session, campaign, "báo cáo").title == "Báo cáo kết quả về LĐLĐ tỉnh trước ngày 12/6/2026"
    assert work(session, campaign, "báo cáo").deadline == at("2026-06-12T00:00")
    assert len(schedule.slogans_of(session, campaign)) == 6


def test_the_same_dispatch_again_changes_nothing(session: Session) -> None:
    campaign = imported(session, plan())
    letter = read_text(DISPATCH.read_text(encoding="utf-8")).as_json()
    applied(session, campaign, letter, IN_APRIL)
    before = everything(session)
    assert compared(session, campaign, letter, IN_APRIL).is_empty
    assert applied(session, campaign, letter, IN_APRIL) == Applied()
    session.flush()
    assert everything(session) == before


def test_what_a_reader_doubts_in_a_dispatch_is_kept_once(session: Session) -> None:
    campaign = imported(session, plan())
    letter = dispatch(warnings=[{"code": "weekday", "text": "Ngày 12/6/2026 là thứ Sáu."}])
    applied(session, campaign, letter, IN_APRIL)
    assert applied(session, campaign, letter, IN_APRIL) == Applied()
    assert campaign.warnings == ["Ngày 12/6/2026 là thứ Sáu."]


def test_a_day_that_two_deadlines_share_is_moved_only_where_the_words_say_which(session: Session) -> None:
    photos = {**REPORT, "text": "gửi hình ảnh lễ phát động về LĐLĐ tỉnh trước ngày 05/6/2026"}
    campaign = imported(session, plan(report_deadlines=[BANNERS, REPORT, photos]))
    clear = replaced("05/6/2026", "12/6/2026", "Lùi thời hạn gửi báo cáo kết quả từ ngày 05/6/2026 sang ngày 12/6/2026")
    [change] = compared(session, campaign, dispatch(clear), IN_APRIL).changes
    assert "báo cáo kết quả" in change.before.lower()
    vague = replaced("05/6/2026", "12/6/2026", "Thay thời hạn ngày 05/6/2026 bằng ngày 12/6/2026")
    revision = compared(session, campaign, dispatch(vague), IN_APRIL)
    assert revision.changes == ()
    assert len(revision.questions) == 1


def test_a_day_that_the_plan_does_not_name_is_asked_and_not_guessed(session: Session) -> None:
    campaign = imported(session, plan())
    wrong = replaced("07/6/2026", "12/6/2026", "Lùi thời hạn gửi báo cáo kết quả từ ngày 07/6/2026 sang ngày 12/6/2026")
    revision = compared(session, campaign, dispatch(wrong), IN_APRIL)
    assert revision.changes == ()
    assert "07/6/2026" in revision.questions[0]


def test_with_the_new_day_only_the_words_of_the_work_decide(session: Session) -> None:
    campaign = imported(session, plan())
    later = replaced(None, "16h00 ngày 15/5/2026", "Gia hạn gửi ảnh băng rôn đã treo đến 16h00 ngày 15/5/2026")
    [change] = compared(session, campaign, dispatch(later), IN_APRIL).changes
    assert "15/5/2026, 16h00" in change.after
    applied(session, campaign, dispatch(later), IN_APRIL)
    assert work(session, campaign, "băng rôn").deadline == at("2026-05-15T16:00")
    assert "15/5/2026" in work(session, campaign, "băng rôn").title


def test_a_new_hour_goes_into_the_words_too_and_the_old_hour_stays_where_none_is_given(session: Session) -> None:
    campaign = imported(session, plan())
    text = "Điều chỉnh thời gian gửi ảnh băng rôn từ ngày 08/5/2026 sang 10h00 ngày 11/5/2026"
    applied(session, campaign, dispatch(replaced("08/5/2026", "11/5/2026", text)), IN_APRIL)
    assert work(session, campaign, "băng rôn").deadline == at("2026-05-11T10:00")
    assert work(session, campaign, "băng rôn").title.endswith("trước 10h00 ngày 11/5/2026")
    text = "Điều chỉnh thời gian gửi ảnh băng rôn từ ngày 11/5/2026 sang ngày 13/5/2026"
    applied(session, campaign, dispatch(replaced("11/5/2026", "13/5/2026", text)), IN_APRIL)
    assert work(session, campaign, "băng rôn").deadline == at("2026-05-13T10:00")


def test_a_month_is_made_longer(session: Session) -> None:
    campaign = imported(session, plan())
    text = "Kéo dài Tháng Công nhân năm 2026 đến hết ngày 12/6/2026"
    kinds = [change.kind for change in compared(session, campaign, dispatch(replaced(None, "12/6/2026", text))).changes]
    assert kinds == [Kind.WINDOW, Kind.THEME]


def test_a_slogan_is_taken_back_in_its_own_words(session: Session) -> None:
    campaign = imported(session, plan())
    back = {"op": "remove", "old": OLD_SAFETY, "text": f"Bỏ khẩu hiệu “{OLD_SAFETY}”"}
    assert said(compared(session, campaign, dispatch(back), IN_APRIL)) == [("slogan", "gone", OLD_SAFETY, "")]


def test_a_slogan_that_the_plan_never_had_cannot_be_taken_back(session: Session) -> None:
    campaign = imported(session, plan())
    back = {"op": "remove", "old": "Tăng ca hôm nay", "text": "Bỏ khẩu hiệu “Tăng ca hôm nay”"}
    revision = compared(session, campaign, dispatch(back), IN_APRIL)
    assert (revision.changes, len(revision.questions)) == ((), 1)


def test_a_few_words_that_stand_in_several_places_are_asked(session: Session) -> None:
    campaign = imported(session, plan())
    vague = replaced("đoàn viên", "công nhân", "Thay cụm từ “đoàn viên” bằng “công nhân”")
    revision = compared(session, campaign, dispatch(vague), IN_APRIL)
    assert (revision.changes, len(revision.questions)) == ((), 1)


def test_a_theme_that_stands_in_several_places_is_changed_in_all_of_them(session: Session) -> None:
    campaign = imported(session, plan(slogans=[]))
    new = replaced("Gắn kết đoàn viên", "Vì lợi ích đoàn viên", "Thay “Gắn kết đoàn viên” bằng “Vì lợi ích đoàn viên”")
    applied(session, campaign, dispatch(new), IN_APRIL)
    assert {theme.text for theme in schedule.themes_of(session, campaign)} == {"Vì lợi ích đoàn viên"}


def test_a_quota_changes_in_words_and_number(session: Session) -> None:
    quota = {
        "applies_to": "Các công đoàn cơ sở",
        "comparator": ">=",
        "quantity": 2,
        "unit": "tin",
        "text": "mỗi CĐCS gửi ít nhất 02 tin về LĐLĐ tỉnh",
    }
    campaign = imported(session, plan(quotas=[quota]))
    more = replaced("ít nhất 02 tin", "ít nhất 05 tin", "Thay “ít nhất 02 tin” bằng “ít nhất 05 tin”")
    applied(session, campaign, dispatch(more), IN_APRIL)
    [row] = [row for row in schedule.assignments_of(session, campaign) if row.quota]
    assert [(part["quantity"], part["text"]) for part in row.quota] == [
        (5.0, "mỗi CĐCS gửi ít nhất 05 tin về LĐLĐ tỉnh")
    ]


def test_a_letter_that_only_prints_the_new_deadline_moves_the_one_it_replaces(session: Session) -> None:
    campaign = imported(session, plan())
    text = "Thời gian gửi báo cáo kết quả về LĐLĐ tỉnh: trước ngày 15/6/2026"
    due = {**REPORT, "deadline": "2026-06-15", "text": text, "source": {"line": 9, "text": f"{text} (thay cho 05/6)."}}
    revision = compared(session, campaign, dispatch(report_deadlines=[due]), IN_APRIL)
    [change] = revision.changes
    assert (change.what, change.kind) == (What.CHANGED, Kind.ASSIGNMENT)
    assert "15/6/2026" in change.after


def test_a_letter_says_nothing_about_the_rest_of_the_plan(session: Session) -> None:
    campaign = imported(session, plan())
    letter = dispatch(slogans=[{"text": "Thêm một khẩu hiệu", "source": {"line": 5, "text": "Thêm một khẩu hiệu"}}])
    assert said(compared(session, campaign, letter, IN_APRIL)) == [("slogan", "added", "", "Thêm một khẩu hiệu")]


def test_a_plan_that_cites_the_plan_above_it_does_not_amend_it(session: Session) -> None:
    imported(session, plan())
    lower = paper(title="Tuyên truyền của Công đoàn xã", number="5/KH-CĐX", issuing_org="Công đoàn xã Hòa Tiến")
    lower["legal_bases"] = [{"doc_type": "Kế hoạch", "number": "46/KH-LĐLĐ"}]
    assert revising.campaign_of(session, lower) is None


def test_a_campaign_without_a_plan_cannot_be_amended(session: Session) -> None:
    campaign = imported(session, plan())
    bare = Campaign(name="Đợt tự lập", year=2026, unit_id=campaign.unit_id, start=campaign.start, end=campaign.end)
    session.add(bare)
    session.flush()
    back = {"op": "remove", "old": OLD_SAFETY, "text": f"Bỏ khẩu hiệu “{OLD_SAFETY}”"}
    with pytest.raises(Refusal, match=r"^plan\.none:"):
        compared(session, bare, dispatch(back), IN_APRIL)


def test_three_reports_due_on_one_day_are_three_and_do_not_postpone_each_other(session: Session) -> None:
    def due(text: str) -> dict[str, Any]:
        return {"reporter": "Các công đoàn cơ sở", "deadline": "2026-04-20", "text": text, "operator": "by"}

    campaign = imported(session, plan())
    letter = dispatch(report_deadlines=[due("công đoàn đoàn viên"), due("công đoàn"), due("công đoàn an toàn")])
    applied(session, campaign, letter)
    titles = [row.title for row in schedule.assignments_of(session, campaign)]
    wanted = ["Công đoàn đoàn viên", "Công đoàn", "Công đoàn an toàn"]
    assert [title for title in titles if title in wanted] == wanted
    assert said(compared(session, campaign, letter)) == []
