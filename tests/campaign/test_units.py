"""The tree of units, as offices merge, rename and close them."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import Session, select

from campaign.organisation import units
from campaign.organisation.levels import Level, of_units, of_words
from campaign.work import duties
from storage.models import (
    Assignment,
    AuditEntry,
    Campaign,
    Chat,
    Cluster,
    ClusterMember,
    Duty,
    Invite,
    Post,
    Submission,
    Unit,
    UnitName,
)
from tests.campaign.organisation import NOW, TODAY, appoint, compete, found, key_of, office

REFORM = date(2025, 7, 1)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with office(tmp_path) as session:
        yield session


def codes(session: Session, keys: list[int]) -> list[str]:
    return [session.get_one(Unit, key).code for key in keys]


def refused(session: Session, source: Unit, into: Unit) -> str:
    with pytest.raises(units.UnitRefusal) as refusal:
        units.merge(session, source, into, on=TODAY, now=NOW)
    assert refusal.value.sentence.endswith(".")
    return refusal.value.code


# -- looking up --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["LĐLĐ-01", "lđlđ-01", "  LđLđ-01 ", "LĐLĐ-01\u200b"])
def test_a_code_is_found_in_any_case_and_with_stray_spaces(session: Session, typed: str) -> None:
    unit = found(session, "LĐLĐ-01")
    found(session, "LDLD-01")  # another unit: without marks it is another code

    assert units.by_code(session, typed) == unit


def test_no_code_is_nobody_and_a_percent_sign_is_only_a_letter(session: Session) -> None:
    found(session, "CS-01")

    assert units.by_code(session, " ") is None
    assert units.by_code(session, "%") is None
    assert units.by_code(session, "CS-0") is None


def test_a_cadre_finds_her_union_without_marks_and_with_a_slip(session: Session) -> None:
    hospital = found(session, "CS-BV01", "CĐCS Bệnh viện Đa khoa Lam Giang")
    school = found(session, "CS-DH01", "CĐCS Trường Đại học Lam Giang")
    found(session, "CS-MAY02", "CĐCS Công ty TNHH May Bến Sứ")

    assert units.search(session, "benh vien da khoa")[0] == hospital
    assert units.search(session, "đại hoc lam giag")[0] == school
    assert units.search(session, "cs-dh01")[0] == school
    assert units.search(session, "xổ số kiến thiết") == []
    assert units.search(session, "…") == []


def test_a_closed_union_is_no_longer_offered(session: Session) -> None:
    hospital = found(session, "CS-BV01", "CĐCS Bệnh viện Đa khoa Lam Giang")
    units.close(session, hospital, REFORM)

    assert units.search(session, "benh vien da khoa") == []
    assert units.search(session, "benh vien da khoa", on=date(2025, 6, 30)) == [hospital]
    assert units.display(hospital) == ("CĐCS Bệnh viện Đa khoa Lam Giang (CS-BV01, ngừng hoạt động từ 01/07/2025)")


def test_the_day_of_closing_is_the_first_without_the_unit(session: Session) -> None:
    unit = found(session, "CS-01")
    units.close(session, unit, REFORM)
    later = found(session, "CS-02")
    later.valid_from = REFORM

    assert units.open_units(session, date(2025, 6, 30)) == [unit]
    assert units.open_units(session, REFORM) == [later]
    assert units.open_units(session, None) == [later]
    assert [units.is_open(unit, day) for day in (date(2025, 6, 30), REFORM, None)] == [True, False, False]


def test_lists_follow_the_vietnamese_alphabet(session: Session) -> None:
    names = ["Đông Hà", "Ân Thi", "Dầu Giây", "An Nhơn", "Ô Môn", "Oai"]
    rows = [found(session, f"C{place}", name) for place, name in enumerate(names)]

    in_order = [unit.name for unit in units.in_order(rows)]
    assert in_order == ["An Nhơn", "Ân Thi", "Dầu Giây", "Đông Hà", "Oai", "Ô Môn"]


# -- the tree ----------------------------------------------------------------------------------------------------------


def test_everything_under_a_federation_is_reached_at_any_depth(session: Session) -> None:
    province = found(session, "LDLD")
    ward = found(session, "CD-P01", parent=province)
    factory = found(session, "CS-01", parent=ward)
    workshop = found(session, "BP-01", parent=factory)
    found(session, "CS-99", parent=province)

    assert codes(session, units.descendants(session, key_of(ward), TODAY)) == ["CD-P01", "CS-01", "BP-01"]
    assert codes(session, units.ancestors(session, key_of(workshop))) == ["BP-01", "CS-01", "CD-P01", "LDLD"]
    assert units.ancestors(session, 12345) == []


def test_a_ring_in_the_table_does_not_hang_the_office(session: Session) -> None:
    first = found(session, "CS-01")
    second = found(session, "CS-02", parent=first)
    first.parent_id = second.id
    session.flush()

    assert codes(session, units.descendants(session, key_of(first), TODAY)) == ["CS-01", "CS-02"]
    assert codes(session, units.ancestors(session, key_of(first))) == ["CS-01", "CS-02"]


# -- rename and close --------------------------------------------------------------------------------------------------


def test_a_new_name_keeps_the_old_one_in_the_history(session: Session) -> None:
    unit = found(session, "CS-01", "CĐCS Công ty May Bến Sứ")

    assert units.rename(session, unit, " CĐCS Công ty  Cổ phần May Bến Sứ ", TODAY)
    assert not units.rename(session, unit, "CĐCS Công ty Cổ phần May Bến Sứ", TODAY)

    history = session.exec(select(UnitName)).all()
    assert [(past.name, past.until) for past in history] == [("CĐCS Công ty May Bến Sứ", TODAY)]
    assert units.search(session, "co phan may ben su") == [unit]


def test_a_unit_cannot_lose_its_name(session: Session) -> None:
    unit = found(session, "CS-01")

    with pytest.raises(units.UnitRefusal):
        units.rename(session, unit, " \u200b ", TODAY)


def test_a_federation_is_not_closed_over_the_heads_of_its_unions(session: Session) -> None:
    district = found(session, "H-01", "LĐLĐ huyện Cư Jút")
    found(session, "CS-01", parent=district)

    with pytest.raises(units.UnitRefusal) as refusal:
        units.close(session, district, REFORM)

    assert "còn 1 đơn vị trực thuộc" in refusal.value.sentence
    assert district.valid_to is None


def test_a_closed_unit_is_not_closed_again(session: Session) -> None:
    unit = found(session, "CS-01")
    units.close(session, unit, REFORM)

    with pytest.raises(units.UnitRefusal, match=r"unit\.closed"):
        units.close(session, unit, TODAY)
    assert unit.valid_to == REFORM


def test_a_unit_does_not_end_before_it_began(session: Session) -> None:
    unit = found(session, "CS-01")
    unit.valid_from = TODAY

    with pytest.raises(units.UnitRefusal, match=r"unit\.too_early"):
        units.close(session, unit, REFORM)


# -- merge -------------------------------------------------------------------------------------------------------------


def test_the_district_ends_and_its_unions_go_to_the_ward(session: Session) -> None:
    province = found(session, "LDLD")
    district = found(session, "H-01", parent=province)
    ward = found(session, "P-01", parent=province)
    factory = found(session, "CS-01", parent=district)

    units.merge(session, district, ward, on=REFORM, now=NOW, actor="loa units merge")

    assert codes(session, units.descendants(session, key_of(ward), TODAY)) == ["P-01", "CS-01"]
    assert factory.parent_id == ward.id
    assert (district.valid_to, units.successor(session, district)) == (REFORM, ward)
    entry = session.exec(select(AuditEntry)).one()
    assert (entry.action, entry.subject, entry.detail["into"]) == ("unit.merged", "unit:H-01", "P-01")


def test_after_two_reforms_the_first_unit_still_knows_who_goes_on_for_it(session: Session) -> None:
    first, second, third = (found(session, code) for code in ("A", "B", "C"))

    units.merge(session, first, second, on=date(2025, 7, 1), now=NOW)
    units.merge(session, second, third, on=date(2026, 7, 1), now=NOW)

    assert units.successor(session, first) == third


def test_groups_and_invitations_follow_the_people_into_the_new_union(session: Session) -> None:
    old, new = found(session, "OLD"), found(session, "NEW")
    session.add(Chat(channel="web", external_id="g1", unit_id=old.id, created_at=NOW))
    session.add(Invite(code_hash="h", unit_id=key_of(old), role="officer", created_at=NOW))
    session.flush()

    units.merge(session, old, new, on=TODAY, now=NOW)

    session.expire_all()
    assert session.exec(select(Chat)).one().unit_id == new.id
    assert session.exec(select(Invite)).one().unit_id == new.id


def test_a_cadre_keeps_her_post_in_the_new_union_and_its_history_in_the_old(session: Session) -> None:
    old, new = found(session, "OLD"), found(session, "NEW")
    moved = appoint(session, "Nguyễn Thị Sự", old, "officer")
    both = appoint(session, "Trần Văn Hòe", old, "chair")
    session.add(Post(person_id=both.person_id, unit_id=key_of(new), role="chair", since=NOW))
    session.flush()

    units.merge(session, old, new, on=TODAY, now=NOW)

    posts = session.exec(select(Post)).all()
    still_open = {(post.person_id, post.unit_id, post.role) for post in posts if post.until is None}
    assert still_open == {(moved.person_id, new.id, "officer"), (both.person_id, new.id, "chair")}
    assert len([post for post in posts if post.unit_id == new.id]) == 2  # the chair does not hold her post twice
    assert {post.until for post in posts if post.unit_id == old.id} == {NOW}


def test_the_place_in_the_cluster_moves_unless_the_new_union_has_its_own(session: Session) -> None:
    old, new = found(session, "OLD"), found(session, "NEW")
    past = compete(session, "Cụm 1", old, year=2025)
    this_year = compete(session, "Cụm 1", old)
    led = compete(session, "Cụm 9", old, year=2028)
    compete(session, "Cụm 8", new, year=2028)
    this_year.leader_unit_id = led.leader_unit_id = old.id

    units.merge(session, old, new, on=TODAY, now=NOW)

    def places(unit: Unit) -> list[tuple[int, str]]:
        statement = select(Cluster.year, Cluster.name).join(ClusterMember).where(ClusterMember.unit_id == unit.id)
        return sorted(session.exec(statement))

    assert places(old) == [(2025, "Cụm 1")]
    assert places(new) == [(2027, "Cụm 1"), (2028, "Cụm 8")]
    leaders = {(row.year, row.name): row.leader_unit_id for row in session.exec(select(Cluster))}
    assert leaders[2027, "Cụm 1"] == new.id
    assert leaders[2028, "Cụm 9"] is None
    assert past.leader_unit_id is None


def test_what_the_old_union_owed_stays_its_own_and_nobody_is_reminded_of_it(session: Session) -> None:
    old, new = found(session, "OLD"), found(session, "NEW")
    campaign = Campaign(name="Tháng Công nhân", year=2027, unit_id=key_of(new), start=TODAY, end=TODAY)
    session.add(campaign)
    session.flush()
    assert campaign.id is not None
    assignment = Assignment(campaign_id=campaign.id, title="Nộp ảnh", audience="all")
    session.add(assignment)
    session.flush()
    assert assignment.id is not None
    duty = Duty(assignment_id=assignment.id, unit_id=key_of(old), next_reminder_at=NOW)
    session.add(duty)
    session.flush()
    draft = Submission(
        unit_id=old.id, duty_id=duty.id, channel="web", chat="web:1", sender="1", to="1", created_at=NOW, touched_at=NOW
    )
    sent = draft.model_copy(update={"state": "submitted", "code": "TC-0142"})
    session.add_all([draft, sent])
    session.flush()

    units.merge(session, old, new, on=TODAY, now=NOW)

    session.expire_all()
    assert (duty.unit_id, duty.next_reminder_at, duties.is_owed(duty)) == (old.id, None, True)
    assert (draft.unit_id, draft.duty_id) == (new.id, None)
    assert (sent.unit_id, sent.duty_id) == (old.id, duty.id)


def test_merging_into_itself_a_part_of_itself_or_the_past_is_refused(session: Session) -> None:
    province = found(session, "LDLD")
    ward = found(session, "P-01", parent=province)
    factory = found(session, "CS-01", parent=ward)
    gone = found(session, "CS-02", parent=province)
    units.close(session, gone, REFORM)

    assert refused(session, ward, ward) == "unit.same"
    assert refused(session, ward, factory) == "unit.below"
    assert refused(session, province, factory) == "unit.below"
    assert refused(session, factory, gone) == "unit.closed"
    assert refused(session, gone, factory) == "unit.closed"
    assert units.open_units(session, None) == [factory, province, ward]


# -- levels ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "level"),
    [
        ("Công đoàn cơ sở", Level.GRASSROOTS),
        ("CĐCS Trường Tiểu học Ban Mai", Level.GRASSROOTS),
        ("Nghiệp đoàn cơ sở nghề cá", Level.GRASSROOTS),
        ("Nghiệp đoàn xe ôm", Level.GRASSROOTS),
        ("Công đoàn cấp trên trực tiếp cơ sở", Level.INTERMEDIATE),
        ("LĐLĐ huyện Cư Jút", Level.INTERMEDIATE),
        ("Công đoàn phường Lam Thành", Level.INTERMEDIATE),
        ("Công đoàn các khu công nghiệp", Level.INTERMEDIATE),
        ("Công đoàn các KCN tỉnh", Level.INTERMEDIATE),
        ("Công đoàn Viên chức tỉnh", Level.INTERMEDIATE),
        ("CĐBP Xưởng Cắt", Level.PART),
        ("Tổ công đoàn", Level.PART),
        ("CĐCS thành viên", Level.PART),
        ("Ban Tuyên giáo và Nữ công", Level.DEPARTMENT),
        ("Văn phòng", Level.DEPARTMENT),
        ("Công đoàn Công ty May", None),
        ("", None),
    ],
)
def test_a_kind_says_its_level_and_above_the_grassroots_is_not_grassroots(words: str, level: Level | None) -> None:
    assert of_words(words) == level


def test_where_the_table_names_no_kind_the_tree_tells(session: Session) -> None:
    province = found(session, "LDLD", "LĐLĐ tỉnh Lam Giang")
    education = found(session, "GD", "Công đoàn Giáo dục", province)
    school = found(session, "TH", "Công đoàn Trường Hoa Lam", education)
    team = found(session, "TO", "Khối 1", school)
    office_of = found(session, "VP", "Văn phòng", province)
    rows = session.exec(select(Unit)).all()

    levels = of_units(rows)

    assert [levels[key_of(unit)] for unit in (province, education, school, team, office_of)] == [
        Level.FEDERATION,
        Level.INTERMEDIATE,
        Level.INTERMEDIATE,
        Level.GRASSROOTS,
        Level.DEPARTMENT,
    ]
    school.kind = "Công đoàn cơ sở"
    assert of_units(rows)[key_of(team)] == Level.PART
