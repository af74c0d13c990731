"""All units and clusters as they stand on a day, read once: an audience of five thousand units costs a few queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from functools import cached_property

from sqlmodel import Session, col, select

from campaign.organisation import clusters, levels, units
from campaign.organisation.audience.grammar import LEVELS, Atom, AtomKind, Audience, Term
from campaign.organisation.levels import Level, spell_out
from storage.models import Cluster, ClusterMember, Unit


class Forest:
    """``on`` None means as things stand: what nobody has closed, the newest clusters."""

    def __init__(self, session: Session, on: date | None) -> None:
        self._session, self._on = session, on
        self.units = {unit.id: unit for unit in session.exec(select(Unit)) if unit.id is not None}
        self._finders: dict[AtomKind, Callable[[str], set[int]]] = {
            AtomKind.ALL: lambda _: set(self.units),
            AtomKind.UNIT: lambda name: self._goes_on(self.with_code(name)),
            AtomKind.UNDER: self._under,
            AtomKind.CLUSTER: self._in_cluster,
            AtomKind.KIND: self._of_kind,
            AtomKind.ROLE: lambda _: set(),
        }

    def find(self, audience: Audience) -> list[Unit]:
        """Open units of all terms, each once, in Vietnamese order."""
        return units.in_order(self.units[key] for key in self.keys(audience))

    def keys(self, audience: Audience) -> set[int]:
        """Ids of the same units."""
        return {key for term in audience.terms for key in self.of_term(term)}

    def of_term(self, term: Term) -> set[int]:
        found = self._finders[term.atom.kind](term.atom.name)
        return {
            key
            for key in found
            if units.is_open(self.units[key], self._on)
            and all(condition.holds(self.units[key].members) for condition in term.filters)
        }

    def knows(self, atom: Atom) -> bool:
        """Whether there is such a unit, cluster or kind at all, closed or not."""
        if atom.kind in (AtomKind.UNIT, AtomKind.UNDER):
            return self.with_code(atom.name) is not None
        if atom.kind is AtomKind.CLUSTER:
            return self.cluster(atom.name) is not None
        if atom.kind is AtomKind.KIND:
            return atom.name in LEVELS or spell_out(atom.name) in self.kinds
        return True

    # -- units ---------------------------------------------------------------------------------------------------------

    @cached_property
    def _by_code(self) -> dict[str, Unit]:
        return {unit.code.casefold(): unit for unit in self.units.values()}

    @cached_property
    def _below(self) -> dict[int | None, list[int]]:
        below: dict[int | None, list[int]] = defaultdict(list)
        for key, unit in self.units.items():
            below[unit.parent_id].append(key)
        return below

    @cached_property
    def levels(self) -> dict[int, Level]:
        return levels.of_units(self.units.values())

    @cached_property
    def kinds(self) -> dict[str, str]:
        """Kinds of open units, spelled out → as the table prints them."""
        printed = (unit.kind for unit in self.units.values() if unit.kind and units.is_open(unit, self._on))
        return {spell_out(kind): kind for kind in printed}

    def with_code(self, code: str) -> Unit | None:
        return self._by_code.get(code.casefold())

    def _goes_on(self, unit: Unit | None) -> set[int]:
        """A unit that was merged is addressed where it went."""
        while unit is not None and unit.merged_into_id is not None:
            unit = self.units[unit.merged_into_id]
        return {unit.id} if unit is not None and unit.id is not None else set()

    def _under(self, code: str) -> set[int]:
        found: set[int] = set()
        waiting = list(self._goes_on(self.with_code(code)))
        while waiting:
            key = waiting.pop()
            if key not in found:
                found.add(key)
                waiting.extend(self._below[key])
        return found

    def _of_kind(self, name: str) -> set[int]:
        if name in LEVELS:
            return {key for key, level in self.levels.items() if level == name}
        wanted = spell_out(name)
        return {key for key, unit in self.units.items() if unit.kind and spell_out(unit.kind) == wanted}

    # -- clusters ------------------------------------------------------------------------------------------------------

    @cached_property
    def clusters(self) -> list[Cluster]:
        return clusters.of_year(self._session, self._on.year if self._on else None)

    @cached_property
    def _members(self) -> dict[int, set[int]]:
        members: dict[int, set[int]] = defaultdict(set)
        ids = [cluster.id for cluster in self.clusters]
        for place in self._session.exec(select(ClusterMember).where(col(ClusterMember.cluster_id).in_(ids))):
            members[place.cluster_id].add(place.unit_id)
        return members

    def cluster(self, name: str) -> Cluster | None:
        wanted = clusters.key(name)
        return next((one for one in self.clusters if wanted and clusters.key(one.name) == wanted), None)

    def _in_cluster(self, name: str) -> set[int]:
        cluster = self.cluster(name)
        return self._members[cluster.id] if cluster is not None and cluster.id is not None else set()
