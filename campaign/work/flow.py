"""A push on its way: pausing, going on, taking back what has not left, and stopping by itself when many refuse."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypedDict, Unpack

from sqlalchemy import ColumnElement, func, or_, update
from sqlmodel import Session, col, select

from campaign import audit
from campaign.organisation import units
from campaign.problems import Refusal
from campaign.rules import DeliveryRules, rules_of
from storage.insert import execute_counted
from storage.models import Campaign, Chat, Outgoing, Push
from storage.models.campaigns import PushState
from storage.models.messages import UNSENT, OutgoingState

WAITING = (OutgoingState.QUEUED, OutgoingState.RETRY)
ANSWERED = (OutgoingState.SENT, OutgoingState.REFUSED, OutgoingState.UNKNOWN)
WATCHED_FOR = timedelta(days=7)  # delivery gives up after two days; a push that waits longer is watched no more
TAKEN_BACK = "Đã hủy trước khi gửi."
NOT_RELEASED = "Thông báo này chưa tới giờ gửi. Muốn bỏ, anh/chị chọn Hủy."
NOTHING_LEFT = "Thông báo này không còn nơi nào chờ gửi."
NOT_PAUSED = "Thông báo này không tạm dừng."


class Who(TypedDict, total=False):
    """``by``: a person; ``actor``: the command line or the program itself."""

    by: int | None
    actor: str


@dataclass(frozen=True, slots=True)
class Refusals:
    """How many places refused a push of those that answered, and the reason most of them gave."""

    count: int
    answered: int
    reason: str


def unit_of(session: Session, push: Push) -> int | None:
    """The unit whose people decide about ``push``."""
    campaign = session.get(Campaign, push.campaign_id) if push.campaign_id else None
    return push.unit_id or (campaign.unit_id if campaign else None) or units.root_id(session)


def waiting(session: Session, push: Push) -> int:
    """Places that it has not left for yet, what a pause holds back included."""
    statement = select(func.count()).where(Outgoing.push_id == push.id, col(Outgoing.state).in_(UNSENT))
    return session.exec(statement).one()


def pause(session: Session, push: Push, now: datetime, *, reason: str = "", **who: Unpack[Who]) -> int:
    """Hold back what has not left; what is being sent arrives. Returns how many places wait.

    Pausing twice changes nothing. Raises Refusal when nothing is left to hold back.
    """
    if push.state != PushState.RELEASED:
        raise Refusal("push.not_released", NOT_RELEASED)
    if push.paused_at is None and not waiting(session, push):
        raise Refusal("push.nothing_left", NOTHING_LEFT)
    held = _move(session, push, WAITING, OutgoingState.HELD)
    if push.paused_at is None:
        push.paused_at, push.pause_reason = now, reason
        session.add(push)
        _note(session, push, now, "push.paused", who, held=held, reason=reason)
    return waiting(session, push)


def resume(session: Session, push: Push, now: datetime, **who: Unpack[Who]) -> int:
    """Go on with what was held back; nothing is repeated. Returns how many places wait.

    Raises Refusal when it was not paused.
    """
    if push.paused_at is None:
        raise Refusal("push.not_paused", NOT_PAUSED)
    push.paused_at, push.pause_reason, push.resumed_at = None, "", now
    session.add(push)
    going_on = _move(session, push, (OutgoingState.HELD,), OutgoingState.QUEUED)
    _note(session, push, now, "push.resumed", who, going_on=going_on)
    return going_on


def cancel(session: Session, push: Push, now: datetime, **who: Unpack[Who]) -> tuple[int, int]:
    """Take back what has not left. Returns (places that have got it, places that will not).

    A push that is not due yet is dropped. Raises Refusal when nothing is left to take back.
    """
    if push.state == PushState.PLANNED:
        push.state = PushState.DROPPED
        taken = 0
    elif not waiting(session, push):
        raise Refusal("push.nothing_left", NOTHING_LEFT)
    else:
        taken = take_back(session, push, now)
    push.cancelled_at, push.paused_at = now, None
    session.add(push)
    _note(session, push, now, "push.cancelled", who, taken_back=taken)
    sent = select(func.count()).where(Outgoing.push_id == push.id, Outgoing.state == OutgoingState.SENT)
    return session.exec(sent).one(), taken


def take_back(session: Session, push: Push, now: datetime) -> int:
    return _move(session, push, UNSENT, OutgoingState.CANCELLED, finished_at=now, reason=TAKEN_BACK)


def _move(session: Session, push: Push, before: tuple[str, ...], after: str, **more: object) -> int:
    session.flush()
    rows = (col(Outgoing.push_id) == push.id, col(Outgoing.state).in_(before))
    return execute_counted(session, update(Outgoing).where(*rows).values(state=after, **more))


def _note(session: Session, push: Push, now: datetime, action: str, who: Who, **detail: object) -> None:
    actor = who.get("actor", "")
    audit.note(session, now, action, f"push:{push.id}", person_id=who.get("by"), actor=actor, **detail)


def hold_if_stopped(session: Session, row: Outgoing, now: datetime) -> None:
    """A row that was in flight when its push was paused or cancelled, and would be sent again."""
    if row.push_id is None or row.state not in WAITING:
        return
    push = session.get(Push, row.push_id)
    if push is not None and push.paused_at is not None:
        row.state = OutgoingState.HELD
    elif push is not None and push.cancelled_at is not None:
        row.state, row.finished_at = OutgoingState.CANCELLED, now


def hold_back(session: Session) -> int:
    """Rows that came back into a paused push by another way (a send that was given back, a doubt that was settled)."""
    paused = select(Push.id).where(col(Push.paused_at).is_not(None))
    rows = (col(Outgoing.push_id).in_(paused), col(Outgoing.state).in_(WAITING))
    return execute_counted(session, update(Outgoing).where(*rows).values(state=OutgoingState.HELD))


# Stopping by itself -------------------------------------------------------------------------------------------------


def pause_refused(session: Session, now: datetime) -> list[tuple[Push, Refusals]]:
    """Pause every push that too many places refuse (see ``DeliveryRules``), and say why.

    What was refused before a person said "go on" counts no more.
    """
    rules, stopped = rules_of(session), []
    for push in _under_way(session, now):
        found = refusals(session, push)
        if _too_many(found, rules):
            found = refusals(session, push, _foretold(session, push))
        if _too_many(found, rules):
            pause(session, push, now, reason=found.reason, actor="program")
            stopped.append((push, found))
    return stopped


def _under_way(session: Session, now: datetime) -> list[Push]:
    rows = (col(Outgoing.push_id) == Push.id, col(Outgoing.state).in_(WAITING))
    statement = (
        select(Push)
        .where(Push.state == PushState.RELEASED, col(Push.paused_at).is_(None), col(Push.cancelled_at).is_(None))
        .where(col(Push.released_at) > now - WATCHED_FOR)
        .where(select(Outgoing.id).where(*rows).exists())
    )
    return list(session.exec(statement))


def _too_many(found: Refusals, rules: DeliveryRules) -> bool:
    return found.count >= rules.pause_after and found.count > rules.pause_share * found.answered


def _foretold(session: Session, push: Push) -> set[int]:
    """Chats that refused and of which the author was told before that they are out of reach."""
    statement = (
        select(Chat)
        .join(Outgoing, col(Outgoing.chat_id) == Chat.id)
        .where(Outgoing.push_id == push.id, Outgoing.state == OutgoingState.REFUSED)
    )
    chats = session.exec(statement).all()
    is_open = rules_of(session).open_ids(session, chats)
    return {chat.id for chat in chats if chat.id is not None and chat.id not in is_open}


def refusals(session: Session, push: Push, foretold: Collection[int] = ()) -> Refusals:
    """Of those that answered; chats that were known to be out of reach (``foretold``) are no surprise."""
    rows = [col(Outgoing.push_id) == push.id, col(Outgoing.state).in_(ANSWERED)]
    if foretold:
        rows.append(or_(col(Outgoing.chat_id).is_(None), col(Outgoing.chat_id).not_in(foretold)))
    if push.resumed_at is not None:
        rows.append(col(Outgoing.finished_at) > push.resumed_at)
    counts = dict(session.exec(select(Outgoing.state, func.count()).where(*rows).group_by(Outgoing.state)).all())
    number = counts.get(OutgoingState.REFUSED, 0)
    return Refusals(number, sum(counts.values()), _commonest(session, rows) if number else "")


def _commonest(session: Session, rows: list[ColumnElement[bool]]) -> str:
    statement = (
        select(Outgoing.reason)
        .where(*rows, Outgoing.state == OutgoingState.REFUSED)
        .group_by(Outgoing.reason)
        .order_by(func.count().desc(), col(Outgoing.reason))
    )
    return session.exec(statement).first() or ""
