"""Cụm thi đua: units that compete with each other for a year.

In January the new clusters are often not decided yet. Until somebody makes them, those of the latest earlier year
hold, so that a push to "Cụm 2" reaches people on 2 January too.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection
from datetime import date
from functools import lru_cache

from rapidfuzz import fuzz, process
from sqlmodel import Session, col, func, select

from campaign.organisation import units
from campaign.text import fold_words
from storage.insert import insert_new
from storage.models import Cluster, ClusterMember, Unit

_GENERIC = re.compile(r"^(cum\b ?)?(thi dua\b ?)?(so\b ?(?=\d))?")
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10}
NEAR_ENOUGH = 60


@lru_cache(maxsize=4096)  # asked once for every row of a table
def key(text: str) -> str:
    """What tells clusters apart: "Cụm thi đua số 02", "cum 2" and "Cụm II" are one."""
    words = _GENERIC.sub("", fold_words(text))
    if words.isdigit():
        return str(int(words))
    return str(_ROMAN.get(words, words))


def holding_year(session: Session, year: int | None) -> int | None:
    """The year whose clusters hold in ``year``: itself or the latest before that has any; None asks for the newest."""
    statement = select(func.max(Cluster.year))
    if year is not None:
        statement = statement.where(col(Cluster.year) <= year)
    return session.exec(statement).one()


def of_year(session: Session, year: int | None) -> list[Cluster]:
    """The clusters that hold in ``year`` (None: the newest), by name."""
    holding = holding_year(session, year)
    return list(session.exec(select(Cluster).where(Cluster.year == holding).order_by(col(Cluster.name))))


def by_name(session: Session, year: int | None, text: str) -> Cluster | None:
    """The cluster that people mean by ``text``, with or without marks and the words "Cụm", "thi đua", "số"."""
    wanted = key(text)
    return next((cluster for cluster in of_year(session, year) if wanted and key(cluster.name) == wanted), None)


def near(session: Session, year: int | None, text: str, limit: int = 3) -> list[Cluster]:
    """Clusters whose names resemble ``text``, best first: for "did you mean"."""
    found = of_year(session, year)
    keys = [key(cluster.name) for cluster in found]
    scored = process.extract(key(text), keys, scorer=fuzz.WRatio, score_cutoff=NEAR_ENOUGH, limit=limit)
    return [found[place] for _, _, place in scored]


def today(session: Session, cluster_id: int) -> Cluster:
    """The cluster as it is now: a group bound to last year's row follows the row of the same name."""
    kept = session.get_one(Cluster, cluster_id)
    return by_name(session, None, kept.name) or kept


def members_today(session: Session, cluster_id: int) -> list[Unit]:
    cluster = today(session, cluster_id)
    assert cluster.id is not None
    return members(session, cluster.id, None)


def unit_ids_today(session: Session, cluster_ids: Collection[int]) -> dict[int, set[int]]:
    """As ``members_today``, for many clusters at once."""
    named = [(key(cluster.name), cluster.id) for cluster in of_year(session, None)]
    newest = {words: cluster_id for words, cluster_id in reversed(named) if words}  # of two, the first in the list
    wanted = set(cluster_ids)
    kept = [cluster for cluster in session.exec(select(Cluster)) if cluster.id in wanted] if wanted else []
    holding = {cluster.id: newest.get(key(cluster.name), cluster.id) for cluster in kept}
    statement = (
        select(ClusterMember.cluster_id, ClusterMember.unit_id)
        .join(Unit, col(Unit.id) == ClusterMember.unit_id)
        .where(units.open_on(None))
    )
    inside: dict[int, set[int]] = defaultdict(set)
    for cluster_id, unit_id in session.exec(statement) if wanted else ():
        inside[cluster_id].add(unit_id)
    return {old: inside[new] for old, new in holding.items() if old is not None and new is not None}


def members(session: Session, cluster_id: int, on: date | None) -> list[Unit]:
    """The units of a cluster that exist on that day (None: that nobody has closed), in Vietnamese order."""
    statement = (
        select(Unit)
        .join(ClusterMember, col(ClusterMember.unit_id) == Unit.id)
        .where(ClusterMember.cluster_id == cluster_id, units.open_on(on))
    )
    return units.in_order(session.exec(statement))


def of_unit(session: Session, unit_id: int, year: int | None) -> Cluster | None:
    """The cluster in which a unit competes in ``year``."""
    statement = (
        select(Cluster)
        .join(ClusterMember, col(ClusterMember.cluster_id) == Cluster.id)
        .where(ClusterMember.unit_id == unit_id, Cluster.year == holding_year(session, year))
    )
    return session.exec(statement).first()


def copy_year(session: Session, from_year: int, to_year: int) -> int:
    """Carry clusters and their open units over to another year; returns how many clusters are new there.

    What ``to_year`` has already stays as it is: a unit that somebody has placed is not moved back.
    """
    made = 0
    there = {key(cluster.name): cluster for cluster in _exactly(session, to_year)}
    placed = _placed(session, to_year)
    for old in _exactly(session, from_year):
        assert old.id is not None
        unit_ids = [unit.id for unit in members(session, old.id, None) if unit.id is not None]
        new = there.get(key(old.name))
        if new is None:
            leader_id = old.leader_unit_id if old.leader_unit_id in unit_ids else None
            new = Cluster(year=to_year, name=old.name, leader_unit_id=leader_id)
            session.add(new)
            session.flush()
            made += 1
        assert new.id is not None
        rows = [ClusterMember(cluster_id=new.id, unit_id=unit_id) for unit_id in unit_ids if unit_id not in placed]
        insert_new(session, ClusterMember, rows)
    return made


def _exactly(session: Session, year: int) -> list[Cluster]:
    return list(session.exec(select(Cluster).where(Cluster.year == year).order_by(col(Cluster.id))))


def _placed(session: Session, year: int) -> set[int]:
    statement = select(ClusterMember.unit_id).join(Cluster, col(Cluster.id) == ClusterMember.cluster_id)
    return set(session.exec(statement.where(Cluster.year == year)))
