"""Việc của tôi: what the unit still owes, and the short answers to it ("Đã nhận", "Đã làm xong")."""

from __future__ import annotations

from sqlmodel import select

from campaign import audit
from campaign.calendar import when_in_full
from campaign.message import Choice
from campaign.organisation.clusters import members_today
from campaign.problems import Refusal
from campaign.work import duties, pushes, reminders
from campaign.work.duties import what
from handlers.context import HOME, Actions, Context, Steps, Words, number, short
from storage.models import Assignment, Duty, Push, Unit

NOTHING = "Đơn vị không còn việc nào phải nộp. Cảm ơn anh/chị!"
LIST = "Đơn vị còn {count} việc, gần hạn nhất trước:"
LINE = "• {title}\n  Hạn: {when}"
NO_DEADLINE = "làm thường xuyên"
ACK = "Đã ghi nhận {unit} đã nhận. Cảm ơn anh/chị!"
ACK_AGAIN = "{unit} đã báo nhận từ trước. Cảm ơn anh/chị!"
DONE = "Đã ghi nhận {unit} làm xong việc “{title}”. Cảm ơn anh/chị! Hệ thống sẽ không nhắc việc này nữa."
DONE_BEFORE = "Việc này đã xong, hệ thống không nhắc nữa."
NOT_MEMBER = "Hệ thống chưa biết anh/chị thuộc đơn vị nào. Anh/chị nhắn riêng cho trợ lý và nhập mã mời của đơn vị."
NOT_YOURS = "Việc này không giao cho đơn vị của anh/chị."
GONE = "Thông báo này không còn trong hệ thống."
DATES = "Lịch, hạn nộp sắp tới:"
NO_DATES = "Chưa có hạn nộp nào sắp tới."


def unit_here(context: Context) -> Unit:
    """The unit for which this person acts in this chat. Raises Refusal when there is none."""
    return units_here(context)[0]


def units_here(context: Context, among: set[int] | None = None) -> list[Unit]:
    """The units for which this person may act in this chat, at least one. Raises Refusal when there is none.

    In a unit's own group anybody there acts for it; in a cluster's group, and in private, it is the person's post.
    """
    chat = context.chat
    if context.event.group and chat is not None and chat.unit_id is not None:
        candidates = [context.session.get_one(Unit, chat.unit_id)]
    else:
        candidates = context.units()
    if context.event.group and chat is not None and chat.cluster_id is not None:
        inside = {unit.id for unit in members_today(context.session, chat.cluster_id)}
        candidates = [unit for unit in candidates if unit.id in inside]
    found = [unit for unit in candidates if among is None or unit.id in among]
    if not found:
        raise Refusal("unit.unknown", NOT_YOURS if candidates else NOT_MEMBER)
    return found


def duty_here(context: Context, argument: str) -> tuple[Duty, Assignment]:
    """The duty that a button speaks of: "d12" names it, "12" names its assignment, for the unit acting here.

    Somebody who reports for several units means one that still owes it. Raises Refusal when there is none.
    """
    named = context.session.get(Duty, number(argument.removeprefix("d"))) if argument.startswith("d") else None
    assignment = context.session.get(Assignment, named.assignment_id if named else number(argument))
    if assignment is None or assignment.dropped:
        raise Refusal("duty.not_yours", NOT_YOURS)
    rows = context.session.exec(select(Duty).where(Duty.assignment_id == assignment.id)).all()
    wanted = [named] if named else sorted(rows, key=lambda duty: (not duties.is_owed(duty), duty.id or 0))
    among = {duty.unit_id for duty in wanted}
    acting = {unit.id for unit in units_here(context, among)}
    return next(duty for duty in wanted if duty.unit_id in acting), assignment


def show(context: Context, _: str = "") -> None:
    context.leave()
    here = [unit_here(context)] if context.event.group else context.units()
    owed = duties.owed_by(context.session, [unit.id for unit in here])
    if not owed:
        return context.say(NOTHING, (HOME,))
    lines = [_line(context, duty, assignment) for duty, assignment in owed[:5]]
    choices = [Choice(f"Nộp: {short(what(assignment), 32)}", f"give:d{duty.id}") for duty, assignment in owed[:5]]
    context.say("\n".join([LIST.format(count=len(owed)), *lines]), (*choices, HOME))


def _line(context: Context, duty: Duty, assignment: Assignment) -> str:
    deadline = duties.deadline_of(duty, assignment)
    when = when_in_full(deadline, context.now, context.house.hours) if deadline else NO_DEADLINE
    return LINE.format(title=short(what(assignment), 80), when=when)


def seen(context: Context, argument: str) -> None:
    push = context.session.get(Push, number(argument))
    if push is None or push.released_at is None:
        raise Refusal("push.missing", GONE)
    unit = unit_here(context)
    assert unit.id is not None
    new = pushes.acknowledge(context.session, push, unit.id, context.person_id, context.now, context.house.hours)
    context.toast((ACK if new else ACK_AGAIN).format(unit=unit.name))


def done(context: Context, argument: str) -> None:
    duty, assignment = duty_here(context, argument)
    if not duties.is_owed(duty):
        return context.toast(DONE_BEFORE)
    duties.mark(context.session, duty, "done", context.now, context.house.hours)
    context.session.flush()
    reminders.refresh(context.session, duty.unit_id, context.now, context.house.hours)
    unit = context.session.get_one(Unit, duty.unit_id)
    audit.note(context.session, context.now, "duty.done", f"duty:{duty.id}", person_id=context.person_id)
    context.toast(DONE.format(unit=unit.name, title=short(what(assignment), 60)))


def dates(context: Context, _: str = "") -> None:
    """Deadlines ahead, of what is owed and what is handed in alike."""
    rows = duties.of_units(context.session, [unit.id for unit in context.units()])
    ahead = [
        (deadline, duty, assignment)
        for duty, assignment in rows
        if (deadline := duties.deadline_of(duty, assignment)) is not None and deadline > context.now
    ]
    lines = [
        f"• {when_in_full(deadline, context.now, context.house.hours)}: {short(what(assignment), 60)}"
        f" ({duties.STEP_WORDS[duties.state_of(duty)]})"
        for deadline, duty, assignment in ahead[:5]
    ]
    context.say("\n".join([DATES, *lines]) if lines else NO_DATES, (Choice("Việc của tôi", "duties"), HOME))


ACTIONS: Actions = {"duties": show, "seen": seen, "done": done, "dates": dates}
WORDS: Words = {
    "viec cua toi": "duties", "viec": "duties", "nhiem vu": "duties", "viec can lam": "duties", "con viec gi": "duties",
    "lich": "dates", "han": "dates", "han nop": "dates", "lich han nop": "dates", "khi nao nop": "dates",
}  # fmt: skip
STEPS: Steps = {}
