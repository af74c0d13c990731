"""An office brings its table of units: what is taken, what is left out and why; a second time changes nothing."""

import csv
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import Session, select

from campaign.organisation import clusters, phones, units
from campaign.organisation.unit_import import ImportResult, import_units
from samples import units_csv
from storage.models import AuditEntry, Cluster, ClusterMember, Unit, UnitName
from tests.campaign.excel import HEADER, Cell, xlsx
from tests.campaign.organisation import NOW, TODAY, counted, found, key_of, office

PROVINCE = ("LDLD", "LĐLĐ tỉnh Lam Giang", "LĐLĐ tỉnh", "", "", "", "Lê Quang Nhuận", "0900 000 001")
WARD = ("P01", "Công đoàn phường Bến Sứ", "Công đoàn phường", "LDLD", "", "", "Trần Đình Khoát", "0900.000.002")
FACTORY = ("CS-01", "CĐCS Công ty May Bến Sứ", "Công đoàn cơ sở", "P01", "Cụm 1", 742, "Trần Thị Hợi", "0261 3543 210")
SCHOOL = ("CS-02", "CĐCS Trường Hoa Lam", "Công đoàn cơ sở", "P01", "Cụm 2", "1.250", "", "")


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with office(tmp_path) as session:
        yield session


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return tmp_path / "don-vi.xlsx"


def bring(session: Session, path: Path, **options: bool) -> ImportResult:
    return import_units(session, path, year=2027, today=TODAY, now=NOW, **options)


def bring_rows(session: Session, path: Path, *rows: Sequence[Cell], header: Sequence[str] = HEADER) -> ImportResult:
    return bring(session, xlsx(path, header, *rows))


def counts(result: ImportResult) -> tuple[int, int, int]:
    return result.created, result.updated, result.unchanged


def unit(session: Session, code: str) -> Unit:
    there = units.by_code(session, code)
    assert there is not None
    return there


def problems(result: ImportResult) -> list[tuple[int, str]]:
    assert all(len(problem.sentence) <= 300 and problem.sentence.strip() for problem in result.problems)
    return [(problem.row_number, problem.code) for problem in result.problems]


# -- what is taken -----------------------------------------------------------------------------------------------------


def test_the_office_brings_its_table_and_the_tree_stands(session: Session, table: Path) -> None:
    result = bring_rows(session, table, FACTORY, SCHOOL, WARD, PROVINCE)  # superiors come last

    assert (counts(result), result.problems) == ((4, 0, 0), [])
    factory = unit(session, "CS-01")
    line = [session.get_one(Unit, key).code for key in units.ancestors(session, key_of(factory))]
    assert line == ["CS-01", "P01", "LDLD"]
    assert (factory.kind, factory.members, factory.contact_name) == ("Công đoàn cơ sở", 742, "Trần Thị Hợi")
    assert (factory.contact_phone, phones.national(factory.contact_phone)) == ("+842613543210", "0261 3543 210")
    assert unit(session, "CS-02").members == 1250
    assert units.search(session, "truong hoa lam") == [unit(session, "CS-02")]
    cluster = clusters.of_unit(session, key_of(factory), 2027)
    assert cluster is not None
    assert cluster.name == "Cụm 1"


def test_the_sample_federation_is_taken_whole(session: Session) -> None:
    with units_csv().open(encoding="utf-8-sig", newline="") as file:
        rows = len(list(csv.DictReader(file)))

    assert counts(bring(session, Path(str(units_csv())))) == (rows, 0, 0)
    assert len(session.exec(select(Cluster)).all()) == 4


def test_a_second_import_touches_no_row(session: Session, table: Path) -> None:
    bring_rows(session, table, PROVINCE, WARD, FACTORY, SCHOOL)

    with counted(session) as statements:
        again = bring(session, table)

    assert counts(again) == (0, 0, 4)
    assert all(statement.lstrip().upper().startswith("SELECT") for statement in statements)
    assert len(session.exec(select(AuditEntry)).all()) == 1


