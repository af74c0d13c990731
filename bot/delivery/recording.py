"""What became of a request, put into its row, and what it says about the chat, put into the chat."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlmodel import Session

from bot.channels.contract import Refused, RetryAt, Unknown
from campaign.organisation import chats, circles
from campaign.work import falling_over, flow, ladder, pins
from campaign.work.doubts import ATTEMPTS
from storage.models import Outgoing
from storage.models.messages import OutgoingState

log = structlog.get_logger()
UNSENDABLE_SECONDS = 60
CLOSED_SECONDS = 300  # until an account that a person must mend is tried again: they were promised minutes
GIVE_UP_AFTER = timedelta(days=2)
Failure = RetryAt | Refused | Unknown


def arrived(row: Outgoing, ids: Sequence[str], last: bool, now: datetime) -> None:
    """One part of ``row`` has arrived, under these ids of the platform; ``outbox.write_sent`` writes it down."""
    row.external_ids, row.progress = [*row.external_ids, *ids], row.progress + 1
    if last:
        row.state, row.finished_at, row.reason = OutgoingState.SENT, now, ""


def record(session: Session, row: Outgoing, outcome: Failure, now: datetime, remembers: bool = False) -> None:
    """Put into the row that a part of it did not arrive, or may not have; and what that says about the chat, into the
    chat.

    ``remembers``: the platform can be asked later what became of a request without an answer. Nothing changes when
    another process has claimed the row since: this one had hung or lost its turn.
    """
    kept = session.get(Outgoing, row.id, with_for_update=True)
    if kept is None or kept.attempts != row.attempts:
        return
    if kept.progress > row.progress:
        return _echo_was_faster(session, row, kept)
    match outcome:
        case RetryAt(when, reason, _, moved_to):
            _retry(session, kept, when, reason, moved_to, now)
        case Refused(reason, _, True):
            _retry(session, kept, now + timedelta(seconds=CLOSED_SECONDS), reason, "", now)
        case Refused(reason, gone):
            _refuse(session, kept, reason, gone, now)
        case Unknown(reason):
            _doubt(kept, reason, now, remembers)
    flow.hold_if_stopped(session, kept, now)
    session.add(kept)
    ladder.settle(session, kept, now)
    pins.note_refusal(session, kept)
    log.info("outbox.outcome", key=kept.key, state=kept.state, reason=kept.reason)


def _refuse(session: Session, row: Outgoing, reason: str, gone: bool, now: datetime) -> None:
    """For good here; the person behind the chat may have another one."""
    if gone:
        chats.lose(session, row.channel, row.to, reason)
        session.flush()
    if row.group:
        circles.look_again(session, row.chat_id)
    if not falling_over.move_on(session, row, reason):
        row.state, row.finished_at, row.reason = OutgoingState.REFUSED, now, reason


def _echo_was_faster(session: Session, row: Outgoing, kept: Outgoing) -> None:
    """The platform has shown the part before it answered: it arrived, whatever the answer was."""
    row.progress = kept.progress
    if kept.state == OutgoingState.SENDING:
        kept.state = OutgoingState.QUEUED  # the parts behind it
        session.add(kept)


def _retry(session: Session, row: Outgoing, when: datetime, reason: str, moved_to: str, now: datetime) -> None:
    if moved_to:
        chats.move(session, row.channel, row.to, moved_to)
        row.to = moved_to
    if max(when, now) - (row.first_tried_at or now) > GIVE_UP_AFTER and not moved_to:
        _refuse(session, row, reason, False, now)  # next month it would be stale: another channel, or a phone call
    else:
        row.state, row.not_before, row.reason = OutgoingState.RETRY, when, reason


def _doubt(row: Outgoing, reason: str, now: datetime, remembers: bool) -> None:
    """A double to one person does no harm, a loss does: send again. To a group: a person decides.

    Where the platform remembers, it is asked before either.
    """
    row.reason, row.looked_at = reason, None
    if row.personal and row.attempts < ATTEMPTS and not remembers:
        row.state, row.not_before = OutgoingState.RETRY, now + timedelta(seconds=UNSENDABLE_SECONDS)
    else:
        row.state, row.finished_at = OutgoingState.UNKNOWN, now
