"""Which rooms of the web chat a person may see: their units' groups, their clusters' groups, the admin room."""

from __future__ import annotations

from sqlmodel import Session, col, select

from bot.channels.webchat import RoomInfo
from campaign.organisation import clusters, people
from campaign.organisation.people import Right
from storage.models import Chat, Cluster, Unit

WEBCHAT = "webchat"


def name_of(session: Session, user: str) -> str:
    """The name a web user is known by; empty before joining."""
    person = people.by_account(session, WEBCHAT, user)
    return person.name if person else ""


def rooms(session: Session, user: str) -> list[RoomInfo]:
    """Asked at every request: a post that ended closes its rooms at once."""
    person = people.by_account(session, WEBCHAT, user)
    if person is None:
        return []
    statement = select(Chat).where(Chat.channel == WEBCHAT, Chat.kind == "group").order_by(col(Chat.id))
    return [_info(session, chat) for chat in session.exec(statement) if _may_enter(session, person.id, chat)]


def _may_enter(session: Session, person_id: int | None, chat: Chat) -> bool:
    if chat.purpose == "admin":
        return people.may(session, person_id, Right.SEE, chat.unit_id)
    own = {post.unit_id for post in people.open_posts(session, person_id)}
    if chat.unit_id is not None:
        return chat.unit_id in own or people.may(session, person_id, Right.SEE, chat.unit_id)
    if chat.cluster_id is None:
        return False
    members = [unit.id for unit in clusters.members_today(session, chat.cluster_id)]
    return bool(own & set(members)) or any(people.may(session, person_id, Right.SEE, unit) for unit in members[:1])


def _info(session: Session, chat: Chat) -> RoomInfo:
    if chat.purpose == "admin":
        return RoomInfo(chat.external_id, chat.title or "Ban biên tập", "admin")
    return RoomInfo(chat.external_id, chat.title or _target(session, chat), "group")


def _target(session: Session, chat: Chat) -> str:
    if chat.unit_id is not None:
        return session.get_one(Unit, chat.unit_id).name
    return session.get_one(Cluster, chat.cluster_id).name
