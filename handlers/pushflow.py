"""Thông báo đang đi: how it goes, in one message that changes in place, with the buttons that stop it and let it go on.

    Loa:   Thông báo số 12: “Mời các đơn vị treo cờ…”
           Đã gửi 120/1.204 · chưa rõ 1 · không tới được 3
           [Tạm dừng] [Hủy phần còn lại] [Đính chính] [Thu hồi]
    Quân:  Tạm dừng
    Loa:   (the same message) … Đang tạm dừng: 1.080 nơi chờ.
           [Tiếp tục gửi] [Hủy phần còn lại] …

It pauses by itself when many places refuse; then the author, else the admins, get a message of its own with the reason.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from campaign import outbox
from campaign.message import Choice, Message
from campaign.organisation import people
from campaign.organisation.people import Right
from campaign.problems import Refusal
from campaign.work import corrections, flow, pushes
from campaign.work.flow import Refusals
from handlers import phoning
from handlers.context import BACK, HOME, Actions, Context, House, Steps, Words, number, short
from handlers.reviewing import admin_chats
from storage.models import Chat, Outgoing, Push
from storage.models.campaigns import PushKind, PushState
from storage.models.messages import UNSENT, OutgoingState, Priority

HEAD = "Thông báo số {id}: “{text}”"
SENT = "Đã gửi {sent}/{total}"
DOUBTFUL = "chưa rõ {count}"
REFUSED = "không tới được {count}"
CANCELLED = "đã hủy {count}"
DONE = "Đã gửi xong."
CUT_SHORT = "Đã hủy phần chưa gửi."
WITHDRAWN = "Thông báo này đã được thu hồi."
PAUSED = "Đang tạm dừng: {count} nơi chờ."
REASON = " Lý do nhiều nhất: {reason}"
LATER = "Sẽ gửi tiếp lúc {when}."
QUEUED = "Đã xếp gửi thông báo số {id} tới {count} nơi. Gửi xong hệ thống báo lại."
STOPPED = (
    "Thông báo số {id} “{text}” đã tự tạm dừng: {count}/{answered} nơi không nhận, {waiting} nơi chưa gửi. "
    "Lý do nhiều nhất: {reason}"
)
STOPPED_TOAST = "Đã tạm dừng. Còn {count} nơi chưa gửi."
GOING_ON = "Đang gửi tiếp tới {count} nơi. Nơi đã nhận không bị gửi lại."
ASK_CANCEL = "Hủy phần còn lại của thông báo số {id}? {count} nơi chưa gửi sẽ không nhận."
WAS_CANCELLED = "Đã hủy: {sent} nơi đã nhận, {taken} nơi không gửi nữa."
LIST = "Thông báo đã gửi, mới nhất ở trên. Anh/chị chọn một thông báo:"
EMPTY = "Chưa có thông báo nào được gửi."
GONE = "Không tìm thấy thông báo này. Anh/chị mở mục Thông báo đã gửi."
NO_RIGHT = "Chỉ quản trị viên được dừng, sửa hoặc hủy thông báo."
EVERY_SECONDS = 5.0  # real ones: platforms do not like a message that changes faster
LISTED = 6
TEXT_LETTERS = 60


def push_for(context: Context, argument: str) -> Push:
    """The push that this person may steer, locked. Raises Refusal when there is none; in private and where admins
    decide only."""
    if context.event.group and (context.chat is None or context.chat.purpose != "admin"):
        raise Refusal("push.no_right", NO_RIGHT)
    push = context.session.get(Push, number(argument), with_for_update=True)
    if push is None:
        raise Refusal("push.unknown", GONE)
    if not context.may(Right.MANAGE, flow.unit_of(context.session, push)):
        raise Refusal("push.no_right", NO_RIGHT)
    return push


# What it looks like -------------------------------------------------------------------------------------------------


def grouped(count: int) -> str:
    """1204 → 1.204"""
    return f"{count:,}".replace(",", ".")


def left(counts: dict[str, int]) -> int:
    """Places that are still to be written to; ``counts`` as ``pushes.status`` gives them."""
    return counts[OutgoingState.QUEUED] + counts[OutgoingState.RETRY] + counts[OutgoingState.SENDING]


def picture(session: Session, push: Push, now: datetime, house: House) -> Message:
    """How ``push`` stands, with what can be done about it."""
    counts = pushes.status(session, push.id or 0)
    lines = [HEAD.format(id=push.id, text=short(push.text, TEXT_LETTERS)), _figures(counts)]
    withdrawn = corrections.is_withdrawn(session, push)
    if remark := _remark(push, counts, now, house, withdrawn=withdrawn):
        lines.append(remark)
    return Message(text=house.polite("\n".join(lines)), choices=_choices(push, counts, withdrawn=withdrawn))


def _figures(counts: dict[str, int]) -> str:
    parts = [SENT.format(sent=grouped(counts[OutgoingState.SENT]), total=grouped(sum(counts.values())))]
    named = ((DOUBTFUL, OutgoingState.UNKNOWN), (REFUSED, OutgoingState.REFUSED), (CANCELLED, OutgoingState.CANCELLED))
    parts += [words.format(count=grouped(counts[state])) for words, state in named if counts[state]]
    return " · ".join(parts)


def _remark(push: Push, counts: dict[str, int], now: datetime, house: House, *, withdrawn: bool) -> str:
    if withdrawn:
        return WITHDRAWN
    if not left(counts):
        return CUT_SHORT if push.cancelled_at is not None else DONE
    if push.paused_at is not None:
        reason = REASON.format(reason=push.pause_reason) if push.pause_reason else ""
        return PAUSED.format(count=grouped(left(counts))) + reason
    if house.hours.is_quiet(now) and not push.urgent:
        return LATER.format(when=f"{house.hours.local(house.hours.next_open(now)):%Hh%M ngày %d/%m}")
    return ""


def _choices(push: Push, counts: dict[str, int], *, withdrawn: bool = False) -> tuple[Choice, ...]:
    if withdrawn:  # nobody is asked or phoned about it any more
        return (HOME,)
    choices = []
    if left(counts):
        steer = (
            Choice("Tạm dừng", f"pushpause:{push.id}")
            if push.paused_at is None
            else Choice("Tiếp tục gửi", f"pushresume:{push.id}")
        )
        choices += [steer, Choice("Hủy phần còn lại", f"pushcancel:{push.id}")]
    else:
        choices.append(Choice("Ai chưa báo nhận?", f"notseen:{push.id}"))
    choices += [Choice("Đính chính", f"fix:{push.id}"), Choice("Thu hồi", f"take:{push.id}")]
    if counts[OutgoingState.REFUSED] or not left(counts):  # also units that had no chat at all
        choices.append(phoning.choice(push))
    return (*choices, HOME)


# Watching it --------------------------------------------------------------------------------------------------------


def watch(context: Context, push: Push) -> None:
    """From now on this chat is shown how ``push`` goes, in one message where the platform can edit."""
    session, house = context.session, context.house
    if context.chat is not None:
        push.watched_in, push.watched_at = context.chat.id, context.now
        session.add(push)
    message = picture(session, push, context.now, house)
    if not house.can_edit(context.event.channel):
        count = sum(pushes.status(session, push.id or 0).values())
        message = Message(text=house.polite(QUEUED.format(id=push.id, count=count)), choices=message.choices)
    outbox.say(session, _key(push, 0), context.address, message)


def show_progress(session: Session, now: datetime, house: House) -> int:
    """Bring the messages of all watched pushes up to date; returns how many changed."""
    watched = session.exec(select(Push).where(col(Push.watched_in).is_not(None))).all()
    return sum(_show(session, push, now, house) for push in watched)


def _show(session: Session, push: Push, now: datetime, house: House, *, at_once: bool = False) -> int:
    chat = session.get(Chat, push.watched_in)
    assert chat is not None
    can_edit = house.can_edit(chat.channel)
    over = not left(pushes.status(session, push.id or 0))
    interval = house.soon(EVERY_SECONDS) - now
    too_soon = push.watched_at is not None and now < push.watched_at + interval
    if not over and (not can_edit or (too_soon and not at_once)):
        return 0
    push.watched_at = now
    changed = _rewrite(session, push, chat, picture(session, push, now, house), can_edit=can_edit)
    if over:
        push.watched_in = None
    session.add(push)
    return changed


def _rewrite(session: Session, push: Push, chat: Chat, message: Message, *, can_edit: bool) -> int:
    last = session.exec(select(Outgoing).where(Outgoing.key == _key(push, push.watched_turn)).with_for_update()).first()
    if last is not None and (last.message.get("text"), last.message.get("choices")) == _looks(message):
        return 0
    first = push.watched_turn == 0
    if last is not None and last.state in UNSENT and (can_edit or not first):
        edits = "" if first else _key(push, 0)
        last.message = _as_edit(message, edits if can_edit else "").as_json()
        session.add(last)
        return 1
    push.watched_turn += 1
    edit = _as_edit(message, _key(push, 0) if can_edit else "")
    return int(outbox.say(session, _key(push, push.watched_turn), chat, edit, priority=Priority.INTERACTIVE))


def _looks(message: Message) -> tuple[object, object]:
    shown = message.as_json()
    return shown.get("text"), [dict(choice) for choice in shown.get("choices", ())]


def _as_edit(message: Message, edits: str) -> Message:
    return Message(text=message.text, choices=message.choices, edits=edits)


def _key(push: Push, turn: int) -> str:
    return f"prog:{push.id}:{turn}"


# Stopping by itself -------------------------------------------------------------------------------------------------


def stop_refused(session: Session, now: datetime, house: House) -> int:
    """Pause what too many places refuse, and tell the author; returns how many pushes."""
    flow.hold_back(session)
    stopped = flow.pause_refused(session, now)
    for push, found in stopped:
        _tell(session, push, found, now, house)
    return len(stopped)


def _tell(session: Session, push: Push, found: Refusals, now: datetime, house: House) -> None:
    text = STOPPED.format(
        id=push.id, text=short(push.text, TEXT_LETTERS), count=found.count, answered=found.answered,
        waiting=grouped(flow.waiting(session, push)), reason=found.reason,
    )  # fmt: skip
    choices = _choices(push, pushes.status(session, push.id or 0))
    for chat in owners(session, push):
        key = f"paused:{push.id}:{int(now.timestamp())}:{chat.id}"
        message = Message(text=house.polite(text), choices=choices)
        outbox.say(session, key, chat, message, priority=Priority.INTERACTIVE)


def owners(session: Session, push: Push) -> list[Chat]:
    """Where the author of ``push`` reads; without one, where the admins decide."""
    own = people.private_chats(session, {push.created_by}) if push.created_by is not None else []
    return own or admin_chats(session, flow.unit_of(session, push))


# What people press --------------------------------------------------------------------------------------------------


def pause(context: Context, argument: str) -> None:
    push = push_for(context, argument)
    count = flow.pause(context.session, push, context.now, by=context.person_id)
    _after(context, push, STOPPED_TOAST.format(count=grouped(count)))


def resume(context: Context, argument: str) -> None:
    push = push_for(context, argument)
    count = flow.resume(context.session, push, context.now, by=context.person_id)
    _after(context, push, GOING_ON.format(count=grouped(count)))


def ask_cancel(context: Context, argument: str) -> None:
    push = push_for(context, argument)
    count = flow.waiting(context.session, push)
    yes = Choice("Đồng ý hủy", f"pushstop:{push.id}")
    context.say(ASK_CANCEL.format(id=push.id, count=grouped(count)), (yes, BACK))


def cancel(context: Context, argument: str) -> None:
    push = push_for(context, argument)
    sent, taken = flow.cancel(context.session, push, context.now, by=context.person_id)
    _after(context, push, WAS_CANCELLED.format(sent=grouped(sent), taken=grouped(taken)))


def _after(context: Context, push: Push, words: str) -> None:
    """Say what was done, and let the message that shows the push say so too."""
    context.toast(words)
    if push.watched_in is not None:
        _show(context.session, push, context.now, context.house, at_once=True)
    else:
        shown = picture(context.session, push, context.now, context.house)
        context.say(shown.text, shown.choices)


def list_sent(context: Context, _: str = "") -> None:
    """The last announcements that this person may steer."""
    newest = (col(Push.released_at).desc(), col(Push.id).desc())
    statement = select(Push).where(Push.state == PushState.RELEASED).order_by(*newest).limit(10 * LISTED)
    found = [push for push in context.session.exec(statement) if _may(context, push)][:LISTED]
    if not found:
        raise Refusal("push.none", EMPTY if _is_admin(context) else NO_RIGHT)
    choices = [Choice(f"{push.id}. {_title(push)}", f"pushshow:{push.id}") for push in found]
    context.say(LIST, (*choices, HOME))


def _title(push: Push) -> str:
    """What tells it from its neighbours: not the heading that they all share."""
    words = push.text.partition(":")[2] if push.kind in (PushKind.ASSIGNMENT, PushKind.SLOGAN) else ""
    return short((words or push.text).strip().partition("\n")[0], 30)


def _may(context: Context, push: Push) -> bool:
    return context.may(Right.MANAGE, flow.unit_of(context.session, push))


def _is_admin(context: Context) -> bool:
    return people.may_anywhere(context.session, context.person_id, Right.MANAGE)


def show(context: Context, argument: str) -> None:
    shown = picture(context.session, push_for(context, argument), context.now, context.house)
    context.say(shown.text, shown.choices)


ACTIONS: Actions = {
    "pushes": list_sent, "pushshow": show, "pushpause": pause, "pushresume": resume, "pushcancel": ask_cancel,
    "pushstop": cancel,
}  # fmt: skip
WORDS: Words = {"thong bao da gui": "pushes", "cac thong bao": "pushes"}
STEPS: Steps = {}
