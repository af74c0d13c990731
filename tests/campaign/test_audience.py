"""Whom a message reaches: what admins type, and what becomes of it when the union changes."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, select

from campaign.organisation import audience, units
from campaign.organisation.audience import Atom, Audience, BadAudience, MembersFilter, Term
from campaign.organisation.audience.grammar import LEVELS, AtomKind
from campaign.text import clean_name
from storage.models import Person, Unit
from storage.models.organisation import Role
from tests.campaign.organisation import NOW, TODAY, appoint, compete, counted, found, office


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with office(tmp_path) as session:
        settle(session)
        yield session


def settle(session: Session) -> None:
    province = found(session, "LDLD", "LĐLĐ tỉnh Lam Giang", kind="LĐLĐ tỉnh")
    ward = found(session, "CD-P01", "Công đoàn phường Bến Sứ", province, kind="Công đoàn phường")
    garments = found(session, "CS-MAY01", "CĐCS Công ty May Bến Sứ", ward, kind="Công đoàn cơ sở", members=742)
    bricks = found(session, "CS-GACH01", "CĐCS Công ty Gạch Bến Sứ", ward, kind="Công đoàn cơ sở", members=200)
    school = found(session, "CS-TH01", "CĐCS Trường Hoa Lam", province, kind="Công đoàn cơ sở")
    found(session, "BP-01", "CĐBP Xưởng Cắt", garments, kind="Công đoàn bộ phận", members=420)
    compete(session, "Cụm 1", garments, bricks)
    compete(session, "Cụm May + Da giày", garments, school)


def unit(session: Session, code: str) -> Unit:
    there = units.by_code(session, code)
    assert there is not None
    return there


def codes(session: Session, text: str, on: date | None = TODAY) -> set[str]:
    return {unit.code for unit in audience.units_of(session, text, on)}


def refusal(session: Session, text: str) -> BadAudience:
    with pytest.raises(BadAudience) as refused:
        audience.resolve(session, text, TODAY)
    assert len(refused.value.sentence) <= 350
    return refused.value


# -- who is reached ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reached"),
    [
        ("all", {"LDLD", "CD-P01", "CS-MAY01", "CS-GACH01", "CS-TH01", "BP-01"}),
        ("unit:cs-may01", {"CS-MAY01"}),
        ("under:CD-P01", {"CD-P01", "CS-MAY01", "CS-GACH01", "BP-01"}),
        ("cluster:cum so 1", {"CS-MAY01", "CS-GACH01"}),
        ('cluster:"Cụm May + Da giày"', {"CS-MAY01", "CS-TH01"}),
        ("kind:grassroots", {"CS-MAY01", "CS-GACH01", "CS-TH01"}),
        ("kind:intermediate", {"CD-P01"}),
        ("kind:part", {"BP-01"}),
        ("kind:CĐ phường", {"CD-P01"}),
        ("kind:grassroots & members:>200", {"CS-MAY01"}),
        ("kind:grassroots&members:>=200", {"CS-MAY01", "CS-GACH01"}),
        ("all&members:>=200&members:<500", {"CS-GACH01", "BP-01"}),
        (" UNIT:CS-TH01 + Cluster:1 ", {"CS-TH01", "CS-MAY01", "CS-GACH01"}),
        ("role:officer", set()),
    ],
)
def test_an_audience_reaches_the_units_it_names(session: Session, text: str, reached: set[str]) -> None:
    assert codes(session, text) == reached


def test_a_union_named_twice_is_reached_once_and_lists_are_in_order(session: Session) -> None:
    reached = audience.units_of(session, "under:CD-P01+cluster:1+unit:CS-MAY01", TODAY)

    assert [unit.name for unit in reached] == [
        "CĐBP Xưởng Cắt",
        "CĐCS Công ty Gạch Bến Sứ",
        "CĐCS Công ty May Bến Sứ",
        "Công đoàn phường Bến Sứ",
    ]


def test_after_a_merger_what_was_meant_for_the_old_union_reaches_the_new_one(session: Session) -> None:
    units.merge(session, unit(session, "CS-GACH01"), unit(session, "CS-TH01"), on=TODAY, now=NOW)

    assert codes(session, "unit:CS-GACH01") == {"CS-TH01"}
    assert codes(session, "all") == {"LDLD", "CD-P01", "CS-MAY01", "CS-TH01", "BP-01"}
    # Asked about a day before, the list is the one of that day, except that the tree is today's.
    assert "CS-GACH01" in codes(session, "kind:grassroots", TODAY - timedelta(days=1))


def test_a_closed_union_and_last_years_cluster_reach_nobody_and_stop_nothing(session: Session) -> None:
    units.close(session, unit(session, "CS-TH01"), TODAY)
    compete(session, "Cụm mới", unit(session, "CS-MAY01"), year=2028)
    next_year = date(2028, 5, 1)

    assert codes(session, "unit:CS-TH01+cluster:1") == {"CS-MAY01", "CS-GACH01"}
    assert codes(session, "cluster:1+cluster:Cụm mới", next_year) == {"CS-MAY01"}
    assert codes(session, "cluster:1", None) == set()
    assert codes(session, "unit:CHUA-CO") == set()


def test_five_thousand_unions_cost_a_handful_of_queries(session: Session) -> None:
    ward = unit(session, "CD-P01")
    rows = [Unit(code=f"N{n}", name=f"CĐCS số {n}", parent_id=ward.id, members=n) for n in range(5000)]
    session.add_all(rows)
    session.flush()

    with counted(session) as statements:
        reached = audience.units_of(session, "under:CD-P01+cluster:1+kind:grassroots&members:>200+unit:N7", TODAY)

    assert len(reached) == 5004
    assert len(statements) <= 5


# -- people ------------------------------------------------------------------------------------------------------------


def test_editors_are_reached_as_people_while_they_hold_the_post(session: Session) -> None:
    editor = appoint(session, "Lê Quang Nhuận", unit(session, "LDLD"), Role.EDITOR)
    admin = appoint(session, "Nguyễn Thị Hải Lý", unit(session, "LDLD"), Role.ADMIN)
    left = appoint(session, "Trần Đình Khoát", unit(session, "LDLD"), Role.EDITOR)
    left.until = NOW
    erased = appoint(session, "(đã xóa)", unit(session, "LDLD"), Role.EDITOR)
    session.get_one(Person, erased.person_id).erased_at = NOW
    appoint(session, "Phạm Thị Mận", unit(session, "CS-TH01"), Role.EDITOR)
    units.close(session, unit(session, "CS-TH01"), TODAY)
    session.flush()

    assert audience.people_of(session, "role:editor", TODAY) == [editor]
    assert audience.people_of(session, "role:editor+role:admin+all", None) == [editor, admin]
    assert audience.people_of(session, "all", TODAY) == []


# -- what admins mistype -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "code", "hint"),
    [
        ("", "audience.empty", "cluster:TÊN"),
        ("unit:CS-MAY1", "audience.unit", "CS-MAY01 (CĐCS Công ty May Bến Sứ)"),
        ("under:Trường Hoa Lam", "audience.unit", "CS-TH01"),
        ("unit:ZZZ", "audience.unit", "danh sách đơn vị"),
        ("cluster:Cụm 7", "audience.cluster", "Cụm 1"),
        ("cluster:Da giày", "audience.cluster", "Cụm May + Da giày"),
        ("kind:Công đoàn phưng", "audience.kind", "Công đoàn phường"),
        ("clutser:1", "audience.syntax", "cluster"),
        ("unit:", "audience.syntax", "unit:MÃ"),
        ("all:1", "audience.syntax", "unit:MÃ"),
        ("CS-MAY01", "audience.syntax", "unit:MÃ"),
        ("role:boss", "audience.role", "officer"),
        ("all&members:many", "audience.filter", "members:>200"),
        ('cluster:"Cụm 1', "audience.quotes", "ngoặc kép"),
        ("unit:A+", "audience.syntax", "unit:MÃ"),
        ("+".join(["unit:CS-MAY01"] * 400), "audience.long", "theo cụm"),
    ],
)
def test_a_mistyped_audience_is_refused_with_what_may_have_been_meant(
    session: Session, typed: str, code: str, hint: str
) -> None:
    refused = refusal(session, typed)

    assert (refused.code, hint in refused.sentence) == (code, True)


def test_a_resolved_audience_is_kept_as_we_print_it(session: Session) -> None:
    kept = audience.resolve(session, " unit:cs-may01 + cluster:CUM 1 + unit:CS-MAY01", TODAY)

    assert str(kept) == "unit:CS-MAY01+cluster:Cụm 1"


names = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z", "M")), min_size=1, max_size=12).map(
    clean_name
)
atoms = st.one_of(
    st.just(Atom(AtomKind.ALL)),
    st.builds(Atom, st.sampled_from([AtomKind.UNIT, AtomKind.UNDER, AtomKind.CLUSTER]), names.filter(bool)),
    st.builds(Atom, st.just(AtomKind.KIND), st.sampled_from([str(level) for level in LEVELS])),
    st.builds(Atom, st.just(AtomKind.ROLE), st.sampled_from([str(role) for role in Role])),
)
filters = st.builds(MembersFilter, st.sampled_from([">", ">=", "<", "<=", "="]), st.integers(0, 999_999))
terms = st.builds(Term, atoms, st.lists(filters, max_size=2).map(tuple))


@given(st.lists(terms, min_size=1, max_size=5, unique=True).map(tuple))
def test_whatever_a_cluster_is_called_its_audience_is_read_back_unchanged(them: tuple[Term, ...]) -> None:
    assert audience.parse(str(Audience(them))) == Audience(them)


# -- words for people --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("all", "Tất cả đơn vị (6 đơn vị)"),
        ("unit:CS-TH01", "CĐCS Trường Hoa Lam"),
        ("under:CD-P01", "Công đoàn phường Bến Sứ và các đơn vị trực thuộc (4 đơn vị)"),
        ("cluster:1", "Cụm 1 (2 đơn vị)"),
        ("kind:grassroots&members:>1000", "Các công đoàn cơ sở có trên 1.000 đoàn viên (0 đơn vị)"),
        (
            "all&members:>=50&members:<=200",
            "Tất cả đơn vị có từ 50 đoàn viên trở lên và không quá 200 đoàn viên (1 đơn vị)",
        ),
        ("kind:Công đoàn phường", "Công đoàn phường (1 đơn vị)"),
        ("role:editor", "Biên tập viên (1 người)"),
        ("cluster:1+unit:CS-MAY01", "Cụm 1 (2 đơn vị); CĐCS Công ty May Bến Sứ; tổng cộng 2 đơn vị"),
        ("cluster:Cụm 9", "Cụm 9 (không còn trong danh sách)"),
        ("", "Chưa chọn nơi nhận"),
    ],
)
def test_an_audience_is_shown_in_words_with_numbers(session: Session, text: str, words: str) -> None:
    appoint(session, "Lê Quang Nhuận", unit(session, "LDLD"), Role.EDITOR)

    assert audience.describe(session, text, TODAY) == words


def test_a_long_audience_is_summed_up(session: Session) -> None:
    everybody = session.exec(select(Unit)).all()
    text = "+".join(f"unit:{unit.code}" for unit in everybody)

    assert audience.describe(session, text).endswith("2 nơi khác; tổng cộng 6 đơn vị")
