"""The text of a plan, whatever kind of file it came in."""

from pathlib import Path

from planreader import encodings, syllables
from planreader.files import child, office, plain, web
from planreader.files.kinds import Kind, kind_of
from planreader.files.refusal import MAX_FILE, MAX_TEXT, Unreadable, refusal

__all__ = ["Unreadable", "text_of"]

_OLD: dict[Kind, str] = {"doc": ".doc", "rtf": ".rtf", "odt": ".odt"}


def text_of(path: Path) -> str:
    """Clean Vietnamese text of the plan in `path`; `Unreadable` says what its sender should do instead.

    May take seconds and starts a process for binary formats: keep it off the event loop.
    """
    if path.stat().st_size > MAX_FILE:
        raise refusal("too_large")
    raw = path.read_bytes()
    kind = kind_of(raw)
    return _checked(_words(raw, path.suffix) if kind == "text" else _binary(raw, kind))


def _words(raw: bytes, ending: str) -> str:
    written = plain.decoded(raw)
    if web.looks_like_page(written):
        return child.read(written.encode(), "html")
    if len(written) > MAX_TEXT:
        raise refusal("too_large")
    return plain.text(written, ending)


def _binary(raw: bytes, kind: Kind) -> str:
    if kind in _OLD and (modern := office.as_docx(raw, _OLD[kind])) is not None:
        return child.read(modern, "docx")
    if kind not in child.READERS:
        raise refusal("unsupported")
    return child.read(raw, kind)


def _checked(written: str) -> str:
    if len(written) > MAX_TEXT:
        raise refusal("too_large")
    text, _ = encodings.repair(written)
    if not any(c.isalnum() for c in text):
        raise refusal("not_text")
    if not syllables.looks_vietnamese(text):
        raise refusal("not_vietnamese")
    return text.strip("\n")
