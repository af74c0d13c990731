"""Word documents (.docx): everything the reader of the page sees, in order, as lines of text."""

import io
import re
from collections.abc import Iterator
from typing import Any

from docx import Document
from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml

from planreader.files import tables
from planreader.files.numbering import Numbering, children, value

_INLINE = frozenset(
    map(
        qn,
        ("w:hyperlink", "w:ins", "w:smartTag", "w:fldSimple", "w:sdt", "w:sdtContent", "w:moveTo", "w:dir"),
    )
) | {qn("w:customXml"), qn("w:bdo")}
_WRAPPERS = frozenset(map(qn, ("w:sdt", "w:sdtContent", "w:ins", "w:moveTo", "w:customXml")))
_SIGNS = {
    qn("w:tab"): "\t",
    qn("w:ptab"): "\t",
    qn("w:br"): "\n",
    qn("w:cr"): "\n",
    qn("w:noBreakHyphen"): "-",
}
_ALTERNATE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"
_DRAWN = frozenset((qn("w:drawing"), qn("w:pict"), qn("w:object"), _ALTERNATE))
_P, _R, _T, _TBL = qn("w:p"), qn("w:r"), qn("w:t"), qn("w:tbl")
_BOX = qn("w:txbxContent")
_LETTERHEAD = re.compile(r"CỘNG\s+H(ÒA|OÀ)|LIÊN ĐOÀN|CÔNG ĐOÀN|^\s*Số\s*:", re.MULTILINE)


def text(raw: bytes) -> str:
    document = Document(io.BytesIO(raw))
    story = _Story(document)
    body = list(story.blocks(document.element.body))
    return "\n".join([*_letterhead(document, story, body), *body, *_notes(document, story)])


class _Story:
    """Walks the XML because the paragraphs of python-docx leave out text boxes, insertions and numbers."""

    def __init__(self, document: WordDocument) -> None:
        self._styles = document.styles.element
        self._numbering = Numbering(_numbering(document), self._styles)

    def blocks(self, parent: Any) -> Iterator[str]:
        for child in parent.iterchildren():
            if child.tag == _P:
                yield from self._paragraph(child)
            elif child.tag == _TBL:
                yield from tables.lines_of(self._table(child), self._is_ruled(child))
            elif child.tag in _WRAPPERS:
                yield from self.blocks(child)

    def _paragraph(self, paragraph: Any) -> Iterator[str]:
        boxes: list[Any] = []
        written = "".join(self._inline(paragraph, boxes))
        if written.strip():
            label = self._numbering.label(paragraph)
            yield from f"{label} {written}".strip(" ").split("\n") if label else written.split("\n")
        elif not boxes:
            yield ""
        for box in boxes:
            yield from self.blocks(box)

    def _inline(self, parent: Any, boxes: list[Any]) -> Iterator[str]:
        for child in parent.iterchildren():
            if child.tag == _R:
                yield from self._run(child, boxes)
            elif child.tag in _INLINE:
                yield from self._inline(child, boxes)
            elif child.tag == _ALTERNATE:
                boxes.extend(_boxes(child))

    def _run(self, run: Any, boxes: list[Any]) -> Iterator[str]:
        look = run.find(qn("w:rPr"))
        if look is not None and _is_on(look, "w:vanish"):
            return
        shout = look is not None and _is_on(look, "w:caps")
        for child in run.iterchildren():
            if child.tag == _T:
                yield (child.text or "").upper() if shout else child.text or ""
            elif child.tag == qn("w:sym"):
                yield _symbol(child)
            elif child.tag in _DRAWN:
                boxes.extend(_boxes(child))
            else:
                yield _SIGNS.get(child.tag, "")

    def _table(self, table: Any) -> tables.Table:
        rows = []
        for row in _through(table, "w:tr"):
            properties = row.find(qn("w:trPr"))
            if properties is None or properties.find(qn("w:del")) is None:
                rows.append([cell for tc in _through(row, "w:tc") for cell in self._cells(tc)])
        return rows

    def _cells(self, tc: Any) -> list[tables.Cell]:
        """A merged cell gives its text once and then empty places, so that columns stay in line."""
        properties = tc.find(qn("w:tcPr"))
        span, continued = 1, False
        if properties is not None:
            width = value(properties, "w:gridSpan") or "1"
            span = min(int(width), 64) if width.isdecimal() else 1
            merge = properties.find(qn("w:vMerge"))
            continued = merge is not None and merge.get(qn("w:val"), "continue") == "continue"
        lines = [] if continued else [line for block in self.blocks(tc) for line in block.split("\n")]
        return [lines, *[[] for _ in range(span - 1)]]

    def _is_ruled(self, table: Any) -> bool:
        own = table.xpath("./w:tblPr/w:tblBorders/*")
        if not own:
            style = table.xpath("string(./w:tblPr/w:tblStyle/@w:val)")
            own = [e for s in children(self._styles, "w:style") if s.get(qn("w:styleId")) == style
                   for e in s.xpath("./w:tblPr/w:tblBorders/*")]  # fmt: skip
        own = own or table.xpath("./w:tr/w:tc/w:tcPr/w:tcBorders/*")
        return any(e.get(qn("w:val")) not in {"nil", "none", None} for e in own)


def _through(parent: Any, name: str) -> Iterator[Any]:
    """Children of that name, also those inside content controls and insertions."""
    for child in parent.iterchildren():
        if child.tag == qn(name):
            yield child
        elif child.tag in _WRAPPERS:
            yield from _through(child, name)


def _boxes(drawn: Any) -> list[Any]:
    """Text boxes of a drawing; of the two ways Word writes each box only the first."""
    if drawn.tag == _ALTERNATE:
        for way in drawn.iterchildren():
            if found := _boxes(way):
                return found
        return []
    found = []
    for child in drawn.iterchildren():
        found += [child] if child.tag == _BOX else _boxes(child)
    return found


def _symbol(element: Any) -> str:
    """A character of a symbol font: an arrow or a tick, to us a bullet; real letters stay."""
    code = element.get(qn("w:char"), "")
    number = int(code, 16) if re.fullmatch("[0-9A-Fa-f]{1,5}", code) else 0
    return chr(number) if 0x20 <= number < 0xD800 else "-"


def _is_on(look: Any, name: str) -> bool:
    switch = look.find(qn(name))
    return switch is not None and switch.get(qn("w:val"), "1") not in {"0", "false", "off"}


def _numbering(document: WordDocument) -> Any | None:
    part = _related(document, "numbering")
    return None if part is None else part


def _related(document: WordDocument, name: str) -> Any | None:
    for relation in document.part.rels.values():
        if not relation.is_external and relation.reltype.endswith("/" + name):
            return parse_xml(relation.target_part.blob)
    return None


def _notes(document: WordDocument, story: _Story) -> list[str]:
    notes = []
    for name in ("footnote", "endnote"):
        for note in children(_related(document, name + "s"), "w:" + name):
            if note.get(qn("w:type")) in {None, "normal"}:
                notes += [line for line in story.blocks(note) if line.strip()]
    return notes


def _letterhead(document: WordDocument, story: _Story, body: list[str]) -> list[str]:
    """Some offices put the letterhead into the page header; page numbers and titles there are left out."""
    if _LETTERHEAD.search("\n".join(body[:15])):
        return []
    section = document.sections[0] if len(document.sections) else None
    for header in (section.first_page_header, section.header) if section else ():
        if not header.is_linked_to_previous:
            lines = [line for line in story.blocks(header._element) if line.strip()]
            if _LETTERHEAD.search("\n".join(lines)):
                return lines
    return []
