"""The dated list that a person reads before a campaign may start."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlmodel import Session

from campaign.calendar import weekday
from campaign.hours import Hours
from campaign.organisation import audience
from campaign.planning import schedule
from campaign.work import pushes
from storage.models import Assignment, Campaign, Observance, Push, Slogan
from storage.models.campaigns import PushKind, PushState

KINDS = {
    PushKind.SLOGAN: "khẩu hiệu",
    PushKind.OBSERVANCE: "ngày kỷ niệm",
    PushKind.ASSIGNMENT: "việc cần làm",
    PushKind.WINDOW: "mốc của đợt",
    PushKind.ADHOC: "thông báo",
}
STATES = {
    PushState.PLANNED: "sẽ gửi",
    PushState.RELEASED: "đã gửi",
    PushState.DROPPED: "đã bỏ",
    PushState.SKIPPED: "đã lỡ",
    PushState.FAILED: "không gửi được",
    PushState.MERGED: "chờ bản nhắc",
}
NOBODY = "chưa chọn đơn vị nhận"


@dataclass(frozen=True)
class Row:
    """One line of the list, in local time; without ``push_id`` it is work that nobody has been named for.

    ``units`` are addressed; ``chats`` would get it if it left today. None: it has left, or will not leave.
    """

    day: date | None
    weekday: str
    time: str
    kind: str
    text: str
    audience: str
    units: int
    chats: int | None
    state: str
    push_id: int | None
    assignment_id: int | None
    line: int | None
    sentence: str


def show(session: Session, campaign: Campaign, hours: Hours, on: date) -> list[Row]:
    """Every push of the campaign by moment, then the work that has no push yet. ``on``: the day of the unit tree."""
    dated = schedule.pushes_of(session, campaign)
    asked = {push.assignment_id for push in dated}
    reach: dict[tuple[str, bool], _Reach] = {}
    for push in dated:
        if _alike(push) not in reach:
            reach[_alike(push)] = _reach(session, push, on)
    waiting = [row for row in schedule.assignments_of(session, campaign) if not row.audience and row.id not in asked]
    return [
        *(_of_push(session, push, reach[_alike(push)], hours) for push in dated),
        *(_of_work(row, hours) for row in waiting),
    ]


def summary(session: Session, campaign: Campaign) -> str:
    """11 khẩu hiệu, 4 ngày kỷ niệm, 5 việc, 3 hạn báo cáo, 1 điều cần xem lại"""
    work = schedule.assignments_of(session, campaign)
    counts = {
        "khẩu hiệu": len(schedule.slogans_of(session, campaign)),
        "ngày kỷ niệm": len(schedule.observances_of(session, campaign)),
        "việc": len(work),
        "hạn báo cáo": sum(row.deadline is not None and row.kind != "task" for row in work),
        "điều cần xem lại": len(campaign.warnings),
    }
    return ", ".join(f"{count} {what}" for what, count in counts.items())


class _Reach(NamedTuple):
    words: str
    units: int
    chats: int


def _alike(push: Push) -> tuple[str, bool]:
    """Pushes for the same audience go to the same chats, but for what only informs: that needs fewer of them."""
    return push.audience, push.kind in pushes.INFORMING


def _reach(session: Session, push: Push, on: date) -> _Reach:
    unit_ids = audience.unit_ids_of(session, push.audience, on)
    chat_ids = pushes.chat_ids_of(session, push, unit_ids)
    return _Reach(audience.describe(session, push.audience), len(unit_ids), len(chat_ids))


def _of_push(session: Session, push: Push, reach: _Reach, hours: Hours) -> Row:
    source = source_of(session, push)
    day, name, clock = _local(push.due_at, hours)
    return Row(
        day=day,
        weekday=name,
        time=clock,
        kind=KINDS[PushKind(push.kind)],
        text=push.text,
        audience=reach.words,
        units=reach.units,
        chats=reach.chats if push.state == PushState.PLANNED else None,
        state=STATES[PushState(push.state)],
        push_id=push.id,
        assignment_id=push.assignment_id,
        line=source.get("line"),
        sentence=source.get("text", ""),
    )


def _of_work(row: Assignment, hours: Hours) -> Row:
    day, name, clock = _local(row.starts_at, hours)
    return Row(
        day=day,
        weekday=name,
        time=clock,
        kind=KINDS[PushKind.ASSIGNMENT],
        text=row.title,
        audience=f"{NOBODY}: “{row.audience_text}”" if row.audience_text else NOBODY,
        units=0,
        chats=None,
        state="chưa gửi",
        push_id=None,
        assignment_id=row.id,
        line=row.source.get("line"),
        sentence=row.source.get("text", ""),
    )


def _local(moment: datetime | None, hours: Hours) -> tuple[date | None, str, str]:
    if moment is None:
        return None, "", ""
    local = hours.local(moment)
    return local.date(), weekday(local.date()), f"{local:%Hh%M}"


def source_of(session: Session, push: Push) -> dict[str, Any]:
    """Where the plan says it; announcements of the window are ours and have none."""
    if push.slogan_id is not None:
        return session.get_one(Slogan, push.slogan_id).source
    if push.observance_id is not None:
        return session.get_one(Observance, push.observance_id).source
    if push.assignment_id is not None:
        return session.get_one(Assignment, push.assignment_id).source
    return {}
