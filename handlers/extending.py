"""Xin gia hạn: asked by a unit with a button, granted by an editor; reminders and lateness follow the new deadline."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import select

from campaign import audit
from campaign.calendar import when_in_full
from campaign.message import Choice
from campaign.organisation.people import Right, private_chats
from campaign.problems import Refusal
from campaign.work import duties
from campaign.work.duties import what
from handlers.context import HOME, Actions, Context, Steps, Words, number, short
from handlers.reviewing import admin_chats
from handlers.tasks import duty_here
from storage.models import Assignment, Duty, Extension, Unit

HOW_LONG = "Việc “{title}” có hạn {when}. Đơn vị cần thêm mấy ngày?"
DAYS = (1, 2, 3, 7)
NO_DEADLINE = "Việc này không có hạn cố định nên không cần gia hạn."
TOO_LATE = "Đơn vị đã nộp việc này nên không cần gia hạn."
ASKED = "Đã chuyển đề nghị gia hạn đến {when}. Hệ thống sẽ báo anh/chị khi có ý kiến."
PENDING = "Đề nghị gia hạn trước đó đang chờ ý kiến."
REQUEST = "{unit} xin gia hạn việc “{title}” đến {when}."
GRANTED = "Đã đồng ý gia hạn việc “{title}” của {unit} đến {when}."
REJECTED = "Chưa đồng ý gia hạn việc “{title}” của {unit}. Hạn vẫn là {when}."
NO_RIGHT = "Chỉ biên tập viên hoặc quản trị viên được quyết định gia hạn."
DECIDED_BEFORE = "Đề nghị này đã được quyết định."


def ask(context: Context, argument: str) -> None:
    duty, assignment = duty_here(context, argument)
    deadline = duties.deadline_of(duty, assignment)
    if deadline is None:
        return context.toast(NO_DEADLINE)
    if not duties.is_owed(duty):
        return context.toast(TOO_LATE)
    choices = [Choice(f"Thêm {days} ngày", f"until:d{duty.id}:{days}") for days in DAYS]
    when = when_in_full(deadline, context.now, context.house.hours)
    return context.say(HOW_LONG.format(title=short(what(assignment), 80), when=when), (*choices, HOME))


def request(context: Context, argument: str) -> None:
    """ "until:12:3": three more days for assignment 12."""
    assignment_id, _, days = argument.partition(":")
    duty, assignment = duty_here(context, assignment_id)
    deadline = duties.deadline_of(duty, assignment)
    if deadline is None or number(days) not in DAYS:
        return context.toast(NO_DEADLINE)
    if not duties.is_owed(duty):
        return context.toast(TOO_LATE)
    waiting = select(Extension).where(Extension.duty_id == duty.id, Extension.granted == None)  # noqa: E711
    if context.session.exec(waiting).first() is not None:
        return context.toast(PENDING)
    assert duty.id is not None
    extension = Extension(
        duty_id=duty.id,
        person_id=context.person_id,
        asked_at=context.now,
        until=deadline + timedelta(days=number(days)),
    )
    context.session.add(extension)
    context.session.flush()
    _tell_editors(context, extension, duty, assignment)
    when = when_in_full(extension.until, context.now, context.house.hours)
    return context.say(ASKED.format(when=when), () if context.event.group else (HOME,))


def _tell_editors(context: Context, extension: Extension, duty: Duty, assignment: Assignment) -> None:
    unit = context.session.get_one(Unit, duty.unit_id)
    when = when_in_full(extension.until, context.now, context.house.hours)
    choices = (Choice("Đồng ý", f"grant:{extension.id}"), Choice("Không đồng ý", f"reject:{extension.id}"))
    for chat in admin_chats(context.session, duty.unit_id):
        text = REQUEST.format(unit=unit.name, title=short(what(assignment), 80), when=when)
        context.tell(chat, f"extension:{extension.id}:{chat.id}", text, choices)


def grant(context: Context, argument: str) -> None:
    _decide(context, number(argument), granted=True)


def reject(context: Context, argument: str) -> None:
    _decide(context, number(argument), granted=False)


def _decide(context: Context, extension_id: int, *, granted: bool) -> None:
    extension = context.session.get(Extension, extension_id, with_for_update=True)
    duty = context.session.get(Duty, extension.duty_id) if extension else None
    if extension is None or duty is None or not context.may(Right.REVIEW, duty.unit_id):
        raise Refusal("extension.no_right", NO_RIGHT)
    if extension.granted is not None:
        return context.toast(DECIDED_BEFORE)
    extension.granted, extension.decided_by, extension.decided_at = granted, context.person_id, context.now
    context.session.add(extension)
    if granted:
        duties.extend(context.session, duty, extension.until, context.now, context.house.hours)
    audit.note(
        context.session,
        context.now,
        "extension.decided",
        f"duty:{duty.id}",
        person_id=context.person_id,
        granted=granted,
    )
    _tell_everybody(context, extension, duty)
    return None


def _tell_everybody(context: Context, extension: Extension, duty: Duty) -> None:
    assignment = context.session.get_one(Assignment, duty.assignment_id)
    unit = context.session.get_one(Unit, duty.unit_id)
    deadline = duties.deadline_of(duty, assignment)
    assert deadline is not None
    text = (GRANTED if extension.granted else REJECTED).format(
        title=short(what(assignment), 80), unit=unit.name, when=when_in_full(deadline, context.now, context.house.hours)
    )
    for chat in admin_chats(context.session, duty.unit_id):
        card = f"extension:{extension.id}:{chat.id}"
        context.tell(chat, f"{card}:decided", text, edits=card)
    for chat in private_chats(context.session, {extension.person_id}):
        context.tell(chat, f"extension:{extension.id}:{chat.id}:answer", text)
    context.toast(text)


ACTIONS: Actions = {"more": ask, "until": request, "grant": grant, "reject": reject}
WORDS: Words = {}
STEPS: Steps = {}
