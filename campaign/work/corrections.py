"""Đính chính, Thu hồi: a released push is put right or taken back in every chat that has got it.

What has not left yet is changed or cancelled. For each place that has it there is a ladder of steps: a correction edits
the message, else answers under it; a withdrawal deletes it, else empties it, else answers under it. Each step is a row
of the outbox; when it is refused, the next one is queued in the same transaction (see ``campaign.work.ladder``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Unpack

from sqlalchemy import and_, func, or_, update
from sqlmodel import Session, col, select

from campaign import audit, markup
from campaign.problems import Refusal
from campaign.text import clean
from campaign.work import flow, ladder
from campaign.work.flow import Who
from campaign.work.ladder import CORRECT, WITHDRAW, Step
from storage.insert import execute_counted, insert_new
from storage.models import Chat, Correction, Outgoing, Person, Push, Unit
from storage.models.campaigns import PushState
from storage.models.messages import UNSENT, OutgoingState

AT_ONCE = 500  # places a turn: the database is not held for long
WITHDRAWN = "Đã thu hồi trước khi gửi."
NOT_TELLING = (PushState.DROPPED, PushState.SKIPPED, PushState.FAILED)
NOTHING_SAID = "Thông báo này không gửi đi nên không có gì để sửa."
ALREADY_WITHDRAWN = "Thông báo này đã được thu hồi."
NO_WORDS = "Nội dung đúng còn trống. Anh/chị gõ lại cả thông báo."
SAME_WORDS = "Nội dung mới giống hệt nội dung đang có, nên không cần đính chính."
NOBODY_SAID = "Chưa rõ vì sao."


@dataclass(frozen=True, slots=True)
class Failure:
    """A place where nothing was possible, for somebody to phone."""

    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a correction so far, in places. ``before``: changed or cancelled before it left."""

    edited: int
    deleted: int
    answered: int
    before: int
    under_way: int
    failures: tuple[Failure, ...]


# Saying so ----------------------------------------------------------------------------------------------------------


def correct(session: Session, push: Push, text: str, now: datetime, **who: Unpack[Who]) -> Correction:
    """``text`` (mark-up as in an announcement) is what ``push`` says from now on, everywhere.

    A second correction replaces the first. Raises Refusal when there is nothing to put right.
    """
    _may_change(session, push)
    words = markup.read(clean(text).strip())
    if not words.text:
        raise Refusal("correct.empty", NO_WORDS)
    if words.text == push.text and words.stored() == push.spans:
        raise Refusal("correct.same", SAME_WORDS)
    made = _begin(session, push, Correction(push_id=push.id or 0, kind=CORRECT, at=now, by=who.get("by")), now)
    made.text, made.spans = words.text, words.stored()
    _rewrite_unsent(session, push, made)
    before, push.text, push.spans = push.text, made.text, made.spans
    session.add_all([push, made])
    _note(session, push, made, who, before=before, after=made.text)
    return made


def withdraw(session: Session, push: Push, now: datetime, **who: Unpack[Who]) -> Correction:
    """Take ``push`` back everywhere. Raises Refusal when that was done before or it never left."""
    _may_change(session, push)
    made = _begin(session, push, Correction(push_id=push.id or 0, kind=WITHDRAW, at=now, by=who.get("by")), now)
    rows = (col(Outgoing.push_id) == push.id, col(Outgoing.state).in_(UNSENT))
    taken = {"state": OutgoingState.CANCELLED, "finished_at": now, "reason": WITHDRAWN, "correction_id": made.id}
    execute_counted(session, update(Outgoing).where(*rows).values(**taken))
    if push.state in (PushState.PLANNED, PushState.MERGED):
        push.state = PushState.DROPPED
    push.cancelled_at, push.paused_at = now, None
    push.pin_until = now if push.pin_until is not None else None
    session.add(push)
    _note(session, push, made, who, before=push.text)
    return made


