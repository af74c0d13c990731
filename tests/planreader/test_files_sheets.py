"""Work plans kept in a spreadsheet, and lists exported from one."""

import datetime as dt
import io
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from planreader.files import Unreadable, sheets, text_of


def book(rows: list[list[Any]], **options: Any) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, options) as workbook:
        day = workbook.add_format({"num_format": "dd/mm/yyyy"})
        sheet = workbook.add_worksheet("Kế hoạch")
        for n, row in enumerate(rows):
            for m, value in enumerate(row):
                if isinstance(value, dt.date | dt.datetime | dt.time):
                    sheet.write_datetime(n, m, value, day)
                elif value is not None:
                    sheet.write(n, m, value)
    return file.getvalue()


PLAN = [
    ["LIÊN ĐOÀN LAO ĐỘNG TỈNH LAM GIANG", None, None, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"],
    ["Số: 9/KH-LĐLĐ", None, None, "Lam Giang, ngày 02/4/2027"],
    [],
    [None, "KẾ HOẠCH CÔNG TÁC TUYÊN TRUYỀN"],
    ["TT", "Nội dung", None, "Thời gian", "Số tin"],
    [1, "Treo băng rôn\nTreo cờ", None, dt.date(2027, 4, 25), 2.0],
    [2, "Hội thi", None, dt.datetime(2027, 5, 8, 14, 30), 1.5],  # noqa: DTZ001 - a sheet knows no zone
    [None, None, None, None, None],
    ["Nơi nhận: - Như trên", None, None, "CHỦ TỊCH"],
]


def test_a_work_plan_in_excel_reads_as_letterhead_rows_and_signature() -> None:
    assert sheets.text(book(PLAN)).strip().split("\n") == [
        "LIÊN ĐOÀN LAO ĐỘNG TỈNH LAM GIANG", "Số: 9/KH-LĐLĐ",
        "KẾ HOẠCH CÔNG TÁC TUYÊN TRUYỀN",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Lam Giang, ngày 02/4/2027",
        "| TT | Nội dung | Thời gian | Số tin |",
        "| 1 | Treo băng rôn; Treo cờ | 25/04/2027 | 2 |",
        "| 2 | Hội thi | 14h30 ngày 08/05/2027 | 1,5 |",
        "Nơi nhận: - Như trên", "CHỦ TỊCH",
    ]  # fmt: skip


def test_hidden_sheets_are_last_years_and_not_read() -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as workbook:
        workbook.add_worksheet("Nay").write(0, 0, "Kế hoạch năm nay")
        old = workbook.add_worksheet("Cũ")
        old.write(0, 0, "Kế hoạch năm ngoái")
        old.hide()
    assert sheets.text(file.getvalue()).strip() == "Kế hoạch năm nay"


def test_values_are_shown_as_the_office_prints_them() -> None:
    shown = [sheets._shown(v) for v in (True, False, dt.time(7, 30), 100.0, 0.25, 1e20, "05 bài")]
    assert shown == ["x", "", "07h30", "100", "0,25", "1e+20", "05 bài"]


def test_a_sheet_with_one_cell_at_the_far_corner_is_refused_not_unrolled(tmp_path: Path) -> None:
    rows = book([["Kế hoạch tuyên truyền"]])
    file = tmp_path / "goc.xlsx"
    corner = io.BytesIO()
    with xlsxwriter.Workbook(corner) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write(0, 0, "Kế hoạch")
        sheet.write(1_048_575, 16_383, "xa")
    file.write_bytes(corner.getvalue())
    with pytest.raises(Unreadable) as refused:
        text_of(file)
    assert refused.value.code in {"too_large", "too_heavy"}
    file.write_bytes(rows)
    assert text_of(file).strip() == "Kế hoạch tuyên truyền"


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_csv_export_reads_like_the_sheet(tmp_path: Path, mark: str) -> None:
    rows = [["TT", "Nội dung", "Thời gian"], ["1", '"Hội thi\ntay nghề"', "08/5/2027"], ["2", "Hội diễn", ""]]
    file = tmp_path / "viec.csv"
    file.write_text("\n".join(mark.join(row) for row in rows), encoding="utf-8-sig")
    assert text_of(file).split("\n") == [
        "| TT | Nội dung | Thời gian |", "| 1 | Hội thi tay nghề | 08/5/2027 |", "| 2 | Hội diễn |  |",
    ]  # fmt: skip
