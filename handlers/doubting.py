"""Chưa rõ: a push that may have reached a group is never sent again by itself; a person looks and decides."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from campaign import audit, outbox
from campaign.message import Choice, Message
from campaign.organisation.people import Right
from campaign.problems import Refusal
from handlers.context import Actions, Context, House, Steps, Words, number, short
from handlers.reviewing import admin_chats
from storage.models import Chat, Outgoing, Push, Unit
from storage.models.messages import OutgoingState, Priority

ASK = "Chưa rõ thông báo “{text}” đã tới {place} hay chưa. Anh/chị mở nhóm xem giúp, rồi chọn:"
AGAIN = "Sẽ gửi lại tới {place}."
LET_GO = "Đã bỏ qua, không gửi lại tới {place}."
SETTLED = "Việc này đã có người xử lý."
NO_RIGHT = "Chỉ quản trị viên hoặc biên tập viên được quyết định gửi lại."
AT_ONCE = 20


def ask_people(session: Session, now: datetime, house: House) -> int:
    """Put every doubt before the people in charge, once; returns how many were new."""
    rows = session.exec(
        select(Outgoing)
        .where(Outgoing.state == OutgoingState.UNKNOWN, col(Outgoing.push_id).is_not(None))
        .order_by(col(Outgoing.id).desc())
        .limit(AT_ONCE)
    ).all()
    return sum(_ask(session, row, house) for row in rows)


def _ask(session: Session, row: Outgoing, house: House) -> int:
    text = ASK.format(text=short(str(row.message.get("text", "")), 80), place=_place(session, row))
    choices = (Choice("Gửi lại", f"resend:{row.id}"), Choice("Bỏ qua", f"letgo:{row.id}"))
    message = Message(text=house.polite(text), choices=choices)
    asked = [
        outbox.say(session, _key(row, chat), chat, message, priority=Priority.INTERACTIVE)
        for chat in admin_chats(session, _unit_of(session, row))
    ]
    return int(any(asked))


def _key(row: Outgoing, chat: Chat) -> str:
    """The attempts are part of it: a second doubt about the same message is asked again."""
    return f"doubt:{row.id}:{row.attempts}:{chat.id}"


def _place(session: Session, row: Outgoing) -> str:
    chat = session.get(Chat, row.chat_id) if row.chat_id else None
    unit = session.get(Unit, chat.unit_id) if chat and chat.unit_id else None
    return (chat.title if chat else "") or (unit.name if unit else "") or row.to


def _unit_of(session: Session, row: Outgoing) -> int | None:
    """The unit whose people are asked: that of the chat, else of the push, else the federation."""
    chat = session.get(Chat, row.chat_id) if row.chat_id else None
    push = session.get(Push, row.push_id) if row.push_id else None
    root = session.exec(select(Unit.id).where(col(Unit.parent_id).is_(None)).order_by(col(Unit.id))).first()
    return (chat.unit_id if chat else None) or (push.unit_id if push else None) or root


def resend(context: Context, argument: str) -> None:
    row = _doubt(context, argument)
    if row is None:
        return context.toast(SETTLED)
    row.state, row.not_before, row.reason, row.finished_at = OutgoingState.QUEUED, None, "", None
    _settle(context, row, AGAIN)


def let_go(context: Context, argument: str) -> None:
    row = _doubt(context, argument)
    if row is None:
        return context.toast(SETTLED)
    row.state, row.finished_at, row.reason = OutgoingState.CANCELLED, context.now, "Người phụ trách đã bỏ qua."
    _settle(context, row, LET_GO)


def _doubt(context: Context, argument: str) -> Outgoing | None:
    """The row, locked; None when somebody has decided already. Raises Refusal without the right."""
    row = context.session.get(Outgoing, number(argument), with_for_update=True)
    if row is None or not context.may(Right.REVIEW, _unit_of(context.session, row)):
        raise Refusal("doubt.no_right", NO_RIGHT)
    return row if row.state == OutgoingState.UNKNOWN else None


def _settle(context: Context, row: Outgoing, words: str) -> None:
    context.session.add(row)
    audit.note(context.session, context.now, f"doubt.{row.state}", f"outgoing:{row.id}", person_id=context.person_id)
    context.toast(words.format(place=_place(context.session, row)))


ACTIONS: Actions = {"resend": resend, "letgo": let_go}
WORDS: Words = {}
STEPS: Steps = {}
