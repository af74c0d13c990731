"""Việc của đơn vị: one assignment for one unit, from sent to published, and when to remind of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time, timedelta

from sqlmodel import Session, col, select

from campaign.hours import Hours
from storage.insert import insert_new
from storage.models import Assignment, Campaign, Duty, Unit
from storage.models.campaigns import CampaignState

REMIND_DAYS_BEFORE = (7, 3, 1, 0)
EARLY_REMINDER = time(7, 30)  # for a deadline that falls before the usual digest of its day

# In the order in which a duty lives; the last one that has a moment is where it stands.
STEPS = ("sent", "seen", "accepted", "submitted", "approved", "published")
STEP_WORDS = {
    "": "chưa gửi tới đơn vị",
    "sent": "đã gửi tới đơn vị",
    "seen": "đơn vị đã nhận",
    "accepted": "đơn vị đã nhận làm",
    "submitted": "đã nộp, chờ duyệt",
    "approved": "đã duyệt",
    "published": "đã đăng",
    "declined": "không đăng",
    "done": "đã làm xong",
}


# "… trước 16 giờ 00 ngày 27/4/2027": the deadline is shown beside, in full and with the weekday.
_DEADLINE_WORDS = re.compile(
    r"[,;]?\s+(?:trước|chậm nhất|đến hết|hạn|vào)\b[^.;]*\d{1,2}[/.-]\d{1,2}(?:[/.-]\d{4})?\W*$", re.IGNORECASE
)
SHORTEST_TITLE = 12


def what(assignment: Assignment) -> str:
    """What is to be done, in the words of the plan, without a deadline at their end."""
    words = _DEADLINE_WORDS.sub("", assignment.title) if assignment.deadline else assignment.title
    return words if len(words) >= SHORTEST_TITLE else assignment.title


def deadline_of(duty: Duty, assignment: Assignment) -> datetime | None:
    """The deadline that holds for this unit: a granted extension replaces the plan's."""
    return duty.extended_to or assignment.deadline


def state_of(duty: Duty) -> str:
    """Where the duty stands (a key of STEP_WORDS), from its moments alone."""
    if duty.declined_at and not (duty.submitted_at and duty.submitted_at > duty.declined_at):
        return "declined"
    reached = [step for step in STEPS if getattr(duty, f"{step}_at") is not None]
    if duty.done_at and (not reached or STEPS.index(reached[-1]) < STEPS.index("submitted")):
        return "done"
    return reached[-1] if reached else ""


def is_owed(duty: Duty) -> bool:
    """Whether the unit still owes it: nothing sent in, nothing said to be done."""
    return state_of(duty) in ("", "sent", "seen", "accepted")


def is_late(duty: Duty, assignment: Assignment, now: datetime) -> bool:
    """Late by the plan's own rule ("trước ngày D": from D+1), for what was handed in too late or is still owed."""
    late_from = duty.extended_to or assignment.late_from or assignment.deadline
    return late_from is not None and (duty.submitted_at or duty.done_at or now) >= late_from


def reminder_moments(deadline: datetime, hours: Hours) -> list[datetime]:
    """When to remind of a deadline: D−7, D−3, D−1 and the day itself, at the hour of the digest.

    A moment on a public holiday moves to the last ordinary day before it; one after the deadline to early that day.
    """
    last_day = hours.day(deadline - timedelta(microseconds=1))
    moments = set()
    for days in REMIND_DAYS_BEFORE:
        day = last_day - timedelta(days=days)
        while not hours.reminder_day(day):
            day -= timedelta(days=1)
        moment = hours.at(day, hours.digest_at)
        if moment >= deadline:
            moment = hours.next_open(hours.at(day, EARLY_REMINDER))
        if moment < deadline:
            moments.add(moment)
    return sorted(moments)


def next_reminder(duty: Duty, assignment: Assignment, after: datetime, hours: Hours) -> datetime | None:
    """The next moment to remind of this duty, later than ``after``; None when there is none or nothing is owed."""
    deadline = deadline_of(duty, assignment)
    if deadline is None or not is_owed(duty) or assignment.dropped:
        return None
    return next((moment for moment in reminder_moments(deadline, hours) if moment > after), None)


def open_for(session: Session, assignment: Assignment, unit_ids: Iterable[int], now: datetime, hours: Hours) -> int:
    """Give the assignment to units; those that have it already keep what they have. Returns how many are new."""
    assert assignment.id is not None
    rows = []
    for unit_id in unit_ids:
        duty = Duty(assignment_id=assignment.id, unit_id=unit_id, sent_at=now)
        duty.next_reminder_at = next_reminder(duty, assignment, now, hours)
        rows.append(duty)
    return insert_new(session, Duty, rows)


def of_units(session: Session, unit_ids: Sequence[int | None]) -> list[tuple[Duty, Assignment]]:
    """Duties of active campaigns for these units, open ones only; nearest deadline first, those without one last."""
    statement = (
        select(Duty, Assignment)
        .join(Assignment, col(Assignment.id) == Duty.assignment_id)
        .join(Campaign, col(Campaign.id) == Assignment.campaign_id)
        .join(Unit, col(Unit.id) == Duty.unit_id)
        .where(
            col(Unit.valid_to).is_(None),
            col(Duty.unit_id).in_(unit_ids),
            Campaign.state == CampaignState.ACTIVE,
            col(Assignment.dropped).is_(False),
        )
    )
    far = datetime.max.replace(tzinfo=UTC)
    rows = list(session.exec(statement))
    return sorted(rows, key=lambda row: (deadline_of(*row) or far, row[0].id or 0))


def owed_by(session: Session, unit_ids: Sequence[int | None]) -> list[tuple[Duty, Assignment]]:
    """What these units still owe."""
    return [(duty, assignment) for duty, assignment in of_units(session, unit_ids) if is_owed(duty)]


def mark(session: Session, duty: Duty, step: str, now: datetime, hours: Hours) -> None:
    """Record that a step was reached; the first time counts. Whatever ends the duty ends its reminders."""
    if getattr(duty, f"{step}_at") is None:
        setattr(duty, f"{step}_at", now)
    assignment = session.get(Assignment, duty.assignment_id)
    assert assignment is not None
    duty.next_reminder_at = next_reminder(duty, assignment, now, hours)
    session.add(duty)


def reopen(session: Session, duty: Duty, now: datetime, hours: Hours) -> None:
    """What was handed in was sent back or refused: the unit owes it again."""
    duty.submitted_at = duty.approved_at = duty.done_at = None
    assignment = session.get(Assignment, duty.assignment_id)
    assert assignment is not None
    duty.next_reminder_at = next_reminder(duty, assignment, now, hours)
    session.add(duty)


def extend(session: Session, duty: Duty, until: datetime, now: datetime, hours: Hours) -> None:
    """Grant a later deadline: reminders and the on-time column follow it."""
    duty.extended_to = until
    assignment = session.get(Assignment, duty.assignment_id)
    assert assignment is not None
    duty.next_reminder_at = next_reminder(duty, assignment, now, hours)
    session.add(duty)
