"""The dated pushes after a revision: what has not left moves along, what a person moved by hand stays there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from sqlmodel import Session, col, select

from campaign.hours import Hours
from campaign.planning import schedule
from campaign.planning.revising.changes import Change, Kind, What
from storage.models import AuditEntry, Campaign, Push
from storage.models.campaigns import PushKind, PushState

NOT_LEFT = (PushState.PLANNED, PushState.SKIPPED, PushState.MERGED)
ASKING = {"deadline", "starts_at", "audience"}  # fields of an assignment that decide when, and whether, it is asked

Coming = dict[str, tuple[datetime, str]]
"""Planned pushes by key: when they leave and what they say."""


def coming(session: Session, campaign: Campaign) -> Coming:
    return {push.key: (push.due_at, push.text) for push in schedule.pushes_of(session, campaign, PushState.PLANNED)}


def clear(session: Session, campaign: Campaign, changes: Iterable[Change]) -> None:
    """Take out what has not left and must be planned anew or not at all. To be done before the rows change."""
    pushes = schedule.pushes_of(session, campaign)
    by_hand = _moved_by_hand(session, pushes)
    for change in changes:
        if change.kind == Kind.ASSIGNMENT:
            _clear_work(session, change, [push for push in pushes if push.assignment_id == change.row_id], by_hand)
        elif change.kind == Kind.OBSERVANCE and change.row_id is not None:
            _clear_observance(session, change, [push for push in pushes if push.observance_id == change.row_id])
        elif change.kind == Kind.WINDOW:
            for push in pushes:
                if push.kind == PushKind.WINDOW and push.state in NOT_LEFT and push.key not in by_hand:
                    session.delete(push)
    session.flush()


def _clear_work(session: Session, change: Change, pushes: Iterable[Push], by_hand: Collection[str]) -> None:
    for push in pushes:
        if change.row_id is None or push.state not in NOT_LEFT:
            continue
        if change.what == What.GONE:
            push.state = PushState.DROPPED
            session.add(push)
        elif change.values.keys() & ASKING and (push.key not in by_hand or not _in_time(push, change)):
            session.delete(push)


def _in_time(push: Push, change: Change) -> bool:
    """Whether a moment chosen by a person still makes sense."""
    deadline = change.values.get("deadline")
    return change.values.get("audience") != "" and (deadline is None or push.due_at < deadline)


def _clear_observance(session: Session, change: Change, pushes: Iterable[Push]) -> None:
    """Of a day that is gone the row goes too, so what was said of it stays without it."""
    for push in pushes:
        if change.what == What.GONE and push.state not in NOT_LEFT:
            push.observance_id = None
            session.add(push)
        elif push.state in NOT_LEFT and (change.what == What.GONE or "on_day" in change.values):
            session.delete(push)


def _moved_by_hand(session: Session, pushes: Iterable[Push]) -> set[str]:
    keys = {f"push:{push.id}": push.key for push in pushes}
    moved = select(AuditEntry.subject).where(AuditEntry.action == "push.move", col(AuditEntry.subject).in_(keys))
    return {keys[subject] for subject in session.exec(moved)}


def plan(session: Session, campaign: Campaign, before: Coming, now: datetime, hours: Hours) -> int:
    """Plan again; returns how many coming pushes are new, moved, reworded or gone since ``before``."""
    schedule.plan_pushes(session, campaign, now=now, hours=hours)
    for push in _leftovers(session, campaign, hours):
        session.delete(push)
    session.flush()
    after = coming(session, campaign)
    return sum(before.get(key) != after.get(key) for key in {*before, *after})


def _leftovers(session: Session, campaign: Campaign, hours: Hours) -> Iterator[Push]:
    """Planning leaves rows alone that it would not make any more."""
    wanted = {
        PushKind.SLOGAN: {day.isoformat() for day in schedule.days_of(campaign)},
        PushKind.WINDOW: set(schedule.window_days(campaign, hours)),
    }
    if not schedule.slogans_of(session, campaign):
        wanted[PushKind.SLOGAN] = set()
    for push in schedule.pushes_of(session, campaign, PushState.PLANNED):
        names = wanted.get(PushKind(push.kind))
        if names is not None and push.key.rpartition(":")[2] not in names:
            yield push