def _may_change(session: Session, push: Push) -> None:
    if push.state in NOT_TELLING:
        raise Refusal("correct.never_left", NOTHING_SAID)
    if is_withdrawn(session, push):
        raise Refusal("correct.withdrawn", ALREADY_WITHDRAWN)


def is_withdrawn(session: Session, push: Push) -> bool:
    statement = select(Correction.id).where(Correction.push_id == push.id, Correction.kind == WITHDRAW)
    return session.exec(statement).first() is not None


def is_reworded(session: Session, row: Outgoing) -> bool:
    """Whether the words of ``row`` were changed after its request had left: then no history can show that they are
    missing, and the place is told of the correction anyway."""
    if row.push_id is None or row.sending_at is None:
        return False
    later = select(Correction.id).where(Correction.push_id == row.push_id, col(Correction.at) >= row.sending_at)
    return session.exec(later.limit(1)).first() is not None


def _begin(session: Session, push: Push, made: Correction, now: datetime) -> Correction:
    """The new correction; what an earlier one has not said yet is said no more."""
    for earlier in session.exec(select(Correction).where(Correction.push_id == push.id)):
        rows = (col(Outgoing.correction_id) == earlier.id, col(Outgoing.corrects_id).is_not(None))
        unsent = update(Outgoing).where(*rows, col(Outgoing.state).in_(UNSENT))
        session.execute(unsent.values(state=OutgoingState.CANCELLED, finished_at=now, reason=ladder.SUPERSEDED))
        earlier.told_at = earlier.told_at or now
        session.add(earlier)
    session.add(made)
    session.flush()
    return made


def _rewrite_unsent(session: Session, push: Push, made: Correction) -> None:
    """What has not left leaves with the right words; what is in doubt too, should a person send it again.

    All rows of a push say the same, a label that it is late included, so one of them stands for all.
    """
    its = col(Outgoing.push_id) == push.id
    unsent = (its, col(Outgoing.state).in_(UNSENT), col(Outgoing.progress) == 0)
    doubtful = (its, col(Outgoing.state) == OutgoingState.UNKNOWN)
    sample = session.exec(select(Outgoing.message).where(or_(and_(*unsent), *doubtful[1:]), its).limit(1)).first()
    if sample is None:
        return
    said = str(sample.get("text", ""))
    label = said.removesuffix(push.text) if said.endswith(push.text) else ""
    words = label + markup.recalled(made.text, made.spans)
    message = {**sample, "text": words.text, "spans": words.stored()}
    session.execute(update(Outgoing).where(*unsent).values(message=message, correction_id=made.id))
    session.execute(update(Outgoing).where(*doubtful).values(message=message))


def _note(session: Session, push: Push, made: Correction, who: Who, **detail: object) -> None:
    action = "push.corrected" if made.kind == CORRECT else "push.withdrawn"
    actor, subject = who.get("actor", ""), f"push:{push.id}"
    audit.note(session, made.at, action, subject, person_id=who.get("by"), actor=actor, **detail)


# Going after it -----------------------------------------------------------------------------------------------------


def follow_up(session: Session, now: datetime) -> list[Correction]:
    """Queue the first step for every place that has got the push meanwhile; returns corrections that are over.

    Places that were being written to at the moment of the correction come along as soon as they have it.
    """
    over = []
    for made in session.exec(select(Correction).where(col(Correction.told_at).is_(None))).all():
        push = session.get_one(Push, made.push_id)
        if _earlier_in_flight(session, push, made):
            continue
        if not _queue_steps(session, push, made, now) and not _is_under_way(session, push, made):
            over.append(made)
    return over


def _earlier_in_flight(session: Session, push: Push, made: Correction) -> bool:
    """A step of an earlier correction is being sent: what it says must be known before it can be put right."""
    earlier = select(Correction.id).where(Correction.push_id == push.id, col(Correction.id) < made.id)
    rows = (col(Outgoing.correction_id).in_(earlier), Outgoing.state == OutgoingState.SENDING)
    return session.exec(select(Outgoing.id).where(*rows).limit(1)).first() is not None


