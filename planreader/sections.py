"""Fourth layer: what each part of the outline is about."""

import re
from dataclasses import dataclass

from planreader.chars import fold, is_upper
from planreader.headings import Meaning, announces_slogans, attribute_of, meaning_of
from planreader.outline import Node

_SECTION_STYLES = ("part", "capital", "roman", "capitals", "article")
# Meanings that a heading inside another section may take on; others there are only words of a sentence.
_INNER = {
    Meaning.SLOGANS,
    Meaning.OLD_SLOGANS,
    Meaning.THEMES,
    Meaning.QUOTAS,
    Meaning.SCORING,
    Meaning.REPORTING,
    Meaning.ASSIGNMENTS,
}
_VISUAL = re.compile(r"truc quan|co dong|bang ron|pa ?-?no\b|ap phich|khau hieu|co phuon")
_SENTENCE = re.compile(r"\b(?:duoc|phai|can|tai cac|tren cac|de nghi|trong)\b")


@dataclass(frozen=True)
class Place:
    """A node with the headings above it, nearest last."""

    node: Node
    above: tuple[Node, ...]

    @property
    def meaning(self) -> Meaning | None:
        return self.node.meaning


def label_sections(root: Node) -> None:
    """Give every node the meaning of its own heading, else of the heading above."""
    _label(root, None, 0, None)


def _label(node: Node, inherited: Meaning | None, depth: int, parent: Node | None) -> None:
    stack: list[tuple[Node, Meaning | None, int, Node | None]] = [(node, inherited, depth, parent)]
    while stack:
        current, above, level, over = stack.pop()
        own = _own_meaning(current, above, level, over) if level else None
        current.meaning, current.heads = own or above, own is not None
        below = current.meaning
        if level and own is None and current.children and announces_slogans(current.text):
            below = Meaning.SLOGANS
        stack.extend((child, below, level + 1, current) for child in current.children)


def _own_meaning(node: Node, inherited: Meaning | None, level: int, parent: Node | None) -> Meaning | None:
    heading = node.label
    if node.table is not None or len(heading) > 160 or (node.marker is None and not node.children and level > 1):
        return None
    if node.style in _SECTION_STYLES or (level == 1 and (node.children or is_upper(heading))):
        return meaning_of(heading)
    if inherited in (Meaning.SLOGANS, Meaning.OLD_SLOGANS):
        own = meaning_of(heading, anywhere=False) if node.children else None
        return own if own in (Meaning.OLD_SLOGANS, Meaning.THEMES) else None
    own = meaning_of(heading, anywhere=False)
    if own in _INNER and _announces(node, own):
        return own
    if parent is not None and _hidden_slogans(node, parent):
        return Meaning.SLOGANS
    return None


def _announces(node: Node, meaning: Meaning | None) -> bool:
    """A heading over a list, or a label with its text on the same line; not a sentence about the thing."""
    if meaning in (Meaning.ASSIGNMENTS, Meaning.REPORTING, Meaning.QUOTAS):
        return bool(node.children) and not node.text.endswith(".")
    if len(node.label) > 110 or (node.label == node.text and not node.children):
        return False
    return bool(node.children) or not _SENTENCE.search(fold(node.label))


def _hidden_slogans(node: Node, parent: Node) -> bool:
    """ "Nội dung" under a heading on banners lists what stands on the banners."""
    found = attribute_of(node.text)
    if found is None or found[0] != "content" or found[1] or not _VISUAL.search(fold(parent.label)):
        return False
    leaves = [child for child in node.children if not child.children and child.table is None]
    plain = [
        child
        for child in leaves
        if not re.search(r"[.;]\s*\S", child.text.rstrip(".; ")) and ":" not in child.text[-2:]
    ]
    return len(leaves) >= 2 and len(plain) >= 0.7 * len(leaves)


def places(root: Node) -> list[Place]:
    """Every node but the root with the headings above it, in the order of the document."""
    found: list[Place] = []
    stack: list[tuple[Node, tuple[Node, ...]]] = [(child, ()) for child in reversed(root.children)]
    while stack:
        node, above = stack.pop()
        found.append(Place(node, above))
        inside = (*above, node)
        stack.extend((child, inside) for child in reversed(node.children))
    return found


def printed(node: Node) -> list[str]:
    """The texts of a node: its own, or the cells of its table."""
    if node.table is None:
        return [node.text]
    return [cell for row in node.table.rows for cell in row.cells]
