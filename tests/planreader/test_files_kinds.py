"""Files that are not what their name says, and files made to hurt: each is refused with the next step."""

import io
import struct
import sys
import zipfile
from pathlib import Path

import pytest

from planreader.files import Unreadable, child, text_of
from planreader.files.refusal import SENTENCES
from tests.planreader.made import PLAIN, plan_in_word, repacked, word_bytes


def refused(tmp_path: Path, raw: bytes, name: str = "ke-hoach.docx") -> str:
    file = tmp_path / name
    file.write_bytes(raw)
    with pytest.raises(Unreadable) as caught:
        text_of(file)
    return caught.value.code


def package(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, content in parts.items():
            pack.writestr(name, content)
    return file.getvalue()


def test_a_word_file_under_any_name_is_read(tmp_path: Path) -> None:
    for name in ("ke-hoach.pdf", "ke-hoach.txt", "ke-hoach"):
        (tmp_path / name).write_bytes(word_bytes(plan_in_word()))
        assert text_of(tmp_path / name) == PLAIN


def test_a_pasted_message_is_read(tmp_path: Path) -> None:
    (tmp_path / "tin.txt").write_text("Các đ/c gửi tin, bài trước 16h thứ Sáu nhé!", encoding="utf-8")
    assert text_of(tmp_path / "tin.txt") == "Các đ/c gửi tin, bài trước 16h thứ Sáu nhé!"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf  \r\n", "not_text"),
        (b"\n\n \x00", "empty"),
        (b"\xff\xd8\xff\xe0" + bytes(300), "picture"),
        (b"\x89PNG\r\n\x1a\n" + bytes(300), "picture"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(90), "picture"),
        (b"Rar!\x1a\x07" + bytes(90), "archive"),
        (package({"ke-hoach.docx": b"x", "phu-luc.docx": b"y"}), "archive"),
        (package({"[Content_Types].xml": b"<Types/>", "ppt/presentation.xml": b"<p/>"}), "unsupported"),
        (package({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<a/>"}), "unsupported"),
        (b"PK\x03\x04" + bytes(200), "broken"),
        (package({"word/document.xml": b"<w:document/>"}), "broken"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage\0".encode("utf-16-le") * 40, "encrypted"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(3000), "unsupported"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "WordDocument\0".encode("utf-16-le"), "broken"),
        (b'<?xml version="1.0"?><Workbook/>', "unsupported"),
        (bytes(range(256)) * 20, "not_text"),
        (b"[" * 100_000, "not_text"),
        (b"The quick brown fox jumps over the lazy dog, then runs away with great haste again", "not_vietnamese"),
        (b"{\\rtf1 }", "not_text"),
        (b"<html><body></body></html>", "not_text"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_own_sentence(tmp_path: Path, raw: bytes, code: str) -> None:
    assert refused(tmp_path, raw) == code


def test_every_refusal_tells_a_cadre_what_to_do() -> None:
    for sentence in SENTENCES.values():
        assert len(sentence) <= 350
        assert "." in sentence[:-1], "the fact, then the next step"
        assert "nh/chị" in sentence


def test_a_file_larger_than_the_limit_is_not_even_opened(tmp_path: Path) -> None:
    file = tmp_path / "to.txt"
    with file.open("wb") as out:
        out.truncate(31 * 1024 * 1024)
    with pytest.raises(Unreadable) as caught:
        text_of(file)
    assert caught.value.code == "too_large"


def test_a_text_of_a_thousand_pages_is_too_long(tmp_path: Path) -> None:
    assert refused(tmp_path, ("Kế hoạch tuyên truyền. " * 100_000).encode(), "dai.txt") == "too_large"


@pytest.mark.parametrize(
    "parts",
    [
        {"word/document.xml": b"<a>" + b" " * 40_000_000},
        {"word/document.xml": b"<a/>", **{f"word/media/{n}.bin": b"" for n in range(3001)}},
        {"word/document.xml": b'<!DOCTYPE a [<!ENTITY b "cc"><!ENTITY d "&b;&b;">]><a>&d;</a>'},
        {"xl/workbook.xml": '<?xml version="1.0"?><!DOCTYPE a><a/>'.encode("utf-16")},
    ],
    ids=["ratio", "entries", "entities", "entities in UTF-16"],
)
def test_bombs_are_refused_before_they_are_unpacked(tmp_path: Path, parts: dict[str, bytes]) -> None:
    assert refused(tmp_path, package(parts)) == "too_heavy"


def test_a_package_that_lies_about_its_sizes_is_refused(tmp_path: Path) -> None:
    raw = bytearray(repacked(word_bytes(plan_in_word()), {}))
    central = raw.rindex(b"PK\x01\x02")
    raw[central + 24 : central + 28] = struct.pack("<I", 10)
    assert refused(tmp_path, bytes(raw)) in {"broken", "too_heavy"}


def test_ten_thousand_nested_bullets_in_word_take_bounded_time(tmp_path: Path) -> None:
    nested = b"<w:sdt><w:sdtContent>" * 10_000 + b"</w:sdtContent></w:sdt>" * 10_000
    space = b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
    raw = repacked(word_bytes(plan_in_word()), {"word/document.xml": space + nested + b"</w:body></w:document>"})
    assert refused(tmp_path, raw) in {"broken", "not_text"}


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process are a matter of Unix")
def test_a_reader_that_dies_or_hangs_takes_nothing_with_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Instead of Python a program that is killed, one that answers nonsense and one that never ends."""
    for line, code in (("kill -9 $$", "too_heavy"), ("echo nothing", "broken"), ("exec sleep 60", "too_heavy")):
        program = tmp_path / "python"
        program.write_text(f"#!/bin/sh\n{line}\n")
        program.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(program))
        monkeypatch.setattr(child, "_SECONDS", 0.3)
        with pytest.raises(Unreadable) as caught:
            child.read(b"%PDF-", "pdf")
        assert caught.value.code == code
