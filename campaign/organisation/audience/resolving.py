"""From an audience to units and people, and back to words."""

from __future__ import annotations

from datetime import UTC, date
from typing import TypeAlias

from rapidfuzz import fuzz, process
from sqlmodel import Session, col, select

from campaign.organisation import units
from campaign.organisation.audience.forest import Forest
from campaign.organisation.audience.grammar import Atom, AtomKind, Audience, BadAudience, MembersFilter, Term, parse
from campaign.organisation.clusters import key as cluster_key
from campaign.organisation.invites import ROLE_NAMES
from campaign.organisation.levels import Level, spell_out
from campaign.text import clean_name
from storage.models import Person, Post, Unit
from storage.models.organisation import Role

Text: TypeAlias = str | Audience

_LEVEL_WORDS = {
    Level.GRASSROOTS: "các công đoàn cơ sở",
    Level.INTERMEDIATE: "các công đoàn cấp trên trực tiếp cơ sở",
    Level.PART: "các công đoàn bộ phận, tổ công đoàn",
}
_SIGN_WORDS = {
    ">": "trên {} đoàn viên",
    ">=": "từ {} đoàn viên trở lên",
    "<": "dưới {} đoàn viên",
    "<=": "không quá {} đoàn viên",
    "=": "đúng {} đoàn viên",
}
_NAMED = 4  # places that are named one by one; the rest are counted
_NEAR = 60


def resolve(session: Session, audience: Text, on: date | None) -> Audience:
    """The audience with every name as we print it. Raises BadAudience, with near matches, for a name we do not have.

    For the moment at which a person chooses; later, what has gone simply addresses nobody (see ``units_of``).
    """
    wanted = _parsed(audience)
    forest = Forest(session, on)
    terms = tuple(Term(_printed(forest, term.atom), term.filters) for term in wanted.terms)
    return Audience(tuple(dict.fromkeys(terms)))


def units_of(session: Session, audience: Text, on: date | None) -> list[Unit]:
    """Open units of the audience, each once, in Vietnamese order. Raises BadAudience for a text that is no audience.

    A unit that was merged is replaced by the one that goes on for it. Roles are of people: they add no units.
    """
    wanted = _parsed(audience)
    named = _named(session, wanted, on)
    return Forest(session, on).find(wanted) if named is None else named


def unit_ids_of(session: Session, audience: Text, on: date | None) -> set[int]:
    """Ids of the same units; for everybody they are asked for without reading ten thousand units."""
    wanted = _parsed(audience)
    if any(term.atom.kind is AtomKind.ALL and not term.filters for term in wanted.terms):
        return {key for key in session.exec(select(Unit.id).where(units.open_on(on))) if key is not None}
    named = _named(session, wanted, on)
    return Forest(session, on).keys(wanted) if named is None else {unit.id for unit in named if unit.id is not None}


def _named(session: Session, wanted: Audience, on: date | None) -> list[Unit] | None:
    """Of an audience that names each of its units, those units, without reading ten thousand others; None where more
    must be known.
    """
    if not wanted.terms or any(term.atom.kind is not AtomKind.UNIT or term.filters for term in wanted.terms):
        return None
    codes = {term.atom.name for term in wanted.terms}
    found = session.exec(select(Unit).where(col(Unit.code).in_(codes))).all()
    if len(found) < len(codes) or any(unit.merged_into_id is not None for unit in found):
        return None
    return units.in_order(unit for unit in found if units.is_open(unit, on))


def people_of(session: Session, audience: Text, on: date | None) -> list[Post]:
    """Posts with the roles of the audience, held on that day (UTC) in open units by people who are still here."""
    statement = (
        select(Post)
        .join(Unit, col(Unit.id) == Post.unit_id)
        .join(Person, col(Person.id) == Post.person_id)
        .where(col(Post.role).in_(_parsed(audience).roles), units.open_on(on), col(Person.erased_at).is_(None))
        .order_by(col(Post.id))
    )
    return [post for post in session.exec(statement) if _held(post, on)]


def _held(post: Post, on: date | None) -> bool:
    if on is None or post.until is None:
        return post.until is None
    return post.since.astimezone(UTC).date() <= on < post.until.astimezone(UTC).date()


def _parsed(audience: Text) -> Audience:
    return parse(audience) if isinstance(audience, str) else audience


# -- names -------------------------------------------------------------------------------------------------------------


def _printed(forest: Forest, atom: Atom) -> Atom:
    if atom.kind in (AtomKind.UNIT, AtomKind.UNDER):
        unit = forest.with_code(atom.name)
        if unit is None:
            raise _no_unit(forest, atom.name)
        return Atom(atom.kind, unit.code)
    if atom.kind is AtomKind.CLUSTER:
        cluster = forest.cluster(atom.name)
        if cluster is None:
            raise _no_cluster(forest, atom.name)
        return Atom(atom.kind, cluster.name)
    if not forest.knows(atom):
        raise _no_kind(forest, atom.name)
    return atom


