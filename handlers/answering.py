"""Báo kết quả: what was decided goes back by itself, under the sender's own message."""

from __future__ import annotations

from campaign.message import Choice
from campaign.work import reviews, submissions
from handlers.context import Context
from storage.models import Submission, Unit


def tell_decision(context: Context, submission: Submission, decision: str, reason: str, url: str = "") -> None:
    """The decision goes back by itself, under the sender's own message."""
    unit = context.session.get_one(Unit, submission.unit_id)
    text = f"{reviews.WORDS[decision]}: {submission.code} của {unit.name}."
    if reason:
        text += f"\nÝ kiến: {reason}"
    if url:
        text += f"\nXem tại: {url}"
    address = submissions.sender_address(context.session, submission)
    again = decision == "returned" and not address.group
    more = (Choice("Gửi bổ sung", f"addmore:{submission.id}"),) if again else ()
    key = f"decision:{submission.id}:{decision}:{context.turn}"
    context.tell(address, key, text, more, reply_to=submission.reply_to)
