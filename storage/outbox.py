"""The outbox as delivery sees it: what is due, what is in flight, what became of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, or_, update
from sqlmodel import Session, col, select

from storage.insert import execute_counted
from storage.models import Chat, Outgoing
from storage.models.messages import OutgoingState, Priority

WAITING = (OutgoingState.QUEUED, OutgoingState.RETRY)
AT_ONCE = 500


def next_due(session: Session, channel: str, now: datetime, *, quiet: bool, closed: Collection[str]) -> Outgoing | None:
    """The row that should leave next; rows for ``closed`` chats wait.

    When ``quiet``, only answers to people and what a person made urgent may leave.
    """
    due = (
        select(Outgoing)
        .where(
            Outgoing.channel == channel,
            col(Outgoing.state).in_(WAITING),
            or_(col(Outgoing.not_before).is_(None), col(Outgoing.not_before) <= now),
        )
        .order_by(col(Outgoing.priority), col(Outgoing.id))
    )
    if quiet:
        due = due.where(or_(col(Outgoing.priority) <= Priority.INTERACTIVE, col(Outgoing.urgent)))
    return session.exec(due.where(col(Outgoing.to).not_in(closed)).limit(1)).first()


def claim(session: Session, row_id: int, now: datetime) -> Outgoing | None:
    """Mark a row as being sent; None when somebody else was faster or it was cancelled."""
    changed = execute_counted(
        session,
        update(Outgoing)
        .where(col(Outgoing.id) == row_id, col(Outgoing.state).in_(WAITING))
        .values(
            state=OutgoingState.SENDING,
            sending_at=now,
            first_tried_at=func.coalesce(col(Outgoing.first_tried_at), now),
            attempts=col(Outgoing.attempts) + 1,
        ),
    )
    return session.get(Outgoing, row_id) if changed else None


def unclaim(session: Session, row_id: int, attempts: int) -> None:
    """Give back a row that was claimed and whose request provably did not leave; ``attempts`` as claimed, so that
    nobody gives back what another process has claimed since.
    """
    session.execute(
        update(Outgoing)
        .where(col(Outgoing.id) == row_id, col(Outgoing.state) == OutgoingState.SENDING)
        .where(col(Outgoing.attempts) == attempts)
        .values(state=OutgoingState.QUEUED, attempts=col(Outgoing.attempts) - 1)
    )


def recover(
    session: Session, channel: str, now: datetime, remembers: bool = False, in_hand: Collection[int] = ()
) -> tuple[int, int]:
    """After a crash, rows found in flight: those to one person go again, those to groups become unknown. ``in_hand``:
    rows that the caller is sending itself.

    ``remembers``: the platform can be asked what became of them, so all of them become unknown until it was.
    Returns (sent again, unknown). Only the process that speaks for the account may call it.
    """
    in_flight = (
        col(Outgoing.channel) == channel,
        col(Outgoing.state) == OutgoingState.SENDING,
        col(Outgoing.id).not_in(in_hand),
    )
    personal = update(Outgoing).where(*in_flight, col(Outgoing.personal)).values(state=OutgoingState.QUEUED)
    again = 0 if remembers else execute_counted(session, personal)
    unknown = execute_counted(
        session,
        update(Outgoing)
        .where(*in_flight)
        .values(
            state=OutgoingState.UNKNOWN,
            finished_at=now,
            looked_at=None,
            reason="Máy dừng khi đang gửi, chưa rõ tin đã tới hay chưa.",
        ),
    )
    return again, unknown


def said_since_heard(session: Session, chat_ids: Sequence[int]) -> dict[int, int]:
    """How many requests have arrived in each of these chats since its person last did something."""
    counts: dict[int, int] = {}
    for start in range(0, len(chat_ids), AT_ONCE):  # databases limit the values of one statement
        statement = (
            select(Chat.id, func.sum(Outgoing.progress))
            .join(Outgoing, col(Outgoing.chat_id) == Chat.id)
            .where(col(Chat.id).in_(chat_ids[start : start + AT_ONCE]), Outgoing.state == OutgoingState.SENT)
            .where(col(Outgoing.finished_at) > col(Chat.heard_at))
            .group_by(col(Chat.id))
        )
        counts.update({chat_id: int(said or 0) for chat_id, said in session.exec(statement) if chat_id is not None})
    return counts
