"""Who there is: units and clusters, people and their posts, chats and the accounts behind them."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.columns import json_column, link, maybe_link, maybe_moment, moment


class Role(StrEnum):
    """What a person may do in a unit and in everything under it."""

    OFFICER = "officer"  # reports for the unit
    CHAIR = "chair"  # as an officer, and grants nothing more: chairs of grassroots unions have a normal job
    EDITOR = "editor"  # reviews what is sent in, sees coverage
    ADMIN = "admin"  # as an editor, and pushes, invites, binds chats
    LEADER = "leader"  # reads and approves


class Unit(SQLModel, table=True):
    """A union organisation of any kind. Never deleted: closed (``valid_to``) or merged, so history stays attached."""

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    name: str
    kind: str = ""
    parent_id: int | None = maybe_link("unit.id")
    members: int | None = None
    contact_name: str = ""
    contact_phone: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    merged_into_id: int | None = maybe_link("unit.id")
    search: str = Field(default="", index=True)  # name and code, folded: without marks, lower case


class UnitName(SQLModel, table=True):
    """A name that a unit bore until ``until``."""

    __tablename__ = "unit_name"

    id: int | None = Field(default=None, primary_key=True)
    unit_id: int = link("unit.id")
    name: str
    until: date


class Cluster(SQLModel, table=True):
    """Cụm thi đua: units that compete with each other in one year."""

    __table_args__ = (UniqueConstraint("year", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    year: int
    name: str
    leader_unit_id: int | None = maybe_link("unit.id")


class ClusterMember(SQLModel, table=True):
    __tablename__ = "cluster_member"

    cluster_id: int = Field(foreign_key="cluster.id", primary_key=True)
    unit_id: int = Field(foreign_key="unit.id", primary_key=True, index=True)


class Person(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    name: str
    prefers: str = ""  # a channel, where it differs from the order in the settings
    created_at: datetime = moment()
    erased_at: datetime | None = maybe_moment()


class Post(SQLModel, table=True):
    """A role of a person in a unit, for a time; a person may hold several."""

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = link("person.id")
    unit_id: int = link("unit.id")
    role: str
    since: datetime = moment()
    until: datetime | None = maybe_moment()


class Account(SQLModel, table=True):
    """A person as one channel knows them. Stored only after consent."""

    __table_args__ = (UniqueConstraint("channel", "external_id"),)

    id: int | None = Field(default=None, primary_key=True)
    channel: str
    external_id: str
    person_id: int = link("person.id")
    name: str = ""


class Chat(SQLModel, table=True):
    """A place where the bot can write: bound to a person, a unit or a cluster."""

    __table_args__ = (UniqueConstraint("channel", "external_id"),)

    id: int | None = Field(default=None, primary_key=True)
    channel: str
    external_id: str
    kind: str = "group"  # private | group
    purpose: str = "work"  # work | admin: where editors decide
    title: str = ""
    person_id: int | None = maybe_link("person.id")
    unit_id: int | None = maybe_link("unit.id")
    cluster_id: int | None = maybe_link("cluster.id")
    active: bool = True
    inactive_reason: str = ""
    hears_all: bool | None = None  # None: not known; False: the platform hides ordinary group messages from the bot
    heard_at: datetime | None = maybe_moment()
    created_at: datetime = moment()


class Invite(SQLModel, table=True):
    """A way in. Only the hash of the code is kept, so that a copy of the database invites nobody."""

    id: int | None = Field(default=None, primary_key=True)
    code_hash: str = Field(unique=True)
    unit_id: int = link("unit.id")
    role: str
    name: str = ""
    expires_at: datetime | None = maybe_moment()
    uses_left: int = 1
    created_at: datetime = moment()
    created_by: int | None = maybe_link("person.id")
    person_id: int | None = maybe_link("person.id")  # whose own code it is, for one more channel; None: for a post


class CodeGuess(SQLModel, table=True):
    """Wrong codes from one chat, so that guessing can be slowed down."""

    __tablename__ = "code_guess"

    place: str = Field(primary_key=True)  # channel:chat, or an address of the web page
    wrong: int = 0
    last_at: datetime = moment()


class Consent(SQLModel, table=True):
    """Proof of consent (Law 91/2025/QH15): which text, when, on which channel."""

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = link("person.id")
    version: str
    text_sha256: str
    channel: str
    given_at: datetime = moment()
    withdrawn_at: datetime | None = maybe_moment()


class AuditEntry(SQLModel, table=True):
    """Who changed what. ``person_id`` is empty for the command line and for the program itself (see ``actor``)."""

    __tablename__ = "audit_entry"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = moment()
    person_id: int | None = maybe_link("person.id")
    actor: str = ""
    action: str
    subject: str = Field(index=True)
    detail: dict[str, Any] = json_column()
