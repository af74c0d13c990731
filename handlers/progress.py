"""Tiến độ: n/N for every assignment, and who is missing, one question away."""

from __future__ import annotations

from collections.abc import Iterable

from sqlmodel import col, select

from campaign.calendar import when_in_full
from campaign.message import Choice
from campaign.organisation import people, phones, units
from campaign.organisation.people import Right
from campaign.problems import Refusal
from campaign.work import coverage, pushes
from campaign.work.duties import what
from handlers import phoning
from handlers.context import HOME, Actions, Context, Steps, Words, number, short
from storage.models import Assignment, Push, Unit
from storage.models.campaigns import PushKind, PushState

NOTHING = "Chưa có việc nào được giao trong đợt đang chạy."
HEAD = "Tiến độ lúc {when}:"
LINE = "• {title}: {handed_in}/{total} đã nộp"
DETAIL = "{title}\nHạn: {deadline}\nĐã nhận: {seen}/{total}. Đã nộp: {handed_in}/{total} (đúng hạn {on_time})."
ALL_IN = "Tất cả đơn vị đã nộp."
MISSING = "Còn {count} đơn vị chưa nộp:"
NOT_SEEN = "“{text}”\nĐã nhận: {seen}/{total}."
NOT_SEEN_BY = "Còn {count} đơn vị chưa báo nhận:"
NO_RIGHT = "Chỉ biên tập viên, quản trị viên và lãnh đạo xem được tiến độ."
IN_PRIVATE = "Anh/chị xem danh sách này trong khung nhắn riêng với trợ lý."
PAGE = 6


def reach(context: Context) -> Unit:
    """The highest unit whose progress this person may see. Raises Refusal when there is none."""
    posts = [post for post in people.open_posts(context.session, context.person_id) if post.role in Right.SEE.value]
    if not posts:
        raise Refusal("progress.no_right", NO_RIGHT)
    depth = {post.unit_id: len(units.ancestors(context.session, post.unit_id)) for post in posts}
    return context.session.get_one(Unit, min(depth, key=lambda unit_id: depth[unit_id]))


def show(context: Context, _: str = "") -> None:
    top = reach(context)
    assert top.id is not None
    rows = [
        row
        for row in coverage.of_assignments(context.session, top.id, context.now, context.house.hours)
        if row.assignment.deadline is not None
    ]
    announcement = _last_announcement(context)
    last = [Choice("Ai chưa nhận thông báo cuối?", f"notseen:{announcement.id}")] if announcement else []
    if not rows:
        return context.say(NOTHING, (*last, HOME))
    when = f"{context.house.hours.local(context.now):%Hh%M ngày %d/%m/%Y}"
    lines = [
        LINE.format(title=short(what(row.assignment), 60), handed_in=row.handed_in, total=row.total) for row in rows[:6]
    ]
    choices = [
        Choice(f"Ai thiếu: {short(what(row.assignment), 28)}", f"missing:{row.assignment.id}") for row in rows[:5]
    ]
    context.say("\n".join([HEAD.format(when=when), *lines]), (*choices, *last, HOME))


def _last_announcement(context: Context) -> Push | None:
    statement = select(Push).where(
        Push.state == PushState.RELEASED, col(Push.kind).in_((PushKind.ADHOC, PushKind.ASSIGNMENT))
    )
    return context.session.exec(statement.order_by(col(Push.released_at).desc(), col(Push.id).desc())).first()


def missing(context: Context, argument: str) -> None:
    """Who has not handed in."""
    _demand_privacy(context)
    top = reach(context)
    assignment = context.session.get(Assignment, number(argument))
    if assignment is None or top.id is None:
        return show(context)
    inside = units.descendants(context.session, top.id, context.house.hours.day(context.now))
    row = coverage.of_assignment(context.session, assignment, inside, context.now)
    deadline = (
        when_in_full(assignment.deadline, context.now, context.house.hours) if assignment.deadline else "không có"
    )
    text = DETAIL.format(
        title=short(what(assignment), 90), deadline=deadline, seen=row.seen, total=row.total,
        handed_in=row.handed_in, on_time=row.on_time,
    )  # fmt: skip
    head = MISSING.format(count=len(row.missing)) if row.missing else ALL_IN
    return context.say(
        "\n".join([text, head, *names(row.missing, numbers=not context.event.group)]),
        (Choice("Tiến độ", "progress"), HOME),
    )


def not_seen(context: Context, argument: str) -> None:
    """Who has not said "Đã nhận" to a push."""
    _demand_privacy(context)
    top = reach(context)
    push = context.session.get(Push, number(argument))
    if push is None or top.id is None:
        return show(context)
    inside = set(units.descendants(context.session, top.id, context.house.hours.day(context.now)))
    found = pushes.seen_and_missing(context.session, push, context.now, context.house.hours)
    seen, rest = ([unit for unit in part if unit.id in inside] for part in found)
    text = NOT_SEEN.format(text=short(push.text, 90), seen=len(seen), total=len(seen) + len(rest))
    head = NOT_SEEN_BY.format(count=len(rest)) if rest else ALL_IN
    choices = (phoning.choice(push), Choice("Tiến độ", "progress"), HOME)
    return context.say("\n".join([text, head, *names(rest, numbers=not context.event.group)]), choices)


def _demand_privacy(context: Context) -> None:
    """Nobody is shamed in a group; among editors names are said, numbers in private only. Raises Refusal."""
    if context.event.group and (context.chat is None or context.chat.purpose != "admin"):
        raise Refusal("progress.in_private", IN_PRIVATE)


def names(missing_units: Iterable[Unit], *, numbers: bool) -> list[str]:
    """Units, with whom to phone and the ``numbers``; more than a screen is cut with a count."""
    listed = list(missing_units)
    lines = [f"• {unit.name}{_contact(unit) if numbers else ''}" for unit in listed[:PAGE]]
    return [*lines, f"… và {len(listed) - PAGE} đơn vị nữa."] if len(listed) > PAGE else lines


def _contact(unit: Unit) -> str:
    contact = " ".join(part for part in (unit.contact_name, phones.national(unit.contact_phone)) if part)
    return f" ({contact})" if contact else ""


ACTIONS: Actions = {"progress": show, "missing": missing, "notseen": not_seen}
WORDS: Words = {
    "tien do": "progress", "ai chua nop": "progress", "don vi nao chua nop": "progress", "con ai chua nop": "progress",
    "ai thieu": "progress",
}  # fmt: skip
STEPS: Steps = {}
