"""The places where the bot can write, and what becomes of them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from storage.models import Chat, Incoming, Outgoing, Talk
from storage.models.messages import UNSENT, IncomingState, OutgoingState


def find(session: Session, channel: str, external_id: str) -> Chat | None:
    return session.exec(select(Chat).where(Chat.channel == channel, Chat.external_id == external_id)).first()


def meet(session: Session, channel: str, external_id: str, now: datetime, *, group: bool, title: str = "") -> Chat:
    """The chat, made when it is new. Hearing from it makes it active again.

    ``now``: when it was heard; word of something older than what is known already does not turn time back.
    """
    chat = find(session, channel, external_id)
    if chat is None:
        chat = Chat(channel=channel, external_id=external_id, kind="group" if group else "private", created_at=now)
    chat.heard_at, chat.active, chat.inactive_reason = max(chat.heard_at or now, now), True, ""
    chat.title = title or chat.title
    session.add(chat)
    session.flush()
    return chat


def bind(
    session: Session,
    chat: Chat,
    *,
    unit_id: int | None = None,
    cluster_id: int | None = None,
    person_id: int | None = None,
    purpose: str = "work",
) -> None:
    """Bind to exactly one of a unit, a cluster or a person; what it was bound to before is replaced."""
    chat.unit_id, chat.cluster_id, chat.person_id, chat.purpose = unit_id, cluster_id, person_id, purpose
    session.add(chat)


def lose(session: Session, channel: str, external_id: str, reason: str) -> None:
    """The bot was blocked or removed: nothing more is sent there until somebody there writes again."""
    chat = find(session, channel, external_id)
    if chat is not None:
        chat.active, chat.inactive_reason = False, reason
        session.add(chat)


def move(session: Session, channel: str, old: str, new: str) -> None:
    """A group got a new id: everything that names the old one follows. Both signals of it may come, in any order."""
    if old == new:
        return
    old_chat, new_chat = find(session, channel, old), find(session, channel, new)
    if old_chat is not None and new_chat is not None:
        _merge(session, old_chat, new_chat)
    elif old_chat is not None:
        old_chat.external_id = new
        session.add(old_chat)
    session.execute(
        update(Outgoing)
        .where(
            col(Outgoing.channel) == channel,
            col(Outgoing.to) == old,
            col(Outgoing.state).in_((*UNSENT, OutgoingState.SENDING)),
        )
        .values(to=new)
    )
    session.execute(
        update(Incoming)
        .where(col(Incoming.channel) == channel, col(Incoming.chat) == old, col(Incoming.state) == IncomingState.NEW)
        .values(chat=new)
    )


def _merge(session: Session, old: Chat, new: Chat) -> None:
    """The new id was heard before the move was known: the new row takes over what the old one was bound to."""
    new.unit_id, new.cluster_id = new.unit_id or old.unit_id, new.cluster_id or old.cluster_id
    new.person_id, new.purpose, new.title = (
        new.person_id or old.person_id,
        old.purpose,
        new.title or old.title,
    )
    session.execute(update(Outgoing).where(col(Outgoing.chat_id) == old.id).values(chat_id=new.id))
    old.active, old.inactive_reason = False, "Nhóm đã được chuyển sang mã mới."
    old.unit_id = old.cluster_id = old.person_id = None
    session.add_all([old, new])


def place(channel: str, external_id: str) -> str:
    """One string for a chat on a channel, as kept in Talk and Submission."""
    return f"{channel}:{external_id}"


def forget_talks(session: Session, chat_place: str) -> None:
    for talk in session.exec(select(Talk).where(Talk.chat == chat_place)):
        session.delete(talk)
