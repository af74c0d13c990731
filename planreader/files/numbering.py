"""Automatic numbers of a Word document. They are not in the text; Word counts them while it draws."""

from collections.abc import Iterator
from typing import Any

from docx.oxml.ns import qn

from planreader.files.counting import LEVELS, Level, Lists


def _level(element: Any) -> Level:
    restart = value(element, "w:lvlRestart")
    return Level(
        start=_int(value(element, "w:start"), 1),
        format=value(element, "w:numFmt") or "decimal",
        text=value(element, "w:lvlText") or "",
        plain=element.find(qn("w:isLgl")) is not None,
        restart=None if restart is None else _int(restart, 0),
    )


class Numbering:
    def __init__(self, numbering: Any | None, styles: Any | None) -> None:
        self._styles = {s.get(qn("w:styleId")): s for s in children(styles, "w:style")}
        self._nums = {n.get(qn("w:numId")): n for n in children(numbering, "w:num")}
        self._abstracts = {a.get(qn("w:abstractNumId")): a for a in children(numbering, "w:abstractNum")}
        self._lists = Lists()
        self._levels: dict[str, dict[int, Level]] = {}
        self._restarted: set[tuple[str, int]] = set()

    def label(self, paragraph: Any) -> str:
        """The number or bullet Word would draw before the paragraph; counting moves on."""
        num_id, depth = self._place(paragraph)
        if num_id not in self._nums or not 0 <= depth < LEVELS:
            return ""
        shared = value(self._nums[num_id], "w:abstractNumId") or num_id  # several `num` may count together
        return self._lists.label(shared, depth, self._levels_of(num_id), self._restart_of(num_id, depth))

    def _place(self, paragraph: Any) -> tuple[str, int]:
        """numId and level: the paragraph's own, else those of its style or of what the style is based on."""
        own = paragraph.find(qn("w:pPr"))
        num_id, depth = _num_pr(own)
        style_id = value(own, "w:pStyle") if own is not None else None
        for _ in range(12):
            if num_id is not None or style_id not in self._styles:
                break
            style = self._styles[style_id]
            num_id, style_depth = _num_pr(style.find(qn("w:pPr")))
            depth = style_depth if depth is None else depth
            style_id = value(style, "w:basedOn")
        return num_id or "", depth or 0

    def _abstract(self, num_id: str) -> Any | None:
        abstract = self._abstracts.get(value(self._nums[num_id], "w:abstractNumId"))
        link = value(abstract, "w:numStyleLink") if abstract is not None else None
        if link in self._styles:
            linked, _ = _num_pr(self._styles[link].find(qn("w:pPr")))
            if linked in self._nums and linked != num_id:
                return self._abstracts.get(value(self._nums[linked], "w:abstractNumId"))
        return abstract

    def _levels_of(self, num_id: str) -> dict[int, Level]:
        if num_id not in self._levels:
            abstract = self._abstract(num_id)
            levels = {_depth(e): _level(e) for e in children(abstract, "w:lvl")}
            for override in children(self._nums[num_id], "w:lvlOverride"):
                own = override.find(qn("w:lvl"))
                if own is not None:
                    levels[_depth(override)] = _level(own)
            self._levels[num_id] = levels
        return self._levels[num_id]

    def _restart_of(self, num_id: str, depth: int) -> int | None:
        """A `num` with its own start begins anew, once."""
        if (num_id, depth) in self._restarted:
            return None
        self._restarted.add((num_id, depth))
        for override in children(self._nums[num_id], "w:lvlOverride"):
            if _depth(override) == depth and (start := value(override, "w:startOverride")) is not None:
                return _int(start, 1)
        return None


def _num_pr(properties: Any | None) -> tuple[str | None, int | None]:
    found = properties.find(qn("w:numPr")) if properties is not None else None
    if found is None:
        return None, None
    depth = value(found, "w:ilvl")
    return value(found, "w:numId"), None if depth is None else _int(depth, 0)


def _depth(element: Any) -> int:
    return _int(element.get(qn("w:ilvl")), 0)


def _int(text: str | None, otherwise: int) -> int:
    return int(text) if text is not None and text.lstrip("-").isdecimal() and len(text) < 9 else otherwise


def value(element: Any, name: str) -> str | None:
    """`w:val` of the first child of that name."""
    child = element.find(qn(name))
    found: str | None = None if child is None else child.get(qn("w:val"))
    return found


def children(element: Any | None, name: str) -> Iterator[Any]:
    if element is not None:
        yield from element.iterchildren(qn(name))
