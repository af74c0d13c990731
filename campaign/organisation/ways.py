"""One person, several channels: in which order they are tried, so that exactly one of them carries the message."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime

from sqlmodel import Session, col, select

from campaign import audit
from campaign.rules import rules_of
from storage.models import Chat, Person

NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def in_order(session: Session, people: Iterable[int | None]) -> dict[int, list[Chat]]:
    """The active private chats of each person, the one to be tried first in front.

    First the channel that the person asked for, then the order of the installation, then who was heard from last. Chats
    that cannot be written to right now come behind all others.
    """
    statement = (
        select(Chat, Person.prefers)
        .join(Person, col(Person.id) == Chat.person_id)
        .where(col(Chat.person_id).in_(set(people)), Chat.kind == "private", col(Chat.active))
        .order_by(col(Chat.person_id))
    )
    rows, rules = session.exec(statement).all(), rules_of(session)
    is_open = rules.open_ids(session, [chat for chat, _ in rows])
    found: dict[int, list[Chat]] = defaultdict(list)
    for chat, _ in sorted(rows, key=lambda row: (row[0].id not in is_open, *_place(row[0], row[1], rules.prefer))):
        assert chat.person_id is not None
        found[chat.person_id].append(chat)
    return dict(sorted(found.items()))


def _place(chat: Chat, prefers: str, order: Sequence[str]) -> tuple[bool, int, float, int]:
    place = order.index(chat.channel) if chat.channel in order else len(order)
    return chat.channel != prefers, place, -(chat.heard_at or NEVER).timestamp(), -(chat.id or 0)


def next_after(session: Session, person_id: int, tried: Collection[int]) -> Chat | None:
    """Where to go on when the chats ``tried`` have refused; None when the person has no other open way."""
    chats = [chat for chat in in_order(session, (person_id,)).get(person_id, []) if chat.id not in tried]
    is_open = rules_of(session).open_ids(session, chats)
    return next((chat for chat in chats if chat.id in is_open), None)


def channels_of(session: Session, person_id: int) -> list[str]:
    """The channels on which a person can be written to, in the order in which they are tried."""
    return list(dict.fromkeys(chat.channel for chat in in_order(session, (person_id,)).get(person_id, [])))


def prefer(
    session: Session, person: Person, channel: str, now: datetime, *, by: int | None = None, actor: str = ""
) -> None:
    """Write to ``person`` on ``channel`` first; empty: in the order of the installation."""
    person.prefers = channel
    session.add(person)
    session.flush()
    subject = f"person:{person.id}"
    audit.note(session, now, "person.prefers", subject, person_id=by, actor=actor, channel=channel)
