"""What a channel must remember of its platform: grants, uploads, packages, and small facts."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.columns import json_column, moment


class Grant(SQLModel, table=True):
    """A pair of tokens of one account, sealed. The newest that is not ``dead`` is in force; the last three are kept."""

    __tablename__ = "channel_grant"  # GRANT is a word of SQL

    id: int | None = Field(default=None, primary_key=True)
    channel: str = Field(index=True)
    account: str
    sealed: str  # storage.sealing: access and refresh token, and how long they live
    issued_at: datetime = moment()
    dead: bool = False  # the platform refused to renew it: a person must sign in again


class Upload(SQLModel, table=True):
    """A file that a platform already holds, so that it is not sent there again for every recipient."""

    __table_args__ = (UniqueConstraint("channel", "account", "sha256", "kind"),)

    id: int | None = Field(default=None, primary_key=True)
    channel: str
    account: str
    sha256: str  # of what was asked to be sent, before it was made to fit
    kind: str  # image | file
    external_id: str
    uploaded_at: datetime = moment()


class GroupPackage(SQLModel, table=True):
    """The paid package that keeps a group alive on platforms where groups cost money."""

    __tablename__ = "group_package"

    chat_id: int = Field(foreign_key="chat.id", primary_key=True)
    package: str = ""
    package_id: str = ""
    link: str = ""  # by which people come in
    valid_until: date | None = None
    ends_on: date | None = None  # a group that is locked is dissolved then
    enabled: bool = True
    members: int | None = None  # how many people are in it; never who
    warned_days: int | None = None  # the last warning was that of so many days; 0: that it is locked
    checked_at: datetime = moment()


class ChannelFact(SQLModel, table=True):
    """One thing learnt about an account from the platform (which signature matched, when it was last heard)."""

    __tablename__ = "channel_fact"

    channel: str = Field(primary_key=True)
    account: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    value: dict[str, Any] = json_column()
    at: datetime = moment()
