"""What a file really is, from its first bytes; its name is only what somebody called it."""

import io
import zipfile
from collections.abc import Iterable
from typing import Literal

from planreader.files.refusal import Unreadable, refusal

Kind = Literal["docx", "sheet", "pdf", "doc", "rtf", "odt", "html", "mhtml", "text"]

_ENTRIES = 3_000
_UNPACKED = 150 * 1024 * 1024
_PART = 60 * 1024 * 1024  # bytes of one XML part: a tree in memory is some ten times that
_RATIO, _RATIO_FROM = 250, 4 * 1024 * 1024  # honest XML packs up to 1:100; small parts may pack better

_PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM", b"II*\x00", b"MM\x00*", b"RIFF")
_ARCHIVES = (b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def kind_of(raw: bytes) -> Kind:
    """Refuses what can never be read here; everything without a known mark is taken for text."""
    head = raw[:1024]
    if not raw.strip(b"\x00\t\r\n "):
        raise refusal("empty")
    if head.startswith(_PICTURES) or head[4:12] in (b"ftypheic", b"ftypmif1", b"ftypavif"):
        raise refusal("picture")
    if head.startswith(_ARCHIVES):
        raise refusal("archive")
    if b"%PDF-" in head:
        return "pdf"
    if head.startswith(b"PK\x03\x04"):
        return _kind_of_zip(raw)
    if head.startswith(_OLE):
        return _kind_of_ole(raw)
    return _kind_of_words(head)


def _kind_of_words(head: bytes) -> Kind:
    if head.lstrip().startswith(b"{\\rtf"):
        return "rtf"
    if b"MIME-Version:" in head and b"multipart/" in head:
        return "mhtml"
    if head.lstrip().startswith(b"<?xml") and b"<html" not in head:
        raise refusal("unsupported")
    return "text"


def _kind_of_zip(raw: bytes) -> Kind:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as pack:
            parts = pack.infolist()
            _refuse_bomb(parts)
            _refuse_entities(pack, parts)
            return _kind_of_package([p.filename for p in parts], pack)
    except Unreadable:
        raise
    except Exception as failed:  # zipfile lets errors of its decompressors through
        raise refusal("broken") from failed


def _refuse_bomb(parts: list[zipfile.ZipInfo]) -> None:
    if len(parts) > _ENTRIES or sum(p.file_size for p in parts) > _UNPACKED:
        raise refusal("too_heavy")
    for part in parts:
        if part.flag_bits & 1:
            raise refusal("encrypted")
        packed = max(part.compress_size, 1)
        if part.file_size > _RATIO_FROM and part.file_size / packed > _RATIO:
            raise refusal("too_heavy")
        if part.filename.endswith((".xml", ".rels")) and part.file_size > _PART:
            raise refusal("too_heavy")


def _refuse_entities(pack: zipfile.ZipFile, parts: Iterable[zipfile.ZipInfo]) -> None:
    """Office formats forbid a document type; who writes one wants entities that grow."""
    for part in parts:
        if part.filename.endswith((".xml", ".rels")):
            with pack.open(part) as file:
                head = file.read(4096)
            if b"<!DOCTYPE" in head.replace(b"\x00", b"").upper():
                raise refusal("too_heavy")


def _kind_of_package(names: list[str], pack: zipfile.ZipFile) -> Kind:
    if any(n.startswith("word/document") for n in names):
        return "docx"
    if any(n.startswith("xl/workbook") for n in names):
        return "sheet"
    if "mimetype" in names:
        with pack.open("mimetype") as file:
            mime = file.read(100)
        if b"opendocument.spreadsheet" in mime:
            return "sheet"
        if b"opendocument.text" in mime:
            return "odt"
    raise refusal("unsupported" if "[Content_Types].xml" in names else "archive")


def _kind_of_ole(raw: bytes) -> Kind:
    def holds(stream: str) -> bool:
        return stream.encode("utf-16-le") + b"\x00\x00" in raw

    if holds("EncryptedPackage"):
        raise refusal("encrypted")
    if holds("WordDocument"):
        return "doc"
    if holds("Workbook") or holds("Book"):
        return "sheet"
    raise refusal("unsupported")