def _no_unit(forest: Forest, name: str) -> BadAudience:
    codes = {key: unit.code.lower() for key, unit in forest.units.items() if unit.valid_to is None}
    names = {key: spell_out(forest.units[key].name) for key in codes}
    by_code = process.extract(name.lower(), codes, scorer=fuzz.ratio, score_cutoff=_NEAR, limit=3)
    by_name = process.extract(spell_out(name), names, scorer=fuzz.token_set_ratio, score_cutoff=80, limit=3)
    near = dict.fromkeys(found[2] for found in [*by_code, *by_name])
    shown = [f"{forest.units[key].code} ({clean_name(forest.units[key].name, 50)})" for key in [*near][:3]]
    return BadAudience("audience.unit", f"Không có đơn vị mang mã “{clean_name(name, 40)}”. {_or_list(shown)}")


def _no_cluster(forest: Forest, name: str) -> BadAudience:
    keys = [cluster_key(cluster.name) for cluster in forest.clusters]
    near = process.extract(cluster_key(name), keys, scorer=fuzz.WRatio, score_cutoff=_NEAR, limit=3)
    shown = [forest.clusters[place].name for _, _, place in near] or [cluster.name for cluster in forest.clusters[:4]]
    return BadAudience("audience.cluster", f"Không có cụm “{clean_name(name, 40)}”. {_or_list(shown)}")


def _no_kind(forest: Forest, name: str) -> BadAudience:
    near = process.extract(spell_out(name), [*forest.kinds], scorer=fuzz.WRatio, score_cutoff=_NEAR, limit=3)
    shown = [forest.kinds[words] for words, _, _ in near] or [*forest.kinds.values()][:4]
    return BadAudience("audience.kind", f"Không có loại đơn vị “{clean_name(name, 40)}”. {_or_list(shown)}")


def _or_list(near: list[str]) -> str:
    if not near:
        return "Anh/chị xem lại danh sách đơn vị rồi gửi lại."
    return f"Có phải là {' hoặc '.join(near)}? Anh/chị gửi lại cho đúng."


# -- words -------------------------------------------------------------------------------------------------------------


def describe(session: Session, audience: Text, on: date | None = None) -> str:
    """The audience as people say it, with numbers: "Cụm 2 (11 đơn vị)". What has gone is called gone, never raised."""
    if isinstance(audience, str) and not audience.strip():
        return "Chưa chọn nơi nhận"
    wanted, forest = _parsed(audience), Forest(session, on)
    places = [_place(session, forest, term, on) for term in wanted.terms[:_NAMED]]
    rest = len(wanted.terms) - _NAMED
    if rest > 0:
        places.append(f"{rest} nơi khác")
    if len(wanted.terms) > 1 and (total := len(forest.keys(wanted))):
        places.append(f"tổng cộng {total} đơn vị")
    return "; ".join(places)


def _place(session: Session, forest: Forest, term: Term, on: date | None) -> str:
    words = _words(forest, term.atom) + _conditions(term.filters)
    words = words[:1].upper() + words[1:]
    if not forest.knows(term.atom):
        return f"{words} (không còn trong danh sách)"
    if term.atom.kind is AtomKind.ROLE:
        return f"{words} ({len(people_of(session, Audience((term,)), on))} người)"
    found = forest.of_term(term)
    if term.atom.kind is AtomKind.UNIT and found:
        return words
    return f"{words} ({len(found)} đơn vị)"


def _words(forest: Forest, atom: Atom) -> str:
    unit = forest.with_code(atom.name)
    cluster = forest.cluster(atom.name) if atom.kind is AtomKind.CLUSTER else None
    if atom.kind is AtomKind.ALL:
        return "tất cả đơn vị"
    if atom.kind is AtomKind.ROLE:
        return ROLE_NAMES[Role(atom.name)]
    if atom.kind is AtomKind.KIND:
        return _LEVEL_WORDS[Level(atom.name)] if atom.name in _LEVEL_WORDS else atom.name
    if atom.kind is AtomKind.CLUSTER:
        return cluster.name if cluster else atom.name
    if atom.kind is AtomKind.UNDER:
        return f"{unit.name if unit else atom.name} và các đơn vị trực thuộc"
    return unit.name if unit else atom.name


def _conditions(filters: tuple[MembersFilter, ...]) -> str:
    said = [_SIGN_WORDS[one.sign].format(f"{one.number:,}".replace(",", ".")) for one in filters]
    return f" có {' và '.join(said)}" if said else ""
