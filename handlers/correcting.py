"""Sửa chú thích: what people correct on the platform counts until somebody has decided."""

from __future__ import annotations

from campaign.work import submissions
from handlers import grouping, reviewing
from handlers.context import Context
from storage.models import Submission
from storage.models.work import SubmissionState


def edited(context: Context) -> None:
    """A caption corrected on the platform: it counts until somebody has decided."""
    statement = submissions.item_statement(context.event.channel, context.place, context.event.message_id)
    item = context.session.exec(statement).first()
    if item is None:
        return
    submission = context.session.get_one(Submission, item.submission_id)
    if submission.state not in (SubmissionState.DRAFT, SubmissionState.SUBMITTED, SubmissionState.WAITING):
        return
    submission.text = _corrected(submission.text, item.caption, context.event.text)
    item.caption = context.event.text[:1000]
    context.session.add_all([item, submission])
    if submission.state == SubmissionState.WAITING and context.event.group:
        grouping.claim_if_asked(context, submission)
    elif submission.carded:
        reviewing.renew_card(context, submission)


def _corrected(text: str, before: str, after: str) -> str:
    """The one paragraph that was the caption gives way to the new caption; nothing else is touched."""
    if before and f"\n{before}\n" in f"\n{text}\n":
        return f"\n{text}\n".replace(f"\n{before}\n", f"\n{after}\n", 1).strip()
    return f"{text}\n{after}".strip()
