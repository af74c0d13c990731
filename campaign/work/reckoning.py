"""What a push will cost and whom it cannot reach, reckoned before it leaves; and whom to phone afterwards.

A unit is reached when its group, its cluster's group or one of its officers is. Those that are not must be phoned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from campaign.hours import Hours
from campaign.organisation import audience, clusters, phones
from campaign.organisation.people import open_posts
from campaign.work import pushes
from campaign.work.reach import Reach, ReachOf, Way
from storage.models import Chat, Outgoing, Person, Push, Unit
from storage.models.campaigns import PushState
from storage.models.messages import UNSENT, OutgoingState

NOBODY = "Chưa có nhóm và chưa có ai của đơn vị vào hệ thống."
NO_CHAT = "Chưa mở trò chuyện nào với hệ thống."
FAILED = (OutgoingState.REFUSED, OutgoingState.CANCELLED)


@dataclass(frozen=True, slots=True)
class Unreached:
    """Somebody to phone. ``name``: who is not reached, empty for a unit without anybody. ``phone`` and ``contact``: the
    number of the unit as stored (+84…) and whose it is; empty when there is none.
    """

    unit: str
    name: str
    reason: str
    phone: str
    contact: str = ""

    @property
    def whom(self) -> str:
        """Lan 0901 234 567, or: Lan (số của Bà Sáu: 0901 234 567)"""
        phone = phones.national(self.phone)
        if self.name and self.contact and phone and self.contact != self.name:
            return f"{self.name}, số của {self.contact}: {phone}"
        return f"{self.name or self.contact} {phone}".strip()


@dataclass(frozen=True, slots=True)
class Reckoning:
    """Places by the way to them; money in đồng."""

    groups: int
    free: int
    paid: int
    paid_cost: int
    templates: int
    template_cost: int
    unreached: tuple[Unreached, ...]

    @property
    def places(self) -> int:
        """Chats that the push reaches."""
        return self.groups + self.free + self.paid + self.templates

    @property
    def cost(self) -> int:
        return self.paid_cost + self.template_cost

    @property
    def sentence(self) -> str:
        """212 nhóm, 40 người trong hạn, 12 người cần mẫu trả phí (2.400 đ), 6 không tới được. Tổng: 2.400 đ."""
        parts = [f"{self.groups} nhóm"] if self.groups else []
        windows = self.paid or self.templates
        parts += [f"{self.free} người{' trong hạn' if windows else ''}"] if self.free else []
        parts += [f"{self.paid} người quá 48 giờ ({dong(self.paid_cost)})"] if self.paid else []
        parts += [f"{self.templates} người cần mẫu trả phí ({dong(self.template_cost)})"] if self.templates else []
        parts += [f"{len(self.unreached)} không tới được"] if self.unreached else []
        total = f" Tổng: {dong(self.cost)}." if self.cost else ""
        return f"{', '.join(parts) or 'Không tới nơi nào'}.{total}"


def dong(amount: int) -> str:
    """2400 → "2.400 đ"."""
    return f"{amount:,} đ".replace(",", ".")


def before(session: Session, push: Push, hours: Hours, now: datetime, reach: ReachOf) -> Reckoning:
    """What would happen if ``push`` were released at ``now`` (or at its own later moment). Changes nothing."""
    at = pushes.leaves_at(push, now, hours)
    units = audience.units_of(session, push.audience, hours.day(now))
    chats = pushes.chats_of(session, push, {unit.id for unit in units if unit.id is not None}, at, reach)
    reached = list(zip(chats, _best(session, chats, at, reach), strict=True))
    places = [(chat, found.way is not Way.NONE, found.reason) for chat, found in reached]
    return _summed([found for _, found in reached], _unreached(session, push, units, places))


def _best(session: Session, chats: Sequence[Chat], at: datetime, reach: ReachOf) -> list[Reach]:
    """The reach of each chat; where there is none, that of the person's other chats, to which delivery falls over."""
    found = reach(session, chats, at)
    for place, chat in enumerate(chats):
        if found[place].way is Way.NONE and chat.person_id is not None:
            others = _other_chats(session, chat)
            ways = [other for other in reach(session, others, at) if other.way is not Way.NONE]
            found[place] = min(ways, key=lambda way: way.cost, default=found[place])
    return found


def _other_chats(session: Session, chat: Chat) -> list[Chat]:
    statement = select(Chat).where(
        Chat.person_id == chat.person_id, Chat.id != chat.id, Chat.kind == "private", col(Chat.active)
    )
    return list(session.exec(statement))


