"""What a dispatch changes in an earlier plan: replaced, added and removed texts, and moved days."""

import re
from collections.abc import Iterator

from planreader.chars import fold, quotes, squeeze
from planreader.clauses import clauses
from planreader.dates import Calendar, spans
from planreader.model import Amendment, Source
from planreader.quoted import quoted
from planreader.sections import Place

_REPLACE = re.compile(r"\b(?:thay(?: the| doi)?|sua(?: doi| lai)?|dieu chinh|dinh chinh|chuyen|doi)\b")
_ADD = re.compile(r"\b(?:bo sung|them)\b")
_REMOVE = re.compile(
    r"\b(?:bai bo|bo (?:khau hieu|muc|diem|noi dung|cau|cum tu|hoat dong|chi tieu)|huy"
    r"|khong (?:to chuc|thuc hien|su dung)|dung to chuc|luoc bo|tam dung)\b"
)
_MOVE = re.compile(r"\b(?:lui|gia han|keo dai|rut ngan|dieu chinh|thay doi|doi|chuyen|sua|dinh chinh)\b")
_TARGET = re.compile(
    r"\b(?:tai\s+)?(?:muc|diem|phan|khoan|gach dau dong|tiet|phu luc"
    r"|bang)\s+(?:thu\s+)?[\w.]{1,12}(?:[,;]?\s*(?:muc|diem|phan|khoan|tiet)\s+[\w.]{1,12}){0,3}"
)


def amendments_of(everything: list[Place], calendar: Calendar) -> list[Amendment]:
    found: list[Amendment] = []
    for place in everything:
        if place.node.table is None:
            target = _target(" ".join(node.label for node in place.above[-1:]))
            for clause in clauses(place.node.text):
                found.extend(_in_clause(clause.text, place.node.line, target, calendar))
    return found


def _in_clause(text: str, line: int, target: str | None, calendar: Calendar) -> Iterator[Amendment]:
    plain = fold(text)
    source = Source(line, text)
    target = _target(text) or target or squeeze(text.split(":")[0])[:120]
    named = quotes(text)
    first = named[0][0] if named else len(text)
    if (
        len(named) >= 2
        and _REPLACE.search(plain[:first])
        and re.search(r"\b(?:bang|thanh|la)\b", plain[named[0][1] : named[1][0]])
    ):
        yield Amendment(target, "replace", named[0][2], named[1][2], source)
    elif named and _REMOVE.search(plain[:first]):
        yield Amendment(target, "remove", named[0][2], None, source)
    elif named and _ADD.search(plain[:first]):
        yield from (Amendment(target, "add", None, item.text, source) for item in quoted(text))
    elif _MOVE.search(plain):
        yield from _moved(text, plain, target, source, calendar)
    elif _REMOVE.search(plain):
        yield Amendment(target, "remove", text, None, source)
    elif match := re.match(r"\W*bo sung\s+", plain):
        yield Amendment(target, "add", None, text[match.end() :], source)


def _moved(text: str, plain: str, target: str, source: Source, calendar: Calendar) -> Iterator[Amendment]:
    """ "từ ngày 05/6 sang ngày 12/6"; with one day only, the new one."""
    found = spans(text, calendar)
    if len(found) >= 2:
        old, new = found[0], found[1]
        yield Amendment(target, "replace", text[old.core : old.end], text[new.core : new.end], source)
    elif found:
        only = found[0]
        yield Amendment(target, "replace", None, text[only.core : only.end], source)


def _target(text: str) -> str | None:
    match = _TARGET.search(fold(text))
    return squeeze(text[match.start() : match.end()]) if match else None
