"""Assignments: under "Tổ chức thực hiện", who does what, in the words of the document."""

import re
from collections.abc import Iterator

from planreader.chars import fold, squeeze
from planreader.headings import Meaning, attribute_of
from planreader.model import Assignment, Source, Task
from planreader.outline import Node
from planreader.sections import Place
from planreader.tables import Table
from planreader.units import is_unit, subject_and_duty, unit_name

_CLOSING = re.compile(
    r"(?:tren day|nhan duoc|trong qua trinh|moi vuong mac|neu co vuong mac|de nghi cac (?:cap"
    r"|don vi)[^.]{0,80}nghiem tuc|yeu cau cac[^.]{0,60}nghiem tuc)"
)


def assignments_of(root: Node, everything: list[Place], dispatch: bool) -> list[Assignment]:
    heads = [p.node for p in everything if _heads_section(p)]
    found = [a for head in heads for a in _under(head)]
    found += [
        a
        for p in everything
        if p.node.table and p.meaning is not Meaning.ASSIGNMENTS
        for a in _duty_table(p.node.table)
    ]
    if not heads:
        found += [a for node in root.children for a in _item(node, marked_only=not dispatch)]
    return _merged(found)


def _heads_section(place: Place) -> bool:
    return place.meaning is Meaning.ASSIGNMENTS and (
        not place.above or place.above[-1].meaning is not Meaning.ASSIGNMENTS
    )


def _under(head: Node) -> Iterator[Assignment]:
    if is_unit(head.rest or "-") or (head.rest and subject_and_duty(head.rest)):
        yield from _item(Node(head.rest, head.line, head.marker, head.style, children=[]), marked_only=False)
    marked = any(child.table or (child.marker and _names_unit(child)) for child in head.children)
    for child in head.children:
        if child.meaning in (Meaning.ASSIGNMENTS, None):
            yield from _item(child, marked_only=marked)


def _names_unit(node: Node) -> bool:
    return is_unit(node.label) or subject_and_duty(node.text) is not None


def _item(node: Node, marked_only: bool) -> Iterator[Assignment]:
    if node.table is not None:
        yield from _rows(node.table)
        return
    introduces = node.marker is None and not node.children and node.text.endswith(":")
    if (
        introduces
        or _CLOSING.match(fold(node.text))
        or (node.marker is None and node.style == "paragraph" and marked_only)
    ):
        return
    named = _unit_and_first_task(node)
    if named is not None and not named[1] and _holds_units(node):
        named = None  # "1. Cơ quan LĐLĐ tỉnh" over "1.1. Ban …"
    if named is None:
        if attribute_of(node.text) is None:
            for child in node.children:
                yield from _item(child, marked_only)
        return
    unit, first = named
    tasks = [Task(first, Source(node.line, node.text))] if first else []
    tasks += [task for child in node.children for task in _tasks(child)]
    if tasks:
        yield Assignment(unit, tasks, Source(node.line, node.text))


def _holds_units(node: Node) -> bool:
    numbered = [child for child in node.children if child.marker and not child.style.startswith("bullet")]
    return len(numbered) > 1 and all(_unit_and_first_task(child) is not None for child in numbered)


def _unit_and_first_task(node: Node) -> tuple[str, str] | None:
    """The unit of a heading, of "Unit: task", or of a sentence whose subject is a unit."""
    label, rest = node.label, node.rest
    sentence = subject_and_duty(node.text)
    if rest or node.text.endswith(":"):
        if is_unit(label) and subject_and_duty(label) is None:
            return unit_name(label), rest
    elif node.children and is_unit(node.text) and (sentence is None or len(node.text.split()) <= 8):
        return unit_name(node.text), ""
    if sentence is not None and len(sentence[1].split()) >= 3:
        return unit_name(sentence[0]), sentence[1]
    return None


def _tasks(node: Node) -> Iterator[Task]:
    for inner in node.walk():
        closes = _CLOSING.match(fold(inner.text)) or (inner.style == "paragraph" and inner.text.endswith("/."))
        label = attribute_of(inner.text)
        timed = label is not None and label[0] in ("time", "due", "place")
        closes = closes or (inner.style == "paragraph" and subject_and_duty(inner.text) is not None)
        if inner.table is None and len(inner.text.split()) >= 2 and not closes and not timed:
            yield Task(inner.text, Source(inner.line, inner.text))


def _duty_table(table: Table) -> Iterator[Assignment]:
    """Outside the section on duties only a table of units and their tasks, with no activities in it, is one."""
    if table.has("unit", "lead") and table.has("task") and not table.has("title", "time", "coop"):
        yield from _rows(table)


def _rows(table: Table) -> Iterator[Assignment]:
    if not table.has("unit", "lead") or not table.has("task", "title"):
        return
    unit = ""
    for row in table.rows:
        unit = table.cell(row, "unit", "lead") or unit
        task = table.cell(row, "task", "title")
        if unit and task and unit != task:
            yield Assignment(squeeze(unit), [Task(task, Source(row.line, row.text))], Source(row.line, row.text))


def _merged(found: list[Assignment]) -> list[Assignment]:
    """One entry a unit, in the order in which they first appear."""
    by_unit: dict[str, Assignment] = {}
    for item in found:
        known = by_unit.setdefault(fold(item.unit), item)
        if known is not item:
            known.tasks.extend(item.tasks)
    return list(by_unit.values())
