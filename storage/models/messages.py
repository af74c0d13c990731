"""What came in, what goes out, and where each conversation stands."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, UniqueConstraint, literal_column, text
from sqlmodel import Field, SQLModel, col

from storage.columns import json_column, maybe_link, maybe_moment, moment


class IncomingState(StrEnum):
    NEW = "new"
    DONE = "done"
    FAILED = "failed"  # handling raised again and again; kept for a person to look at


class OutgoingState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    RETRY = "retry"
    REFUSED = "refused"
    UNKNOWN = "unknown"  # it may have arrived; a person decides
    CANCELLED = "cancelled"
    HELD = "held"  # its push is paused


UNSENT = (OutgoingState.QUEUED, OutgoingState.RETRY, OutgoingState.HELD)
"""What has not left and can still be changed or taken back."""


class Priority:
    """Smaller leaves first: people who wait come before people who do not."""

    REPLY = 0
    INTERACTIVE = 1  # cards for editors, decisions for senders
    REMINDER = 2
    PUSH = 3


class Incoming(SQLModel, table=True):
    """The inbox: an event is stored, committed, acknowledged to the platform, and handled once."""

    __table_args__ = (
        UniqueConstraint("channel", "account", "event_id"),
        Index("ix_incoming_state_id", "state", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    channel: str
    account: str
    event_id: str
    chat: str  # events of one chat are handled in order
    payload: dict[str, Any] = json_column()
    received_at: datetime = moment()
    state: str = IncomingState.NEW
    attempts: int = 0
    error: str = ""
    handled_at: datetime | None = maybe_moment()


def _only(name: str, *columns: str, where: str) -> Index:
    """An index of a few rows among many. SQLite writes a truth as a number."""
    sqlite = f"{where} = 1" if where.isalpha() else where
    return Index(name, *columns, sqlite_where=text(sqlite), postgresql_where=text(where))


class Outgoing(SQLModel, table=True):
    """The outbox: everything the bot says. ``key`` is deterministic, so saying it twice adds nothing."""

    __table_args__ = (
        Index("ix_outgoing_due", "channel", "state", "priority", "id"),
        Index("ix_outgoing_push", "push_id", "state"),
        Index("ix_outgoing_place", "channel", "to", "id"),  # what was said in one chat
        # What is looked for every second, among years of rows in which nothing is left to do. SQLite uses a partial
        # index only for a query with the same constant in it: IN_DOUBT, REMINDING.
        _only("ix_outgoing_doubt", "id", where="state = 'unknown'"),
        _only("ix_outgoing_reminder", "state", where="priority = 2"),
        # In quiet hours a hundred thousand rows may wait of which nearly none may leave.
        _only("ix_outgoing_urgent", "channel", "state", "priority", "id", where="urgent"),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    channel: str
    to: str  # the platform's id of the chat
    chat_id: int | None = maybe_link("chat.id")
    push_id: int | None = Field(default=None, foreign_key="push.id")
    priority: int = Priority.REPLY
    personal: bool = True  # to one person: a double does no harm, so an unknown outcome is sent again
    group: bool = False  # the platform's own budget for groups applies
    urgent: bool = False  # leaves in quiet hours too; replies do anyway
    message: dict[str, Any] = json_column()  # campaign.message.Message
    not_before: datetime | None = maybe_moment()
    state: str = OutgoingState.QUEUED
    progress: int = 0  # parts of the message that have left; a retry goes on from there
    attempts: int = 0
    reason: str = ""  # why refused or unknown, in words a person can act on
    first_tried_at: datetime | None = maybe_moment()
    sending_at: datetime | None = maybe_moment()
    finished_at: datetime | None = maybe_moment()
    external_ids: list[str] = json_column(list)
    tried: list[int] = json_column(list)  # chats of the same person that refused it before this one
    pin: bool = False  # of a push, in a group: it is to be pinned, or is
    looked_at: datetime | None = maybe_moment()  # in doubt: when the platform was last asked what became of it
    asked_for: int | None = None  # in doubt: the attempt about which people were asked
    correction_id: int | None = maybe_link("correction.id")
    corrects_id: int | None = Field(default=None, foreign_key="outgoing.id", index=True)


IN_DOUBT = col(Outgoing.state) == literal_column(f"'{OutgoingState.UNKNOWN.value}'")
REMINDING = col(Outgoing.priority) == literal_column(str(Priority.REMINDER))


class Talk(SQLModel, table=True):
    """Where the conversation with one sender in one chat stands; survives restarts and a week's sleep."""

    chat: str = Field(primary_key=True)  # channel:chat
    sender: str = Field(primary_key=True)
    step: str = ""
    data: dict[str, Any] = json_column()
    updated_at: datetime = moment()
    person_id: int | None = maybe_link("person.id")
