"""Activities: numbered items, headings with a time and table rows of the body."""

import re
from collections.abc import Iterator
from datetime import timedelta

from planreader.announced import When, title_of, when_of
from planreader.chars import fold, squeeze
from planreader.clauses import planned_spans
from planreader.dates import Calendar
from planreader.headings import Meaning, attribute_of
from planreader.model import Activity, Source
from planreader.outline import Node
from planreader.tables import Row, Table
from planreader.units import is_unit

_SKIPPED = {
    Meaning.SLOGANS,
    Meaning.OLD_SLOGANS,
    Meaning.THEMES,
    Meaning.QUOTAS,
    Meaning.SCORING,
    Meaning.REPORTING,
    Meaning.ASSIGNMENTS,
    Meaning.ASIDE,
    Meaning.RESULTS,
    Meaning.PURPOSE,
    Meaning.WINDOW,
}
_REPORTS = re.compile(r"(?:che do |thong tin,? |cong tac )*(?:gui |nop )?bao cao\b|kinh phi|du toan|to chuc thuc hien")
_CHANNELS = re.compile(
    r"\b(?:pa ?-?no|bang ron|co phuon|phuon|ap phich|banner|man hinh led|facebook|zalo|youtube"
    r"|tiktok|fanpage|website|trang (?:thong tin dien tu|web|tin)|cong thong tin dien tu"
    r"|loa (?:phat thanh|truyen thanh|noi bo|phuong|keo)|bang tin|dai (?:phat thanh|truyen thanh|truyen hinh)"
    r"|mang xa hoi|bao chi|to roi|to gap|infographic)\b"
)


def activities_of(root: Node, calendar: Calendar, subject: str | None) -> list[Activity]:
    return [*_main_event(root, calendar, subject or ""), *_listed(root, calendar)]


_EVENT = re.compile(
    r"\b(?:hoi thi|hoi thao|hoi dien|hoi nghi|giai|le|toa dam|dien dan|ngay hoi|tet|gap mat|cuoc thi|lop|tap huan)\b"
)
_LONGEST_EVENT = timedelta(days=14)


def _main_event(root: Node, calendar: Calendar, subject: str) -> Iterator[Activity]:
    """A document about one event ("Tổ chức Hội thao …") gives its time and place in sections of their own."""
    facts: dict[str, str] = {}
    for child in root.children:
        found = attribute_of(child.text)
        if child.meaning is Meaning.WINDOW or found:
            facts |= {k: v for k, v in _facts(child).items() if k in ("time", "place")}
            facts |= {found[0]: found[1]} if found and found[1] and found[0] in ("time", "place") else {}
            for paragraph in child.children:
                if child.meaning is Meaning.WINDOW and "time" not in facts and planned_spans(paragraph.text, calendar):
                    facts["time"] = paragraph.text
    when = when_of(facts.get("time", ""), calendar)
    brief = when.start and when.end and when.end - when.start <= _LONGEST_EVENT
    if brief and _EVENT.search(fold(subject)):
        source = next(c for c in root.children if c.meaning is Meaning.WINDOW or attribute_of(c.text))
        activity = Activity(subject, subject, Source(source.line, source.text))
        _fill(activity, facts, subject, when)
        yield activity


def _listed(root: Node, calendar: Calendar) -> list[Activity]:
    found = [activity for section in _sections(root) for activity in _of_section(section, root, calendar)]
    if found or any(node.meaning is Meaning.CONTENT for node in root.walk()):
        return found
    return [a for child in root.children if child.meaning not in _SKIPPED for a in _items(child, calendar, True)]


def _sections(root: Node) -> Iterator[Node]:
    """The sections of the document; a part that only holds sections ("PHẦN I", "A.") is opened."""
    for child in root.children:
        inner = [node for node in child.children if node.style in ("roman", "capital", "capitals")]
        if inner and child.style in ("part", "capital", "capitals") and child.meaning not in _SKIPPED:
            yield from _sections(child)
        else:
            yield child


