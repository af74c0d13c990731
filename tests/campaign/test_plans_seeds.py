"""The two plans that the project was founded on, where their papers lie beside the checkout."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from campaign.planning import copying, schedule
from storage.models.campaigns import PushKind
from tests.campaign.organisation import office
from tests.campaign.papers import HOURS, at, imported

PAPERS = Path(__file__).parents[3] / "shared" / "plans" / "seen"
pytestmark = pytest.mark.skipif(not PAPERS.is_dir(), reason="the papers are not beside the checkout")


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with office(tmp_path) as opened:
        yield opened


def read(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((PAPERS / f"{name}.json").read_text(encoding="utf-8"))
    return document


def test_dak_nong_2023_speaks_on_every_day_of_may(session: Session) -> None:
    document = read("01-seed-dak-nong-2023")
    campaign = imported(session, document, now=at("2023-04-06T09:00"))
    assert [slogan.text for slogan in schedule.slogans_of(session, campaign)] == document["slogans"]
    assert [row.ordinal for row in schedule.observances_of(session, campaign)] == [48, 137, 69, 133]
    kinds = Counter(push.kind for push in schedule.pushes_of(session, campaign))
    assert (kinds[PushKind.SLOGAN], kinds[PushKind.OBSERVANCE], kinds[PushKind.WINDOW]) == (31, 4, 4)
    assert all(row.deadline is None for row in schedule.assignments_of(session, campaign))


def test_gia_lam_2020_keeps_its_days_over_the_whole_year_and_invents_no_slogan(session: Session) -> None:
    campaign = imported(session, read("02-seed-gia-lam-2020"), now=at("2020-01-02T09:00"))
    assert schedule.slogans_of(session, campaign) == []
    pushes = schedule.pushes_of(session, campaign)
    observances = [push for push in pushes if push.kind == PushKind.OBSERVANCE]
    assert [HOURS.day(push.due_at).isoformat() for push in observances] == ["2020-02-03", "2020-05-19", "2020-07-28"]
    assert [row.ordinal for row in schedule.observances_of(session, campaign)] == [90, 130, 91]
    assert {theme.kind for theme in schedule.themes_of(session, campaign)} == {"thang", "chu_de", "thong_diep"}


def test_dak_nong_2023_is_copied_to_2027_with_every_ordinal_right(session: Session) -> None:
    old = imported(session, read("01-seed-dak-nong-2023"), now=at("2023-04-06T09:00"))
    new = copying.copy_campaign(session, old, 2027, now=at("2027-03-01T09:00"), hours=HOURS)
    assert [row.ordinal for row in schedule.observances_of(session, new)] == [52, 141, 73, 137]
    texts = [slogan.text for slogan in schedule.slogans_of(session, new)]
    assert "Chào mừng 141 năm Ngày Quốc tế Lao động (01/05/1886 - 01/05/2027)" in texts
    assert not any("2023" in push.text for push in schedule.pushes_of(session, new))
