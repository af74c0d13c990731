"""Tiến độ: who has done what, counted from duties and receipts, never stored."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from campaign.hours import Hours
from campaign.organisation import units
from campaign.text import collation_key
from campaign.work import duties
from storage.models import Assignment, Campaign, Duty, Unit
from storage.models.campaigns import CampaignState


@dataclass(frozen=True, slots=True)
class Progress:
    """One assignment among the units of one person's reach."""

    assignment: Assignment
    total: int
    seen: int
    handed_in: int
    on_time: int
    missing: tuple[Unit, ...]  # in Vietnamese order


def of_assignments(session: Session, under: int, now: datetime, hours: Hours) -> list[Progress]:
    """Progress of every assignment of active campaigns, for the units under ``under``; nearest deadline first."""
    reach = set(units.descendants(session, under, hours.day(now)))
    statement = (
        select(Assignment)
        .join(Campaign, col(Campaign.id) == Assignment.campaign_id)
        .where(Campaign.state == CampaignState.ACTIVE, col(Assignment.dropped).is_(False))
        .order_by(col(Assignment.deadline), col(Assignment.id))
    )
    found = (of_assignment(session, assignment, reach, now) for assignment in session.exec(statement).all())
    return [progress for progress in found if progress.total]


def of_assignment(session: Session, assignment: Assignment, reach: Iterable[int], now: datetime) -> Progress:
    rows = session.exec(
        select(Duty, Unit)
        .join(Unit, col(Unit.id) == Duty.unit_id)
        .where(Duty.assignment_id == assignment.id, col(Duty.unit_id).in_(set(reach)))
    ).all()
    given = [duty for duty, _ in rows if not duties.is_owed(duty)]
    missing = sorted((unit for duty, unit in rows if duties.is_owed(duty)), key=lambda unit: collation_key(unit.name))
    return Progress(
        assignment=assignment,
        total=len(rows),
        seen=sum(1 for duty, _ in rows if duties.state_of(duty) not in ("", "sent")),
        handed_in=len(given),
        on_time=sum(1 for duty in given if not duties.is_late(duty, assignment, now)),
        missing=tuple(missing),
    )
