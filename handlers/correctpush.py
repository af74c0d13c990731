"""Đính chính, Thu hồi: what was announced is put right or taken back, in every chat that has it.

Quân:  Đính chính
Loa:   Thông báo đang là: “Họp lúc 8h” … Anh/chị gõ lại cả thông báo cho đúng.
Quân:  Họp lúc 9h
Loa:   Xem trước đính chính: ——— Họp lúc 9h ——— 1.204 nơi đã nhận, 30 nơi chưa gửi. Anh/chị gõ đúng số 1234.
Quân:  1234
Loa:   Đính chính ngay?  [Đính chính ngay] [Bỏ]
Quân:  Đính chính ngay
Loa:   Đang đính chính ở 1.204 nơi. Xong sẽ báo nơi nào không làm được.
…
Loa:   Đã đính chính thông báo số 12: sửa tại chỗ 1.180 nơi, nhắn thêm 20 nơi, đổi trước khi gửi 30 nơi.
       Không làm được ở 4 nơi, anh/chị gọi điện giúp: • Tổ 1: …
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from campaign import markup, outbox
from campaign.message import Choice, Message
from campaign.organisation import people
from campaign.problems import Refusal
from campaign.text import fold_words
from campaign.work import corrections, pushes
from campaign.work.corrections import Failure, Result
from campaign.work.ladder import CORRECT
from handlers.context import HOME, Actions, Context, House, Steps, Words, short
from handlers.paging import numbers, page
from handlers.pushflow import TEXT_LETTERS, grouped, left, owners, push_for
from storage.models import Chat, Correction, Push
from storage.models.messages import OutgoingState, Priority

MANY = 50
ASK_TEXT = "Thông báo số {id} đang là:\n———\n{text}\n———\nAnh/chị gõ lại cả thông báo cho đúng."
PREVIEW = "Xem trước đính chính:\n———\n"
PREVIEW_END = "\n———\n{told} nơi đã nhận sẽ được sửa, {waiting} nơi chưa gửi sẽ nhận bản đúng."
TAKE_BACK = (
    "Thu hồi thông báo số {id}: “{text}”?\n{told} nơi đã nhận sẽ được thu hồi, {waiting} nơi chưa gửi sẽ không nhận."
)
STILL_OWED = "Việc kèm theo vẫn còn và vẫn được nhắc. Muốn bỏ cả việc, anh/chị mở mục Các đợt."
COUNT = "Để xác nhận, anh/chị gõ đúng số {count}."
WRONG_COUNT = "Số chưa đúng nên chưa đổi gì. Anh/chị gõ {count} để xác nhận, hoặc bấm Bỏ."
READY = {"correct": "Anh/chị có đính chính không?", "withdraw": "Anh/chị có thu hồi không?"}
BEGUN = {
    "correct": "Đang đính chính ở {count} nơi. Xong hệ thống báo lại, kèm danh sách nơi không làm được.",
    "withdraw": "Đang thu hồi ở {count} nơi. Xong hệ thống báo lại, kèm danh sách nơi không làm được.",
}
DONE = {"correct": "Đã đính chính thông báo số {id} “{text}”", "withdraw": "Đã thu hồi thông báo số {id} “{text}”"}
EDITED, DELETED, ANSWERED = "sửa tại chỗ {count} nơi", "xóa {count} nơi", "nhắn thêm {count} nơi"
BEFORE = {"correct": "đổi trước khi gửi {count} nơi", "withdraw": "dừng trước khi gửi {count} nơi"}
NOWHERE = "không nơi nào phải sửa"
FAILED = "Không làm được ở {count} nơi, anh/chị gọi điện giúp:"
ALL_FINE = "Nơi nào cũng xong."
NOT_CONFIRMED = "Việc này chưa được xác nhận hoặc đã làm rồi."
TOO_LONG = "Nội dung dài {length} chữ, quá 3.000 chữ. Anh/chị rút gọn rồi gõ lại."
NO_LIST = "Không tìm thấy lần đính chính này."
LINES = 6
DROP = Choice("Bỏ", "fixdrop")


def ask_text(context: Context, argument: str) -> None:
    push = _open(context, argument)
    context.go("fix.text", push=push.id)
    context.say(ASK_TEXT.format(id=push.id, text=push.text), (DROP,))


def take_text(context: Context) -> bool:
    text = context.event.text
    if not text:
        return False
    if len(text) > 3000:
        context.say(TOO_LONG.format(length=len(text)), (DROP,))
        return True
    push = _open(context, str(context.data["push"]))
    told, waiting = _places(context, push)
    end = PREVIEW_END.format(told=grouped(told), waiting=grouped(waiting))
    shown = PREVIEW + markup.read(text) + end
    context.say(shown)
    _confirm(context, push, CORRECT, told + waiting, text)
    return True


def ask_withdraw(context: Context, argument: str) -> None:
    push = _open(context, argument)
    told, waiting = _places(context, push)
    said = {"told": grouped(told), "waiting": grouped(waiting)}
    asked = TAKE_BACK.format(id=push.id, text=short(push.text, 120), **said)
    context.say("\n".join([asked, STILL_OWED]) if push.assignment_id is not None else asked)
    _confirm(context, push, "withdraw", told + waiting, "")


def _open(context: Context, argument: str) -> Push:
    """A push that can still be put right by this person. Raises Refusal."""
    push = push_for(context, argument)
    if corrections.is_withdrawn(context.session, push):
        raise Refusal("correct.withdrawn", corrections.ALREADY_WITHDRAWN)
    return push


def _places(context: Context, push: Push) -> tuple[int, int]:
    """(places that have it or may have it, places that do not have it yet)"""
    counts = pushes.status(context.session, push.id or 0)
    return counts[OutgoingState.SENT] + counts[OutgoingState.UNKNOWN], left(counts)


def _confirm(context: Context, push: Push, kind: str, count: int, text: str) -> None:
    """Above fifty places a number is typed first: a slip of the thumb changes nothing.

    ``asked`` is part of the last button, so that one further up does nothing that was asked about since.
    """
    step = "fix.confirm" if count > MANY else "fix.ready"
    context.go(step, push=push.id, kind=kind, text=text, count=count, asked=context.turn)
    if count > MANY:
        return context.say(COUNT.format(count=count), (DROP,))
    return _ask(context)


def _ask(context: Context) -> None:
    kind, asked = str(context.data["kind"]), context.data["asked"]
    label = "Đính chính ngay" if kind == CORRECT else "Thu hồi ngay"
    context.say(READY[kind], (Choice(label, f"fixgo:{asked}"), DROP))


def take_count(context: Context) -> bool:
    if not context.event.text:
        return False
    data = context.data
    if fold_words(context.event.text).replace(" ", "").replace(".", "") == str(data["count"]):
        context.go("fix.ready", **data)
        _ask(context)
    else:
        context.say(WRONG_COUNT.format(count=data["count"]), (DROP,))
    return True


def go(context: Context, asked: str) -> None:
    data = context.data
    if context.step != "fix.ready" or asked != str(data["asked"]):
        raise Refusal("correct.not_confirmed", NOT_CONFIRMED)
    push = _open(context, str(data["push"]))
    told, _waiting = _places(context, push)
    kind = str(data["kind"])
    if kind == CORRECT:
        corrections.correct(context.session, push, str(data["text"]), context.now, by=context.person_id)
    else:
        corrections.withdraw(context.session, push, context.now, by=context.person_id)
    context.leave()
    context.say(BEGUN[kind].format(count=grouped(told)), (HOME,))


def drop(context: Context, _: str = "") -> None:
    context.leave()
    context.say("Đã bỏ, chưa đổi gì.", (HOME,))


# What became of it --------------------------------------------------------------------------------------------------


def follow_up(session: Session, now: datetime, house: House) -> int:
    """Go after every correction that is not over, and tell the author when it is; returns how many were told."""
    over = corrections.follow_up(session, now)
    for made in over:
        _tell(session, made, house)
        made.told_at = now
        session.add(made)
    return len(over)


def _tell(session: Session, made: Correction, house: House) -> None:
    push = session.get_one(Push, made.push_id)
    found = corrections.result(session, made)
    lines = [summary(made, push, found), *_failures(found.failures)]
    rest = len(found.failures) - LINES
    choices = (*((Choice("Xem đủ danh sách", f"fixlist:{made.id}:1"),) if rest > 0 else ()), HOME)
    message = Message(text=house.polite("\n".join(lines)), choices=choices)
    for chat in _author(session, made, push):
        outbox.say(session, f"fixed:{made.id}:{chat.id}", chat, message, priority=Priority.INTERACTIVE)


def _author(session: Session, made: Correction, push: Push) -> list[Chat]:
    own = people.private_chats(session, {made.by}) if made.by is not None else []
    return own or owners(session, push)


def summary(made: Correction, push: Push, found: Result) -> str:
    named = (
        (EDITED, found.edited),
        (DELETED, found.deleted),
        (ANSWERED, found.answered),
        (BEFORE[made.kind], found.before),
    )
    parts = [words.format(count=grouped(count)) for words, count in named if count]
    head = DONE[made.kind].format(id=push.id, text=short(push.text, TEXT_LETTERS))
    return f"{head}: {', '.join(parts) or NOWHERE}."


def _failures(found: tuple[Failure, ...]) -> list[str]:
    if not found:
        return [ALL_FINE]
    return [FAILED.format(count=len(found)), *map(line, found[:LINES])]


def line(failure: Failure) -> str:
    return f"• {failure.place}: {short(failure.reason, 120)}"


def list_failures(context: Context, argument: str) -> None:
    number, wanted = numbers(argument)
    made = context.session.get(Correction, number)
    if made is None:
        raise Refusal("correct.unknown", NO_LIST)
    push_for(context, str(made.push_id))
    failures = corrections.result(context.session, made).failures
    found = page(failures, f"fixlist:{made.id}", wanted, LINES)
    head = FAILED.format(count=found.total) if found.total else ALL_FINE
    context.say("\n".join([head, *map(line, found.rows)]), (*found.turns, HOME))


ACTIONS: Actions = {
    "fix": ask_text, "take": ask_withdraw, "fixgo": go, "fixdrop": drop, "fixlist": list_failures,
}  # fmt: skip
WORDS: Words = {}
STEPS: Steps = {"fix.text": take_text, "fix.confirm": take_count}
