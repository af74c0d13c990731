"""Whoever cannot be reached on one channel is written to on the next: the same row goes there, so it stays one copy."""

from __future__ import annotations

import structlog
from sqlmodel import Session

from campaign.organisation import ways
from storage.models import Chat, Outgoing
from storage.models.messages import OutgoingState, Priority

log = structlog.get_logger()
BOUND_TO_ITS_CHAT = ("edits", "withdraws", "pins", "unpins", "reacts", "toast")


def move_on(session: Session, row: Outgoing, reason: str) -> bool:
    """Send ``row`` to the next chat of the person behind its own; False when it must stay where it is.

    A reply belongs where it was asked, and what has left in part cannot be taken along. ``reason``: why this chat did
    not take it; it stays with the row when no other chat takes it either.
    """
    if row.priority == Priority.REPLY or row.progress or row.group or row.corrects_id is not None:
        return False
    chat = session.get(Chat, row.chat_id) if row.chat_id is not None else None
    if chat is None or chat.person_id is None or any(name in row.message for name in BOUND_TO_ITS_CHAT):
        return False
    tried = [*row.tried, *([chat.id] if chat.id is not None else [])]
    following = ways.next_after(session, chat.person_id, tried)
    if following is None:
        return False
    log.info("outbox.moved_on", key=row.key, channel=row.channel, to_channel=following.channel, reason=reason)
    row.tried = tried
    row.channel, row.to, row.chat_id = following.channel, following.external_id, following.id
    row.message = {name: value for name, value in row.message.items() if name != "reply_to"}
    row.state, row.reason, row.not_before, row.first_tried_at = OutgoingState.QUEUED, reason, None, None
    session.add(row)
    return True
