"""Submissions from inside a group: officers keep their habit, the unit gets the credit, other talk is left alone."""

from __future__ import annotations

import re

from sqlmodel import select

from campaign.outbox import last_about
from campaign.problems import Refusal
from campaign.text import fold, fold_words
from campaign.work import duties, pushes, submissions
from handlers import sending
from handlers.context import Context
from handlers.tasks import unit_here
from storage.models import Duty, Push, Submission, Unit
from storage.models.work import SubmissionState

RECEIPT = "Đã nhận {contents} của {unit}. Mã: {code}."
WHO_ARE_YOU = (
    "Hệ thống chưa biết anh/chị thuộc đơn vị nào nên chưa ghi nhận được. "
    "Anh/chị nhắn riêng cho trợ lý, nhập mã mời rồi gửi lại."
)
NOT_BOUND = "Nhóm này chưa gắn với đơn vị nào. Quản trị viên gõ: /lienket MÃ"
ASKED_FOR = re.compile(r"(?:^|\s)#nop\b|^(?:nop|gui tin|gui anh|gui bai|gui bao cao)\b")
SEEN_WORDS = frozenset({"da nhan", "nhan", "ok", "da ro", "ro", "vang", "da", "nhat tri", "da xem"})
ANSWER_LETTERS = 30  # a shorter text under a push is a remark, not an item
SETTLE_SECONDS = 3.0
SAME_SENDING_SECONDS = 60.0
TRAILING_SECONDS = 10.0


def hear(context: Context) -> None:
    """A message in a group. The room where editors decide is theirs to talk in."""
    if context.chat is not None and context.chat.purpose == "admin":
        return None
    push = _answered_push(context)
    if push is not None and fold_words(context.event.text) in SEEN_WORDS and not context.event.media:
        return _seen(context, push)
    if (known := _album(context)) is not None:
        return _more_of_album(context, known, push)
    if is_item(context, push):
        return _take(context, push)
    if (begun := _begun(context)) is not None:
        sending.take_parts(context, begun)
        return _receipt(context, begun)
    if context.event.media and context.event.album and _bound(context):
        # Perhaps the part with "#nop" is still to come; if it never does, this is forgotten within the hour.
        sending.take_parts(context, _new(context, SubmissionState.WAITING))
    return None


def is_item(context: Context, push: Push | None) -> bool:
    """Whether somebody asks us to take this: under a push, addressed to the bot, or with the words for it."""
    event = context.event
    if ASKED_FOR.search(fold(event.text)):
        return bool(event.media) or len(fold_words(event.text)) >= sending.SHORTEST_NEWS
    if event.media:
        return push is not None or event.addressed
    asked = push is not None and push.assignment_id is not None and "?" not in event.text
    return asked and len(fold_words(event.text)) >= ANSWER_LETTERS


def _answered_push(context: Context) -> Push | None:
    row = context.answered_message()
    return context.session.get(Push, row.push_id) if row is not None and row.push_id else None


def _bound(context: Context) -> bool:
    chat = context.chat
    return chat is not None and (chat.unit_id is not None or chat.cluster_id is not None)


def _seen(context: Context, push: Push) -> None:
    unit = unit_here(context)
    assert unit.id is not None
    pushes.acknowledge(context.session, push, unit.id, context.person_id, context.now, context.house.hours)


def _album(context: Context) -> Submission | None:
    event = context.event
    if not event.album:
        return None
    return submissions.of_album(context.session, event.channel, context.place, event.sender, event.album)


def _more_of_album(context: Context, submission: Submission, push: Push | None) -> None:
    if submission.state not in (SubmissionState.WAITING, SubmissionState.SUBMITTED):
        return _take(context, push)  # decided already: what comes now is looked at on its own
    sending.take_parts(context, submission)
    if submission.state == SubmissionState.WAITING:
        claim_if_asked(context, submission, push)
    elif context.event.text and context.event.text not in submission.text:
        submission.text = f"{submission.text}\n{context.event.text}".strip()
    if submission.code:
        _receipt(context, submission)


def claim_if_asked(context: Context, submission: Submission, push: Push | None = None) -> None:
    """The part that asks us to take the album has come."""
    if is_item(context, push):
        if context.event.text not in submission.text:
            submission.text = f"{submission.text}\n{context.event.text}".strip()
        _hand_in(context, submission, push)


