"""Tin, bài, ảnh gửi về: gathered part by part into one draft, then handed in under a code people can quote."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from campaign import audit
from campaign.hours import Hours
from campaign.organisation import chats, people
from campaign.outbox import Address, address_of, cancel_about
from campaign.problems import Refusal
from campaign.work import duties, reminders
from storage.insert import insert_new
from storage.models import Assignment, Duty, Item, Submission, Unit
from storage.models.work import SubmissionState

KIND_WORDS = {"photo": "ảnh", "document": "tệp", "video": "video", "voice": "tin thoại"}
OPEN_STATES = (SubmissionState.DRAFT, SubmissionState.RETURNED)
UNCLAIMED_LIFETIME = timedelta(hours=1)
TEXT_LIMIT = 20_000


def draft_of(session: Session, channel: str, chat: str, sender: str) -> Submission | None:
    """The one draft of this person in this chat, whatever its age."""
    statement = select(Submission).where(
        Submission.channel == channel,
        Submission.chat == chat,
        Submission.sender == sender,
        Submission.state == SubmissionState.DRAFT,
    )
    return session.exec(statement.order_by(col(Submission.id).desc())).first()


def draft_topic(submission: Submission) -> str:
    """What the prompts about a draft are filed under in the outbox."""
    return f"draft:{submission.id}"


def of_album(session: Session, channel: str, chat: str, sender: str, album: str) -> Submission | None:
    """The submission that an album of this sender belongs to: parts may come late, shuffled or twice."""
    statement = (
        select(Submission)
        .join(Item, col(Item.submission_id) == Submission.id)
        .where(Item.album == album, Submission.channel == channel, Submission.chat == chat, Submission.sender == sender)
    )
    return session.exec(statement.order_by(col(Submission.id))).first()


def add_item(session: Session, submission: Submission, item: Item, now: datetime) -> bool:
    """Add one part; False when that platform message was taken before. A late part joins what was already handed in."""
    assert submission.id is not None
    item.submission_id = submission.id
    submission.touched_at = now
    session.add(submission)
    return insert_new(session, Item, [item]) == 1


def add_text(session: Session, submission: Submission, text: str, now: datetime) -> None:
    """Append words to the draft. Raises Refusal when there would be too many."""
    joined = f"{submission.text}\n{text}".strip()
    if len(joined) > TEXT_LIMIT:
        raise Refusal(
            "draft.too_long", "Bài đã dài quá 20.000 chữ. Anh/chị gửi phần còn lại dưới dạng tệp Word hoặc PDF."
        )
    submission.text, submission.touched_at = joined, now
    session.add(submission)


def items_of(session: Session, submission: Submission) -> list[Item]:
    """Its parts in the order in which the platform numbered them."""
    rows = session.exec(select(Item).where(Item.submission_id == submission.id)).all()
    return sorted(rows, key=lambda item: (item.message_id.zfill(20), item.part))


def item_statement(channel: str, chat: str, message_id: str) -> SelectOfScalar[Item]:
    """The part that came with a platform message."""
    return select(Item).where(Item.channel == channel, Item.chat == chat, Item.message_id == message_id)


def sender_address(session: Session, submission: Submission) -> Address:
    """Where answers about it go: the chat it came from, whatever that chat's id is by now."""
    chat = chats.find(session, submission.channel, submission.to)
    return address_of(chat) if chat else Address(submission.channel, submission.to, group=False)


def contents(items: Iterable[Item], text: str = "") -> str:
    """ "3 ảnh, 1 tệp" as people say it; refused parts do not count."""
    counts = Counter(item.kind for item in items if item.state != "refused")
    parts = [f"{counts[kind]} {word}" for kind, word in KIND_WORDS.items() if counts[kind]]
    return ", ".join(parts or (["1 tin viết"] if text else ["tin trống"]))


def may_fill(session: Session, submission: Submission, duty_id: int) -> bool:
    """Whether the sender reports for the unit of that duty: looked up, never trusted from a button."""
    duty = session.get(Duty, duty_id)
    return duty is not None and people.may(session, submission.person_id, people.Right.REPORT, duty.unit_id)


