"""The files that offices really send: saved by old programs, renamed, locked, torn, or not a table at all."""

import codecs
import os
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import xlsxwriter
from sqlmodel import Session, select

from campaign.organisation.unit_import import UnreadableTable, import_units
from storage.models import Unit
from tests.campaign.excel import HEADER, locked_xlsx, xls, xlsx
from tests.campaign.organisation import NOW, TODAY, office

ROWS = (("LDLD", "Liên đoàn Lao động tỉnh"), ("007", "Công đoàn cơ sở Trường Hoa Lam; cơ sở 2"))
EXPECTED = [("LDLD", "Liên đoàn Lao động tỉnh"), ("007", "Công đoàn cơ sở Trường Hoa Lam; cơ sở 2")]


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with office(tmp_path) as session:
        yield session


def taken(session: Session, path: Path) -> list[tuple[str, str]]:
    result = import_units(session, path, year=2027, today=TODAY, now=NOW)
    assert result.problems == []
    return [(unit.code, unit.name) for unit in session.exec(select(Unit).order_by("id"))]


def refusal(session: Session, path: Path) -> str:
    with pytest.raises(UnreadableTable) as refused:
        import_units(session, path, year=2027, today=TODAY, now=NOW)
    assert refused.value.sentence[0].isupper()
    assert len(refused.value.sentence) <= 350
    return refused.value.code.removeprefix("table.")


def text(separator: str = ",", header: tuple[str, str] = ("Mã", "Tên đơn vị")) -> str:
    lines = [header, *((code, f'"{name}"') for code, name in ROWS)]
    return "\r\n".join(separator.join(line) for line in lines) + "\r\n"


def cp1258(words: str) -> bytes:
    """As Windows stored it: tones apart from their letters, except where the code page has the whole letter."""
    raw = b""
    for letter in unicodedata.normalize("NFC", words):
        try:
            raw += letter.encode("cp1258")
        except UnicodeEncodeError:
            bare, tone = unicodedata.normalize("NFD", letter)[:-1], unicodedata.normalize("NFD", letter)[-1]
            if tone in "\u0302\u0306\u031b":  # ậ: the dot comes first in NFD
                bare, tone = letter_without_tone(letter)
            raw += unicodedata.normalize("NFC", bare).encode("cp1258") + tone.encode("cp1258")
    return raw


def letter_without_tone(letter: str) -> tuple[str, str]:
    marks = unicodedata.normalize("NFD", letter)
    tone = next(mark for mark in marks if mark in "\u0300\u0301\u0303\u0309\u0323")
    return marks.replace(tone, ""), tone


