"""Whatever an author writes, on every platform: whole letters, whole links, the right words bold, within the limits."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels.contract import Abilities, Part
from bot.channels.split import parts_of
from campaign.markup import ADDRESS, Marked, read
from campaign.message import Message
from tests.contract import authored
from tests.contract.judges import JUDGES, Judge

CASES = int(os.environ.get("LOA_MARKUP_CASES", "250"))
HIDDEN = (HealthCheck.too_slow, HealthCheck.data_too_large)
PHOTO = ("a.jpg",)
# What people see as one: pairs of flag halves, the pictures that stand in our texts, and letters with their marks.
_ONE = "|".join(map(re.escape, sorted((one for one in authored.PICTURES if len(one) > 1), key=len, reverse=True)))
WHOLE = re.compile(f"[\U0001f1e6-\U0001f1ff]{{2}}|{_ONE}|\\w[\u0300-\u036f]+")


def parts_for(text: str, spans: Marked, abilities: Abilities, *, photos: tuple[str, ...] = ()) -> list[Part]:
    return parts_of("p1", "u1", Message(text=text, spans=spans.spans, photos=photos), abilities, Path)


def shown(marked: Marked, abilities: Abilities) -> tuple[str, list[bool], list[tuple[int, int, str]]]:
    """Letter by letter, what a reader should see: the text, which letters are bold, and where the links lie. A link
    that cannot hide is followed by its address."""
    ends = {span.end: span for span in marked.spans if span.kind == "link"}
    text, bold, links = "", list[bool](), list[tuple[int, int, str]]()
    places: dict[int, int] = {}
    for at in range(len(marked.text) + 1):
        if (link := ends.get(at)) is not None:
            written = marked.text[link.start : at] == link.url or abilities.links
            added = "" if written else f" ({link.url})"
            around = any(span.kind == "bold" and span.start < at < span.end for span in marked.spans)
            text, bold = text + added, bold + [around] * len(added)
            links.append((places[link.start], len(text), link.url))
        places[at] = len(text)
        if at < len(marked.text):
            text += marked.text[at]
            bold.append(any(span.kind == "bold" and span.start <= at < span.end for span in marked.spans))
    return text, bold, links


def placed(parts: list[Part], text: str) -> Iterator[tuple[int, Part]]:
    """Each part with the place where its words stand in ``text``; between parts there is white space only."""
    at = 0
    for part in parts:
        while not text.startswith(part.text, at) or text[at : at + 1].isspace():
            assert text[at : at + 1].isspace(), f"{part.text[:40]!r} is not what follows {text[max(at - 20, 0) : at]!r}"
            at += 1
        yield at, part
        at += len(part.text)
    assert not text[at:].strip(), f"lost: {text[at : at + 40]!r}"


def check(marked: Marked, abilities: Abilities, parts: list[Part]) -> None:
    text, bold, links = shown(marked, abilities)
    found, limit = [False] * len(text), abilities.text_limit
    seams = []
    for at, part in placed([part for part in parts if part.text], text):
        seams.append((at, at + len(part.text)))
        for span in part.spans:
            assert getattr(abilities, "bold" if span.kind == "bold" else "links")
            if span.kind == "bold":
                assert not any(found[at + span.start : at + span.end]), "bold twice"
                found[at + span.start : at + span.end] = [True] * (span.end - span.start)
    letters = [place for place, letter in enumerate(text) if not letter.isspace()]
    wanted = [abilities.bold and bold[place] for place in letters]
    assert [found[place] for place in letters] == wanted, "not the same letters are bold"
    fit = [one.span() for one in WHOLE.finditer(text) if abilities.measure(one[0]) <= limit]
    torn = [text[slice(*one)] for one in fit if any(one[0] < at < one[1] for at, _ in seams)]
    assert not torn
    whole = [(first, last) for first, last, _ in links]
    written = [match.span() for match in ADDRESS.finditer(text)]
    whole += [(first, last) for first, last in written if all(last <= a or first >= b for a, b, _ in links)]
    for first, last in whole:
        if abilities.measure(text[first:last]) <= limit:
            assert any(at <= first and last <= end for at, end in seams), f"cut: {text[first:last]!r}"
    if abilities.links:
        got = [(span.url, part.text[span.start : span.end]) for part in parts for span in part.spans if span.url]
        assert got == [(url, text[first:last]) for first, last, url in links]


def check_limits(parts: list[Part], judge: Judge, *, photo: bool) -> None:
    for part in parts:
        carries = bool(part.photos)
        assert judge.abilities.measure(part.text) <= (
            judge.abilities.caption_limit if carries else judge.abilities.text_limit
        )
        if part.text:
            judge.judge(part, carries)
    assert not photo or parts[0].photos


@pytest.mark.parametrize("judge", JUDGES, ids=str)
def test_marks_keep_to_their_letters_and_links_stay_whole(judge: Judge) -> None:
    edges = (judge.abilities.text_limit, judge.abilities.caption_limit)

    @settings(max_examples=CASES, deadline=None, suppress_health_check=HIDDEN)
    @given(authored.texts(edges), st.booleans())
    def holds(typed: str, photo: bool) -> None:
        marked = read(typed)
        parts = parts_for(marked.text, marked, judge.abilities, photos=PHOTO * photo)
        check_limits(parts, judge, photo=photo)
        check(marked, judge.abilities, parts)
        # The same letters from a member are no mark-up, and not one of them changes.
        said = unicodedata.normalize("NFC", typed)
        plain = parts_for(said, Marked(), judge.abilities)
        check_limits(plain, judge, photo=False)
        check(Marked(said), judge.abilities, plain)

    holds()


@settings(max_examples=CASES, deadline=None, suppress_health_check=HIDDEN)
@given(authored.texts((40,)), st.integers(1, 60), st.booleans(), st.booleans())
def test_however_small_the_messages_nothing_is_lost_or_torn(typed: str, limit: int, bold: bool, links: bool) -> None:
    """Far below any platform's limit, so that seams fall everywhere."""
    tiny = replace(JUDGES[0].abilities, text_limit=limit + 12, caption_limit=limit, bold=bold, links=links)
    marked = read(typed)
    parts = parts_for(marked.text, marked, tiny)
    assert all(len(part.text) <= tiny.text_limit for part in parts)
    if (
        max((len(marked.text[span.start : span.end]) for span in marked.spans if span.kind == "link"), default=0)
        <= limit
    ):
        check(marked, tiny, parts)


@settings(max_examples=CASES, deadline=None)
@given(authored.texts())
def test_reading_takes_marks_away_and_adds_nothing_but_bullets(typed: str) -> None:
    marked = read(typed)
    letters = iter(unicodedata.normalize("NFC", typed))
    bare = [re.sub(r"^( *)• ", r"\1", line) for line in marked.text.split("\n")]
    assert all(letter in letters for letter in "\n".join(bare))
    assert unicodedata.is_normalized("NFC", marked.text)
    edges = [0, *sorted(edge for span in marked.spans for edge in (span.start, span.end)), len(marked.text)]
    assert edges[0] >= 0
    assert edges[-1] <= len(marked.text)
