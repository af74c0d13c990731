"""Third layer: the tree that numbering, bullets and tables make of the lines.

Levels are not fixed: a style of marker opens a level when it first appears under another one, and comes back to
that level when it appears again. So "I / 1 / a / -", "A / I / 1.1 / +" and "Phần I / 1- / 1.1-" are all read.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from planreader.chars import fold, is_upper
from planreader.headings import Meaning, announces_slogans, attribute_of, meaning_of
from planreader.lines import Line, joined
from planreader.markers import Marker, marker_of
from planreader.tables import Table, table_at

_MAX_DEPTH = 12


@dataclass
class Node:
    """One item of the outline: a heading, a bullet, a paragraph (no marker) or a table."""

    text: str
    line: int
    marker: Marker | None = None
    style: str = "paragraph"
    table: Table | None = None
    meaning: Meaning | None = None  # set by the section layer
    heads: bool = False  # its own words give the meaning, as opposed to the heading above
    children: "list[Node]" = field(default_factory=list)

    @property
    def label(self) -> str:
        """The heading proper: what stands before a colon, else the whole text."""
        head, colon, _ = self.text.partition(":")
        return head.strip() if colon and len(head) <= 160 else self.text

    @property
    def rest(self) -> str:
        head, colon, rest = self.text.partition(":")
        return rest.strip() if colon and len(head) <= 160 else ""

    def walk(self) -> "Iterator[Node]":
        """This node and everything under it, in the order of the document."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(node.children))

    @property
    def bare(self) -> bool:
        """A heading that leaves its text to what follows."""
        return not self.rest and not self.text.endswith((".", ";", "!"))


def outline(lines: list[Line], width: int) -> Node:
    """The root of the tree; it has no text of its own."""
    builder = _Builder()
    index, run_start = 0, 0
    while index < len(lines):
        found = table_at(lines, index)
        if found is None:
            index += 1
            continue
        builder.add_lines(joined(lines[run_start:index], width))
        table, index = found
        builder.add_table(table)
        run_start = index
    builder.add_lines(joined(lines[run_start:], width))
    return builder.root


class _Builder:
    def __init__(self) -> None:
        self.root = Node("", 0, style="root")
        self.stack = [self.root]

    def add_lines(self, lines: list[Line]) -> None:
        for line in lines:
            marker = marker_of(line.text)
            if marker is not None:
                self._add_marked(line, marker)
            elif _is_heading(line.text):
                self._pop_to_depth(1)
                self._push(Node(line.text, line.number, style="capitals"))
            elif line.text.endswith(":") and self._is_label(line.text):
                self._pop_while(lambda node: node.style.startswith(("bullet", "label")))
                self._push(Node(line.text, line.number, style="label"))
            else:
                self._add_paragraph(line)

    def add_table(self, table: Table) -> None:
        self._pop_while(lambda node: node.style.startswith("bullet") and not node.bare)
        self.stack[-1].children.append(Node("", table.line, style="table", table=table))

    def _is_label(self, text: str) -> bool:
        short = len(text) <= 120
        named = short and (attribute_of(text) is not None or meaning_of(text, anywhere=False) is not None)
        return named or announces_slogans(text)

    def _add_marked(self, line: Line, marker: Marker) -> None:
        marker = self._settled(marker)
        styles = [node.style for node in self.stack]
        if marker.style in styles:
            self._pop_to_depth(styles.index(marker.style))
        elif marker.style in ("part", "roman", "article"):
            self._pop_above_rank(marker.style)
        elif not marker.style.startswith("bullet"):
            self._pop_while(lambda node: node.style.startswith("bullet") and not node.text.endswith(":"))
        self._push(Node(line.text[marker.length :].strip(), line.number, marker, marker.style))

    def _settled(self, marker: Marker) -> Marker:
        """ "C." after "B." is a letter, not a hundred; "2-" after "1." is its brother."""
        for node in reversed(self.stack):
            if node.marker is None or node.style == marker.style:
                continue
            letter = marker.style == "roman" and node.style == "capital" and len(marker.label.strip(" .)/:-")) == 1
            if letter and ord(marker.label[0]) - ord("A") + 1 == node.marker.order + 1:
                return Marker("capital", marker.label, node.marker.order + 1, marker.length)
            same_kind = marker.style.startswith("number") and node.style.startswith("number")
            if same_kind and marker.order == node.marker.order + 1 and marker.order > 1:
                return Marker(node.style, marker.label, marker.order, marker.length)
        return marker

    def _add_paragraph(self, line: Line) -> None:
        """A paragraph belongs to the heading above it; after a finished item and a blank line, to its section."""
        if (
            self.stack[-1].style.startswith("bullet")
            and not self.stack[-1].text.endswith(":")
            and self._ends_list(line)
        ):
            self._pop_while(lambda node: node.style.startswith("bullet"))
            self._pop_while(lambda node: node.marker is not None and len(self.stack) > 2)
        elif line.gap and not self.stack[-1].bare:
            self._pop_while(lambda node: node.marker is not None and not node.bare)
        if len(self.stack) > 1 and self.stack[-1].style == "label" and line.gap and self.stack[-1].children:
            self.stack.pop()
        self.stack[-1].children.append(Node(line.text, line.number))

    def _ends_list(self, line: Line) -> bool:
        """A new sentence under the last bullet of a list speaks for the whole section again."""
        return self.stack[-1].text.endswith((".", ";", "!")) and line.text[:1].isupper()

    def _push(self, node: Node) -> None:
        del self.stack[_MAX_DEPTH:]
        self.stack[-1].children.append(node)
        self.stack.append(node)

    def _pop_to_depth(self, depth: int) -> None:
        del self.stack[depth:]

    def _pop_above_rank(self, style: str) -> None:
        ranks = {"root": 0, "part": 1, "capitals": 1, "capital": 1, "roman": 2, "article": 2}
        rank = ranks[style]
        while len(self.stack) > 1 and ranks.get(self.stack[-1].style, 9) >= rank:
            self.stack.pop()

    def _pop_while(self, unwanted: Callable[[Node], bool]) -> None:
        while len(self.stack) > 1 and unwanted(self.stack[-1]):
            self.stack.pop()


def _is_heading(text: str) -> bool:
    """A line in capitals without a number that names a section."""
    if re.fullmatch(r"phu luc(?: (?:so )?[ivx\d]{1,4})?[.:]?", fold(text)):
        return True
    return (
        len(text) <= 140
        and is_upper(text)
        and not re.match(r"[\"“]", text)
        and (meaning_of(text, anywhere=False) is not None or fold(text).startswith("phu luc"))
    )
