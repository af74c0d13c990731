"""Chưa rõ: a message that may have arrived. When the platform is asked about it, and when a person must decide.

Times run from the moment at which the doubt arose (``finished_at`` of the row).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from campaign import audit
from campaign.problems import Refusal
from campaign.work import corrections
from campaign.work.ladder import SEEN_THERE
from storage.models import Outgoing, Push
from storage.models.messages import IN_DOUBT, OutgoingState

FIRST_LOOK = timedelta(seconds=5)  # the next looks come after three times as long each
SURE = timedelta(seconds=15)  # after which a history without the message proves that it did not arrive: they lag
PATIENCE = timedelta(seconds=120)
PATIENCE_FOR_ONE = timedelta(seconds=40)  # somebody waits for an answer
ATTEMPTS = 5  # blind ones, of what only one person reads


def next_look(row: Outgoing) -> datetime | None:
    """When the platform should be asked what became of ``row``; None when it was asked often enough."""
    if row.state != OutgoingState.UNKNOWN or row.finished_at is None:
        return None
    if row.looked_at is None:
        return row.finished_at + FIRST_LOOK
    waited = row.looked_at - row.finished_at
    patience = PATIENCE_FOR_ONE if row.personal else PATIENCE
    return None if waited >= patience else row.finished_at + 3 * waited


def is_sure(row: Outgoing, now: datetime) -> bool:
    """Whether a history without the message can be believed by now."""
    return row.finished_at is not None and now - row.finished_at >= SURE


def undecided(session: Session, limit: int | None = None) -> Sequence[Outgoing]:
    """What may have arrived, newest first."""
    statement = select(Outgoing).where(IN_DOUBT).order_by(col(Outgoing.id).desc())
    return session.exec(statement.limit(limit)).all()


def resend(session: Session, row: Outgoing, now: datetime, *, by: int | None) -> bool:
    """Somebody has looked and it is not there: send it (again). False when it is in doubt no more.

    Raises Refusal when it was withdrawn meanwhile.
    """
    push = session.get(Push, row.push_id) if row.push_id is not None else None
    if push is not None and corrections.is_withdrawn(session, push):
        raise Refusal("doubt.withdrawn", corrections.ALREADY_WITHDRAWN)
    return _decide(session, row, OutgoingState.QUEUED, "", now, by)


def let_go(session: Session, row: Outgoing, now: datetime, *, by: int | None) -> bool:
    """Somebody has looked and it is there: it counts as sent, so that nobody is phoned about it and a correction comes
    after it. False when it is in doubt no more.
    """
    if not _decide(session, row, OutgoingState.SENT, SEEN_THERE, now, by):
        return False
    row.progress += 1  # the request in doubt has arrived: quotas and windows count it
    return True


def _decide(session: Session, row: Outgoing, state: str, reason: str, now: datetime, by: int | None) -> bool:
    if row.state != OutgoingState.UNKNOWN:
        return False
    row.state, row.reason, row.not_before, row.looked_at = state, reason, None, None
    # It arrived when the doubt arose, not now: a "1" typed there since is no answer to it.
    row.finished_at = (row.finished_at or now) if state == OutgoingState.SENT else None
    session.add(row)
    audit.note(session, now, f"doubt.{state}", f"outgoing:{row.id}", person_id=by, actor="" if by else "command")
    return True