def _take(context: Context, push: Push | None) -> None:
    if not _bound(context):
        return context.say(NOT_BOUND, under=True)
    earlier = _just_before(context, push)
    submission = earlier or _new(context, SubmissionState.WAITING)
    sending.take_parts(context, submission)
    if context.event.text and context.event.text not in submission.text:
        submission.text = f"{submission.text}\n{context.event.text}".strip()
    context.session.add(submission)
    if earlier is not None:
        return _receipt(context, submission)
    return _hand_in(context, submission, push)


def _just_before(context: Context, push: Push | None) -> Submission | None:
    """Single photos sent one after another by the same hand for the same thing are one submission, not many."""
    if context.event.album or push is None:
        return None
    duty = _duty_of(context, push, unit_here(context))
    statement = select(Submission).where(
        Submission.channel == context.event.channel,
        Submission.chat == context.place,
        Submission.sender == context.event.sender,
        Submission.state == SubmissionState.SUBMITTED,
        Submission.duty_id == (duty.id if duty else None),
    )
    window = context.house.soon(SAME_SENDING_SECONDS) - context.now
    rows = [row for row in context.session.exec(statement) if context.now - row.touched_at < window and row.duty_id]
    return rows[-1] if rows else None


def _begun(context: Context) -> Submission | None:
    """Some platforms show the photos of one sending as messages of their own, and only the first carries the words.
    A bare photo by the same hand, within seconds of the one before it, goes where that went."""
    event = context.event
    if not event.media or event.text or event.album:
        return None
    statement = select(Submission).where(
        Submission.channel == event.channel, Submission.chat == context.place, Submission.sender == event.sender,
        Submission.state == SubmissionState.SUBMITTED,
    )  # fmt: skip
    window = context.house.soon(TRAILING_SECONDS) - context.now
    rows = [row for row in context.session.exec(statement) if context.now - row.touched_at < window]
    return rows[-1] if rows and event.sender else None


def _new(context: Context, state: SubmissionState) -> Submission:
    row = Submission(
        channel=context.event.channel,
        chat=context.place,
        sender=context.event.sender,
        to=context.event.chat,
        reply_to=context.event.message_id,
        person_id=context.person_id,
        state=state,
        created_at=context.now,
        touched_at=context.now,
    )
    context.session.add(row)
    context.session.flush()
    return row


def _hand_in(context: Context, submission: Submission, push: Push | None) -> None:
    try:
        unit = unit_here(context)
    except Refusal:
        return context.say(WHO_ARE_YOU, under=True)
    duty = _duty_of(context, push, unit) or _only_duty(context, unit)
    submission.unit_id, submission.duty_id = unit.id, duty.id if duty else None
    context.session.add(submission)
    context.session.flush()
    submissions.hand_in(context.session, submission, context.now, context.house.hours)
    return _receipt(context, submission)


def _duty_of(context: Context, push: Push | None, unit: Unit) -> Duty | None:
    if push is None or push.assignment_id is None:
        return None
    statement = select(Duty).where(Duty.assignment_id == push.assignment_id, Duty.unit_id == unit.id)
    return context.session.exec(statement).first()


def _only_duty(context: Context, unit: Unit) -> Duty | None:
    """When the unit owes exactly one thing that photos or news can answer, that is what they are for."""
    owed = [
        duty
        for duty, assignment in duties.owed_by(context.session, [unit.id])
        if assignment.kind in ("photo", "news", "report")
    ]
    return owed[0] if len(owed) == 1 else None


def _receipt(context: Context, submission: Submission) -> None:
    """One receipt for an album however its parts arrive; what comes after it edits it where the platform can."""
    unit = context.session.get_one(Unit, submission.unit_id)
    context.session.flush()
    what = submissions.contents(submissions.items_of(context.session, submission), submission.text)
    topic = f"got:{submission.id}"
    text = RECEIPT.format(contents=what, unit=unit.name, code=submission.code)
    context.say_soon(
        topic,
        text,
        seconds=SETTLE_SECONDS,
        reply_to=submission.reply_to,
        edits=last_about(context.session, topic),
    )