def _queue_steps(session: Session, push: Push, made: Correction, now: datetime) -> int:
    places = _uncovered(session, push, made)
    rows = [step for place in places for step in ladder.first_steps(session, push, made, place, now)]
    return insert_new(session, Outgoing, rows) if rows else 0


def _uncovered(session: Session, push: Push, made: Correction) -> Sequence[Outgoing]:
    """Rows whose words are in a chat, or may be, and that this correction has done nothing about."""
    told = or_(
        col(Outgoing.state).in_((OutgoingState.SENT, OutgoingState.UNKNOWN)),
        col(Outgoing.state).in_((OutgoingState.REFUSED, OutgoingState.CANCELLED)) & (col(Outgoing.progress) > 0),
    )
    covered = select(Outgoing.corrects_id).where(
        Outgoing.correction_id == made.id, col(Outgoing.corrects_id).is_not(None)
    )
    statement = select(Outgoing).where(Outgoing.push_id == push.id, told, col(Outgoing.id).not_in(covered))
    if made.kind == CORRECT:  # what left with the right words needs nothing
        statement = statement.where(or_(col(Outgoing.correction_id).is_(None), col(Outgoing.correction_id) != made.id))
    return session.exec(statement.order_by(col(Outgoing.id)).limit(AT_ONCE)).all()


def _is_under_way(session: Session, push: Push, made: Correction) -> bool:
    moving = (*flow.WAITING, OutgoingState.SENDING)
    steps = and_(col(Outgoing.correction_id) == made.id, col(Outgoing.corrects_id).is_not(None))
    half_said = or_(col(Outgoing.progress) > 0, col(Outgoing.state) == OutgoingState.SENDING)
    half_said = and_(col(Outgoing.push_id) == push.id, half_said)
    statement = select(Outgoing.id).where(col(Outgoing.state).in_(moving), or_(steps, half_said)).limit(1)
    return session.exec(statement).first() is not None


# What became of it --------------------------------------------------------------------------------------------------


def of_push(session: Session, push: Push) -> list[Correction]:
    return list(session.exec(select(Correction).where(Correction.push_id == push.id).order_by(col(Correction.id))))


def result(session: Session, made: Correction) -> Result:
    """Every place counts once, with the last step that was taken there."""
    steps = session.exec(
        select(Outgoing)
        .where(Outgoing.correction_id == made.id, col(Outgoing.corrects_id).is_not(None))
        .order_by(col(Outgoing.id))
    )
    last = {(row.corrects_id, ladder.step_of(row).target): row for row in steps}
    moving = (*UNSENT, OutgoingState.SENDING)
    sent = [ladder.step_of(row) for row in last.values() if row.state == OutgoingState.SENT]
    done = Counter(step.name for step in sent if step.is_main)
    over = [row for row in last.values() if row.state not in (OutgoingState.SENT, *moving)]
    failed = {row.corrects_id: row for row in over if row.reason != ladder.SUPERSEDED}
    return Result(
        edited=done[Step.EDIT],
        deleted=done[Step.DELETE],
        answered=done[Step.REPLY],
        before=_before(session, made),
        under_way=sum(row.state in moving for row in last.values()),
        failures=tuple(Failure(place_name(session, row), row.reason or NOBODY_SAID) for row in failed.values()),
    )


def _before(session: Session, made: Correction) -> int:
    rows = (col(Outgoing.correction_id) == made.id, col(Outgoing.corrects_id).is_(None))
    return session.exec(select(func.count()).select_from(Outgoing).where(*rows)).one()


def place_name(session: Session, row: Outgoing) -> str:
    """The chat as people call it: its title, else its unit or its person."""
    chat = session.get(Chat, row.chat_id) if row.chat_id else None
    if chat is None:
        return row.to
    unit = session.get(Unit, chat.unit_id) if chat.unit_id else None
    person = session.get(Person, chat.person_id) if chat.person_id else None
    return chat.title or (unit.name if unit else "") or (person.name if person else "") or row.to
