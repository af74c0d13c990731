"""The tree of units: who is above, who is below, and how a unit is renamed, merged or closed without losing history.

A unit exists from ``valid_from`` up to but not including ``valid_to``. Where a function takes ``on: date | None``, None
means as things stand: everything that nobody has closed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from rapidfuzz import fuzz, process
from sqlalchemy import ColumnElement, and_, func, or_, update
from sqlmodel import Session, col, select

from campaign import audit
from campaign.organisation.levels import spell_out
from campaign.problems import Refusal
from campaign.text import clean_name, collation_key, fold
from storage.models import Chat, Cluster, ClusterMember, Duty, Invite, Post, Submission, Unit, UnitName
from storage.models.work import SubmissionState

NAME_LIMIT = 200
NEAR_ENOUGH = 72  # rapidfuzz score of 100: below it a suggestion would be noise


class UnitRefusal(Refusal):
    """A unit cannot be changed in this way."""


# -- looking up --------------------------------------------------------------------------------------------------------


def open_on(on: date | None) -> ColumnElement[bool]:
    """Condition on Unit: it exists on that day."""
    if on is None:
        return col(Unit.valid_to).is_(None)
    return and_(
        or_(col(Unit.valid_from).is_(None), col(Unit.valid_from) <= on),
        or_(col(Unit.valid_to).is_(None), col(Unit.valid_to) > on),
    )


def root_id(session: Session) -> int | None:
    """The federation: the oldest unit without a superior; None while there is no unit."""
    return session.exec(select(Unit.id).where(col(Unit.parent_id).is_(None)).order_by(col(Unit.id))).first()


def is_open(unit: Unit, on: date | None) -> bool:
    if on is None:
        return unit.valid_to is None
    return (unit.valid_from is None or unit.valid_from <= on) and (unit.valid_to is None or unit.valid_to > on)


def by_code(session: Session, code: str) -> Unit | None:
    """The unit with this code, in any case and with stray spaces; closed ones too."""
    wanted = clean_name(code)
    exact = session.exec(select(Unit).where(Unit.code == wanted)).first()
    if exact is not None or not wanted:
        return exact
    # SQLite lowers ASCII only, so "lđlđ" is found by its folded form and then compared letter by letter.
    alike = or_(
        func.lower(col(Unit.code)) == wanted.lower(), col(Unit.search).endswith(f" {fold(wanted)}", autoescape=True)
    )
    found = session.exec(select(Unit).where(alike).order_by(col(Unit.id)))
    return next((unit for unit in found if unit.code.casefold() == wanted.casefold()), None)


def open_units(session: Session, on: date | None) -> list[Unit]:
    """Units that exist on that day, by code."""
    return list(session.exec(select(Unit).where(open_on(on)).order_by(col(Unit.code))))


def search(session: Session, text: str, limit: int = 8, on: date | None = None) -> list[Unit]:
    """Open units whose name or code resembles ``text``, best first; missing marks and small slips are forgiven."""
    wanted = spell_out(text)
    if not wanted:
        return []
    rows = session.exec(select(Unit.id, Unit.code, Unit.name).where(open_on(on))).all()
    names = {key: f"{spell_out(name)} {spell_out(code)}" for key, code, name in rows}
    codes = {spell_out(code): key for key, code, _ in rows}
    scored = process.extract(wanted, names, scorer=_likeness, score_cutoff=NEAR_ENOUGH, limit=limit)
    best = [key for _, _, key in scored if key != codes.get(wanted)]
    if wanted in codes:
        best.insert(0, codes[wanted])
    found = {unit.id: unit for unit in session.exec(select(Unit).where(col(Unit.id).in_(best[:limit])))}
    return [found[key] for key in best[:limit]]


def _likeness(wanted: str, name: str, **options: Any) -> float:
    """Whole words in any order first, then a piece of the name; a longer name that says more loses a little."""
    return 0.8 * fuzz.token_set_ratio(wanted, name, **options) + 0.2 * fuzz.ratio(wanted, name)


def display(unit: Unit) -> str:
    """Name and code, for lists in which names may repeat; says so when the unit is no more."""
    ended = f", ngừng hoạt động từ {unit.valid_to:%d/%m/%Y}" if unit.valid_to else ""
    return f"{unit.name} ({unit.code}{ended})"


def in_order(units: Iterable[Unit]) -> list[Unit]:
    """By name in Vietnamese dictionary order, as lists are printed."""
    return sorted(units, key=lambda unit: (_sort_key(unit.name), unit.code))


@lru_cache(maxsize=20_000)  # a province; the key costs more than reading the row
def _sort_key(name: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    return collation_key(name)


# -- the tree ----------------------------------------------------------------------------------------------------------


def descendants(session: Session, unit_id: int, on: date | None) -> list[int]:
    """Ids of the unit and everything under it at any depth that exists on that day.

    A closed unit is left out, but not what hangs under it: nobody may fall off the tree by a closing.
    """
    tree = select(Unit.id).where(Unit.id == unit_id).cte("tree", recursive=True)
    tree = tree.union(select(Unit.id).where(col(Unit.parent_id) == tree.c.id))
    inside = select(Unit.id).where(col(Unit.id).in_(select(tree.c.id)), open_on(on)).order_by(col(Unit.id))
    return [key for key in session.exec(inside) if key is not None]


def ancestors(session: Session, unit_id: int) -> list[int]:
    """Ids from the unit itself up to the root, nearest first."""
    line = select(Unit.id, Unit.parent_id).where(Unit.id == unit_id).cte("line", recursive=True)
    line = line.union(select(Unit.id, Unit.parent_id).where(col(Unit.id) == line.c.parent_id))
    above: dict[int, int | None] = {row[0]: row[1] for row in session.execute(select(line.c.id, line.c.parent_id))}
    path: list[int] = []
    step: int | None = unit_id
    while step in above and step not in path:
        path.append(step)
        step = above[step]
    return path


def successor(session: Session, unit: Unit) -> Unit:
    """The unit that goes on for this one: itself, or what it was merged into, at any remove."""
    while unit.merged_into_id is not None:
        unit = session.get_one(Unit, unit.merged_into_id)
    return unit


# -- changes -----------------------------------------------------------------------------------------------------------


def search_text(name: str, code: str) -> str:
    """What Unit.search holds."""
    return fold(f"{name} {code}")


def rename(session: Session, unit: Unit, name: str, on: date) -> bool:
    """Give a new name from ``on``; the old one stays in the history. False when it is the same name."""
    new = clean_name(name, NAME_LIMIT)
    if not new:
        raise UnitRefusal("unit.no_name", "Tên đơn vị đang để trống. Anh/chị nhập tên mới rồi gửi lại.")
    if new == unit.name:
        return False
    assert unit.id is not None
    session.add(UnitName(unit_id=unit.id, name=unit.name, until=on))
    unit.name, unit.search = new, search_text(new, unit.code)
    session.add(unit)
    return True


def close(session: Session, unit: Unit, on: date) -> None:
    """The unit no longer exists from ``on``. Its posts, chats and reports stay with it.

    Raises UnitRefusal while units hang under it: somebody must first say where they go.
    """
    _check_open(unit, on)
    assert unit.id is not None
    below = len(descendants(session, unit.id, None)) - 1
    if below:
        raise UnitRefusal(
            "unit.has_children",
            f"{unit.name} còn {below} đơn vị trực thuộc. Anh/chị chuyển các đơn vị này sang cấp trên khác trước.",
        )
    _end(session, unit, on)


def merge(
    session: Session,
    source: Unit,
    into: Unit,
    *,
    on: date,
    now: datetime,
    person_id: int | None = None,
    actor: str = "",
) -> None:
    """``source`` becomes part of ``into`` from ``on``: who and what is alive moves, what was done stays.

    Its children, chats, open posts, unused invitations, unsent drafts and its clusters of that year and later go to
    ``into``. Its duties and submissions stay, and nobody is reminded of them any more. Raises UnitRefusal.
    """
    _check_merge(session, source, into, on)
    source_id, into_id = source.id, into.id
    assert source_id is not None
    assert into_id is not None
    session.flush()
    _move_links(session, source_id, into_id)
    _move_posts(session, source_id, into_id, now)
    _move_clusters(session, source_id, into_id, on.year)
    source.merged_into_id = into_id
    _end(session, source, on)
    audit.note(
        session,
        now,
        "unit.merged",
        f"unit:{source.code}",
        person_id=person_id,
        actor=actor,
        into=into.code,
        on=on.isoformat(),
    )
    session.flush()


def _check_open(unit: Unit, on: date) -> None:
    if unit.valid_to is not None:
        raise UnitRefusal(
            "unit.closed",
            f"{unit.name} đã ngừng hoạt động từ {unit.valid_to:%d/%m/%Y}. Anh/chị chọn đơn vị khác.",
        )
    if unit.valid_from is not None and on <= unit.valid_from:
        raise UnitRefusal(
            "unit.too_early",
            f"{unit.name} hoạt động từ {unit.valid_from:%d/%m/%Y}. Anh/chị chọn một ngày sau ngày đó.",
        )


def _check_merge(session: Session, source: Unit, into: Unit, on: date) -> None:
    if source.id == into.id:
        raise UnitRefusal("unit.same", f"{source.name} không thể nhập vào chính mình. Anh/chị chọn đơn vị nhận khác.")
    _check_open(source, on)
    _check_open(into, on)
    assert into.id is not None
    if source.id in ancestors(session, into.id):
        raise UnitRefusal(
            "unit.below",
            f"{into.name} là đơn vị trực thuộc {source.name} nên không nhận sáp nhập được. "
            "Anh/chị chọn đơn vị nhận khác, hoặc chuyển đơn vị này sang cấp trên khác trước.",
        )


def _end(session: Session, unit: Unit, on: date) -> None:
    unit.valid_to = on
    session.add(unit)
    session.execute(update(Duty).where(col(Duty.unit_id) == unit.id).values(next_reminder_at=None))


def _move_links(session: Session, source_id: int, into_id: int) -> None:
    """Whatever points to the unit and lives on. Drafts leave their duty behind: it belongs to the unit that was."""
    session.execute(update(Unit).where(col(Unit.parent_id) == source_id).values(parent_id=into_id))
    session.execute(update(Chat).where(col(Chat.unit_id) == source_id).values(unit_id=into_id))
    session.execute(update(Invite).where(col(Invite.unit_id) == source_id).values(unit_id=into_id))
    session.execute(
        update(Submission)
        .where(
            col(Submission.unit_id) == source_id,
            col(Submission.state).in_((SubmissionState.DRAFT, SubmissionState.WAITING)),
        )
        .values(unit_id=into_id, duty_id=None)
    )


def _move_posts(session: Session, source_id: int, into_id: int, now: datetime) -> None:
    """Posts in ``source`` end and go on in ``into``, so that both stay in the history."""
    statement = select(Post).where(col(Post.unit_id).in_((source_id, into_id)), col(Post.until).is_(None))
    posts = session.exec(statement).all()
    held = {(post.person_id, post.role) for post in posts if post.unit_id == into_id}
    for post in posts:
        if post.unit_id == source_id:
            post.until = now
            session.add(post)
            if (post.person_id, post.role) not in held:
                session.add(Post(person_id=post.person_id, unit_id=into_id, role=post.role, since=now))


def _move_clusters(session: Session, source_id: int, into_id: int, year: int) -> None:
    """Places in clusters of ``year`` and later. Where ``into`` has its own cluster in a year, it stays there."""
    statement = (
        select(ClusterMember, Cluster)
        .join(Cluster, col(Cluster.id) == ClusterMember.cluster_id)
        .where(col(ClusterMember.unit_id).in_((source_id, into_id)), col(Cluster.year) >= year)
    )
    places = session.exec(statement).all()
    home = {cluster.year: cluster.id for member, cluster in places if member.unit_id == into_id}
    for member, cluster in places:
        if member.unit_id == source_id:
            session.delete(member)
            if cluster.year not in home:
                session.add(ClusterMember(cluster_id=member.cluster_id, unit_id=into_id))
            if cluster.leader_unit_id == source_id:
                cluster.leader_unit_id = into_id if home.get(cluster.year, cluster.id) == cluster.id else None
