"""The language of audiences.

    audience = term { "+" term }            a unit in several terms counts once
    term     = atom { "&" members-filter }
    atom     = all | unit:MÃ | under:MÃ | cluster:TÊN | kind:grassroots|intermediate|part|LOẠI | role:ROLE
    filter   = members: ( > | >= | < | <= | = ) NUMBER      a unit whose number is not known fits no filter

A name that holds "+", "&" or a quotation mark is written in double quotes, with quotation marks doubled.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz import fuzz, process

from campaign.organisation.levels import Level
from campaign.problems import Refusal
from campaign.text import clean, clean_name
from storage.models.organisation import Role

_COMPARE: dict[str, Callable[[int, int], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
}
_FILTER = re.compile(r"members:\s*(>=|<=|>|<|=)\s*(\d{1,7})")
_QUOTED = re.compile(r'"((?:[^"]|"")*)"')
_LONGEST = 4000
_HOW = "Anh/chị viết all, unit:MÃ, under:MÃ, cluster:TÊN, kind:grassroots hoặc role:officer; nối nhiều nơi bằng dấu +."


class BadAudience(Refusal):
    """This text names no audience, or names a unit, cluster or kind that we do not have."""


class AtomKind(StrEnum):
    ALL = "all"
    UNIT = "unit"
    UNDER = "under"
    CLUSTER = "cluster"
    KIND = "kind"
    ROLE = "role"


LEVELS = (Level.GRASSROOTS, Level.INTERMEDIATE, Level.PART)


@dataclass(frozen=True)
class Atom:
    kind: AtomKind
    name: str = ""

    def __str__(self) -> str:
        return str(self.kind) if self.kind is AtomKind.ALL else f"{self.kind}:{_quoted(self.name)}"


@dataclass(frozen=True)
class MembersFilter:
    sign: str
    number: int

    def __str__(self) -> str:
        return f"members:{self.sign}{self.number}"

    def holds(self, members: int | None) -> bool:
        return members is not None and _COMPARE[self.sign](members, self.number)


@dataclass(frozen=True)
class Term:
    atom: Atom
    filters: tuple[MembersFilter, ...] = ()

    def __str__(self) -> str:
        return "&".join(map(str, (self.atom, *self.filters)))


@dataclass(frozen=True)
class Audience:
    """``str`` gives back the text to keep."""

    terms: tuple[Term, ...]

    def __str__(self) -> str:
        return "+".join(map(str, self.terms))

    @property
    def roles(self) -> list[Role]:
        return [Role(term.atom.name) for term in self.terms if term.atom.kind is AtomKind.ROLE]


def parse(text: str) -> Audience:
    """What the text says; whether its units and clusters exist is for ``resolve``. Raises BadAudience."""
    cleaned = clean(text)
    if not cleaned:
        raise BadAudience("audience.empty", f"Chưa chọn nơi nhận. {_HOW}")
    if len(cleaned) > _LONGEST:
        raise BadAudience("audience.long", "Danh sách nơi nhận quá dài. Anh/chị chọn theo cụm hoặc theo cấp trên.")
    terms = tuple(_term(part) for part in _split(cleaned, "+"))
    return Audience(tuple(dict.fromkeys(terms)))


def _split(text: str, mark: str) -> list[str]:
    """At ``mark`` outside quotation marks."""
    parts, start, inside = [], 0, False
    for place, letter in enumerate(text):
        if letter == '"':
            inside = not inside
        elif letter == mark and not inside:
            parts.append(text[start:place])
            start = place + 1
    if inside:
        raise BadAudience("audience.quotes", "Thiếu dấu ngoặc kép đóng trong tên. Anh/chị thêm dấu rồi gửi lại.")
    return [*parts, text[start:]]


def _term(text: str) -> Term:
    atom, *filters = _split(text, "&")
    return Term(_atom(atom.strip()), tuple(_filter(part.strip()) for part in filters))


def _filter(text: str) -> MembersFilter:
    found = _FILTER.fullmatch(text.lower())
    if found is None:
        raise BadAudience(
            "audience.filter", f"Chưa hiểu điều kiện “{_shown(text)}”. Anh/chị viết số đoàn viên, ví dụ members:>200."
        )
    return MembersFilter(found[1], int(found[2]))


def _atom(text: str) -> Atom:
    word, colon, rest = text.partition(":")
    kind = _keyword(word.strip(), text)
    if kind is AtomKind.ALL and not colon:
        return Atom(kind)
    name = _unquoted(rest.strip())
    if kind is AtomKind.ALL or not name:
        raise BadAudience("audience.syntax", f"Chưa hiểu nơi nhận “{_shown(text)}”. {_HOW}")
    if kind is AtomKind.ROLE:
        return Atom(kind, _role(name))
    if kind is AtomKind.KIND and name.lower() in LEVELS:
        return Atom(kind, name.lower())
    return Atom(kind, name)


def _keyword(word: str, text: str) -> AtomKind:
    if word.lower() in tuple(AtomKind):
        return AtomKind(word.lower())
    near = process.extractOne(word.lower(), [str(kind) for kind in AtomKind], scorer=fuzz.ratio, score_cutoff=70)
    meant = f"Có phải là {near[0]}? " if near else ""
    raise BadAudience("audience.syntax", f"Chưa hiểu nơi nhận “{_shown(text)}”. {meant}{_HOW}")


def _role(name: str) -> Role:
    if name.lower() in tuple(Role):
        return Role(name.lower())
    raise BadAudience(
        "audience.role", f"Không có vai trò “{_shown(name)}”. Anh/chị chọn officer, chair, editor, admin hoặc leader."
    )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"' if re.search('[+&"]', name) else name


def _unquoted(name: str) -> str:
    quoted = _QUOTED.fullmatch(name)
    return clean_name(quoted[1].replace('""', '"') if quoted else name, _LONGEST)


def _shown(text: str) -> str:
    return clean_name(text, 40)