def is_empty(session: Session, submission: Submission) -> bool:
    """Whether there is nothing in it that could be handed in."""
    session.flush()
    return not submission.text and all(item.state == "refused" for item in items_of(session, submission))


def choose_duty(session: Session, submission: Submission, duty_id: int | None) -> None:
    """Say what the draft is for; the unit follows from the duty. Raises Refusal for a duty of another unit."""
    if duty_id is None:
        submission.duty_id = None
        session.add(submission)
        return
    if not may_fill(session, submission, duty_id):
        raise Refusal("draft.not_your_duty", "Việc này không thuộc đơn vị của anh/chị. Anh/chị chọn việc khác.")
    duty = session.get_one(Duty, duty_id)
    submission.duty_id, submission.unit_id = duty.id, duty.unit_id
    session.add(submission)


def hand_in(session: Session, submission: Submission, now: datetime, hours: Hours) -> Submission:
    """Hand the draft in. Handing in twice changes nothing. Raises Refusal when unit or contents are missing."""
    if submission.state not in (SubmissionState.DRAFT, SubmissionState.WAITING):
        return submission
    if submission.unit_id is None:
        raise Refusal("draft.no_unit", "Anh/chị chọn đơn vị trước khi gửi.")
    kept = [item for item in items_of(session, submission) if item.state != "refused"]
    if not kept and not submission.text:
        raise Refusal("draft.empty", "Chưa có ảnh hoặc nội dung nào. Anh/chị gửi ảnh hoặc gõ nội dung trước.")
    cancel_about(session, draft_topic(submission))
    submission.code = f"TC-{submission.id:04d}"
    submission.state, submission.submitted_at = SubmissionState.SUBMITTED, now
    session.add(submission)
    if submission.duty_id is not None:
        duties.mark(session, session.get_one(Duty, submission.duty_id), "submitted", now, hours)
        session.flush()
    reminders.refresh(session, submission.unit_id, now, hours)
    audit.note(session, now, "submission.handed_in", f"submission:{submission.code}", person_id=submission.person_id)
    return submission


def discard(session: Session, submission: Submission, now: datetime) -> None:
    """Throw a draft away at its author's word."""
    cancel_about(session, draft_topic(submission))
    for item in session.exec(select(Item).where(Item.submission_id == submission.id)):
        session.delete(item)
    session.flush()
    session.delete(submission)
    audit.note(session, now, "submission.discarded", f"submission:{submission.id}", person_id=submission.person_id)


def forget_unclaimed(session: Session, now: datetime) -> int:
    """Group albums that nobody asked us to take are other people's talk: forget them. Returns how many."""
    rows = session.exec(
        select(Submission).where(
            Submission.state == SubmissionState.WAITING, col(Submission.touched_at) < now - UNCLAIMED_LIFETIME
        )
    ).all()
    for row in rows:
        for item in session.exec(select(Item).where(Item.submission_id == row.id)):
            session.delete(item)
        session.flush()
        session.delete(row)
    return len(rows)


def recent(session: Session, unit_ids: Sequence[int | None], limit: int = 5) -> list[Submission]:
    """What these units handed in last."""
    statement = select(Submission).where(col(Submission.unit_id).in_(unit_ids), col(Submission.code).is_not(None))
    return list(session.exec(statement.order_by(col(Submission.id).desc()).limit(limit)))


def as_json(session: Session) -> list[dict[str, Any]]:
    """Everything handed in, as ``loa submissions --json`` prints it."""
    rows = session.exec(select(Submission).where(col(Submission.code).is_not(None)).order_by(col(Submission.id)))
    return [_one_as_json(session, row) for row in rows]


def _one_as_json(session: Session, row: Submission) -> dict[str, Any]:
    unit = session.get(Unit, row.unit_id)
    duty = session.get(Duty, row.duty_id) if row.duty_id else None
    assignment = session.get(Assignment, duty.assignment_id) if duty else None
    return {
        "code": row.code,
        "unit": unit.code if unit else None,
        "state": row.state,
        "text": row.text,
        "assignment": assignment.title if assignment else None,
        "items": [{"sha256": item.sha256, "kind": item.kind, "state": item.state} for item in items_of(session, row)],
    }