def test_a_changed_name_is_a_rename_with_history(session: Session, table: Path) -> None:
    bring_rows(session, table, PROVINCE, WARD, FACTORY, SCHOOL)

    result = bring_rows(session, table, PROVINCE, WARD, FACTORY, ("CS-02", "CĐCS Trường Hoa Lam 2", *SCHOOL[2:]))

    assert counts(result) == (0, 1, 3)
    past = session.exec(select(UnitName)).one()
    assert (past.unit_id, past.name, past.until) == (unit(session, "CS-02").id, "CĐCS Trường Hoa Lam", TODAY)
    assert units.search(session, "hoa lam 2")[0].code == "CS-02"


def test_a_union_moves_to_another_cluster_and_another_superior(session: Session, table: Path) -> None:
    bring_rows(session, table, PROVINCE, WARD, FACTORY, SCHOOL)
    first = clusters.by_name(session, 2027, "Cụm 1")
    assert first is not None
    first.leader_unit_id = unit(session, "CS-01").id

    moved = (*FACTORY[:3], "LDLD", "cụm số 2", *FACTORY[5:])
    result = bring_rows(session, table, PROVINCE, WARD, moved, (*SCHOOL[:4], "", *SCHOOL[5:]))

    assert counts(result) == (0, 2, 2)
    assert unit(session, "CS-01").parent_id == unit(session, "LDLD").id
    home = clusters.of_unit(session, key_of(unit(session, "CS-01")), 2027)
    assert home is not None
    assert home.name == "Cụm 2"  # the cluster that was there already, however it is spelled now
    assert first.leader_unit_id is None
    assert len(session.exec(select(ClusterMember)).all()) == 1  # the school's cell was emptied


def test_clusters_of_another_year_are_left_alone(session: Session, table: Path) -> None:
    bring_rows(session, table, PROVINCE, WARD, FACTORY)
    import_units(session, table, year=2028, today=TODAY, now=NOW)

    assert {(row.year, row.name) for row in session.exec(select(Cluster))} == {(2027, "Cụm 1"), (2028, "Cụm 1")}
    assert len(session.exec(select(ClusterMember)).all()) == 2


def test_a_column_that_is_not_there_changes_nothing_and_an_empty_cell_empties(session: Session, table: Path) -> None:
    bring_rows(session, table, PROVINCE, WARD, FACTORY)

    only_names = bring_rows(session, table, ("cs-01", FACTORY[1]), header=("Mã đơn vị", "TÊN"))
    assert counts(only_names) == (0, 0, 1)

    bring_rows(session, table, ("CS-01", FACTORY[1], ""), header=("Mã", "Tên đơn vị", "Số điện thoại"))
    factory = unit(session, "CS-01")
    assert (factory.contact_phone, factory.members, factory.parent_id) == ("", 742, unit(session, "P01").id)


def test_units_that_the_table_does_not_name_stay(session: Session, table: Path) -> None:
    found(session, "OLD")

    bring_rows(session, table, PROVINCE)

    assert units.is_open(unit(session, "OLD"), TODAY)


def test_codes_stay_text_and_decomposed_letters_are_composed(session: Session, table: Path) -> None:
    rows = [(12, "Công đoàn sô\u0301 12".replace("ô\u0301", "o\u0302\u0301")), ("007", "Công đoàn\u00a0 bảy\u200b")]

    bring_rows(session, table, *rows, header=("Mã", "Tên đơn vị"))

    assert {(row.code, row.name) for row in session.exec(select(Unit))} == {
        ("12", "Công đoàn số 12"),
        ("007", "Công đoàn bảy"),
    }


def test_excel_ate_the_zero_of_the_phone_number(session: Session, table: Path) -> None:
    bring_rows(session, table, ("A", "CĐCS A", 901234567), header=("Mã", "Tên đơn vị", "SĐT"))

    assert phones.national(unit(session, "A").contact_phone) == "0901 234 567"


