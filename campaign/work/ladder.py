"""The steps by which one place is told of a correction, from the kindest to the plainest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session, col, select

from campaign import markup
from campaign.markup import Marked
from campaign.message import Choice, Message
from campaign.outbox import Address, address_of, outgoing
from campaign.rules import rules_of
from campaign.work import pushes
from storage.insert import insert_new
from storage.models import Chat, Correction, Outgoing, Push
from storage.models.messages import UNSENT, OutgoingState, Priority

CORRECT, WITHDRAW = "correct", "withdraw"
CORRECTION = "Đính chính: "
EMPTIED = "Thông báo này đã được thu hồi."
RETRACTION = "Thu hồi: thông báo “{text}” không còn hiệu lực. Mời đơn vị không làm theo."
SUPERSEDED = "Đã có bản đính chính mới hơn."
SEEN_THERE = "Người phụ trách đã thấy ở đó."  # the reason of a doubt that a person has settled
QUOTED = 120


class Step(StrEnum):
    EDIT = "edit"
    DELETE = "delete"
    REPLY = "reply"


ORDER = {CORRECT: (Step.EDIT, Step.REPLY), WITHDRAW: (Step.DELETE, Step.EDIT, Step.REPLY)}


@dataclass(frozen=True, slots=True)
class Taken:
    """A step as its row's key tells it. ``target``: the row that is edited, deleted or answered, where it is not the
    push's own (an answer "Đính chính: …" of an earlier correction)."""

    name: Step
    target: int | None

    @property
    def is_main(self) -> bool:
        """Whether it speaks for its place; what is done to answers of earlier corrections comes along."""
        return self.target is None


def step_of(row: Outgoing) -> Taken:
    name, _, target = row.key.rpartition(":")[2].partition(".")
    return Taken(Step(name), int(target) if target else None)


def _key(made: Correction, place: Outgoing, step: Step, target: int | None = None) -> str:
    return f"fix{made.id}:{place.id}:{step}" + (f".{target}" if target else "")


def first_steps(session: Session, push: Push, made: Correction, place: Outgoing, now: datetime) -> list[Outgoing]:
    """The rows to begin with, for a place (a row of the push) that has got the wrong words, or may have."""
    reason = _lost(session, place)
    answers = _answers(session, place)
    if made.kind == CORRECT and answers:  # the newest answer is what people read last
        first = _row(session, push, made, place, Step.EDIT, now, told=answers[-1])
        rows = [first] if first is not None else []
    else:
        first = _row(session, push, made, place, _begin_with(made, place), now)
        rows = [first] if first is not None else []
        rows += [
            row for answer in answers
            if (row := _row(session, push, made, place, Step.DELETE, now, told=answer, aside=True)) is not None
        ]  # fmt: skip
    if reason is not None:
        for row in rows:
            row.state, row.finished_at, row.reason = OutgoingState.REFUSED, now, reason
    return rows


def _begin_with(made: Correction, place: Outgoing) -> Step:
    """Of a message in doubt, or of some of its parts, nobody knows the number: so it can only be answered, and what
    is known of it is not deleted as if it were all."""
    doubtful = place.state == OutgoingState.UNKNOWN or place.reason == SEEN_THERE
    known = place.external_ids and not doubtful
    return ORDER[made.kind][0] if known else Step.REPLY


def _lost(session: Session, place: Outgoing) -> str | None:
    """Why nothing at all can be said in that chat any more; None when it can."""
    chat = session.get(Chat, place.chat_id) if place.chat_id is not None else None
    return chat.inactive_reason if chat is not None and not chat.active else None


def _answers(session: Session, place: Outgoing) -> list[Outgoing]:
    """What earlier corrections answered under the message."""
    rows = session.exec(
        select(Outgoing)
        .where(Outgoing.corrects_id == place.id, Outgoing.state == OutgoingState.SENT)
        .order_by(col(Outgoing.id))
    )
    return [row for row in rows if step_of(row).name is Step.REPLY]


