"""The neutral mark-up of authored texts: `**đậm**`, lines that begin with "- ", `[chữ](https://…)`.

Only what an author writes to be announced is read as mark-up, once, when it is taken in. From then on the text holds
letters and nothing else, and the spans beside it say what is bold and what leads where. What people write is never
read here, so it cannot become mark-up on any platform, whatever letters it holds.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

from campaign.message import Span
from campaign.text import inside_letter

LABEL_LIMIT = 200  # letters of the words of a link
ADDRESS_LIMIT = 500  # letters of its address: written out, it still fits one message of every platform we speak on
BOLD_LIMIT = 2000
SPAN_LIMIT = 90  # marks shown in one text; one platform looks at a hundred and finds some itself
BULLET = "• "

# An address as it stands in a text; the marks that end a sentence are not part of it.
ADDRESS = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)\]*]")
_ITEM = re.compile(r"( *)[-*] +(?=\S)")
_LINK = rf"\[(?P<label>[^\[\]\n]{{1,{LABEL_LIMIT}}})\]\((?P<url>(?:[^\s()]|\([^\s()]*\))+)\)"
_BOLD = rf"(?<!\*)\*\*(?![\s*])(?P<bold>.{{1,{BOLD_LIMIT}}}?)(?<![\s*])\*\*(?!\*)"
_MARK = re.compile(rf"{_LINK}|{ADDRESS.pattern}|{_BOLD}")
# No name and password before the host, no backslash (browsers read it as a slash), no letters that look like others.
_SAFE = re.compile(
    r"(https?://)(?:[a-z0-9-]+\.)+[a-z0-9-]{2,}(?::\d{1,5})?(?:[/?#][^\s\\]*)?", re.ASCII | re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Marked:
    """A text in NFC and its spans. Put together with ``+``, the spans move along."""

    text: str = ""
    spans: tuple[Span, ...] = ()

    def __add__(self, other: Marked | str) -> Marked:
        if isinstance(other, str):
            return Marked(self.text + other, self.spans)
        return Marked(self.text + other.text, self.spans + _moved(other.spans, len(self.text)))

    def __radd__(self, other: str) -> Marked:
        return Marked(other + self.text, _moved(self.spans, len(other)))

    def cut(self, start: int, end: int) -> Marked:
        """The letters from ``start`` to ``end`` without the white space around them, and what is left of the spans."""
        piece = self.text[start:end]
        start, end = start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())
        inside = (replace(span, start=max(span.start, start), end=min(span.end, end)) for span in self.spans)
        return Marked(self.text[start:end], _moved((span for span in inside if span.start < span.end), -start))

    def stored(self) -> list[dict[str, Any]]:
        """The spans as they stand in a column; ``recalled`` reads them."""
        return [asdict(span) for span in self.spans]


def recalled(text: str, stored: Iterable[dict[str, Any]]) -> Marked:
    return Marked(text, tuple(Span(**span) for span in stored))


def read(text: str) -> Marked:
    """An authored text. What is not well-formed mark-up stays exactly as it was typed; nothing is ever refused.

    A line whose marks would be too many has none: its words are plain, and addresses stand after them.
    """
    done = Marked()
    for line in unicodedata.normalize("NFC", text).replace("\r\n", "\n").split("\n"):
        marked = _line(line)
        done += marked if len(done.spans) + len(marked.spans) <= SPAN_LIMIT else _plain(marked)
        done += "\n"
    return Marked(done.text[:-1], done.spans)


def _plain(marked: Marked) -> str:
    text = marked.text
    for link in sorted((span for span in marked.spans if span.kind == "link"), key=lambda span: span.end, reverse=True):
        words = text[link.start : link.end]
        text = text[: link.end] + ("" if words == link.url else f" ({link.url})") + text[link.end :]
    return text


def _line(line: str) -> Marked:
    item = _ITEM.match(line)
    marked = f"{item[1]}{BULLET}" + _inline(line[item.end() :]) if item else _inline(line)
    return marked if _is_sound(marked) else Marked(line)


def _inline(text: str, *, bold: bool = True, links: bool = True) -> Marked:
    """The leftmost mark counts; inside it the other kind may stand, never the same again."""
    done, at = Marked(), 0
    for mark in _MARK.finditer(text):
        words = mark["label"] or mark["bold"]
        if mark["label"] and links and (url := _address(mark["label"], mark["url"])):
            inner = _inline(words, bold=bold, links=False)
            span = Span("link", 0, len(inner.text), url)
        elif mark["bold"] and bold:
            inner = _inline(words, bold=False, links=links)
            span = Span("bold", 0, len(inner.text))
        else:
            continue
        done, at = done + text[at : mark.start()] + Marked(inner.text, (span, *inner.spans)), mark.end()
    return done + text[at:]


def _address(label: str, url: str) -> str:
    """Where the link may lead; empty when it may not, or when its words pretend to be another address."""
    safe = _SAFE.fullmatch(url)
    pretends = "://" in label and label != url
    if safe is None or pretends or len(url) > ADDRESS_LIMIT or not url.isprintable() or label != label.strip():
        return ""
    return safe[1].lower() + url[len(safe[1]) :]


def _is_sound(marked: Marked) -> bool:
    """Taking the marks away must not have joined letters (an accent after `**` would fall on what stood before)."""
    edges = {edge for span in marked.spans for edge in (span.start, span.end)}
    if any(inside_letter(marked.text, edge) for edge in edges):
        return False
    return unicodedata.is_normalized("NFC", marked.text)


def _moved(spans: Iterable[Span], by: int) -> tuple[Span, ...]:
    return tuple(replace(span, start=span.start + by, end=span.end + by) for span in spans)
