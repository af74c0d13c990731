"""The embedded chat is its own platform, so it keeps its own messages and sessions."""

from datetime import datetime
from typing import Any

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


class WebMessage(SQLModel, table=True):
    """A line in a room. ``key`` repeats the outbox key, so a resend after a crash is seen once."""

    __tablename__ = "web_message"

    id: int | None = Field(default=None, primary_key=True)
    room: str = Field(index=True)
    key: str | None = Field(default=None, unique=True)
    author: str = ""  # a web user; empty: the bot
    author_name: str = ""
    only_for: str = ""  # a web user; empty: everybody in the room
    body: dict[str, Any] = json_column()
    at: datetime = moment()
    edited: bool = False
