"""What grassroots unions send in, and what is decided about it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.columns import json_column, link, maybe_link, maybe_moment, moment


class SubmissionState(StrEnum):
    WAITING = "waiting"  # part of a group album in which nobody has yet asked us to take it
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"  # the editor asked for more
    APPROVED = "approved"
    DECLINED = "declined"
    PUBLISHED = "published"


class Submission(SQLModel, table=True):
    """Tin, bài, ảnh gửi về. ``code`` is what people quote on the phone (TC-0142); drafts have none."""

    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int | None = Field(default=None, primary_key=True)
    code: str | None = Field(default=None, unique=True)
    unit_id: int | None = maybe_link("unit.id")
    person_id: int | None = maybe_link("person.id")
    duty_id: int | None = maybe_link("duty.id")
    state: str = Field(default=SubmissionState.DRAFT, index=True)
    text: str = ""
    channel: str
    chat: str  # channel:chat it came from
    sender: str  # the platform's id of the sender
    to: str  # where answers go (the platform's id of the chat)
    reply_to: str = ""  # the sender's own message, to answer under
    created_at: datetime = moment()
    touched_at: datetime = moment()  # the last part that arrived
    submitted_at: datetime | None = maybe_moment()
    carded: int = 0  # 0: editors have not been given it; else 1 + the items they have been given


class Item(SQLModel, table=True):
    """One photo, file, voice or video; unique per platform message, kept byte for byte under its SHA-256."""

    # An id that was thrown away must not come again: its bytes may still be on the way.
    __table_args__ = (UniqueConstraint("channel", "chat", "message_id", "part"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    submission_id: int = link("submission.id")
    channel: str
    chat: str
    message_id: str
    part: int = 0
    kind: str  # photo | document | video | voice
    album: str = Field(default="", index=True)
    caption: str = ""
    file_name: str = ""
    mime: str = ""
    ref: dict[str, Any] = json_column()  # how the channel can fetch it
    state: str = Field(default="pending", index=True)  # pending | stored | refused
    attempts: int = 0
    retry_at: datetime | None = maybe_moment()
    reason: str = ""
    sha256: str | None = Field(default=None, index=True)  # the original, byte for byte
    share_sha256: str | None = None  # what may be sent on: without place and camera data
    size: int | None = Field(default=None, sa_type=BigInteger)
    width: int | None = None
    height: int | None = None
    taken_at: datetime | None = maybe_moment()


class Review(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    submission_id: int = link("submission.id")
    person_id: int | None = maybe_link("person.id")
    decision: str  # approved | returned | declined
    reason: str = ""
    at: datetime = moment()


class Publication(SQLModel, table=True):
    """Where an approved submission appeared."""

    id: int | None = Field(default=None, primary_key=True)
    submission_id: int = link("submission.id")
    outlet: str
    url: str = ""
    at: datetime = moment()
    person_id: int | None = maybe_link("person.id")


class Extension(SQLModel, table=True):
    """Gia hạn: asked by a unit, granted or refused by an editor."""

    id: int | None = Field(default=None, primary_key=True)
    duty_id: int = link("duty.id")
    person_id: int | None = maybe_link("person.id")
    asked_at: datetime = moment()
    until: datetime = moment()
    reason: str = ""
    granted: bool | None = None
    decided_by: int | None = maybe_link("person.id")
    decided_at: datetime | None = maybe_moment()
