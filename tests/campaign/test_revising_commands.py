"""An operator gets a second paper for a plan that is already in the house, and works from the command line."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.campaign.papers import BANNERS, MAY_SLOGANS, paper
from tests.campaign.revisions import LATER_REPORT
from tests.e2e.office import Office, open_office

UNITS = """Mã,Tên đơn vị,Loại,Mã cấp trên
LDLD,LĐLĐ tỉnh Sông Xanh,Liên đoàn Lao động tỉnh,
CS01,CĐCS Nhà máy số 1,Công đoàn cơ sở,LDLD
"""
HEAD = {"number": "12/KH-LĐLĐ", "issuing_org": "LĐLĐ tỉnh Sông Xanh", "date_issued": "2026-04-02"}


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """With the plan imported, in April."""
    made = open_office(tmp_path, CLOCK="2026-04-10T09:00:00+07:00")
    (tmp_path / "units.csv").write_text(UNITS, encoding="utf-8")
    made.loa("units", "import", made.path("units.csv"))
    made.loa("plan", "import", written(made, "ke-hoach.json", paper(**HEAD)))
    return made


def written(office: Office, name: str, document: dict[str, Any]) -> str:
    Path(office.path(name)).write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return office.path(name)


def later(office: Office) -> str:
    slogans = [{"text": text} for text in (*MAY_SLOGANS[:3], "Vào ca đủ mũ, tan ca đủ người, về nhà đủ vui")]
    return written(office, "sua.json", paper(**HEAD, slogans=slogans, report_deadlines=[BANNERS, LATER_REPORT]))


def test_importing_a_corrected_copy_makes_no_second_campaign_but_shows_what_is_new(office: Office) -> None:
    printed = office.loa("plan", "import", later(office))
    assert "đã có đợt số 1" in printed
    assert f"Sửa khẩu hiệu: “{MAY_SLOGANS[3]}” → “Vào ca đủ mũ, tan ca đủ người, về nhà đủ vui”" in printed
    assert "loa plan apply" in printed
    assert len(office.json("campaign", "list")) == 1
    assert office.json("plan", "import", later(office))["existing"] is True


def test_who_wants_a_second_campaign_of_the_plan_says_so(office: Office) -> None:
    assert office.json("plan", "import", later(office), "--new")["id"] == 2


def test_comparing_prints_the_differences_and_changes_nothing(office: Office) -> None:
    seen = office.json("plan", "compare", later(office), "--campaign", "1")
    assert [(change["kind"], change["what"]) for change in seen["changes"]] == [
        ("slogan", "changed"),
        ("assignment", "changed"),
    ]
    assert seen == office.json("plan", "compare", later(office))
    same = written(office, "y-nguyen.json", paper(**HEAD))
    assert "không có gì khác" in office.loa("plan", "compare", same, "--campaign", "1")


def test_nothing_is_applied_without_a_yes(office: Office) -> None:
    assert "--yes" in office.loa("plan", "apply", later(office), "--campaign", "1", expect=2)
    assert office.json("plan", "compare", later(office))["changes"]


def test_with_a_yes_the_campaign_is_changed_once(office: Office) -> None:
    printed = office.loa("plan", "apply", later(office), "--campaign", "1", "--yes")
    assert "Đã áp dụng 2 thay đổi." in printed
    rows = office.json("campaign", "show", "1")["rows"]
    assert any("về nhà đủ vui" in row["text"] for row in rows)
    assert "không có gì khác" in office.loa("plan", "apply", later(office), "--campaign", "1")


def test_a_paper_of_no_known_plan_asks_for_the_campaign(office: Office) -> None:
    other = written(office, "khac.json", paper(title="Sum vầy Tết 2028"))
    assert "--campaign" in office.loa("plan", "compare", other, expect=1)
