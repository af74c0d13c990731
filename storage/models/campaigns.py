"""What is to be done: the plan as imported, the campaign made of it, its dated pushes and the duties of units."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.columns import json_column, link, maybe_link, maybe_moment, moment


class CampaignState(StrEnum):
    DRAFT = "draft"
    ACTIVE = "active"
    CLOSED = "closed"


class ReadingState(StrEnum):
    """Steps of a sent plan, in order; the last three are ends."""

    OFFERED = "offered"  # a file came, and its sender has not said what it is for
    GATHERING = "gathering"  # pasted text, more may come
    ASKED = "asked"  # to be fetched from the platform
    FETCHED = "fetched"  # kept; to be read
    READ = "read"
    DRAFTED = "drafted"  # a campaign was made of it, or changed by it
    REFUSED = "refused"
    DROPPED = "dropped"


class PushKind(StrEnum):
    SLOGAN = "slogan"
    OBSERVANCE = "observance"
    ASSIGNMENT = "assignment"
    WINDOW = "window"
    ADHOC = "adhoc"


class PushState(StrEnum):
    PLANNED = "planned"
    RELEASED = "released"  # its outbox rows exist
    DROPPED = "dropped"  # taken out by a person before it was due
    SKIPPED = "skipped"  # too late to make sense after an outage; the admins were told
    FAILED = "failed"  # its audience makes no sense any more; the admins were told
    MERGED = "merged"  # too late by itself; told in the next digest


class LatePolicy(StrEnum):
    """What becomes of a push that could not leave on time."""

    SEND = "send"  # with a label that says it is late
    MERGE = "merge"  # a line in the next digest
    SKIP = "skip"  # and tell the admins


class Plan(SQLModel, table=True):
    """A plan document as it was imported; everything made from it can be rebuilt from ``document``."""

    id: int | None = Field(default=None, primary_key=True)
    sha256: str = Field(index=True)
    file_name: str = ""
    title: str
    number: str = ""
    issuing_org: str = ""
    date_issued: date | None = None
    document: dict[str, Any] = json_column()
    imported_at: datetime = moment()


class PlanReading(SQLModel, table=True):
    """A plan sent or pasted in a conversation, on its way to a draft. Reading goes on from this row after a restart."""

    __tablename__ = "plan_reading"

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = link("person.id")
    unit_id: int = link("unit.id")  # on whose behalf
    chat_id: int = link("chat.id")  # where the answer goes
    message_id: str = ""
    file_name: str = ""
    media: dict[str, Any] = json_column()  # bot.channels.contract.MediaRef; empty for pasted text
    text: str = ""  # pasted so far, until it is complete and kept; of a file, its caption
    state: str = Field(default=ReadingState.ASKED, index=True)
    sha256: str = ""
    document: dict[str, Any] = json_column()
    summary: str = ""
    concerns: list[str] = json_column(list)  # what a person should look at
    sentence: str = ""  # why it was refused, for the sender
    fetches: int = 0
    attempts: int = 0  # readings that were begun; a file that kills its reader is not read for ever
    retry_at: datetime | None = maybe_moment()
    campaign_id: int | None = maybe_link("campaign.id")  # made of it, or that it is about
    created_at: datetime = moment()
    finished_at: datetime | None = maybe_moment()


class Campaign(SQLModel, table=True):
    """One wave of work with a window, ``start`` and ``end`` included. Nothing leaves before a person activates it."""

    id: int | None = Field(default=None, primary_key=True)
    name: str
    year: int
    unit_id: int = link("unit.id")
    plan_id: int | None = maybe_link("plan.id")
    copied_from_id: int | None = maybe_link("campaign.id")
    state: str = CampaignState.DRAFT
    start: date
    end: date
    activated_at: datetime | None = maybe_moment()
    warnings: list[str] = json_column(list)


class Theme(SQLModel, table=True):
    """Chủ đề or thông điệp: shown with the campaign, never mixed with slogans. A month carries its own days."""

    id: int | None = Field(default=None, primary_key=True)
    campaign_id: int = link("campaign.id")
    kind: str  # thang (a month of action) | chu_de | thong_diep
    name: str = ""
    text: str = ""
    start: date | None = None
    end: date | None = None
    source: dict[str, Any] = json_column()


class Slogan(SQLModel, table=True):
    """A slogan in its exact wording; ``withdrawn`` ones stay for history."""

    id: int | None = Field(default=None, primary_key=True)
    campaign_id: int = link("campaign.id")
    position: int
    text: str
    withdrawn: bool = False
    source: dict[str, Any] = json_column()


class Observance(SQLModel, table=True):
    """Ngày kỷ niệm: ``ordinal`` = year of ``on_day`` − year of ``event_date``; ``printed`` is what the plan says."""

    id: int | None = Field(default=None, primary_key=True)
    campaign_id: int = link("campaign.id")
    name: str
    event_date: date
    on_day: date
    ordinal: int
    printed: int | None = None
    source: dict[str, Any] = json_column()


class Assignment(SQLModel, table=True):
    """What an audience must do by a deadline, with a quota where the plan sets one.

    ``deadline`` is the last moment that still counts as on time for reminding; ``late_from`` the first that counts as
    late ("trước ngày D" reminds until D−1 and is late from D+1).
    """

    id: int | None = Field(default=None, primary_key=True)
    campaign_id: int = link("campaign.id")
    position: int = 0
    kind: str = "task"  # report | photo | news | task
    title: str
    audience: str  # see campaign.organisation.audience; empty: nobody recognised yet, a person must say
    audience_text: str = ""  # as the plan prints it
    quota: list[dict[str, Any]] = json_column(list)
    starts_at: datetime | None = maybe_moment()
    deadline: datetime | None = maybe_moment()
    late_from: datetime | None = maybe_moment()
    operator: str = ""  # before | by
    dropped: bool = False
    source: dict[str, Any] = json_column()


class Duty(SQLModel, table=True):
    """One assignment for one unit. Each step of its life is a moment: the line can be rebuilt from this row alone."""

    __table_args__ = (UniqueConstraint("assignment_id", "unit_id"),)

    id: int | None = Field(default=None, primary_key=True)
    assignment_id: int = link("assignment.id")
    unit_id: int = link("unit.id")
    sent_at: datetime | None = maybe_moment()
    seen_at: datetime | None = maybe_moment()
    accepted_at: datetime | None = maybe_moment()
    submitted_at: datetime | None = maybe_moment()
    approved_at: datetime | None = maybe_moment()
    published_at: datetime | None = maybe_moment()
    declined_at: datetime | None = maybe_moment()
    done_at: datetime | None = maybe_moment()  # "Đã làm xong", said by the unit
    extended_to: datetime | None = maybe_moment()
    next_reminder_at: datetime | None = maybe_moment(index=True)


class Push(SQLModel, table=True):
    """One message for an audience at a moment. ``key`` names the occurrence, so planning twice changes nothing."""

    __table_args__ = (Index("ix_push_state_due_at", "state", "due_at"),)

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    kind: str
    campaign_id: int | None = maybe_link("campaign.id")
    assignment_id: int | None = maybe_link("assignment.id")
    slogan_id: int | None = maybe_link("slogan.id")
    observance_id: int | None = maybe_link("observance.id")
    unit_id: int | None = maybe_link("unit.id")  # on whose behalf
    audience: str = "all"
    text: str
    photos: list[str] = json_column(list)  # SHA-256 of stored media
    due_at: datetime = moment()
    urgent: bool = False  # "gửi ngay": a person decided that quiet hours do not hold
    spans: list[dict[str, Any]] = json_column(list)  # campaign.message.Span: mark-up of ``text``
    pin_until: datetime | None = maybe_moment()  # pinned in groups until then, where the platform can
    paused_at: datetime | None = maybe_moment()  # its rows wait until a person says go on
    resumed_at: datetime | None = maybe_moment()  # a person looked at the refusals before this and went on
    pause_reason: str = ""
    cancelled_at: datetime | None = maybe_moment()
    watched_in: int | None = maybe_link("chat.id")  # the chat that is shown how it goes, until it has gone
    watched_turn: int = 0  # how often it was shown
    watched_at: datetime | None = maybe_moment()  # when it was shown last
    late_policy: str = LatePolicy.SEND
    state: str = PushState.PLANNED
    released_at: datetime | None = maybe_moment()
    created_by: int | None = maybe_link("person.id")


class Correction(SQLModel, table=True):
    """Đính chính / Thu hồi: a released push is put right (``text``) or withdrawn in every chat that has got it."""

    id: int | None = Field(default=None, primary_key=True)
    push_id: int = link("push.id")
    kind: str  # correct | withdraw
    text: str = ""
    spans: list[dict[str, Any]] = json_column(list)
    at: datetime = moment()
    by: int | None = maybe_link("person.id")
    told_at: datetime | None = maybe_moment()  # the author has got the list of chats where nothing was possible


class Receipt(SQLModel, table=True):
    """ "Đã nhận": a unit has seen a push."""

    push_id: int = Field(foreign_key="push.id", primary_key=True)
    unit_id: int = Field(foreign_key="unit.id", primary_key=True, index=True)
    at: datetime = moment()
    person_id: int | None = maybe_link("person.id")
