"""Queueing what the bot says. Everything goes through here, replies too: that is why nothing is lost or said twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict, Unpack

from sqlalchemy import ColumnElement, update
from sqlmodel import Session, col, select

from campaign.message import Message
from storage.insert import insert_new, insert_values
from storage.models import Chat, Outgoing
from storage.models.messages import UNSENT, OutgoingState, Priority


@dataclass(frozen=True, slots=True)
class Address:
    """Where to write. A person who has not consented yet has an address but no Chat row."""

    channel: str
    to: str
    group: bool
    chat_id: int | None = None


def address_of(chat: Chat) -> Address:
    return Address(chat.channel, chat.external_id, chat.kind == "group", chat.id)


class Options(TypedDict, total=False):
    """How a message leaves; see the columns of Outgoing. ``personal`` defaults to: not a group."""

    priority: int
    personal: bool
    push_id: int | None
    not_before: datetime | None
    urgent: bool


def say(session: Session, key: str, to: Chat | Address, message: Message, **options: Unpack[Options]) -> bool:
    """Queue ``message`` for ``to`` under ``key``; False when that key was queued before."""
    return insert_new(session, Outgoing, [outgoing(key, to, message, **options)]) == 1


def outgoing(key: str, to: Chat | Address, message: Message, **options: Unpack[Options]) -> Outgoing:
    """The outbox row for ``say``, to be inserted together with others."""
    place = address_of(to) if isinstance(to, Chat) else to
    fields: dict[str, Any] = {"personal": not place.group, **options}
    return Outgoing(
        key=key,
        channel=place.channel,
        to=place.to,
        chat_id=place.chat_id,
        group=place.group,
        message=message.as_json(),
        **fields,
    )


def say_to_all(
    session: Session, places: Iterable[tuple[str, Chat]], message: Message, **options: Unpack[Options]
) -> int:
    """Queue one message for many chats, each under its key; returns how many of the keys are new."""
    same = outgoing("", Address("", "", group=False), message, **options).model_dump(exclude={"id"})
    personal = options.get("personal")
    rows = (
        {
            **same,
            "key": key,
            "channel": chat.channel,
            "to": chat.external_id,
            "chat_id": chat.id,
            "group": chat.kind == "group",
            "personal": chat.kind != "group" if personal is None else personal,
        }
        for key, chat in places
    )
    return insert_values(session, Outgoing, rows)


def say_again(
    session: Session, topic: str, turn: int, to: Chat | Address, message: Message, *, not_before: datetime
) -> str:
    """Say something about ``topic``; while an earlier word on it has not left, that one is replaced and put off.

    For prompts that gather: ten photos of an album give one question, a moment after the last. ``turn`` (the inbox row
    that causes it) makes the key unique. Returns the key.
    """
    waiting = session.exec(
        select(Outgoing)
        .where(
            *_about(topic),
            col(Outgoing.state).in_(UNSENT),
            Outgoing.progress == 0,
        )
        .with_for_update()  # it may be leaving at this moment: then there is nothing to replace any more
    ).first()
    if waiting is None:
        key = f"{topic}@{turn}"
        say(session, key, to, message, not_before=not_before)
        return key
    waiting.message, waiting.not_before = message.as_json(), not_before
    session.add(waiting)
    return waiting.key


def last_about(session: Session, topic: str) -> str:
    """The key of the newest message on ``topic`` that was sent; empty when there is none."""
    row = session.exec(
        select(Outgoing).where(*_about(topic), Outgoing.state == OutgoingState.SENT).order_by(col(Outgoing.id).desc())
    ).first()
    return row.key if row else ""


def _about(topic: str) -> tuple[ColumnElement[bool], ...]:
    """No push is about a topic: saying so spares the database a walk through all that was ever pushed."""
    return col(Outgoing.push_id).is_(None), col(Outgoing.key).startswith(f"{topic}@")


def cancel_about(session: Session, topic: str) -> None:
    """Take back a prompt that has not left: what it asks is settled."""
    rows = session.exec(
        select(Outgoing)
        .where(
            *_about(topic),
            col(Outgoing.state).in_(UNSENT),
        )
        .with_for_update()
    )
    for row in rows:
        row.state = OutgoingState.CANCELLED
        session.add(row)


def cancel_unasked(session: Session, chat: Chat) -> None:
    """Take back pushes and reminders that wait for a chat: they are not meant for whoever reads there now."""
    session.execute(
        update(Outgoing)
        .where(col(Outgoing.chat_id) == chat.id, col(Outgoing.priority) >= Priority.REMINDER)
        .where(col(Outgoing.state).in_(UNSENT))
        .values(state=OutgoingState.CANCELLED)
    )


def cancel(session: Session, keys: Sequence[str]) -> int:
    """Take back what has not left; returns how many."""
    unsent = select(Outgoing).where(col(Outgoing.key).in_(keys), col(Outgoing.state).in_(UNSENT))
    rows = session.exec(unsent.with_for_update()).all()
    for row in rows:
        row.state = OutgoingState.CANCELLED
        session.add(row)
    return len(rows)
