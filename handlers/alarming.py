"""Báo sự cố: what stands still until a person mends it, told once a day to those who can."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, select

from campaign import outbox
from campaign.message import Message
from campaign.organisation import people
from campaign.organisation.people import Right
from handlers.context import House
from storage.models import Chat, Outgoing, Unit
from storage.models.messages import UNSENT, OutgoingState, Priority

WORDS = "Cần anh/chị xử lý: {sentence}"


def tell_admins(session: Session, channel: str, code: str, sentence: str, now: datetime, *, house: House) -> int:
    """Queue ``sentence`` for every admin, not over ``channel`` where another way exists; how many were new."""
    if (root := _root(session)) is None:
        return 0
    day = house.hours.day(now).isoformat()
    message = Message(text=house.polite(WORDS.format(sentence=sentence)))
    return sum(
        outbox.say(session, f"alarm:{code}:{day}:{chat.id}", chat, message, priority=Priority.INTERACTIVE)
        for chat in admins_beside(session, root, channel)
    )


def only_channel(session: Session) -> str:
    """The one over which all admins are written to, so that nobody hears when it breaks; empty when all is well, and
    while there is no admin yet.
    """
    root = _root(session)
    admins = [] if root is None else admins_beside(session, root, "")
    channels = {chat.channel for chat in admins}
    if len(channels) != 1:
        return ""
    (only,) = channels
    assert root is not None
    return only if all(chat.channel == only for chat in admins_beside(session, root, only)) else ""


def _root(session: Session) -> int | None:
    return session.exec(select(Unit.id).where(col(Unit.parent_id).is_(None)).order_by(col(Unit.id))).first()


def mended(session: Session, codes: Iterable[str]) -> None:
    """These troubles are over: who has not heard of them need not, and the next one is told on the same day too."""
    for code in codes:
        told = select(Outgoing).where(col(Outgoing.key).startswith(f"alarm:{code}:"), ~col(Outgoing.key).contains("#"))
        for row in session.exec(told.with_for_update()):
            row.key = f"{row.key}#{row.id}"
            row.state = OutgoingState.CANCELLED if row.state in UNSENT else row.state
            session.add(row)


def admins_beside(session: Session, root: int, channel: str) -> list[Chat]:
    """Private chats of those who manage, one each, the broken channel only where there is no other."""
    ids = {person.id for person in people.holders(session, Right.MANAGE, root)}
    statement = select(Chat).where(col(Chat.person_id).in_(ids), Chat.kind == "private", col(Chat.active))
    found = sorted(session.exec(statement), key=lambda chat: (chat.channel == channel, -(chat.id or 0)))
    chosen: dict[int | None, Chat] = {}
    for chat in found:
        chosen.setdefault(chat.person_id, chat)
    return list(chosen.values())