def step_down(session: Session, row: Outgoing, now: datetime) -> None:
    """``row`` was refused: queue the next step for its place, unless a newer correction has taken over."""
    made = session.get_one(Correction, row.correction_id)
    place = session.get_one(Outgoing, row.corrects_id)
    if is_superseded(session, made) or _lost(session, place) is not None:
        return
    taken, push = step_of(row), session.get_one(Push, made.push_id)
    told = session.get(Outgoing, taken.target) if taken.target else None
    for step in ORDER[made.kind][ORDER[made.kind].index(taken.name) + 1 :]:
        if told is not None and step is Step.REPLY:
            return  # the place itself is answered already
        following = _row(session, push, made, place, step, now, told=told, aside=told is not None)
        if following is not None:
            insert_new(session, Outgoing, [following])
            return


def settle(session: Session, row: Outgoing, now: datetime) -> None:
    """After every outcome of a step: what was refused goes on, what a newer correction has overtaken ends."""
    if row.corrects_id is None or row.correction_id is None:
        return
    if row.state == OutgoingState.REFUSED:
        step_down(session, row, now)
    elif row.state in UNSENT and is_superseded(session, session.get_one(Correction, row.correction_id)):
        row.state, row.finished_at, row.reason = OutgoingState.CANCELLED, now, SUPERSEDED


def is_superseded(session: Session, made: Correction) -> bool:
    newer = select(Correction.id).where(Correction.push_id == made.push_id, col(Correction.id) > made.id)
    return session.exec(newer.limit(1)).first() is not None


# One step -----------------------------------------------------------------------------------------------------------


def _row(
    session: Session, push: Push, made: Correction, place: Outgoing, step: Step, now: datetime,
    *, told: Outgoing | None = None, aside: bool = False,
) -> Outgoing | None:  # fmt: skip
    """The row of a step; None when the platform cannot do it, so that no request is spent on asking.

    ``told``: an earlier answer that is meant instead of the message itself; ``aside``: besides it.
    """
    if step is not Step.REPLY and not rules_of(session).can(place.channel, step):
        if aside:
            return None
        following = ORDER[made.kind][ORDER[made.kind].index(step) + 1]
        return _row(session, push, made, place, following, now, told=told)
    message = _message(push, made, place, step, told)
    row = outgoing(_key(made, place, step, told.id if told and aside else None), _where(session, place), message)
    row.priority = Priority.PUSH if step is Step.REPLY else Priority.INTERACTIVE  # an answer rings, an edit does not
    row.personal = step is not Step.REPLY  # editing or deleting twice does no harm
    row.urgent, row.correction_id, row.corrects_id = push.urgent, made.id, place.id
    return row


def _where(session: Session, place: Outgoing) -> Address:
    """Where the chat is now: a group may have got a new id since."""
    chat = session.get(Chat, place.chat_id) if place.chat_id is not None else None
    return address_of(chat) if chat is not None else Address(place.channel, place.to, place.group)


def _message(push: Push, made: Correction, place: Outgoing, step: Step, told: Outgoing | None) -> Message:
    target = told or place
    if step is Step.DELETE:
        return Message(withdraws=target.key)
    if made.kind == WITHDRAW:
        if step is Step.EDIT:
            return Message(text=EMPTIED, edits=target.key)
        return Message(text=RETRACTION.format(text=_quoted(push.text)), reply_to=_first_id(place))
    words = markup.recalled(made.text, made.spans)
    if step is Step.EDIT:
        choices = tuple(Choice(**choice) for choice in target.message.get("choices", ()))
        return _worded(CORRECTION + words if told else words, choices, edits=target.key)
    return _worded(CORRECTION + words, pushes.choices_for(push), reply_to=_first_id(target))


def _worded(words: Marked, choices: tuple[Choice, ...], **parts: str) -> Message:
    return Message(text=words.text, spans=words.spans, choices=choices, **parts)  # type: ignore[arg-type]


def _first_id(row: Outgoing) -> str:
    return row.external_ids[0] if row.external_ids else ""


def _quoted(text: str) -> str:
    return text if len(text) <= QUOTED else text[: QUOTED - 1].rsplit(" ", 1)[0] + "…"
