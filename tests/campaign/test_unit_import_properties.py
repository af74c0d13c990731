"""Whatever stands in the table: the tree stays a tree, every row is accounted for, twice is the same as once."""

import csv
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from campaign.organisation import units
from campaign.organisation.unit_import import ImportResult, import_units
from storage.models import Unit, UnitName
from tests.campaign.excel import HEADER
from tests.campaign.organisation import NOW, TODAY, key_of, office

codes = st.sampled_from(["A", "b", "B", "C", "D", "E", "Đ", "F", ""])
rows = st.tuples(
    codes,
    st.sampled_from(["CĐCS Một", "CĐCS Hai", "CĐCS Hai ", "", "=1+1"]),
    st.sampled_from(["", "Công đoàn cơ sở"]),
    codes,
    st.sampled_from(["", "Cụm 1", "cụm số 1", "Cụm 2", "-"]),
    st.sampled_from(["", "12", "1.250", "12a"]),
    st.just(""),
    st.sampled_from(["", "0901 234 567", "1"]),
)
tables = st.lists(rows, min_size=1, max_size=12)


def bring(session: Session, folder: str, table: list[tuple[str, ...]]) -> ImportResult:
    path = Path(folder, "don-vi.csv")
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER, *table, ("Z", "CĐCS Cuối", "", "", "", "", "", "")])
    return import_units(session, path, year=2027, today=TODAY, now=NOW)


def accounted(result: ImportResult) -> int:
    return result.created + result.updated + result.unchanged + len({one.row_number for one in result.problems})


@settings(max_examples=40, deadline=None)
@given(tables, tables)
def test_any_table_brought_twice_is_as_if_brought_once(
    first: list[tuple[str, ...]], second: list[tuple[str, ...]]
) -> None:
    with TemporaryDirectory() as folder, office(Path(folder)) as session:
        for table in (first, second):
            blank = sum(not any(row) for row in table)
            once = bring(session, folder, table)
            assert accounted(once) == len(table) + 1 - blank
            names = len(session.exec(select(UnitName)).all())

            twice = bring(session, folder, table)

            assert (twice.created, twice.updated) == (0, 0)
            assert twice.unchanged == once.created + once.updated + once.unchanged
            assert twice.problems == once.problems
            assert len(session.exec(select(UnitName)).all()) == names
            assert_tree(session)


def assert_tree(session: Session) -> None:
    everybody = session.exec(select(Unit)).all()
    tops = {key_of(unit) for unit in everybody if unit.parent_id is None}
    assert all(units.ancestors(session, key_of(unit))[-1] in tops for unit in everybody)
    assert len({unit.code.casefold() for unit in everybody}) == len(everybody)
