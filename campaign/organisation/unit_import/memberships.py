"""Which cluster each unit of the table competes in this year."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete
from sqlmodel import Session, col, select

from campaign.organisation import clusters
from storage.insert import insert_new
from storage.models import Cluster, ClusterMember


class Memberships:
    """The clusters of one year and who is in them; makes clusters that are not there yet."""

    def __init__(self, session: Session, year: int) -> None:
        self._session, self._year = session, year
        rows = session.exec(select(Cluster).where(Cluster.year == year))
        self._clusters = {clusters.key(cluster.name): cluster for cluster in rows}
        places = session.exec(select(ClusterMember).join(Cluster).where(Cluster.year == year))
        self._home = {place.unit_id: place.cluster_id for place in places}

    def settle(self, wanted: Mapping[int, str]) -> set[int]:
        """Put units (by id) into the clusters named, "" meaning none; returns those that had to move."""
        homes = {unit_id: self._cluster_id(name) if name else None for unit_id, name in wanted.items()}
        moving = {unit_id: home for unit_id, home in homes.items() if self._home.get(unit_id) != home}
        self._leave([unit_id for unit_id in moving if unit_id in self._home])
        joining = {unit_id: home for unit_id, home in moving.items() if home is not None}
        insert_new(
            self._session,
            ClusterMember,
            [ClusterMember(cluster_id=home, unit_id=unit) for unit, home in joining.items()],
        )
        self._home |= joining
        return set(moving)

    def _cluster_id(self, name: str) -> int:
        key = clusters.key(name)
        cluster = self._clusters.get(key)
        if cluster is None:
            cluster = self._clusters[key] = Cluster(year=self._year, name=name)
            self._session.add(cluster)
            self._session.flush()
        assert cluster.id is not None
        return cluster.id

    def _leave(self, unit_ids: list[int]) -> None:
        """Whoever leaves a cluster leads it no longer."""
        if not unit_ids:
            return
        for cluster in self._clusters.values():
            if cluster.leader_unit_id in unit_ids:
                cluster.leader_unit_id = None
                self._session.add(cluster)
        ids = [cluster.id for cluster in self._clusters.values()]
        places = delete(ClusterMember).where(
            col(ClusterMember.unit_id).in_(unit_ids), col(ClusterMember.cluster_id).in_(ids)
        )
        self._session.execute(places)
        for unit_id in unit_ids:
            del self._home[unit_id]
