"""Whatever arrives is text or refused, never another error: real files cut, flipped and stirred."""

import functools
import zipfile
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planreader.files import Unreadable, child, plain
from planreader.files.kinds import Kind, kind_of
from tests.planreader.made import LETTERHEAD, SAMPLES, grid, page_of, pdf_bytes, plan_in_word, word_bytes
from tests.planreader.test_files_sheets import PLAN, book

_CHANGES = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=12)


@functools.cache
def original(kind: Kind) -> bytes:
    if kind == "docx":
        return word_bytes(plan_in_word())
    if kind == "pdf":
        return pdf_bytes([page_of(LETTERHEAD[0]), page_of(LETTERHEAD[1])], grid([60, 100, 300], [800, 700, 600]))
    if kind == "sheet":
        return book(PLAN)
    return (SAMPLES / {"doc": "plan.doc", "rtf": "plan.rtf"}[kind]).read_bytes()


def stirred(raw: bytes, changes: list[tuple[float, int]], cut: float) -> bytes:
    damaged = bytearray(raw)
    for place, value in changes:
        damaged[int(place * (len(damaged) - 1))] = value
    return bytes(damaged[: int(len(damaged) * cut)])


def text_or_refusal(raw: bytes, kind: Kind | None = None) -> None:
    """Fails by any other exception; a refusal has words for the person who sent the file."""
    answer = ""
    try:
        found = kind or kind_of(raw)
        answer = child.read_here(raw, found) if found in child.READERS else plain.text(plain.decoded(raw), ".csv")
    except Unreadable as refused:
        answer = refused.sentence
    assert isinstance(answer, str)


@pytest.mark.parametrize("kind", ["docx", "pdf", "sheet", "doc", "rtf"])
@settings(max_examples=14, deadline=None)  # each opens a whole Word or PDF file twice
@given(changes=_CHANGES, cut=st.sampled_from([1.0, 1.0, 0.9, 0.5, 0.1]))
def test_damaged_files(kind: Kind, changes: list[tuple[float, int]], cut: float) -> None:
    raw = stirred(original(kind), changes, cut)
    text_or_refusal(raw)
    text_or_refusal(raw, kind)


@pytest.mark.parametrize("kind", ["docx", "sheet"])
@settings(max_examples=30, deadline=None)
@given(changes=_CHANGES, part=st.floats(0, 1))
def test_packages_whose_parts_are_damaged_but_packed_well(
    kind: Kind, changes: list[tuple[float, int]], part: float
) -> None:
    """Inside a package damage would be caught by its checksum; this gets past it."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(original(kind))) as old, zipfile.ZipFile(out, "w") as new:
        names = old.namelist()
        for name in names:
            content = old.read(name)
            damage = changes if name == names[int(part * (len(names) - 1))] else []
            new.writestr(name, stirred(content, damage, 1.0) if content else content)
    text_or_refusal(out.getvalue(), kind)


@pytest.mark.parametrize(
    "head", [b"", b"%PDF-1.4\n", b"PK\x03\x04", b"{\\rtf1", b"<html><table>", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"]
)
@settings(max_examples=60, deadline=None)
@given(tail=st.binary(max_size=600))
def test_random_bytes_behind_a_known_mark(head: bytes, tail: bytes) -> None:
    text_or_refusal(head + tail)


@settings(max_examples=100, deadline=None)
@given(tail=st.text(alphabet="{}\\'u0123 parowcelinb*<>/td&;tạ", max_size=300))
def test_rich_text_and_pages_made_of_their_own_words(tail: str) -> None:
    text_or_refusal(b"{\\rtf1 " + tail.encode("cp1258", "ignore"), "rtf")
    text_or_refusal(b"<html>" + tail.encode(), "html")