def test_progress_is_told_and_ends_at_the_last_row(session: Session, table: Path) -> None:
    rows = [(f"CS-{n}", f"CĐCS số {n}", "", "LDLD", "Cụm 1", n, "", "") for n in range(1200)]
    xlsx(table, HEADER, *rows, PROVINCE, ("", "không có mã"))
    told: list[tuple[int, int]] = []

    import_units(session, table, year=2027, today=TODAY, now=NOW, progress=lambda *done: told.append(done))

    assert told == sorted(set(told))
    assert len(told) >= 3
    assert told[-1] == (1202, 1202)


# -- what is left out --------------------------------------------------------------------------------------------------


def test_every_bad_row_is_named_with_the_number_excel_shows_and_good_rows_are_kept(
    session: Session, table: Path
) -> None:
    rows: list[Sequence[Cell]] = [
        ("LĐLĐ TỈNH LAM GIANG",),  # row 1: a title above the table
        (),
        ("TT", *HEADER),
        (1, *PROVINCE),  # row 4
        (2, "", "CĐCS không mã", "", "LDLD"),
        (3, "CS-03", "", "", "LDLD"),
        (4, "CS-04", "CĐCS A", "", "LDLD", "", "12a"),
        (5, "CS-05", "CĐCS B", "", "LDLD", "", 1.25),  # "1.250" typed in an English Excel
        (6, "CS-06", "CĐCS C", "", "LDLD", "", "", "", "090 123"),
        (),
        (7, "cs-07", "CĐCS D", "", "LDLD"),  # row 11
        (8, "CS-07", "CĐCS E", "", "LDLD"),
        (9, "CS-09", "CĐCS F", "", "KHONG-CO"),
        (10, "CS-10", "C" * 201, "", "LDLD"),
        (11, "CS-11", "@SUM(1+1)", "", "LDLD"),
        (12, date(2027, 2, 1), "CĐCS G", "", "LDLD"),
        (13, "A+B", "CĐCS H", "", "LDLD"),
        (14, "CS-14", "CĐCS I", "", "LDLD", "Cụm thi đua"),
        (15, "", "CĐCS J", "", "LDLD", "", "-5", "", "1900 1234"),
        (16, "CS-16", "CĐCS K", "", "LDLD", "–", "-", "", "không"),
    ]

    result = bring(session, xlsx(table, *rows))

    assert problems(result) == [
        (5, "missing_code"),
        (6, "missing_name"),
        (7, "bad_number"),
        (8, "bad_number"),
        (9, "bad_phone"),
        (12, "duplicate_code"),
        (13, "unknown_parent"),
        (14, "too_long"),
        (15, "formula"),
        (16, "date_code"),
        (17, "bad_code"),
        (18, "bad_cluster"),
        (19, "missing_code"),
        (19, "bad_number"),
        (19, "bad_phone"),
    ]
    assert counts(result) == (3, 0, 0)  # LDLD, cs-07, CS-16
    assert str(result.problems[5]) == "Dòng 12: mã CS-07 đã có ở dòng 11. Giữ lại một dòng."
    assert result.ignored_columns == ("TT",)


def test_strict_takes_all_rows_or_none(session: Session, table: Path) -> None:
    xlsx(table, HEADER, PROVINCE, ("", "CĐCS không mã"))

    refused = bring(session, table, strict=True)

    assert (counts(refused), refused.written, problems(refused)) == ((0, 0, 0), False, [(3, "missing_code")])
    assert session.exec(select(Unit)).all() == []
    xlsx(table, HEADER, PROVINCE)
    assert bring(session, table, strict=True).created == 1


