"""Cụm thi đua: how people name them, and what the turn of the year does to them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import Session

from campaign.organisation import clusters, units
from storage.models import Unit
from tests.campaign.organisation import TODAY, compete, found, key_of, office


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with office(tmp_path) as session:
        yield session


def names(found_units: list[Unit]) -> list[str]:
    return [unit.name for unit in found_units]


@pytest.mark.parametrize("typed", ["Cụm 2", "cum 2", "CỤM SỐ 02", "Cụm thi đua số 2", "cụm thi đua 2", "2", "Cụm II"])
def test_every_way_of_saying_cluster_two_means_it(session: Session, typed: str) -> None:
    second = compete(session, "Cụm số 2", found(session, "CS-01"))
    compete(session, "Cụm số 12", found(session, "CS-02"))

    assert clusters.by_name(session, 2027, typed) == second


def test_a_cluster_with_a_name_is_found_without_marks_and_the_word_cluster(session: Session) -> None:
    garments = compete(session, "Cụm Dệt may - Da giày", found(session, "CS-01"))
    compete(session, "Cụm Giáo dục - Y tế", found(session, "CS-02"))

    assert clusters.by_name(session, 2027, "det may da giay") == garments
    assert clusters.by_name(session, 2027, "Cụm Dệt may") is None
    assert clusters.near(session, 2027, "Cụm Dệt may") == [garments]


def test_the_word_cluster_alone_is_no_cluster(session: Session) -> None:
    compete(session, "Cụm 1", found(session, "CS-01"))

    assert clusters.by_name(session, 2027, "Cụm thi đua") is None
    assert clusters.by_name(session, 2027, "") is None


def test_on_the_second_of_january_last_years_clusters_still_hold(session: Session) -> None:
    unit = found(session, "CS-01")
    past = compete(session, "Cụm 1", unit, year=2027)
    assert clusters.of_unit(session, key_of(unit), 2028) == past

    new = compete(session, "Cụm 1", unit, year=2028)

    assert clusters.of_unit(session, key_of(unit), 2028) == new
    assert clusters.of_unit(session, key_of(unit), None) == new
    assert clusters.by_name(session, 2027, "Cụm 1") == past
    assert clusters.by_name(session, 2026, "Cụm 1") is None


def test_members_are_listed_in_vietnamese_order_without_the_closed_ones(session: Session) -> None:
    gone, last, first = found(session, "A", "Bưu điện"), found(session, "B", "Điện lực"), found(session, "C", "Da giày")
    cluster = compete(session, "Cụm 1", gone, last, first)
    units.close(session, gone, TODAY)

    assert names(clusters.members(session, key_of(cluster), TODAY)) == ["Da giày", "Điện lực"]
    assert clusters.members(session, key_of(cluster), None) == [first, last]
    assert gone in clusters.members(session, key_of(cluster), TODAY.replace(month=1))


def test_last_years_clusters_are_carried_over_once(session: Session) -> None:
    stays, moves, gone = found(session, "A"), found(session, "B"), found(session, "C")
    first = compete(session, "Cụm 1", stays, moves, gone, year=2027)
    first.leader_unit_id = gone.id
    placed = compete(session, "Cụm 2", moves, year=2028)  # somebody has placed B by hand already
    units.close(session, gone, TODAY)

    assert clusters.copy_year(session, 2027, 2028) == 1
    assert clusters.copy_year(session, 2027, 2028) == 0

    copy = clusters.by_name(session, 2028, "Cụm 1")
    assert copy is not None
    assert (copy.year, copy.leader_unit_id) == (2028, None)
    assert clusters.members(session, key_of(copy), None) == [stays]
    assert clusters.members(session, key_of(placed), None) == [moves]
    assert len(clusters.members(session, key_of(first), TODAY.replace(month=1))) == 3


def test_many_clusters_at_once_are_as_each_by_itself(session: Session) -> None:
    """Old ones follow the name, renamed ones stay, closed units are out, and of two with one name the first counts."""
    a, b, c, gone = (found(session, code) for code in ("A", "B", "C", "D"))
    old = [compete(session, "Cụm 1", a, b, year=2026), compete(session, "Cụm Cũ", b, c, year=2026)]
    new = [compete(session, "Cụm số 1", c, gone, year=2027), compete(session, "cụm 01", b, year=2027)]
    new.append(compete(session, "Cụm", a, year=2027))
    units.close(session, gone, TODAY)

    ids = [key_of(cluster) for cluster in [*old, *new]]
    singly = {one: {unit.id for unit in clusters.members_today(session, one)} for one in ids}
    assert clusters.unit_ids_today(session, ids) == singly
    assert clusters.unit_ids_today(session, []) == {}
