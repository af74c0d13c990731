"""Trang chủ: what one can do here, in the words cadres use."""

from __future__ import annotations

from campaign.message import Choice
from campaign.organisation import people
from campaign.organisation.people import Right
from campaign.work.duties import of_units, owed_by
from handlers.context import BACK, HOME, Actions, Context, Steps, Words

GREETING = "Xin chào {name}. Anh/chị muốn làm gì?"
OFFICE_GREETING = "Anh/chị muốn làm việc gì của văn phòng?"
OWED = "Đơn vị còn {count} việc chưa nộp."
NOTHING_OWED = "Đơn vị đã nộp đủ. Cảm ơn anh/chị!"
NOT_UNDERSTOOD = "Hệ thống chưa hiểu ý anh/chị. Anh/chị gửi ảnh, tin bài bất cứ lúc nào, hoặc chọn một mục dưới đây."
OLD_BUTTON = "Nút này không còn dùng được. Anh/chị gõ “trang chủ” để xem các mục hiện có."
SORRY = "Hệ thống đang gặp trục trặc nên chưa xử lý được tin này. Tin đã được lưu, người quản trị sẽ xem lại."

REPORTING = (
    Choice("Việc của tôi", "duties"),
    Choice("Gửi ảnh, tin bài", "send"),
    Choice("Khẩu hiệu", "slogans"),
    Choice("Lịch, hạn nộp", "dates"),
)
EDITING = (Choice("Duyệt tin, bài", "reviews"), Choice("Tiến độ", "progress"))
BROADCASTING = (Choice("Gửi thông báo", "push"),)
PLANNING = (Choice("Nhập kế hoạch", "plan"), Choice("Các đợt", "camps"))
MINE = (Choice("Dữ liệu của tôi", "mydata"),)
OFFICE = Choice("Kế hoạch, thông báo", "office")
MOST = 8  # choices that a small screen holds


def menu(context: Context) -> list[Choice]:
    """The items this person has a right to."""
    session, person_id = context.session, context.person_id
    choices: list[Choice] = []
    if people.may_anywhere(session, person_id, Right.REPORT):
        choices += REPORTING
    if people.may_anywhere(session, person_id, Right.REVIEW):
        choices += EDITING
    elif people.may_anywhere(session, person_id, Right.SEE):
        choices += EDITING[1:]
    if people.may_anywhere(session, person_id, Right.MANAGE):
        fits = len(choices) + len(BROADCASTING + PLANNING + MINE) <= MOST
        choices += BROADCASTING + PLANNING if fits else (OFFICE,)
    return [*choices, *MINE]


def office(context: Context, _: str = "") -> None:
    """The work of an admin, for whoever reports for a unit too and so has a long menu."""
    if not people.may_anywhere(context.session, context.person_id, Right.MANAGE):
        return show(context)
    context.say(OFFICE_GREETING, (*BROADCASTING, *PLANNING, HOME))
    return None


def show(context: Context, _: str = "") -> None:
    context.leave()
    name = context.person.name if context.person else ""
    text = GREETING.format(name=name or "anh/chị")
    if units := context.units():
        ids = [unit.id for unit in units]
        owed = len(owed_by(context.session, ids))
        if owed:
            text += "\n" + OWED.format(count=owed)
        elif of_units(context.session, ids):
            text += "\n" + NOTHING_OWED
    context.say(text, menu(context))


def not_understood(context: Context) -> None:
    context.say(NOT_UNDERSTOOD, menu(context))


ACTIONS: Actions = {"home": show, "back": show, "office": office}
WORDS: Words = {
    "trang chu": "home", "menu": "home", "bat dau": "home", "start": "home", "xin chao": "home", "chao": "home",
    "tro giup": "home", "huong dan": "home", "help": "home", "0": "home", "quay lai": "back", "thoi": "home",
    "huy": "home",
}  # fmt: skip
STEPS: Steps = {}

__all__ = ["ACTIONS", "BACK", "HOME", "STEPS", "WORDS", "menu", "not_understood", "show"]