def _summed(found: Sequence[Reach], unreached: tuple[Unreached, ...]) -> Reckoning:
    def ways(way: Way) -> list[Reach]:
        return [one for one in found if one.way is way]

    paid, templates = ways(Way.PAID), ways(Way.TEMPLATE)
    return Reckoning(
        groups=len(ways(Way.GROUP)), free=len(ways(Way.FREE)),
        paid=len(paid), paid_cost=sum(one.cost for one in paid),
        templates=len(templates), template_cost=sum(one.cost for one in templates),
        unreached=unreached,
    )  # fmt: skip


def to_phone(session: Session, push: Push, hours: Hours, now: datetime, reach: ReachOf) -> tuple[Unreached, ...]:
    """Whom to phone about ``push``: foretold while it is planned; once released, what its rows say.

    A row that still waits counts as reached, unless its chat cannot be reached now.
    """
    if push.state != PushState.RELEASED:
        return before(session, push, hours, now, reach).unreached
    units = audience.units_of(session, push.audience, hours.day(now))
    statement = (
        select(Chat, Outgoing.state, Outgoing.reason)
        .join(Outgoing, col(Outgoing.chat_id) == Chat.id)
        .where(Outgoing.push_id == push.id)
    )
    rows = session.exec(statement).all()
    waiting = [chat for chat, state, _ in rows if state in UNSENT]
    closed = {
        chat.id: found.reason
        for chat, found in zip(waiting, reach(session, waiting, now), strict=True)
        if found.way is Way.NONE
    }
    places = [
        (chat, state not in FAILED and chat.id not in closed, closed.get(chat.id, reason))
        for chat, state, reason in rows
    ]
    return _unreached(session, push, units, places)


Place = tuple[Chat, bool, str]  # a chat, whether it is reached, and if not why


def _unreached(session: Session, push: Push, units: Sequence[Unit], places: Sequence[Place]) -> tuple[Unreached, ...]:
    """One entry for each unit that nothing reaches, then for each person addressed by role."""
    unit_ids = {unit.id for unit in units if unit.id is not None}
    reporters = pushes.reporters_of(session, unit_ids)
    lost = _lost(session)
    known = [chat for chat, *_ in (*lost, *places)]
    inside = clusters.unit_ids_today(session, {chat.cluster_id for chat in known if chat.cluster_id is not None})
    reached: set[int | None] = set()
    people_reached: set[int | None] = set()
    failures: dict[int | None, tuple[Chat, str]] = {}
    people_failed: dict[int | None, str] = {}
    for chat, arrives, reason in (*lost, *places):
        theirs = _units_of(chat, inside, reporters)
        if arrives:
            reached |= theirs
            people_reached.add(chat.person_id)
        else:
            failures.update(dict.fromkeys(theirs, (chat, reason)))
            people_failed[chat.person_id] = reason
    silent = [unit for unit in units if unit.id not in reached and unit.parent_id is not None]
    entries = [_of_unit(session, unit, failures.get(unit.id)) for unit in silent]
    holders = {post.person_id for post in audience.people_of(session, push.audience, None)} - people_reached
    entries += [_of_person(session, person_id, people_failed.get(person_id, NO_CHAT)) for person_id in sorted(holders)]
    return tuple(entries)


def _lost(session: Session) -> list[Place]:
    """Where nothing is tried any more since somebody left or a group was locked; people last, for they are named."""
    statement = select(Chat).where(~col(Chat.active), Chat.purpose == "work").order_by(Chat.kind, col(Chat.id))
    return [(chat, False, chat.inactive_reason) for chat in session.exec(statement)]


def _units_of(chat: Chat, inside: dict[int, set[int]], reporters: dict[int, set[int]]) -> set[int]:
    if chat.unit_id is not None:
        return {chat.unit_id}
    if chat.cluster_id is not None:
        return inside.get(chat.cluster_id, set())
    return reporters.get(chat.person_id or 0, set())


def _of_unit(session: Session, unit: Unit, failure: tuple[Chat, str] | None) -> Unreached:
    if failure is None:
        return Unreached(unit.name, "", NOBODY, unit.contact_phone, unit.contact_name)
    chat, reason = failure
    person = session.get(Person, chat.person_id) if chat.person_id else None
    return Unreached(unit.name, person.name if person else "", reason, unit.contact_phone, unit.contact_name)


def _of_person(session: Session, person_id: int, reason: str) -> Unreached:
    person, posts = session.get_one(Person, person_id), open_posts(session, person_id)
    unit = session.get(Unit, posts[0].unit_id) if posts else None
    if unit is None:
        return Unreached("", person.name, reason, "")
    return Unreached(unit.name, person.name, reason, unit.contact_phone, unit.contact_name)
