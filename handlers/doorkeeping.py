"""Xin vào nhóm: officers of the group's units come in by themselves, about all others an admin decides.

Who knocks again and again on one day is asked about once, and once more after each answer.
"""

from __future__ import annotations

from sqlmodel import col, select

from campaign import audit, outbox
from campaign.message import Choice, Message
from campaign.organisation import circles
from campaign.problems import Refusal
from handlers.context import Actions, Context, Steps, Words, number
from handlers.reviewing import admin_chats
from storage.models import Chat, Outgoing
from storage.models.messages import Priority

ASK = (
    "Có người xin vào nhóm “{group}” của {target}. Hệ thống chưa biết người này. "
    "Anh/chị xem tên trong danh sách chờ của nhóm, rồi chọn:"
)
LET_IN = "Đang cho người này vào nhóm {group}."
TURNED_AWAY = "Đang từ chối người này vào nhóm {group}."
SETTLED = "Yêu cầu này đã có người xử lý."
NO_RIGHT = "Chỉ quản trị viên được duyệt người vào nhóm."
MOST = 20  # cards for one event


def knock(context: Context) -> None:
    """Somebody waits at the door of one of our groups."""
    chat = context.chat
    if chat is None or not context.event.group:
        return
    for member in context.event.members[:MOST]:
        if circles.belongs(context.session, chat, member):
            _answer(context, chat, str(context.turn), member, let_in=True)
        else:
            _ask(context, chat, member)


def _ask(context: Context, chat: Chat, member: str) -> None:
    if len(member) > 30 or not member.isascii():
        return
    units = circles.units_of(context.session, chat)
    target = units[0].name if len(units) == 1 else f"{len(units)} đơn vị"
    text = ASK.format(group=chat.title or chat.external_id, target=target)
    about = f"{chat.id}:{context.turn}:{member}"
    topic = f"knock:{chat.id}:{context.house.hours.day(context.now)}:{member}:{_answers(context, chat, member)}"
    choices = (Choice("Cho vào", f"letin:{about}"), Choice("Không cho vào", f"turnaway:{about}"))
    for admins in admin_chats(context.session, circles.responsible(context.session, chat)):
        context.tell(admins, f"{topic}:{admins.id}", text, choices)


def _answers(context: Context, chat: Chat, member: str) -> int:
    """How often this person was let in or turned away: a knock after that is another question."""
    deeds = select(Outgoing.id).where(Outgoing.channel == chat.channel, Outgoing.to == chat.external_id)
    key = col(Outgoing.key)
    deeds = deeds.where(key.startswith(f"door:{chat.id}:"), key.endswith(f":{member}", autoescape=True))
    return len(context.session.exec(deeds).all())


def let_in(context: Context, argument: str) -> None:
    _decide(context, argument, let_in=True)


def turn_away(context: Context, argument: str) -> None:
    _decide(context, argument, let_in=False)


def _decide(context: Context, argument: str, *, let_in: bool) -> None:
    place, _, rest = argument.partition(":")
    turn, _, member = rest.partition(":")
    chat = context.session.get(Chat, number(place))
    if chat is None or not member or not circles.may_open(context.session, chat, context.person_id):
        raise Refusal("door.no_right", NO_RIGHT)
    new = _answer(context, chat, turn, member, let_in=let_in)
    words = (LET_IN if let_in else TURNED_AWAY).format(group=chat.title or chat.external_id)
    context.toast(words if new else SETTLED)


def _answer(context: Context, chat: Chat, turn: str, member: str, *, let_in: bool) -> bool:
    """One answer to each knock; False when somebody has given it. The platform carries it out like a message."""
    deed = Message(lets_in=(member,)) if let_in else Message(turns_away=(member,))
    key = f"door:{chat.id}:{turn}:{member}"
    new = outbox.say(context.session, key, chat, deed, priority=Priority.INTERACTIVE)
    if new:
        what = "door.let_in" if let_in else "door.turned_away"
        actor = "" if context.person_id else "program"
        audit.note(context.session, context.now, what, f"chat:{chat.id}", person_id=context.person_id, actor=actor)
    return new


ACTIONS: Actions = {"letin": let_in, "turnaway": turn_away}
WORDS: Words = {}
STEPS: Steps = {}