def _of_section(node: Node, root: Node, calendar: Calendar) -> Iterator[Activity]:
    if node.table is not None:
        yield from _rows(node.table, calendar)
    elif node.meaning in (Meaning.CONTENT, Meaning.TOPICS):
        yield from _section(node, calendar, node.meaning is Meaning.TOPICS or _is_only_topics(node, root))
    elif node.meaning is None and node.marker is not None:
        yield from _items(node, calendar, strict=True)
    else:
        yield from _tables_under(node, calendar)


def _is_only_topics(node: Node, root: Node) -> bool:
    """ "II. NỘI DUNG" beside "III. HÌNH THỨC": what to speak about, and what to do."""
    bare = fold(node.label).strip(" .:") in ("noi dung", "cac noi dung")
    return bare and any(fold(other.label).startswith(("hinh thuc", "cac hinh thuc")) for other in root.children)


def _tables_under(node: Node, calendar: Calendar) -> Iterator[Activity]:
    """Tables outside the contents: in an appendix, or after a heading we do not know."""
    for inner in node.walk():
        if inner.table is not None and inner.meaning not in _SKIPPED - {Meaning.WINDOW}:
            yield from _rows(inner.table, calendar)


def _section(node: Node, calendar: Calendar, strict: bool) -> Iterator[Activity]:
    """A section's items; a section without items of its own is itself one when it sets a time."""
    if node.children:
        labelled = [child for child in node.children if child.table is None and attribute_of(child.text) is not None]
        if labelled and len(labelled) == len(node.children):
            yield from _one(node, calendar, strict)
            return
        for child in node.children:
            bullet = child.marker is None or child.style.startswith("bullet")
            yield from _items(child, calendar, strict or bullet)
    else:
        yield from _one(node, calendar, strict=True)


def _items(node: Node, calendar: Calendar, strict: bool) -> Iterator[Activity]:
    if node.table is not None:
        yield from _rows(node.table, calendar)
        return
    if node.meaning in _SKIPPED or attribute_of(node.text) is not None or _is_reporting(node.label):
        return
    tables = [child for child in node.children if child.table is not None and _is_schedule(child.table)]
    numbered = [
        c for c in node.children if _is_numbered(c) and attribute_of(c.text) is None and c.meaning not in _SKIPPED
    ]
    if tables or len(numbered) > 1 or (numbered and not _dated(node, calendar)):
        for child in [*tables, *numbered]:
            yield from _items(child, calendar, strict)
        return
    bullets = [c for c in node.children if c.style.startswith("bullet") and attribute_of(c.text) is None]
    dated = [c for c in bullets if _dated(c, calendar)]
    own = planned_spans(node.text, calendar) or any((attribute_of(c.text) or ("",))[0] == "time" for c in node.children)
    if len(dated) >= 2 and not own:
        for child in dated:
            yield from _one(child, calendar, strict=True)
        return
    yield from _one(node, calendar, strict)


def _is_reporting(label: str) -> bool:
    plain = fold(label)
    return bool(_REPORTS.match(plain) or re.search(r"\b(?:thoi )?han (?:gui|nop|bao cao)\b", plain))


def _is_numbered(node: Node) -> bool:
    return node.marker is not None and not node.style.startswith("bullet")


def _dated(node: Node, calendar: Calendar) -> bool:
    return bool(planned_spans(node.text, calendar))


def _one(node: Node, calendar: Calendar, strict: bool) -> Iterator[Activity]:
    """The activity an item describes; with `strict` only if it sets a time that is no mere deadline."""
    if node.marker is None and (node.text.endswith(":") or "da ban hanh" in fold(node.text)) and not node.children:
        return  # the preamble
    facts = _facts(node)
    when = _when(node, facts, calendar)
    if strict and not _is_event(node, facts, when, calendar):
        return
    title = title_of(node.text, calendar)
    if not title:
        return
    activity = Activity(title, _summary(node, facts), Source(node.line, node.text))
    _fill(activity, facts, node.text, when)
    yield activity


def _is_event(node: Node, facts: dict[str, str], when: When, calendar: Calendar) -> bool:
    if "time" in facts:
        return True
    found = planned_spans(node.text, calendar)
    if found and re.search(r"\bhan (?:cuoi|chot)\b", fold(node.text)):
        return False
    if found:
        return any(span.operator is None for span in found)
    return when.recurrence is not None and bool(node.rest) and "gui" not in fold(node.text)