# -- what is read ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(text().encode(), id="utf-8"),
        pytest.param(codecs.BOM_UTF8 + text().encode(), id="utf-8 with a mark"),
        pytest.param(unicodedata.normalize("NFD", text()).encode(), id="decomposed"),
        pytest.param(text("\t").encode("utf-16"), id="Unicode text of Excel"),
        pytest.param(text(";").encode("utf-16-le"), id="utf-16 without a mark"),
        pytest.param(text(";").encode(), id="semicolons"),
        pytest.param(text("\t").encode(), id="tabs"),
        pytest.param(b"sep=;\r\n" + text(";").encode(), id="a line for Excel"),
        pytest.param(cp1258(text(";")), id="windows-1258"),
        pytest.param(text(header=("* MÃ ĐƠN VỊ", " Tên  CĐCS (*)")).encode(), id="other headers"),
    ],
)
def test_a_text_table_is_read_whatever_program_saved_it(session: Session, tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "don-vi.csv"
    path.write_bytes(raw)

    assert taken(session, path) == EXPECTED


def test_rows_of_a_text_table_are_counted_as_excel_counts_them(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "don-vi.csv"
    path.write_text('sep=,\nDANH SÁCH,\n\nMã,Tên đơn vị\nA,"CĐCS\nhai dòng"\n\n,thiếu mã\n', encoding="utf-8")

    result = import_units(session, path, year=2027, today=TODAY, now=NOW)

    assert [(problem.row_number, problem.code) for problem in result.problems] == [(6, "missing_code")]
    assert session.exec(select(Unit.name)).all() == ["CĐCS hai dòng"]


def test_a_workbook_of_excel_97_is_read(session: Session, tmp_path: Path) -> None:
    path = xls(tmp_path / "don-vi.xls", ["Tên đơn vị", "Mã"], ["CĐCS Đông Hà", 12.0], ["CĐCS Ô Môn", "007"])

    assert taken(session, path) == [("12", "CĐCS Đông Hà"), ("007", "CĐCS Ô Môn")]


def test_the_table_may_stand_on_a_later_sheet_and_far_from_the_corner(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "don-vi.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Bìa").write(0, 0, "DANH SÁCH ĐƠN VỊ")
        hidden = book.add_worksheet("Nháp")
        hidden.hide()
        hidden.write_row(0, 0, ["Mã", "Tên đơn vị"])
        hidden.write_row(1, 0, ["X", "bản nháp"])
        book.add_worksheet("Đơn vị").write_row(4, 3, ["Mã", "Tên đơn vị"])
        book.worksheets()[2].write_row(5, 3, ["A", "CĐCS A"])

    assert taken(session, path) == [("A", "CĐCS A")]


# -- what is refused ---------------------------------------------------------------------------------------------------


def test_a_file_that_is_not_there_or_has_nothing_in_it(session: Session, tmp_path: Path) -> None:
    assert refusal(session, tmp_path / "khong-co.xlsx") == "missing"
    (tmp_path / "rong.csv").touch()
    assert refusal(session, tmp_path / "rong.csv") == "empty"
    (tmp_path / "trang.csv").write_text(" ,\n ,\n", encoding="utf-8")
    assert refusal(session, tmp_path / "trang.csv") == "empty"
    assert refusal(session, xlsx(tmp_path / "trang.xlsx")) == "empty"
    assert refusal(session, xlsx(tmp_path / "tieu-de.xlsx", HEADER)) == "empty"


@pytest.mark.parametrize("make", [lambda p: locked_xlsx(p / "a.xlsx"), lambda p: xls(p / "a.xls", ["Mã"], locked=True)])
def test_a_file_with_a_password_is_refused_with_what_to_do(session: Session, tmp_path: Path, make: object) -> None:
    assert callable(make)
    assert refusal(session, make(tmp_path)) == "encrypted"


@pytest.mark.parametrize("ending", [".xlsx", ".xls"])
def test_a_photo_or_a_text_renamed_to_excel_is_not_excel(session: Session, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"don-vi{ending}"
    path.write_bytes(b"\xff\xd8\xff\xe0" + os.urandom(2000))
    assert refusal(session, path) == "not_excel"
    path.write_bytes(text().encode())
    assert refusal(session, path) == "not_excel"


def test_a_word_document_renamed_to_excel_is_not_excel(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "don-vi.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<document/>")

    assert refusal(session, path) == "not_excel"


def test_a_torn_workbook_is_refused(session: Session, tmp_path: Path) -> None:
    whole = xlsx(tmp_path / "don-vi.xlsx", HEADER, ("A", "CĐCS A")).read_bytes()
    (tmp_path / "rach.xlsx").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "rach.xls").write_bytes(xls(tmp_path / "don-vi.xls", ["Mã"]).read_bytes()[:700])

    assert refusal(session, tmp_path / "rach.xlsx") == "damaged"
    assert refusal(session, tmp_path / "rach.xls") == "damaged"


def test_a_picture_renamed_to_csv_is_not_text(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "don-vi.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 8)

    assert refusal(session, path) == "encoding"


def test_other_kinds_of_files_are_refused_by_name(session: Session, tmp_path: Path) -> None:
    (tmp_path / "don-vi.pdf").write_bytes(b"%PDF-1.7")

    assert refusal(session, tmp_path / "don-vi.pdf") == "type"


def test_one_stray_cell_in_the_far_corner_does_not_take_the_memory_of_the_server(
    session: Session, tmp_path: Path
) -> None:
    """calamine would lay out 17 billion cells and end the process."""
    path = tmp_path / "don-vi.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Mã", "Tên đơn vị"])
        sheet.write_row(1, 0, ["A", "CĐCS A"])
        sheet.write(1_048_575, 16_383, "x")

    assert refusal(session, path) == "huge"


def test_empty_cells_that_only_carry_a_border_do_not_count(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "don-vi.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Mã", "Tên đơn vị"])
        sheet.write_row(1, 0, ["A", "CĐCS A"])
        sheet.write_blank(1_048_575, 16_383, None, book.add_format({"border": 1}))

    assert taken(session, path) == [("A", "CĐCS A")]


def test_a_workbook_that_unpacks_to_a_mountain_is_refused(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "don-vi.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(3):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", bytes(80_000_000))

    assert refusal(session, path) == "huge"


def test_a_file_over_twenty_megabytes_is_refused_unread(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "don-vi.csv"
    with path.open("wb") as file:
        file.truncate(20_000_001)

    assert refusal(session, path) == "huge"


def test_a_table_without_our_columns_or_with_one_twice_is_refused(session: Session, tmp_path: Path) -> None:
    assert refusal(session, xlsx(tmp_path / "a.xlsx", ("Họ tên", "Ngày sinh"), ("A", "B"))) == "no_header"
    assert refusal(session, xlsx(tmp_path / "b.xlsx", ("Mã", "Loại"), ("A", "B"))) == "no_header"
    assert refusal(session, xlsx(tmp_path / "c.xlsx", ("Mã", "Tên đơn vị", "Tên"), ("A", "B", "C"))) == "twice"
    assert refusal(session, xlsx(tmp_path / "d.xlsx", ("Mã", "Mã", "Tên đơn vị"), ("A", "B", "C"))) == "twice"
