"""Chưa rõ: a push that may have reached a group is never sent again by itself; a person looks and decides."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_
from sqlmodel import Session, col, select

from campaign import outbox
from campaign.message import Choice, Message
from campaign.organisation.people import Right
from campaign.problems import Refusal
from campaign.work import doubts
from campaign.work.corrections import place_name
from handlers.context import Actions, Context, House, Steps, Words, number, short
from handlers.reviewing import admin_chats
from storage.models import Chat, Outgoing, Push, Unit
from storage.models.messages import IN_DOUBT, Priority

ASK = (
    "Chưa rõ thông báo “{text}” đã tới {place} hay chưa. {look} giúp: chưa thấy thì bấm Gửi lại, thấy rồi thì bấm "
    "Bỏ qua."
)
LOOK, CALL = "Anh/chị mở nhóm xem", "Anh/chị hỏi người ấy"
AGAIN = "Sẽ gửi lại tới {place}."
LET_GO = "Đã ghi là {place} nhận rồi, không gửi lại."
SETTLED = "Việc này đã có người xử lý."
NO_RIGHT = "Chỉ quản trị viên hoặc biên tập viên được quyết định gửi lại."
AT_ONCE = 20


def ask_people(session: Session, now: datetime, house: House) -> int:
    """Put every doubt before the people in charge, once; returns how many were new."""
    unasked = or_(col(Outgoing.asked_for).is_(None), col(Outgoing.asked_for) != col(Outgoing.attempts))
    rows = session.exec(
        select(Outgoing).where(IN_DOUBT, col(Outgoing.push_id).is_not(None), unasked).order_by(col(Outgoing.id))
    ).all()
    due = [row for row in rows if not _still_looking(row, house)]
    return sum(_ask(session, row, house) for row in due[:AT_ONCE])


def _still_looking(row: Outgoing, house: House) -> bool:
    """Nobody is asked what the platform may still tell."""
    return house.remembers(row.channel) and doubts.next_look(row) is not None


def _ask(session: Session, row: Outgoing, house: House) -> int:
    words, look = short(str(row.message.get("text", "")), 80), LOOK if row.group else CALL
    text = ASK.format(text=words, place=place_name(session, row), look=look)
    about = f"{row.id}:{row.attempts}"
    choices = (Choice("Gửi lại", f"resend:{about}"), Choice("Bỏ qua", f"letgo:{about}"))
    message = Message(text=house.polite(text), choices=choices)
    asked = [
        outbox.say(session, _key(row, chat), chat, message, priority=Priority.INTERACTIVE)
        for chat in admin_chats(session, _unit_of(session, row))
    ]
    if asked:
        row.asked_for = row.attempts
        session.add(row)
    return int(any(asked))


def _key(row: Outgoing, chat: Chat) -> str:
    """The attempts are part of it: a second doubt about the same message is asked again."""
    return f"doubt:{row.id}:{row.attempts}:{chat.id}"


def _unit_of(session: Session, row: Outgoing) -> int | None:
    """The unit whose people are asked: that of the chat, else of the push, else the federation."""
    chat = session.get(Chat, row.chat_id) if row.chat_id else None
    push = session.get(Push, row.push_id) if row.push_id else None
    root = session.exec(select(Unit.id).where(col(Unit.parent_id).is_(None)).order_by(col(Unit.id))).first()
    return (chat.unit_id if chat else None) or (push.unit_id if push else None) or root


def resend(context: Context, argument: str) -> None:
    row = _doubt(context, argument)
    settled = row is not None and doubts.resend(context.session, row, context.now, by=context.person_id)
    context.toast(AGAIN.format(place=place_name(context.session, row)) if row is not None and settled else SETTLED)


def let_go(context: Context, argument: str) -> None:
    row = _doubt(context, argument)
    settled = row is not None and doubts.let_go(context.session, row, context.now, by=context.person_id)
    context.toast(LET_GO.format(place=place_name(context.session, row)) if row is not None and settled else SETTLED)


def _doubt(context: Context, argument: str) -> Outgoing | None:
    """The row, locked; None when its doubt is not the one that was asked about. Raises Refusal without the right."""
    wanted, _, attempts = argument.partition(":")
    row = context.session.get(Outgoing, number(wanted), with_for_update=True)
    if row is None or not context.may(Right.REVIEW, _unit_of(context.session, row)):
        raise Refusal("doubt.no_right", NO_RIGHT)
    return row if attempts == str(row.attempts) else None


ACTIONS: Actions = {"resend": resend, "letgo": let_go}
WORDS: Words = {}
STEPS: Steps = {}
