"""The embedded chat is its own platform, so it keeps its own messages and sessions."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from storage.columns import json_column, moment


class WebSession(SQLModel, table=True):
    """One browser. Only the hash of its cookie is kept; ``user`` is the web chat's id of the person."""

    __tablename__ = "web_session"

    token_hash: str = Field(primary_key=True)
    user: str = Field(index=True)
    name: str = ""
    created_at: datetime = moment()
    seen_at: datetime = moment()


class WebRoom(SQLModel, table=True):
    """Counts the changes of a room. Whoever changes it holds this row until commit, so changes become visible in the
    order of their numbers and a reader that asks "what came after N" misses nothing."""

    __tablename__ = "web_room"

    room: str = Field(primary_key=True)
    changed: int = 0
    pinned: list[str] = json_column(list)  # keys of lines, the newest last


class WebMessage(SQLModel, table=True):
    """A line in a room. ``key`` repeats the outbox key or the event id, so a resend after a crash is seen once."""

    __tablename__ = "web_message"
    __table_args__ = (
        Index("ix_web_message_room_id", "room", "id"),
        Index("ix_web_message_room_changed", "room", "changed"),
    )

    id: int | None = Field(default=None, primary_key=True)
    room: str
    key: str = Field(unique=True)
    author: str = ""  # a web user; empty: the bot
    author_name: str = ""
    only_for: str = ""  # a web user; empty: everybody in the room
    body: dict[str, Any] = json_column()
    at: datetime = moment()
    edited: bool = False
    changed: int = 0  # number of the room's change that wrote this line last