def _facts(node: Node) -> dict[str, str]:
    """What labelled children and labels inside the sentence say: time, place, lead, coop …"""
    facts: dict[str, str] = {}
    for child in node.children:
        found = attribute_of(child.text) if child.table is None else None
        if found:
            value = found[1] or "; ".join(inner.text for inner in child.children)
            value, others = _cut_at_labels(value)
            facts.setdefault(found[0], value)
            for name, other in others.items():
                facts.setdefault(name, other)
    for match in _INLINE.finditer(fold(node.text)):
        name = next(name for name, value in match.groupdict().items() if value and name != "value")
        facts.setdefault(name, node.text[slice(*match.span("value"))].strip(" ,."))
    return facts


def _cut_at_labels(value: str) -> tuple[str, dict[str, str]]:
    """ "Ban A; phối hợp: Ban B" is two values."""
    found = {}
    first = len(value)
    for match in _INLINE.finditer(fold(value)):
        name = next(name for name, held in match.groupdict().items() if held and name != "value")
        found[name] = value[slice(*match.span("value"))].strip(" ,.")
        first = min(first, match.start())
    return value[:first].strip(" ;,."), found


_INLINE = re.compile(
    r"(?:(?P<time>\bthoi gian(?: [a-z ]{1,20})?)|(?P<place>\bdia diem(?: [a-z ]{1,20})?)"
    r"|(?P<lead>\b(?:don vi|chu the) (?:thuc hien|chu tri|to chuc)|\bchu tri|\bphu trach)"
    r"|(?P<coop>\b(?:don vi )?phoi hop))\s*:\s*(?P<value>[^.;:]{2,160})"
)
_LED_BY = re.compile(
    r"\bdo\s+(?P<lead>[^,.;:()]{3,90}?)\s+(?:chu tri|to chuc|phu trach|thuc hien|dam nhiem)"
    r"|\b(?:giao|phan cong)\s+(?:cho\s+)?(?P<given>[^,.;:()]{3,90}?)\s+(?:chu tri|phu trach"
    r"|thuc hien|tham muu)"
)
_WITH = re.compile(
    r"\bphoi hop(?: cung)?(?: voi)?\s+(?P<coop>[A-Z\w][^,.;:()]{3,90}?)(?=\s+(?:to chuc|thuc hien"
    r"|trien khai|xay dung|tham muu)|[.;,)]|$)"
)
_AT = re.compile(r"\btai\s+(?P<place>[^,.;:()]{3,90}?)(?=,\s|\s+(?:do|voi|tu|vao|luc|cho)\s|[.;()]|$)")

_ANOTHER_PLACE = re.compile(
    r"(?:,| va)\s+(?:cac |tai )?(?:cong|nha|khu|phong|san|hoi truong|tru so|tuyen|duong|cong ty|benh vien|truong"
    r"|co quan|don vi|doanh nghiep|noi|trung tam|phan xuong|xuong|quang truong|cong vien|ben|cho)\b[^,.;:()]{0,60}"
    r"(?=[,.;()]|$)"
)


def _end_of_places(plain: str, end: int) -> int:
    """ "tại cổng đơn vị, nhà xưởng, nhà ăn ca": all of them, as long as each names a place."""
    while another := _ANOTHER_PLACE.match(plain, end):
        end = another.end()
    return end


def _fill(activity: Activity, facts: dict[str, str], text: str, when: When) -> None:
    plain = fold(text)
    activity.start, activity.end, activity.time = when.start, when.end, when.time
    activity.recurrence, activity.dates, activity.date_text = when.recurrence, list(when.dates), when.text
    activity.responsible = listed(facts.get("lead", ""))
    if not activity.responsible and (match := _LED_BY.search(plain)):
        group = "lead" if match["lead"] else "given"
        activity.responsible = [squeeze(text[slice(*match.span(group))])]
    activity.coordinating = listed(facts.get("coop", ""))
    if not activity.coordinating and (match := _WITH.search(plain)) and text[match.start("coop")].isupper():
        activity.coordinating = [squeeze(text[slice(*match.span("coop"))])]
    activity.place = facts.get("place") or None
    if activity.place is None and when.start and (match := _AT.search(plain)):
        activity.place = squeeze(text[match.start("place") : _end_of_places(plain, match.end("place"))])
    searched = text + " " + " ".join(facts.values())
    activity.channels = list(dict.fromkeys(searched[m.start() : m.end()] for m in _CHANNELS.finditer(fold(searched))))


