"""PDF files: printed by a word processor, drawn by hand to show one trouble each, scanned, locked."""

from pathlib import Path

import pytest

from planreader.files import Unreadable, pdf, text_of
from tests.planreader.made import BODY, LETTERHEAD, PLAIN, SAMPLES, SIGNATURE, TABLE, grid, page_of, pdf_bytes

WRAPPED = [
    "1. Đề nghị các công đoàn cơ sở tuyên truyền sâu rộng đến toàn thể đoàn viên về",
    "ý nghĩa của Tháng Công nhân và treo băng rôn tại cổng cơ quan, doanh nghiệp của",
    "mình.",
    "2. Gửi báo cáo trước ngày 05/6/2027.",
]


def text(pages: list[list[tuple[float, float, str]]], rules: str = "") -> list[str]:
    return pdf.text(pdf_bytes(pages, rules)).split("\n")


def test_a_plan_printed_by_a_word_processor_reads_like_its_text() -> None:
    whole = text_of(SAMPLES / "plan.pdf")
    for line in [*BODY, *SIGNATURE[0], *SIGNATURE[1], *("| " + " | ".join(row) + " |" for row in TABLE)]:
        assert line in whole.split("\n")
    assert " ".join(whole.split()) == " ".join(PLAIN.split())


def test_lines_that_the_program_broke_are_joined_and_page_numbers_left_out() -> None:
    first = [*page_of(WRAPPED[:2]), (297, 40, "1")]
    second = [*page_of(WRAPPED[2:]), (290, 40, "- 2 -")]
    assert text([first, second]) == [" ".join(WRAPPED[:3]), WRAPPED[3]]


def test_what_a_browser_prints_around_the_page_is_left_out() -> None:
    page = [
        (40, 810, "11/22/26, 1:26 AM"),
        *page_of(WRAPPED[3:]),
        (40, 30, "https://congdoan.example/kh"),
        (540, 30, "1/1"),
    ]
    assert text([page]) == [WRAPPED[3]]


def test_a_title_broken_by_hand_keeps_its_lines() -> None:
    page = [(220, 780, "KẾ HOẠCH"), (180, 760, "Tuyên truyền Tháng"), *page_of(WRAPPED, top=700)]
    assert text([page])[:2] == ["KẾ HOẠCH", "Tuyên truyền Tháng"]


def test_a_range_of_dates_cut_at_its_hyphen_is_put_together() -> None:
    cut = [WRAPPED[0][:-9] + "(19/5/1890-", "19/5/2027) trong toàn thể đoàn viên, người lao động của các đơn vị trực"]
    assert "(19/5/1890-19/5/2027)" in text([page_of([*cut, *WRAPPED])])[0]


def test_a_letterhead_in_two_columns_is_read_block_by_block() -> None:
    page = page_of(LETTERHEAD[0], left=60) + page_of(LETTERHEAD[1], left=320) + page_of(["KẾ HOẠCH"], top=700, left=260)
    assert text([page]) == [*LETTERHEAD[0], *LETTERHEAD[1], "KẾ HOẠCH"]


def test_an_issuer_whose_name_touches_the_motto_is_kept_apart() -> None:
    page = [(60, 780, "CĐCS TRƯỜNG ĐẠI HỌC LAM GIANG CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
            (60, 762, "Số: 8/KH-CĐ"), (330, 762, "Độc lập - Tự do - Hạnh phúc")]  # fmt: skip
    assert text([page]) == [
        "CĐCS TRƯỜNG ĐẠI HỌC LAM GIANG", "Số: 8/KH-CĐ",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc",
    ]  # fmt: skip


def test_recipients_beside_the_signature_do_not_mix() -> None:
    page = page_of(SIGNATURE[0], left=60) + page_of(SIGNATURE[1][:2], left=350) + [(350, 660, SIGNATURE[1][2])]
    assert text([page]) == [*SIGNATURE[0], *SIGNATURE[1]]


def test_ruled_cells_stay_whole_when_their_text_wraps_or_cells_are_merged() -> None:
    rules = grid([60, 100, 300, 420], [800, 770, 700, 640])
    page = [(65, 780, "TT"), (110, 780, "Việc"), (305, 780, "Thời gian"), (65, 750, "1"), (110, 750, "Hội thảo về"),
            (110, 732, "sức khỏe"), (305, 750, "05/5/2027"), (65, 680, "2"), (110, 680, "Hội diễn")]  # fmt: skip
    expected = ["| TT | Việc | Thời gian |", "| 1 | Hội thảo về sức khỏe | 05/5/2027 |", "| 2 | Hội diễn |  |"]
    assert text([page], rules) == expected


def test_a_table_that_runs_over_the_page_is_one_table() -> None:
    rules = grid([60, 100, 300, 420], [800, 770, 700])
    header = [(65, 780, "TT"), (110, 780, "Việc"), (305, 780, "Thời gian")]
    pages = [[*header, (65, 750, "1"), (110, 750, "Hội thảo"), (305, 750, "05/5/2027")],
             [*header, (110, 750, "tại bệnh viện")]]  # fmt: skip
    assert text(pages, rules) == ["| TT | Việc | Thời gian |", "| 1 | Hội thảo tại bệnh viện | 05/5/2027 |"]


def test_columns_typed_with_tabs_become_rows() -> None:
    rows = [("TT", "Việc", "Thời gian"), ("1", "Hội thảo", "05/5/2027"), ("2", "Hội diễn", "12/5/2027")]
    page = [(x, 780 - 18 * n, t) for n, row in enumerate(rows) for x, t in zip((60, 120, 300), row, strict=True)]
    assert text([page]) == ["| " + " | ".join(row) + " |" for row in rows]


def test_letters_are_read_in_their_places_not_in_the_order_they_were_painted() -> None:
    page = [(72 + 6 * n, 780, letter) for n, letter in enumerate("Tuyen truyen 2027") if letter != " "]
    assert text([page[::-1]]) == ["Tuyen truyen 2027"]


def test_marks_painted_apart_from_their_letters_come_back_to_them() -> None:
    assert text([[(72, 780, "Khâ\u0309u hiê\u0323u")]]) == ["Khẩu hiệu"]


def test_a_scan_is_refused_with_what_to_send_instead() -> None:
    with pytest.raises(Unreadable) as refused:
        pdf.text(pdf_bytes([[], page_of(["1"]), []]))
    assert refused.value.code == "scan"
    assert "Word" in refused.value.sentence


def test_a_locked_file_is_refused() -> None:
    key = (
        "/Encrypt << /Filter /Standard /V 1 /R 2 /O <" + "00" * 32 + "> /U <" + "11" * 32 + "> /P -4 >> /ID [<00> <00>]"
    )
    with pytest.raises(Unreadable) as refused:
        pdf.text(pdf_bytes([page_of(BODY)], extra=key))
    assert refused.value.code == "encrypted"


def test_absurdly_many_pages_are_refused() -> None:
    with pytest.raises(Unreadable) as refused:
        pdf.text(pdf_bytes([[]] * 601))
    assert refused.value.code == "too_large"


def test_a_file_that_only_says_it_is_pdf_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "ke-hoach.pdf"
    file.write_bytes(b"%PDF-1.7\nkhong co gi")
    with pytest.raises(Unreadable) as refused:
        text_of(file)
    assert refused.value.code == "broken"
