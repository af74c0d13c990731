"""Ai phải gọi điện: whom a push does not reach, with the number to dial, before it is sent and after."""

from __future__ import annotations

from collections.abc import Sequence

from campaign.message import Choice
from campaign.organisation import units
from campaign.organisation.people import Right
from campaign.problems import Refusal
from campaign.work import corrections, reckoning
from campaign.work.reckoning import Unreached
from handlers.context import HOME, Actions, Context, Steps, Words, number
from storage.models import Push

HEAD = "“{text}”\nCần gọi điện {count} nơi:"
EVERYBODY = "Thông báo này tới được tất cả. Không cần gọi điện cho ai."
MORE = "… và {count} nơi nữa. Danh sách đủ: lệnh loa push phone {push}"
IN_PRIVATE = "Anh/chị xem số điện thoại trong khung nhắn riêng với trợ lý."
NO_RIGHT = "Chỉ biên tập viên, quản trị viên và lãnh đạo xem được danh sách này."
PAGE = 8


def choice(push: Push) -> Choice:
    return Choice("Ai phải gọi điện", f"phone:{push.id}")


def show(context: Context, argument: str) -> None:
    """For a push that was released or is planned: names, reasons, numbers; in private only."""
    if context.event.group:
        raise Refusal("phone.in_private", IN_PRIVATE)
    push = context.session.get(Push, number(argument))
    if push is None or not _may_see(context, push):
        raise Refusal("phone.no_right", NO_RIGHT)
    if corrections.is_withdrawn(context.session, push):
        raise Refusal("phone.withdrawn", corrections.ALREADY_WITHDRAWN)
    house = context.house
    found = reckoning.to_phone(context.session, push, house.hours, context.now, house.reach)
    if not found:
        return context.say(EVERYBODY, (HOME,))
    head = HEAD.format(text=push.text[:80], count=len(found))
    more = [MORE.format(count=len(found) - PAGE, push=push.id)] if len(found) > PAGE else []
    context.say("\n".join([head, *lines(found), *more]), (Choice("Tiến độ", "progress"), HOME))


def _may_see(context: Context, push: Push) -> bool:
    return context.may(Right.SEE, push.unit_id or units.root_id(context.session))


def lines(found: Sequence[Unreached]) -> list[str]:
    """One line for each, as many as a screen holds."""
    return [_line(one) for one in found[:PAGE]]


def _line(one: Unreached) -> str:
    where = f"{one.unit} ({one.whom})" if one.unit and one.whom else one.unit or one.whom
    return f"• {where}: {one.reason}"


ACTIONS: Actions = {"phone": show}
WORDS: Words = {}
STEPS: Steps = {}
