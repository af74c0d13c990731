"""Web pages, also those that Word saved under the name .doc or .xls, alone (.html) or with pictures (.mht)."""

import email
import email.policy
from html.parser import HTMLParser

from planreader import encodings
from planreader.files import tables
from planreader.files.refusal import refusal

_BLOCK_TAGS = "p div h1 h2 h3 h4 h5 h6 li ul ol table tr br hr section article header footer"
_BLOCKS = frozenset(_BLOCK_TAGS.split())
_HIDDEN = frozenset({"script", "style", "head", "title", "xml", "template", "noscript"})
_NESTED = 20


def looks_like_page(text: str) -> bool:
    head = text[:2000].lstrip().lower()
    return head.startswith(("<!doctype html", "<html", "<table", "<body")) or "<html" in head


def text(page: str) -> str:
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return "\n".join(reader.finished())


def text_of_archive(raw: bytes) -> str:
    """The first page inside a single-file web archive."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    for part in message.walk():
        if part.get_content_type() == "text/html" and isinstance(body := part.get_payload(decode=True), bytes):
            return text(encodings.decode(body))
    raise refusal("unsupported")


class _Reader(HTMLParser):
    """Lines go where `_lines` points: to the page, or to the cell that is open."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = []
        self._words: list[str] = []
        self._open: list[tuple[tables.Table, list[str]]] = []  # each open table and the lines around it
        self._hidden = 0
        self._lists: list[int | None] = []  # each open list: its next number, None with bullets
        self._marker = ""

    def finished(self) -> list[str]:
        self._end_line()
        while self._open:
            self._end_table()
        return self._lines

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HIDDEN:
            self._hidden += 1
        elif tag in {"td", "th"}:
            self._begin_cell(dict(attrs).get("colspan") or "1")
        elif tag in _BLOCKS:
            self._end_line()
            self._begin_block(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        elif tag in _BLOCKS or tag in {"td", "th"}:
            self._end_line()
            if tag == "table" and self._open:
                self._end_table()
            elif tag in {"ul", "ol"}:
                self._lists = self._lists[:-1]

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self._words.append(data)

    def _begin_block(self, tag: str) -> None:
        if tag == "table" and len(self._open) < _NESTED:
            self._open.append(([], self._lines))
        elif tag == "tr" and self._open:
            table, self._lines = self._open[-1]
            table.append([])
        elif tag in {"ul", "ol"}:
            self._lists = [*self._lists[:_NESTED], 1 if tag == "ol" else None]
        elif tag == "li":
            number = self._lists[-1] if self._lists else None
            self._marker = "- " if number is None else f"{number}. "
            if number is not None:
                self._lists[-1] = number + 1

    def _begin_cell(self, span: str) -> None:
        self._end_line()
        if not self._open:
            return
        table, _ = self._open[-1]
        row = table[-1] if table else []
        if not table:
            table.append(row)
        self._lines = []
        row += [self._lines, *[[] for _ in range(min(int(span), 64) - 1 if span.isdecimal() else 0)]]

    def _end_table(self) -> None:
        table, self._lines = self._open.pop()
        self._lines += tables.lines_of(table, ruled=True)

    def _end_line(self) -> None:
        line = " ".join("".join(self._words).split())
        self._words = []
        if line:
            self._lines.append(self._marker + line)
            self._marker = ""
