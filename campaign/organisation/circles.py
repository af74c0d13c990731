"""Groups that the house itself owns: whom they belong to, who may come in, and how long they are paid for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from campaign.organisation import clusters, people, units
from campaign.organisation.people import Right
from storage.models import Account, Chat, GroupPackage, Person, Post, Unit

WARN_AT = (30, 14, 7, 3)  # days before a package ends
LOCKED = 0


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


def due_warning(package: GroupPackage, today: date) -> int | None:
    """Which warning is to be given now: 30, 14, 7 or 3 days before the end, or LOCKED; None when it was given."""
    if not package.enabled:
        return LOCKED if package.warned_days != LOCKED else None
    if package.valid_until is None:
        return None
    left = (package.valid_until - today).days
    step = min((days for days in WARN_AT if left <= days), default=None)
    given = package.warned_days
    return step if step is not None and (given is None or given == LOCKED or step < given) else None
