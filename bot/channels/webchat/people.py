"""Who stands at the door of the web chat, and which rooms they may enter."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

from sqlmodel import Session, select

from storage.models import WebSession

SEEN_EVERY = timedelta(days=1)
PRIVATE_TITLE = "Nhắn riêng"


@dataclass(frozen=True, slots=True)
class RoomInfo:
    """``id`` is the chat's id on this channel: ``u:<user>`` for a person, anything else for a group."""

    id: str
    title: str
    kind: Literal["private", "group", "admin"]


class Rooms(Protocol):
    """The group rooms a user may see now. It is asked at every request, so a right that ended ends at once."""

    def __call__(self, session: Session, user: str) -> list[RoomInfo]: ...


class Names(Protocol):
    """The name a user is known by; empty for somebody who has not joined: they may write, not upload."""

    def __call__(self, session: Session, user: str) -> str: ...


@dataclass(frozen=True, slots=True)
class DemoDoor:
    """One phone in the hall of the demo. ``url`` starts with ``/as/N/``: whoever comes through that door has a session
    of their own there. With ``user`` the door needs no session: whoever opens it *is* that sample person."""

    title: str
    subtitle: str
    url: str
    user: str = ""


Doors = Callable[[], list[DemoDoor]]


@dataclass(frozen=True, slots=True)
class Visitor:
    user: str
    name: str
    base: str  # path in front of every address of this visitor: "" or "/as/N"
    rooms: tuple[RoomInfo, ...]

    @property
    def own_room(self) -> str:
        return private_room(self.user)

    def room(self, room_id: str) -> RoomInfo | None:
        return next((room for room in self.rooms if room.id == room_id), None)


def private_room(user: str) -> str:
    return f"u:{user}"


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def open_session(session: Session, now: datetime) -> tuple[str, str]:
    """A browser nobody knows yet: (token for its cookie, new user id)."""
    token, user = secrets.token_urlsafe(32), secrets.token_hex(8)
    session.add(WebSession(token_hash=token_hash(token), user=user, created_at=now, seen_at=now))
    return token, user


def seat(session: Session, user: str, name: str, now: datetime) -> None:
    """Make ``user`` known without a browser: a sample person who is entered through a demo door."""
    if not exists(session, user):
        nobody_knows = token_hash(secrets.token_urlsafe(32))
        session.add(WebSession(token_hash=nobody_knows, user=user, name=name, created_at=now, seen_at=now))


def exists(session: Session, user: str) -> bool:
    return session.exec(select(WebSession.user).where(WebSession.user == user).limit(1)).first() is not None


def user_of(session: Session, token: str) -> str:
    """The user behind a cookie; empty when there is none."""
    kept = session.get(WebSession, token_hash(token)) if token else None
    return kept.user if kept else ""


def touch(session: Session, token: str, now: datetime) -> None:
    """Note that the browser is in use; once a day is enough to tell the living from the dead."""
    kept = session.get(WebSession, token_hash(token))
    if kept is not None and now - kept.seen_at > SEEN_EVERY:
        kept.seen_at = now
        session.add(kept)


def rooms_of(session: Session, user: str, rooms: Rooms) -> tuple[RoomInfo, ...]:
    """The person's own room first, under the title ``rooms`` gives it, if any."""
    found = rooms(session, user)
    own = next((room for room in found if room.id == private_room(user)), None)
    own = own or RoomInfo(private_room(user), PRIVATE_TITLE, "private")
    return (own, *(room for room in found if not room.id.startswith("u:")))