def listed(text: str) -> list[str]:
    return [squeeze(part).strip(" .-") for part in re.split(r"[;\n]|, (?=[A-ZĐ])", text) if part.strip(" .-")]


def _summary(node: Node, facts: dict[str, str]) -> str:
    return facts.get("form") or facts.get("content") or node.rest or node.text


def _when(node: Node, facts: dict[str, str], calendar: Calendar) -> When:
    """The printed time: from a label, else from the item, else from its first dated bullet."""
    texts = [facts[name] for name in ("time", "due") if facts.get(name)]
    texts += [node.text, *[c.text for c in node.children if c.table is None and c.meaning not in _SKIPPED]]
    chosen = When()
    for text in texts:
        chosen = when_of(text, calendar)
        if chosen.start or chosen.end or (chosen.recurrence and text in texts[:1]):
            return chosen
    first = next((w for t in texts[:4] if (w := when_of(t, calendar)).recurrence), None)
    return first or When(text=facts.get("time"))


def _is_schedule(table: Table) -> bool:
    """Work with a time or with somebody in charge; not slogans, reports or figures."""
    named = table.has("title", "task") and table.has("time", "due", "lead", "start", "hour")
    figures = table.has("quantity") and not table.has("time")
    return named and not figures and not table.has("slogan", "report")


def _rows(table: Table, calendar: Calendar) -> Iterator[Activity]:
    if not _is_schedule(table):
        return
    filled = {"time": "", "lead": "", "due": ""}
    for row in table.rows:
        title = table.cell(row, "title", "task")
        if not title or sum(1 for cell in row.cells if cell) < 2 or _is_group(table, row):
            filled = dict.fromkeys(filled, "")
            continue
        for name in filled:
            filled[name] = _merged_cell(table.cell(row, name), filled[name])
        if not _is_reporting(title):
            yield _row(table, row, title, filled, calendar)


def _merged_cell(cell: str, above: str) -> str:
    """Empty below a merged cell, or "nt" for the same as above."""
    return above if not cell or fold(cell).strip(" .\"-'") in ("", "nt", "nhu tren") else cell


def _is_group(table: Table, row: Row) -> bool:
    """A row that only heads the rows below: "I | Tuyên truyền trực quan | | |"."""
    others = [cell for cell in row.cells if cell]
    return (
        len(others) <= 2
        and bool(re.fullmatch(r"[IVX]+|[A-Z]|\d{0,2}", table.cell(row, "number") or ""))
        and not any(table.cell(row, name) for name in ("time", "due", "lead", "start"))
        and len(table.rows) > 1
        and bool(re.fullmatch(r"[IVXA-Z]+", table.cell(row, "number") or "X"))
    )


def _row(table: Table, row: Row, title: str, filled: dict[str, str], calendar: Calendar) -> Activity:
    activity = Activity(squeeze(title), table.cell(row, "product") or title, Source(row.line, row.text))
    time = " ".join(part for part in (table.cell(row, "hour"), filled["time"]) if part)
    when = when_of(time, calendar)
    start, due = when_of(table.cell(row, "start"), calendar), when_of(filled["due"], calendar)
    when.start, when.end = when.start or start.start, when.end or due.end
    when.text = squeeze(time or " ".join((table.cell(row, "start"), filled["due"]))) or None
    if not time and not (when.start or when.end):
        when = when_of(title, calendar)
    _fill(
        activity,
        {"lead": filled["lead"], "coop": table.cell(row, "coop"), "place": table.cell(row, "place")},
        title,
        when,
    )
    if not activity.responsible and is_unit(table.cell(row, "unit") or "-"):
        activity.responsible = listed(table.cell(row, "unit"))
    return activity
