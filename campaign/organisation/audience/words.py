"""The words of a plan ("Các CĐCS có trên 200 đoàn viên", "LĐLĐ các huyện, thành phố") read as an audience.

Every word must be accounted for: "các CĐCS doanh nghiệp" is not all CĐCS, so without a kind of that name it is nobody,
and a person says who is meant. How sure the reading is goes along as a number: from 0.8 it may be filled in for
confirmation, below it is only a proposal.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from sqlmodel import Session, select

from campaign.organisation import units
from campaign.organisation.audience.forest import Forest
from campaign.organisation.audience.grammar import Atom, AtomKind, Audience, MembersFilter, Term
from campaign.organisation.levels import Level, of_words, spell_out
from campaign.text import clean, fold
from storage.models import Unit, UnitName

_SEPARATOR = re.compile(r"\s*(?:[,;/\n]|\bva\b|\bcung\b)\s*")
_THOUSANDS = re.compile(r"(?<=\d)\.(?=\d{3})")
_NUMBERS = {"hai": 2, "ba": 3, "bon": 4, "nam": 5, "sau": 6, "bay": 7, "tam": 8, "chin": 9, "muoi": 10}
_QUANTIFIER = re.compile(r"(?:(?:tat ca|toan bo|toan the|moi|tung|cac|nhung|100(?= )) )+")
_COUNT = re.compile(rf"(\d+|{'|'.join(_NUMBERS)}) (?=cong doan|nghiep doan|lien doan|to cong doan|cum|don vi)")
_SCOPE = re.compile(r"(?P<base>.+?) (?P<how>truc thuoc|thuoc|trong|toan|tren dia ban|cua)(?: toan)?(?: (?P<where>.+))?")
_TERRITORY = r"(?:tinh|thanh pho|huyen|quan|thi xa|truong|tong cong ty|tap doan|nganh)"
_TITLE = re.compile(rf"(?:tong )?(?:lien doan lao dong|cong doan) {_TERRITORY}")
_CLUSTER = re.compile(
    r"(?:(?:don vi|cong doan co so|thanh vien|don vi thanh vien) (?:thuoc|trong|cua) )?cum(?: thi dua)?(?: so)? (.+)"
)
_MEMBERS = re.compile(
    r"(?P<base>.+?)(?: co)? (?P<how>tren|hon|nhieu hon|duoi|it hon|tu|it nhat|toi thieu|khong duoi|khong qua|toi da) "
    r"(?P<low>\d+)(?: (?:den|toi) (?P<high>\d+))? doan vien(?P<tail> tro len| tro xuong)?"
)
_SIGNS = {"tren": ">", "hon": ">", "nhieu hon": ">", "duoi": "<", "it hon": "<", "khong qua": "<=", "toi da": "<="}
_HEADS = ("lien doan lao dong", "cong doan co so", "cong doan", "cum")

_EVERYBODY = {"cap cong doan": 0.95, "cong doan cap": 0.95, "don vi": 0.8}
_LEVELS = {
    "cong doan co so": Level.GRASSROOTS,
    "cong doan cap tren truc tiep co so": Level.INTERMEDIATE,
    "cong doan cap tren co so": Level.INTERMEDIATE,
    "cap tren truc tiep co so": Level.INTERMEDIATE,
    "cong doan cap tren": Level.INTERMEDIATE,
    "cong doan bo phan": Level.PART,
    "to cong doan": Level.PART,
}
_MANY_NAMES = 60  # a list of codes longer than this is no audience a person could check


@dataclass(frozen=True)
class _Found:
    terms: tuple[Term, ...]
    sure: float

    @classmethod
    def of(cls, kind: AtomKind, name: str, sure: float) -> _Found:
        return cls((Term(Atom(kind, name)),), sure)


def from_words(session: Session, text: str, on: date | None) -> tuple[str, float] | None:
    """The audience that printed words mean, and how sure that is (0–1); None when we cannot tell or it has no units."""
    if "cụm trưởng" in clean(text).lower():
        return None  # a post, and without marks the same letters as a cluster of schools
    forest = Forest(session, on)
    found = _Reader(session, forest).read(text)
    if found is None:
        return None
    audience = Audience(tuple(dict.fromkeys(found.terms)))
    return (str(audience), round(found.sure, 2)) if forest.keys(audience) else None


def _key(text: str) -> str:
    """Words that tell names apart: "các" and "và" come and go ("Tuyên giáo - Nữ công")."""
    return " ".join(word for word in spell_out(text).split() if word not in ("cac", "va"))


class _Reader:
    def __init__(self, session: Session, forest: Forest) -> None:
        self._session, self._forest = session, forest

    def read(self, text: str) -> _Found | None:
        folded = _THOUSANDS.sub("", fold(text)).strip(" .:;,-+*•–")
        return self._one(folded) or self._several(folded)

    # -- one place -----------------------------------------------------------------------------------------------------

    def _one(self, folded: str) -> _Found | None:
        words = spell_out(folded)
        if not words:
            return None
        return self._unit(words) or self._with_members(words) or self._group(words)

    def _group(self, words: str) -> _Found | None:
        """A cluster, a level or a kind, with what people put before ("tất cả", "27") and after ("trong tỉnh")."""
        bare = _QUANTIFIER.sub("", words, count=1) if _QUANTIFIER.match(words) else words
        counted = _COUNT.match(bare)
        bare = _key(bare[counted.end() :] if counted else bare)
        many = bool(counted) or bool(_QUANTIFIER.match(words)) or " cac " in words
        found = self._cluster(bare) or self._title(bare, many=many) or self._named_group(bare, many=many)
        if found is None and (scope := _SCOPE.fullmatch(bare)) and self._is_ours(scope["where"] or ""):
            found = self._named_group(scope["base"], many=many)
            if found is not None and scope["how"] == "truc thuoc" and scope["base"] == "cong doan co so":
                found = self._directly_under_us()
        if found is None or counted is None:
            return found
        count = _NUMBERS.get(counted[1]) or int(counted[1])
        return found if count in (self._size(found), 100) else replace(found, sure=found.sure * 0.8)

    def _named_group(self, bare: str, *, many: bool) -> _Found | None:
        if bare in _EVERYBODY:
            return _Found.of(AtomKind.ALL, "", _EVERYBODY[bare])
        if bare in ("cum thi dua", "cum"):
            return self._all_clusters()
        level = _LEVELS.get(bare)
        if level is Level.GRASSROOTS:
            return _Found.of(AtomKind.KIND, level, 0.95)
        kinds = {_key(words): kind for words, kind in self._forest.kinds.items()}
        if bare in kinds:
            return _Found.of(AtomKind.KIND, kinds[bare], 0.95 if many else 0.8)
        if level is not None:
            return _Found.of(AtomKind.KIND, level, 0.9)
        return self._alike(bare) if many and of_words(bare) is Level.INTERMEDIATE else None

    def _alike(self, bare: str) -> _Found | None:
        """ "LĐLĐ các huyện" where the table names no kinds: the units whose names begin so."""
        keys = {key for name, found in self._names.items() if name.startswith(bare + " ") for key in found}
        return self._listed(keys, 0.85) if len(keys) > 1 else None

    def _directly_under_us(self) -> _Found | None:
        """ "CĐCS trực thuộc LĐLĐ tỉnh" are only those with nobody between."""
        grassroots = {key for key, level in self._forest.levels.items() if level is Level.GRASSROOTS}
        ours = {unit.id for unit in self._open if unit.parent_id in {root.id for root in self._roots}}
        direct = {unit.id for unit in self._open if unit.id in grassroots & ours and unit.id is not None}
        if direct == {unit.id for unit in self._open if unit.id in grassroots}:
            return _Found.of(AtomKind.KIND, Level.GRASSROOTS, 0.95)
        return self._listed(direct, 0.85)

    def _listed(self, keys: set[int], sure: float) -> _Found | None:
        codes = sorted(self._forest.units[key].code for key in keys)
        terms = tuple(Term(Atom(AtomKind.UNIT, code)) for code in codes)
        return _Found(terms, sure) if 0 < len(terms) <= _MANY_NAMES else None

    def _with_members(self, words: str) -> _Found | None:
        match = _MEMBERS.fullmatch(words)
        base = self._group(match["base"]) if match else None
        if match is None or base is None:
            return None
        sign = "<=" if match["tail"] == " tro xuong" else _SIGNS.get(match["how"], ">=")
        filters = [MembersFilter(sign, int(match["low"]))]
        if match["high"]:
            filters.append(MembersFilter("<=", int(match["high"])))
        return replace(base, terms=tuple(replace(term, filters=tuple(filters)) for term in base.terms))

    # -- clusters ------------------------------------------------------------------------------------------------------

    def _cluster(self, bare: str) -> _Found | None:
        match = _CLUSTER.fullmatch(bare)
        cluster = self._forest.cluster(match[1]) or self._forest.cluster(bare) if match else None
        return _Found.of(AtomKind.CLUSTER, cluster.name, 0.95) if cluster else None

    def _all_clusters(self) -> _Found | None:
        terms = tuple(Term(Atom(AtomKind.CLUSTER, cluster.name)) for cluster in self._forest.clusters)
        return _Found(terms, 0.9) if terms else None

    def _size(self, found: _Found) -> int:
        if found.terms[0].atom.kind is AtomKind.CLUSTER:
            return len(found.terms)
        return len(self._forest.keys(Audience(found.terms)))

    # -- units by name -------------------------------------------------------------------------------------------------

    def _unit(self, words: str) -> _Found | None:
        """A name or code that exactly one unit bears; what it was called before counts a little less."""
        key = _key(words)
        for names, sure in ((self._codes, 0.97), (self._names, 0.97), (self._short_names, 0.85)):
            if len(names[key]) == 1:
                return self._named(names[key], sure)
        without = next((key.removesuffix(f" {title}") for title in self._titles if key.endswith(f" {title}")), "")
        if len(self._names[without]) == 1:
            return self._named(self._names[without], 0.9)
        return self._named(self._former_names[key], 0.8) if len(self._former_names[key]) == 1 else None

    def _named(self, keys: set[int], sure: float) -> _Found:
        (key,) = keys
        return _Found.of(AtomKind.UNIT, self._forest.units[key].code, sure)

    @cached_property
    def _open(self) -> list[Unit]:
        everybody = Audience((Term(Atom(AtomKind.ALL)),))
        return [self._forest.units[key] for key in self._forest.keys(everybody)]

    @cached_property
    def _codes(self) -> dict[str, set[int]]:
        return _index((spell_out(unit.code), unit) for unit in self._open)

    @cached_property
    def _names(self) -> dict[str, set[int]]:
        return _index((_key(unit.name), unit) for unit in self._open)

    @cached_property
    def _short_names(self) -> dict[str, set[int]]:
        """Grassroots unions by their employer alone, departments without their federation's name."""
        return _index((name, unit) for unit in self._open for name in self._shortened(unit))

    def _shortened(self, unit: Unit) -> Iterator[str]:
        name, level = _key(unit.name), self._forest.levels[unit.id or 0]
        if level is Level.GRASSROOTS:
            employer = name.removeprefix("cong doan co so ").removeprefix("cong doan ")
            yield from {employer, f"cong doan co so {employer}", f"cong doan {employer}"} - {name}
        elif level is Level.DEPARTMENT:
            yield from (name.removesuffix(f" {title}") for title in self._titles if name.endswith(f" {title}"))

    @cached_property
    def _former_names(self) -> dict[str, set[int]]:
        """Names that units bore before, and names of units that were merged → who goes on."""
        past = [(_key(row.name), self._forest.units[row.unit_id]) for row in self._session.exec(select(UnitName))]
        past += [(_key(unit.name), unit) for unit in self._forest.units.values() if unit.merged_into_id is not None]
        return _index((name, units.successor(self._session, unit)) for name, unit in past)

    # -- the federation itself -----------------------------------------------------------------------------------------

    @cached_property
    def _roots(self) -> list[Unit]:
        tops = [unit for unit in self._open if unit.parent_id is None]
        return [unit for unit in tops if self._forest.levels[unit.id or 0] is Level.FEDERATION] or tops[:1]

    @cached_property
    def _titles(self) -> list[str]:
        """How papers call the federation, longest first: its name, and its name without the place."""
        names = [_key(unit.name) for unit in self._roots]
        titles = [match[0] for name in names if (match := _TITLE.match(name))]
        return sorted({*names, *titles}, key=len, reverse=True)

    def _title(self, bare: str, *, many: bool) -> _Found | None:
        bearers = [unit for unit in self._roots if bare in self._titles and _key(unit.name).startswith(bare)]
        return _Found.of(AtomKind.UNIT, bearers[0].code, 0.9) if len(bearers) == 1 and not many else None

    def _is_ours(self, territory: str) -> bool:
        """Whether "trong tỉnh", "trên địa bàn tỉnh Lam Giang" is the ground of this installation."""
        if not territory or territory in self._titles:
            return True
        root_names = [_key(unit.name) for unit in self._roots]
        if re.fullmatch(_TERRITORY, territory):
            return any(f" {territory} " in f"{name} " for name in root_names)
        return any(name.endswith(f" {territory}") for name in root_names)

    # -- several places ------------------------------------------------------------------------------------------------

    def _several(self, folded: str) -> _Found | None:
        """Places joined by commas and "và"; each must be understood. Longest first, since names hold "và"."""
        pieces = _pieces(folded)
        found: list[_Found] = []
        place, head = 0, ""
        while place < len(pieces):
            for end in range(len(pieces), place, -1):
                piece = folded[pieces[place][0] : pieces[end - 1][1]]
                one = self._one(piece) or (self._one(f"cac {head} {piece}") if head else None)
                if one is not None:
                    break
            else:
                return self._whole_level([folded[start:stop] for start, stop in pieces])
            found.append(one)
            head = _head(piece) or head
            place = end
        terms = tuple(term for one in found for term in one.terms)
        return _Found(terms, min(one.sure for one in found) * 0.95) if found else None

    def _whole_level(self, pieces: list[str]) -> _Found | None:
        """A plan of the old map lists what stood between province and grassroots ("LĐLĐ các huyện, thành phố, công đoàn
        ngành"). Where those units are gone, their level is proposed, with little certainty."""
        head, named = "", 0
        for piece in pieces:
            head = _head(piece) or head
            bare = _key(_QUANTIFIER.sub("", spell_out(piece), count=1))
            if Level.INTERMEDIATE not in (of_words(bare), of_words(f"{head} {bare}")):
                return None
            named += 1
        return _Found.of(AtomKind.KIND, Level.INTERMEDIATE, 0.5) if named >= 3 else None


def _pieces(folded: str) -> list[tuple[int, int]]:
    """Start and end of what stands between separators."""
    cuts = [(match.start(), match.end()) for match in _SEPARATOR.finditer(folded)]
    starts = [0, *(end for _, end in cuts)]
    stops = [*(start for start, _ in cuts), len(folded)]
    return [(start, stop) for start, stop in zip(starts, stops, strict=True) if start < stop]


def _head(piece: str) -> str:
    """What "phường" in "công đoàn các xã, phường" leaves out."""
    words = _key(_QUANTIFIER.sub("", spell_out(piece), count=1))
    return next((head for head in _HEADS if words.startswith(head)), "")


def _index(pairs: Iterator[tuple[str, Unit]]) -> dict[str, set[int]]:
    index: dict[str, set[int]] = defaultdict(set)
    for name, unit in pairs:
        if unit.id is not None:
            index[name].add(unit.id)
    return index
