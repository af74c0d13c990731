"""Ghim: what asks for work stays at the top of a group until its deadline, and comes down by itself.

A row of a push that is to be pinned says so (``Outgoing.pin``). Pinning and unpinning are rows of their own under
deterministic keys, behind everything that people wait for, and no part of the push's status. That a group gives the bot
no right to pin is no failure.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import structlog
from sqlalchemy import or_, update
from sqlmodel import Session, col, select

from campaign.message import Message
from campaign.organisation import clusters
from campaign.outbox import Address, address_of, outgoing
from campaign.rules import rules_of
from storage.insert import insert_new
from storage.models import Assignment, Chat, Duty, Outgoing, Push
from storage.models.messages import UNSENT, OutgoingState, Priority

log = structlog.get_logger()
TAKEN_BACK = "Đã hết thời gian ghim."


def mark(session: Session, push: Push, now: datetime) -> None:
    """Say of the rows of a push that was just queued which of them are to be pinned."""
    rules = rules_of(session)
    if push.pin_until is None and push.assignment_id is not None and rules.pin_assignments:
        push.pin_until = session.get_one(Assignment, push.assignment_id).deadline
        session.add(push)
    if push.pin_until is None or push.pin_until <= now:
        return
    groups = (col(Outgoing.push_id) == push.id, col(Outgoing.group))
    found = session.exec(select(Outgoing.channel).where(*groups).distinct())
    able = [channel for channel in found if rules.can(channel, "pin")]
    session.execute(update(Outgoing).where(*groups, col(Outgoing.channel).in_(able)).values(pin=True))


def begin(session: Session, rows: Iterable[Outgoing]) -> None:
    """Queue the pins of rows that have just arrived whole."""
    pins = [_row(session, f"pin:{row.id}", row, Message(pins=row.key)) for row in rows if _is_due(row)]
    if pins:
        insert_new(session, Outgoing, pins)


def _is_due(row: Outgoing) -> bool:
    return row.pin and row.state == OutgoingState.SENT


def _row(session: Session, key: str, row: Outgoing, message: Message) -> Outgoing:
    """Pinning twice does no harm, so a doubt about it is no doubt: ``personal``."""
    chat = session.get(Chat, row.chat_id) if row.chat_id is not None else None
    place = address_of(chat) if chat is not None else Address(row.channel, row.to, row.group)
    return outgoing(key, place, message, priority=Priority.PUSH, personal=True)


def note_refusal(session: Session, row: Outgoing) -> None:
    """Once for each chat: a group that gives no right refuses every pin."""
    if row.state != OutgoingState.REFUSED or not row.message.get("pins"):
        return
    earlier = select(Outgoing.id).where(
        Outgoing.chat_id == row.chat_id, Outgoing.state == OutgoingState.REFUSED, col(Outgoing.key).like("pin:%"),
        Outgoing.id != row.id,
    )  # fmt: skip
    if session.exec(earlier.limit(1)).first() is None:
        log.info("pin.refused", channel=row.channel, chat=row.to, reason=row.reason)


# Taking down --------------------------------------------------------------------------------------------------------


def take_down(session: Session, now: datetime) -> int:
    """Unpin what has had its time; returns how many. A group whose deadline was put off keeps it until then."""
    statement = (
        select(Push, Assignment)
        .outerjoin(Assignment, col(Assignment.id) == Push.assignment_id)
        .where(col(Push.pin_until).is_not(None), col(Push.released_at).is_not(None))
        .where(or_(col(Push.pin_until) <= now, col(Assignment.deadline) <= now, col(Assignment.dropped)))
    )
    return sum(_take_down(session, push, work, now) for push, work in session.exec(statement).all())


def _take_down(session: Session, push: Push, work: Assignment | None, now: datetime) -> int:
    until = _until(push, work, now)
    if until > now:  # the deadline of all was put off
        push.pin_until = until
        session.add(push)
        return 0
    pinned = session.exec(select(Outgoing).where(Outgoing.push_id == push.id, col(Outgoing.pin))).all()
    longer = _put_off(session, pinned, work, now) if push.cancelled_at is None else {}
    over = [row for row in pinned if row.id not in longer]
    _unpin(session, over, now)
    push.pin_until = min(longer.values(), default=None)
    session.add(push)
    return len(over)


def _until(push: Push, work: Assignment | None, now: datetime) -> datetime:
    """A withdrawn push and dropped work need no reminder; the deadline of work moves its pin along."""
    assert push.pin_until is not None
    if push.cancelled_at is not None or (work is not None and work.dropped):
        return now
    return work.deadline if work is not None and work.deadline is not None else push.pin_until


def _put_off(session: Session, rows: Iterable[Outgoing], work: Assignment | None, now: datetime) -> dict[int, datetime]:
    """Row → until when, for groups of which some unit was given more time."""
    if work is None or work.dropped:
        return {}
    given = session.exec(select(Duty).where(Duty.assignment_id == work.id, col(Duty.extended_to) > now))
    until = {duty.unit_id: duty.extended_to for duty in given if duty.extended_to is not None}
    found: dict[int, datetime] = {}
    for row in rows if until else ():
        moments = [until[unit_id] for unit_id in _units(session, row) if unit_id in until]
        if moments and row.id is not None:
            found[row.id] = max(moments)
    return found


def _units(session: Session, row: Outgoing) -> list[int]:
    chat = session.get(Chat, row.chat_id) if row.chat_id is not None else None
    if chat is None:
        return []
    if chat.cluster_id is not None:
        return [unit.id for unit in clusters.members_today(session, chat.cluster_id) if unit.id is not None]
    return [chat.unit_id] if chat.unit_id is not None else []


def _unpin(session: Session, rows: list[Outgoing], now: datetime) -> None:
    keys = [f"pin:{row.id}" for row in rows]
    waiting = (col(Outgoing.key).in_(keys), col(Outgoing.state).in_(UNSENT))
    taken = {"state": OutgoingState.CANCELLED, "finished_at": now, "reason": TAKEN_BACK}
    session.execute(update(Outgoing).where(*waiting).values(**taken))
    no_pin = (OutgoingState.CANCELLED, OutgoingState.REFUSED)
    there = set(
        session.exec(select(Outgoing.key).where(col(Outgoing.key).in_(keys), col(Outgoing.state).not_in(no_pin)))
    )
    down = [_row(session, f"unpin:{row.id}", row, Message(unpins=row.key)) for row in rows if f"pin:{row.id}" in there]
    if down:
        insert_new(session, Outgoing, down)
    for row in rows:
        row.pin = False
        session.add(row)
