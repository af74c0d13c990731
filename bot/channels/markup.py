"""Spans as each kind of platform wants them: written out, left out, or counted in UTF-16."""

from __future__ import annotations

from dataclasses import replace

from bot.channels.contract import Abilities
from campaign.markup import Marked
from campaign.message import Span


def utf16_units(text: str) -> int:
    """Length as Telegram and Zalo's text styles count it: an emoji is 2."""
    return len(text.encode("utf-16-le")) // 2


def utf16_spans(text: str, spans: tuple[Span, ...]) -> list[tuple[Span, int, int]]:
    """Each span with its offset and length in UTF-16 units."""
    return [(span, utf16_units(text[: span.start]), utf16_units(text[span.start : span.end])) for span in spans]


def shown(marked: Marked, abilities: Abilities) -> Marked:
    """The text as people will read it there, before it is measured: addresses that cannot hide stand after their
    words. The link's span stays and covers both, so that nothing cuts between them."""
    if abilities.links:
        return marked
    for link in sorted(_links(marked), key=lambda span: span.end, reverse=True):
        marked = _written_out(marked, link)
    return marked


def known(marked: Marked, abilities: Abilities) -> Marked:
    """Only the spans the platform can show."""
    able = {"bold": abilities.bold, "link": abilities.links}
    return Marked(marked.text, tuple(span for span in marked.spans if able[span.kind]))


def _links(marked: Marked) -> list[Span]:
    return [span for span in marked.spans if span.kind == "link"]


def _written_out(marked: Marked, link: Span) -> Marked:
    at, added = link.end, f" ({link.url})"
    if marked.text[link.start : at] == link.url:
        return marked
    spans = tuple(
        replace(span, end=at + len(added)) if span == link else _made_room(span, at, len(added))
        for span in marked.spans
    )  # fmt: skip
    return Marked(marked.text[:at] + added + marked.text[at:], spans)


def _made_room(span: Span, at: int, by: int) -> Span:
    return replace(
        span,
        start=span.start + by if span.start >= at else span.start,
        end=span.end + by if span.end > at else span.end,
    )
