"""What holds for any plan: read twice it changes nothing, and applied once it has become the campaign."""

import datetime as dt
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign.planning import plans, revising, schedule
from campaign.planning.revising import Applied, Kind
from campaign.problems import Refusal
from campaign.text import fold_words
from planreader import read_text
from storage.models.campaigns import PushKind, PushState
from tests.campaign.organisation import key_of, office
from tests.campaign.papers import HOURS, IN_APRIL, MAY_SLOGANS, imported, paper, province
from tests.campaign.revisions import applied, compared, said
from tests.planreader.generator import make_plan

WORDS = st.sampled_from(
    ["công đoàn", "đoàn viên", "an toàn", "vệ sinh", "thi đua", "sáng tạo", "kỷ cương", "2026", "05", "%"]
)
PHRASES = st.lists(WORDS, min_size=1, max_size=6).map(" ".join)
DAYS = st.dates(dt.date(2026, 4, 20), dt.date(2026, 6, 20)).map(dt.date.isoformat)
LINES = st.lists(st.builds(lambda text: {"text": text}, PHRASES), max_size=6)
DUE = st.builds(
    lambda who, day, text, operator: {"reporter": who, "deadline": day, "text": text, "operator": operator},
    st.sampled_from(["Các công đoàn cơ sở", "CĐCS Công ty CS01", "Ban không ai biết"]),
    DAYS,
    PHRASES,
    st.sampled_from(["by", "before"]),
)
PAPERS = st.builds(
    lambda slogans, due, tasks, end: _paper(slogans, due, tasks, end), LINES, st.lists(DUE, max_size=4), LINES, DAYS
)


def _paper(slogans: list[Any], due: list[Any], tasks: list[Any], end: str) -> dict[str, Any]:
    document = paper(slogans=slogans, report_deadlines=due, assignments=[{"unit": "Các CĐCS", "tasks": tasks}])
    document["campaigns"][0]["end"] = max(end, "2026-05-02")
    return document


TEXTS = st.one_of(
    st.none(),
    PHRASES,
    st.text(max_size=30),
    st.sampled_from(
        [*MAY_SLOGANS, "05/6/2026", "31/6/2026", "16h00 ngày 12/6", "Gắn kết đoàn viên", "báo cáo kết quả"]
    ),
)
AMENDMENTS = st.lists(
    st.builds(
        lambda op, old, new, line, text: {
            "op": op, "target": "", "old": old, "new": new, "source": {"line": line, "text": text or ""}
        },
        st.sampled_from(["replace", "add", "remove", "move"]), TEXTS, TEXTS, st.integers(1, 4), TEXTS,
    ),
    max_size=4,
)  # fmt: skip


@settings(max_examples=15, deadline=None)
@given(PAPERS, AMENDMENTS)
def test_any_dispatch_is_applied_once_and_only_in_words_that_are_printed(
    letter: dict[str, Any], amendments: list[Any]
) -> None:
    letter = {**letter, "doc_type": "cong_van", "amendments": amendments}
    with TemporaryDirectory() as folder, office(Path(folder)) as session:
        campaign = imported(session)
        revision = compared(session, campaign, letter, IN_APRIL)
        words = set(fold_words(json.dumps([paper(), letter], ensure_ascii=False)).split())
        new = [change.after for change in revision.changes if change.kind == Kind.SLOGAN]
        assert {word for text in new for word in fold_words(text).split()} <= words
        applied(session, campaign, letter, IN_APRIL)
        assert said(compared(session, campaign, letter, IN_APRIL)) == []
        assert applied(session, campaign, letter, IN_APRIL) == Applied()


@settings(max_examples=10, deadline=None)
@given(PAPERS)
def test_a_plan_compared_with_its_own_campaign_differs_in_nothing(document: dict[str, Any]) -> None:
    with TemporaryDirectory() as folder, office(Path(folder)) as session:
        campaign = imported(session, document)
        assert compared(session, campaign, document, IN_APRIL).is_empty


@settings(max_examples=10, deadline=None)
@given(PAPERS, PAPERS)
def test_after_a_yes_the_campaign_is_what_the_later_plan_alone_would_have_given(
    earlier: dict[str, Any], later: dict[str, Any]
) -> None:
    with TemporaryDirectory() as folder, office(Path(folder)) as session:
        campaign = imported(session, earlier)
        applied(session, campaign, later, IN_APRIL)
        fresh = plans.import_plan(
            session, later, file_name="", sha256="f" * 64, unit_id=campaign.unit_id, now=IN_APRIL, hours=HOURS
        )
        assert _held(session, campaign) == _held(session, fresh)
        assert applied(session, campaign, later, IN_APRIL) == Applied()
        assert said(compared(session, campaign, later, IN_APRIL)) == []


def _held(session: Any, campaign: Any) -> list[object]:
    """Without the mornings of asking: work that stays keeps its own, also when others before it are gone."""
    work = schedule.assignments_of(session, campaign)
    pushes = [push for push in schedule.pushes_of(session, campaign) if push.state == PushState.PLANNED]
    return [
        (campaign.start, campaign.end),
        sorted(slogan.text for slogan in schedule.slogans_of(session, campaign)),
        sorted((row.title, row.audience, row.audience_text, str(row.deadline), str(row.late_from)) for row in work),
        sorted((push.kind, push.text, push.audience) for push in pushes),
        sorted((push.due_at, push.text) for push in pushes if push.kind != PushKind.ASSIGNMENT),
    ]


@pytest.mark.parametrize("seed", range(30))
def test_a_generated_plan_read_twice_differs_in_nothing(seed: int, tmp_path: Path) -> None:
    text, gold = make_plan(seed)
    document = read_text(text, today=dt.date(int(gold["year"]), 3, 1)).as_json()
    now = dt.datetime(int(gold["year"]), 3, 1, 3, tzinfo=dt.UTC)
    with office(tmp_path) as session:
        unit = key_of(province(session))
        try:
            campaign = plans.import_plan(
                session, document, file_name="", sha256="a" * 64, unit_id=unit, now=now, hours=HOURS
            )
        except Refusal:
            assert gold["layout"]["kind"] in ("results", "amendment")
            return
        assert revising.compare(session, campaign, document, now=now, hours=HOURS).is_empty
