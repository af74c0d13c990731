"""Files of 1997–2003 and files that carry a Word name but are something else."""

import os
import shutil
import stat
import sys
from pathlib import Path

import pytest

from planreader.files import Unreadable, old_word, rtf, text_of, web
from planreader.files.ole import Box, BrokenBox
from tests.planreader.made import PLAIN, SAMPLES, TABLE, plan_in_word, word_bytes

ROWS = ["| " + " | ".join(row) + " |" for row in TABLE]


@pytest.fixture
def no_office(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine without LibreOffice."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))


@pytest.mark.usefixtures("no_office")
@pytest.mark.parametrize("name", ["plan.doc", "plan.rtf"])
def test_an_old_file_reads_like_its_text_without_any_office_program(name: str) -> None:
    assert " ".join(text_of(SAMPLES / name).split()) == " ".join(PLAIN.split())


def test_an_office_program_is_asked_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The stand-in converts as the real one would: it leaves a .docx in the folder it was told."""
    (tmp_path / "answer.docx").write_bytes(word_bytes(plan_in_word()))
    _program(tmp_path, f"cp {tmp_path}/answer.docx $6/plan.docx")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    odd = tmp_path / "ke-hoach.doc"
    odd.write_bytes(rb"{\rtf1 n\u7897?i dung c\u361? c\u7911?a k\u7871? ho\u7841?ch}")
    assert text_of(odd) == PLAIN


def test_an_office_program_that_fails_leaves_the_work_to_us(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _program(tmp_path, "exit 1")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert "KẾ HOẠCH" in text_of(SAMPLES / "plan.doc")


def _program(folder: Path, line: str) -> None:
    program = folder / "soffice"
    program.write_text(f"#!/bin/sh\n{line}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


def test_rows_of_old_tables_are_rows() -> None:
    for written in (old_word.text((SAMPLES / "plan.doc").read_bytes()), rtf.text((SAMPLES / "plan.rtf").read_bytes())):
        assert [line for line in written.split("\n") if line.startswith("|")] == ROWS


def test_numbers_that_old_word_counted_itself_are_written_out() -> None:
    """The outline, bullets and styles of the sample were made as in the tests of .docx, then saved as .doc."""
    raw = (SAMPLES / "numbered.doc").read_bytes()
    assert old_word.text(raw).strip().split("\n") == [
        "I. MỤC ĐÍCH", "1. Yêu cầu", "2. Nội dung", "2.1. Tuyên truyền", "a) Báo", "b) Đài", "II. TỔ CHỨC",
        "1. Văn phòng", "- việc", "+ việc con", "1. Tuyên truyền trực quan", "2. Viết tin", "- Treo băng rôn",
        "I. LẠI MỘT", "Hết.",
    ]  # fmt: skip


def test_lists_that_make_no_sense_cost_the_numbers_not_the_text() -> None:
    raw = bytearray((SAMPLES / "numbered.doc").read_bytes())
    head = raw.index(b"\xec\xa5")
    raw[head + 0x2E2 : head + 0x2E6] = b"\xf0\xff\xff\x7f"  # the lists are said to be far behind the end
    assert old_word.text(bytes(raw)).startswith("MỤC ĐÍCH\nYêu cầu\nNội dung")


def test_rich_text_with_a_vietnamese_code_page_and_hidden_parts() -> None:
    raw = (
        rb"{\rtf1\ansi\ansicpg1258{\fonttbl{\f0 Times;}}{\*\generator x;}{\info{\title bo}}"
        rb"C\'f4ng \'f0o\'e0n\line huy\u7879\'ean{\v an}\par {\pict 0102}"
        rb"\bullet  \u8220\'93B\'e1o\u8221\'94\tab 5\~b\'e0i\par}"
    )
    assert rtf.text(raw).split("\n")[:3] == ["Công đoàn", "huyện", "• “Báo”\t5 bài"]


PAGE = """<html xmlns:o="x"><head><title>bỏ</title><style>p{}</style></head><body>
<table><tr><td>LIÊN ĐOÀN LAO ĐỘNG TỈNH<br>Số: 5/KH</td><td><p>CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM</p></td></tr></table>
<h1>KẾ HOẠCH &amp; lịch</h1><ol><li><p>Treo băng rôn</p><li>Viết bài</ol><ul><li>tin</ul>
<table border=1><tr><th>TT<th colspan=2>Việc</th></tr><tr><td>1<td>Hội<br>Thi</td><td>
<table><tr><td>a</td></tr></table></td></tr>
</table>cuối</body></html>"""
READ = [
    "LIÊN ĐOÀN LAO ĐỘNG TỈNH", "Số: 5/KH", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "KẾ HOẠCH & lịch",
    "1. Treo băng rôn", "2. Viết bài", "- tin", "| TT | Việc |  |", "| 1 | Hội; Thi | a |", "cuối",
]  # fmt: skip


@pytest.mark.parametrize("name", ["ke-hoach.doc", "ke-hoach.xls", "ke-hoach.html"])
def test_a_web_page_under_an_office_name_is_read(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_text(PAGE, encoding="utf-8")
    assert text_of(file).split("\n") == READ


def test_a_single_file_web_archive_is_read() -> None:
    raw = b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n--x\nContent-Type: text/html"
    raw += (
        b"; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
        + PAGE.encode()
        + b"\n--x\nContent-Type: image/png\n\nxx\n--x--\n"
    )
    assert web.text_of_archive(raw).split("\n") == READ


def test_a_locked_old_document_is_refused(tmp_path: Path) -> None:
    raw = bytearray((SAMPLES / "plan.doc").read_bytes())
    at = raw.index(b"\xec\xa5")  # the head of the document stream
    raw[at + 11] |= 0x01
    file = tmp_path / "khoa.doc"
    file.write_bytes(bytes(raw))
    with pytest.raises(Unreadable) as refused:
        old_word.text(bytes(raw))
    assert refused.value.code == "encrypted"


def test_a_box_whose_chains_run_in_a_circle_is_refused() -> None:
    raw = bytearray((SAMPLES / "plan.doc").read_bytes())
    table = int.from_bytes(raw[76:80], "little")
    place = (table + 1) * 512
    raw[place : place + 512] = (0).to_bytes(4, "little") * 128
    with pytest.raises(BrokenBox):
        Box(bytes(raw))


@pytest.mark.skipif(sys.platform == "win32" or shutil.which("soffice") is None, reason="needs LibreOffice")
def test_libreoffice_itself_reads_the_old_file() -> None:
    assert " ".join(text_of(SAMPLES / "plan.doc").split()) == " ".join(PLAIN.split())