def test_a_bad_superior_takes_its_units_along_until_it_is_mended(session: Session, table: Path) -> None:
    broken = (*WARD[:7], "số lạ")

    result = bring_rows(session, table, PROVINCE, FACTORY, broken, ("BP-01", "CĐBP Xưởng Cắt", "", "CS-01"))

    assert problems(result) == [(3, "parent_refused"), (4, "bad_phone"), (5, "parent_refused")]
    assert "dòng 4" in result.problems[0].sentence
    assert result.created == 1
    mended = bring_rows(session, table, PROVINCE, FACTORY, WARD, ("BP-01", "CĐBP Xưởng Cắt", "", "CS-01"))
    assert (counts(mended), mended.problems) == ((3, 0, 1), [])
    # Now that the ward is known, its bad row holds nobody up.
    assert problems(bring_rows(session, table, PROVINCE, FACTORY, broken)) == [(4, "bad_phone")]


def test_a_ring_of_superiors_is_refused_and_who_hangs_on_it_too(session: Session, table: Path) -> None:
    result = bring_rows(
        session,
        table,
        ("A", "CĐ A", "", "B"),
        ("B", "CĐ B", "", "C"),
        ("C", "CĐ C", "", "A"),
        ("D", "CĐ D", "", "C"),
        ("E", "CĐ E", "", "E"),
        ("F", "CĐ F"),
    )

    codes = dict(problems(result))
    assert codes == {
        2: "parent_cycle",
        3: "parent_refused",
        4: "parent_refused",
        5: "parent_refused",
        6: "parent_cycle",
    }
    assert "A → B → C → A" in result.problems[0].sentence
    assert result.created == 1


def test_two_units_that_swap_places_need_both_rows(session: Session, table: Path) -> None:
    bring_rows(session, table, ("A", "CĐ A"), ("B", "CĐ B", "", "A"))

    half = bring_rows(session, table, ("A", "CĐ A", "", "B"))
    assert problems(half) == [(2, "parent_cycle")]

    both = bring_rows(session, table, ("A", "CĐ A", "", "B"), ("B", "CĐ B"))
    assert (counts(both), both.problems) == ((0, 2, 0), [])
    # The row that frees B is bad, so A must stay above it.
    broken = bring_rows(session, table, ("B", "CĐ B", "", "A"), ("A", "", "", ""))
    assert problems(broken) == [(2, "parent_cycle"), (3, "missing_name")]


def test_a_closed_unit_is_not_brought_back_by_an_old_table(session: Session, table: Path) -> None:
    bring_rows(session, table, PROVINCE, WARD, FACTORY)
    new = found(session, "P02", "Công đoàn phường Lam Thành", unit(session, "LDLD"))
    units.merge(session, unit(session, "P01"), new, on=TODAY, now=NOW)

    result = bring(session, table)

    assert problems(result) == [(3, "closed"), (4, "closed_parent")]
    assert "P02" in result.problems[0].sentence
    assert "P02" in result.problems[1].sentence
    assert unit(session, "CS-01").parent_id == new.id


# -- phones ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "national"),
    [
        ("0901234567", "0901 234 567"),
        ("0901.234.567", "0901 234 567"),
        ("+84 901 234 567", "0901 234 567"),
        ("0084-901-234-567", "0901 234 567"),
        ("84901234567", "0901 234 567"),
        ("+84 (0)901 234 567", "0901 234 567"),
        ("901234567", "0901 234 567"),
        ("(0261) 3543 210", "0261 3543 210"),
        ("024 3942 1181", "0243 9421 181"),
    ],
)
def test_a_number_is_known_however_it_is_written(written: str, national: str) -> None:
    e164 = phones.normalise(written)

    assert e164 is not None
    assert phones.national(e164) == national
    assert phones.normalise(e164) == e164


@pytest.mark.parametrize(
    "written", ["", "0901 234 56", "0901234567 / 0912345678", "1900 1234", "01687654321", "chưa có"]
)
def test_what_is_not_one_number_is_no_number(written: str) -> None:
    assert phones.normalise(written) is None
