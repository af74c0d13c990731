"""The rows of a campaign in the order in which a person confirms them, and what confirming may change."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from sqlmodel import Session, SQLModel

from campaign import audit
from campaign.calendar import is_working_day, moment_in_full, same_day_in
from campaign.hours import Hours
from campaign.organisation import people
from campaign.organisation.people import Right
from campaign.planning import campaigns, listing, schedule
from campaign.problems import Refusal
from campaign.work import pushes
from storage.models import Assignment, Campaign, Observance, Push, Slogan
from storage.models.campaigns import CampaignState, PushKind, PushState

NO_RIGHT = "Chỉ quản trị viên được lập và sửa đợt."
GONE = "Dòng này không còn trong đợt. Anh/chị mở lại đợt để xem danh sách mới."
CLOSED = "Đợt này đã khép lại nên không sửa được nữa."
FIXED = "Tin này gắn với ngày của nó nên không dời được. Anh/chị giữ hoặc bỏ dòng này."
WHEN = "Hệ thống chưa hiểu ngày này. Anh/chị gõ như 12/5 hoặc 12/5 14h30."
TOO_LATE = "Hạn của việc này là {deadline}. Anh/chị chọn ngày gửi trước hạn."
DAY = timedelta(days=1)
_DAY = re.compile(r"\b(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}))?(?!\d)")
_CLOCK = re.compile(r"\b(\d{1,2})\s*(?:h|g|:|giờ|gio)\s*(\d{2})?(?!\d)", re.IGNORECASE)


class RowKind(StrEnum):
    SLOGAN = "s"
    OBSERVANCE = "o"
    WORK = "w"
    PUSH = "p"


@dataclass(frozen=True)
class Ref:
    """A row in a button: "s45"."""

    kind: RowKind
    id: int

    def __str__(self) -> str:
        return f"{self.kind}{self.id}"

    @classmethod
    def parse(cls, text: str) -> Ref:
        """Raises Refusal for anything that no button of ours says."""
        if text[:1] not in tuple(RowKind) or not text[1:].isdecimal() or len(text) > 10:
            raise Refusal("row.unknown", GONE)
        return cls(RowKind(text[0]), int(text[1:]))


Row = Slogan | Observance | Assignment | Push
_TABLES: dict[RowKind, type[SQLModel]] = {
    RowKind.SLOGAN: Slogan,
    RowKind.OBSERVANCE: Observance,
    RowKind.WORK: Assignment,
    RowKind.PUSH: Push,
}


@dataclass(frozen=True)
class Reach:
    """What starting the campaign would send from now on, by moment, and to how many chats."""

    pushes: Sequence[Push]
    places: int


def of_person(session: Session, person_id: int | None, campaign_id: int) -> Campaign:
    """The one gate to a campaign in conversation. Raises Refusal."""
    campaign = session.get(Campaign, campaign_id)
    if campaign is None or not people.may(session, person_id, Right.MANAGE, campaign.unit_id):
        raise Refusal("campaign.no_right", NO_RIGHT)
    return campaign


def refs_of(session: Session, campaign: Campaign) -> list[Ref]:
    """Slogans, then observances that have a message to come, then work. The messages themselves are a dated list."""
    told = {push.observance_id for push in schedule.pushes_of(session, campaign, PushState.PLANNED)}
    found: list[tuple[RowKind, Sequence[Row]]] = [
        (RowKind.SLOGAN, schedule.slogans_of(session, campaign)),
        (RowKind.OBSERVANCE, [row for row in schedule.observances_of(session, campaign) if row.id in told]),
        (RowKind.WORK, schedule.assignments_of(session, campaign)),
    ]
    return [Ref(kind, row.id) for kind, rows in found for row in rows if row.id is not None]


def row_of(session: Session, campaign: Campaign, ref: Ref) -> Row:
    """Raises Refusal for a row of another campaign and for one that was dropped."""
    row = session.get(_TABLES[ref.kind], ref.id)
    if not isinstance(row, Row) or row.campaign_id != campaign.id or _is_gone(row):
        raise Refusal("row.gone", GONE)
    return row


def _is_gone(row: Row) -> bool:
    if isinstance(row, Slogan):
        return row.withdrawn
    if isinstance(row, Assignment):
        return row.dropped
    return isinstance(row, Push) and row.state != PushState.PLANNED


def push_of(session: Session, campaign: Campaign, row: Row) -> Push | None:
    """The message that is still to leave for an observance or a piece of work; a message is its own."""
    if isinstance(row, Push):
        return row
    for push in schedule.pushes_of(session, campaign, PushState.PLANNED):
        if isinstance(row, Observance) and push.observance_id == row.id:
            return push
        if isinstance(row, Assignment) and push.assignment_id == row.id:
            return push
    return None


def source_of(session: Session, row: Row) -> dict[str, Any]:
    """Where the plan says it; what we announce of ourselves has no source."""
    return listing.source_of(session, row) if isinstance(row, Push) else row.source


def asked_alike(session: Session, campaign: Campaign, work: Assignment) -> list[Assignment]:
    """The work itself and, while nobody is named for it, all that the plan asks of the same unrecognised words."""
    if work.audience or not work.audience_text:
        return [work]
    every = schedule.assignments_of(session, campaign)
    return [row for row in every if not row.audience and row.audience_text == work.audience_text]


# -- changes -----------------------------------------------------------------------------------------------------------


def check_open(campaign: Campaign) -> None:
    if campaign.state == CampaignState.CLOSED:
        raise Refusal("campaign.closed", CLOSED)


def drop(session: Session, campaign: Campaign, row: Row, *, person_id: int | None, now: datetime, hours: Hours) -> None:
    """Take a row out, with the messages that only it would send. Raises Refusal for what has left."""
    check_open(campaign)
    if isinstance(row, Slogan):
        return _withdraw(session, campaign, row, person_id=person_id, now=now, hours=hours)
    if isinstance(row, Assignment):
        return campaigns.drop_assignment(session, row, person_id=person_id, now=now, hours=hours)
    push = push_of(session, campaign, row)
    if push is None:
        raise Refusal("row.gone", GONE)
    return campaigns.drop_push(session, push, person_id=person_id, now=now)


def _withdraw(
    session: Session, campaign: Campaign, slogan: Slogan, *, person_id: int | None, now: datetime, hours: Hours
) -> None:
    """The other slogans share its days; without others, those days stay silent."""
    slogan.withdrawn = True
    session.add(slogan)
    session.flush()
    for push in schedule.plan_pushes(session, campaign, now=now, hours=hours):
        if push.slogan_id == slogan.id:
            push.state = PushState.DROPPED
            session.add(push)
    campaign.warnings = [text for text in campaign.warnings if not text.startswith(f"Khẩu hiệu {slogan.position} ")]
    session.add(campaign)
    audit.note(session, now, "slogan.withdraw", f"slogan:{slogan.id}", person_id=person_id, text=slogan.text)


def move(
    session: Session,
    campaign: Campaign,
    push: Push,
    to: datetime,
    *,
    person_id: int | None,
    now: datetime,
    hours: Hours,
) -> None:
    """Raises Refusal for a remembrance, and for a moment in quiet hours, past, or after the deadline it asks for."""
    check_open(campaign)
    if not may_move(push):
        raise Refusal("push.fixed", FIXED)
    work = session.get(Assignment, push.assignment_id) if push.assignment_id else None
    if work is not None and work.deadline is not None and to >= work.deadline:
        raise Refusal("push.after_deadline", TOO_LATE.format(deadline=moment_in_full(work.deadline, hours)))
    campaigns.move_push(session, push, to, hours, person_id=person_id, now=now)


def may_move(push: Push | None) -> bool:
    """A message on a day of remembrance says "hôm nay": on another day it would be wrong."""
    return push is not None and push.kind != PushKind.OBSERVANCE


def other_days(push: Push, now: datetime, hours: Hours) -> list[date]:
    """The working days before and after its own, and a week later: what people choose most."""
    day = hours.day(push.due_at)
    wanted = [_working(day - DAY, -DAY, hours), _working(day + DAY, DAY, hours), _working(day + 7 * DAY, DAY, hours)]
    return [other for other in dict.fromkeys(wanted) if on_day(push, other, hours) > now]


def _working(day: date, step: timedelta, hours: Hours) -> date:
    while not is_working_day(day, hours):
        day += step
    return day


def on_day(push: Push, day: date, hours: Hours) -> datetime:
    """Its own time of day on another day."""
    return hours.at(day, hours.local(push.due_at).time())


def moment_from(text: str, push: Push, hours: Hours) -> datetime:
    """ "12/5", "12/5/2027", "14h30 12/5"; what is not said stays as it is. Raises Refusal."""
    found, clock = _DAY.search(text), _CLOCK.search(_DAY.sub(" ", text))
    if found is None:
        raise Refusal("push.when", WHEN)
    local = hours.local(push.due_at)
    try:
        day = date(int(found[3] or local.year), int(found[2]), int(found[1]))
        at = time(int(clock[1]), int(clock[2] or 0)) if clock else local.time()
    except ValueError as error:
        raise Refusal("push.when", WHEN) from error
    if not found[3] and day < local.date() - 180 * DAY:
        day = same_day_in(day, day.year + 1)  # "05/1" for a message of December
    return hours.at(day, at)


def reach(session: Session, campaign: Campaign, now: datetime, hours: Hours) -> Reach:
    """Work whose day is past is asked for all the same when the campaign starts, so it counts."""
    planned = schedule.pushes_of(session, campaign, PushState.PLANNED)
    ahead = [push for push in planned if push.due_at > now or push.kind == PushKind.ASSIGNMENT]
    one_of_each = {(push.audience, push.kind in pushes.INFORMING): push for push in ahead}
    chats = {chat.id for push in one_of_each.values() for chat in pushes.recipients(session, push, hours, now)}
    return Reach(ahead, len(chats))
