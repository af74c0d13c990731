"""Groups that the house itself owns: whom they belong to, who may come in, and how long they are paid for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, update
from sqlmodel import Session, col, select

from campaign.organisation import clusters, people, units
from campaign.organisation.people import Right
from storage.models import Account, Chat, GroupPackage, Person, Post, Unit

WARN_AT = (30, 14, 7, 3)  # days before a package ends
LOCKED = 0
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Circle:
    """A group as its platform describes it. ``link``: by which people come in. ``ends_on``: when it is dissolved if
    nobody pays, where the platform says so.
    """

    chat: str
    title: str = ""
    link: str = ""
    members: int | None = None
    package: str = ""
    package_id: str = ""
    valid_until: date | None = None
    ends_on: date | None = None
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Candidate:
    """An officer who belongs into a group. ``account``: the platform's id, empty for somebody who is not there yet."""

    person_id: int
    name: str
    unit: str
    phone: str
    account: str


def units_of(session: Session, chat: Chat) -> list[Unit]:
    """The units that a group is bound to."""
    if chat.unit_id is not None:
        return [session.get_one(Unit, chat.unit_id)]
    return clusters.members_today(session, chat.cluster_id) if chat.cluster_id is not None else []


def candidates(session: Session, channel: str, wanted: list[Unit]) -> list[Candidate]:
    """Everybody who reports for one of these units, each once, with their account on ``channel``."""
    by_id = {unit.id: unit for unit in wanted}
    statement = (
        select(Post, Person, Account)
        .join(Person, col(Person.id) == Post.person_id)
        .outerjoin(Account, (col(Account.person_id) == Person.id) & (col(Account.channel) == channel))
        .where(col(Post.unit_id).in_(list(by_id)), col(Post.role).in_(Right.REPORT.value))
        .where(col(Post.until).is_(None), col(Person.erased_at).is_(None))
        .order_by(col(Post.id))
    )
    found: dict[int, Candidate] = {}
    for post, person, account in session.exec(statement):
        unit = by_id[post.unit_id]
        given = account.external_id if account is not None else ""
        assert person.id is not None
        found.setdefault(person.id, Candidate(person.id, person.name, unit.name, unit.contact_phone, given))
    return list(found.values())


def belongs(session: Session, chat: Chat, account: str) -> bool:
    """Whether whoever has this account on the platform of ``chat`` reports for a unit of the group."""
    person = people.by_account(session, chat.channel, account)
    mine = {unit.id for unit in people.reporting_units(session, person.id)} if person is not None else set()
    return any(unit.id in mine for unit in units_of(session, chat))


def may_open(session: Session, chat: Chat, person_id: int | None) -> bool:
    """Whether a person decides who comes into the group: somebody who manages all that it is bound to."""
    inside: list[int | None] = [unit.id for unit in units_of(session, chat)] or [units.root_id(session)]
    return all(people.may(session, person_id, Right.MANAGE, unit_id) for unit_id in inside)


def responsible(session: Session, chat: Chat) -> int | None:
    """The unit whose admins look after the group: its own, or the federation for a cluster."""
    return chat.unit_id or units.root_id(session)


def remember(session: Session, chat: Chat, found: Circle, now: datetime) -> GroupPackage:
    """Keep what the platform says. A group that has been paid for again is written to again, and warned about anew."""
    assert chat.id is not None
    row = session.get(GroupPackage, chat.id) or GroupPackage(chat_id=chat.id, checked_at=now)
    if found.enabled and (row.warned_days == LOCKED or found.valid_until != row.valid_until):
        row.warned_days = None
    row.package, row.package_id = found.package, found.package_id
    row.valid_until, row.ends_on, row.enabled = found.valid_until, found.ends_on, found.enabled
    row.members, row.link, row.checked_at = found.members, found.link or row.link, now
    chat.title = found.title or chat.title
    if found.enabled and not chat.active:
        chat.active, chat.inactive_reason = True, ""
    session.add_all([row, chat])
    return row


def forget_package(session: Session, chat: Chat, now: datetime) -> None:
    """The group is not ours any more: there is nothing to warn about, and it is asked about seldom."""
    assert chat.id is not None
    row = session.get(GroupPackage, chat.id) or GroupPackage(chat_id=chat.id, checked_at=now)
    row.package, row.package_id, row.valid_until, row.ends_on, row.enabled = "", "", None, None, True
    row.members, row.checked_at = None, now
    session.add(row)


def look_again(session: Session, chat_id: int | None) -> None:
    """A message to this group was refused: perhaps it is no longer paid for."""
    session.execute(update(GroupPackage).where(col(GroupPackage.chat_id) == chat_id).values(checked_at=NEVER))


def to_check(session: Session, channel: str, before: datetime, limit: int) -> list[Chat]:
    """Groups on ``channel`` whose package has not been looked at since ``before``, bound ones and others."""
    statement = (
        select(Chat)
        .outerjoin(GroupPackage, col(GroupPackage.chat_id) == Chat.id)
        .where(Chat.channel == channel, Chat.kind == "group")
        .where(or_(col(GroupPackage.checked_at).is_(None), col(GroupPackage.checked_at) < before))
        .order_by(col(Chat.id))
        .limit(limit)
    )
    return list(session.exec(statement))


def warnings(session: Session, today: date) -> dict[int, list[tuple[Chat, GroupPackage]]]:
    """Groups by the warning that is due: so many days before their package ends, or LOCKED. Marks them as given."""
    statement = select(Chat, GroupPackage).join(GroupPackage, col(GroupPackage.chat_id) == Chat.id)
    found: dict[int, list[tuple[Chat, GroupPackage]]] = {}
    for chat, row in session.exec(statement.where(_is_due(today)).order_by(col(Chat.id))):
        step = LOCKED if not row.enabled else min(days for days in WARN_AT if _days_left(row, today) <= days)
        row.warned_days = step
        session.add(row)
        found.setdefault(step, []).append((chat, row))
    return found


def _days_left(row: GroupPackage, today: date) -> int:
    assert row.valid_until is not None
    return (row.valid_until - today).days


def _is_due(today: date) -> ColumnElement[bool]:
    given = col(GroupPackage.warned_days)
    soon = [
        and_(col(GroupPackage.valid_until) <= today + timedelta(days=days), or_(given.is_(None), given > days))
        for days in WARN_AT
    ]
    locked = and_(col(GroupPackage.enabled).is_(False), or_(given.is_(None), given != LOCKED))
    return or_(locked, and_(col(GroupPackage.enabled), or_(*soon)))
