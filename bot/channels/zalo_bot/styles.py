"""Spans as the platform's ``text_styles``. Without a parse_mode nothing in the text is ever read as mark-up."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bot.channels.split import utf16_units
from campaign.message import Span

BOLD = "b"


def styles(text: str, spans: Iterable[Span]) -> list[dict[str, Any]]:
    """Bold letters as offset and length in UTF-16 units, in order, none touching another, all inside the text.

    The platform has no words that hide an address: links are written out before a text comes here.
    """
    bold = ((max(span.start, 0), min(span.end, len(text))) for span in spans if span.kind == "bold")
    return [
        {"start": utf16_units(text[:start]), "len": utf16_units(text[start:end]), "st": [BOLD]}
        for start, end in _joined(bold)
    ]


def _joined(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(one for one in ranges if one[0] < one[1]):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
