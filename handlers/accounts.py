"""Thêm nơi nhận tin: one person, several accounts. A code of their own leads from one channel to the next.

Lan:  Dữ liệu của tôi → Thêm nơi nhận tin                                (where she is in already)
Loa:  Mã của anh/chị: 7KDM42QX, dùng một lần trong 60 phút. …            and the address of each other place
Lan:  7KDM42QX                                                           (in the new place)
Loa:  Đây có phải anh/chị Bùi Thị Lan, CĐCS May 10? …                    [Đồng ý] [Không đồng ý]
Lan:  Đồng ý
Loa:  Xong. Anh/chị Bùi Thị Lan nhận tin qua: …, ….
Loa:  Anh/chị vừa thêm nơi nhận tin: …                                   [Không phải tôi]      (in every earlier place)
"""

from __future__ import annotations

from datetime import timedelta

from campaign import audit, outbox
from campaign.message import Choice
from campaign.organisation import chats, erasing, invites, ways
from campaign.problems import Refusal
from handlers import home
from handlers.context import BACK, HOME, Actions, Context, Steps, Words, number
from storage.models import Account, Chat, Invite, Person, Unit
from storage.models.messages import Priority

CONSENT_VERSION = "2026-1-account"  # of QUESTION
LIFETIME = timedelta(minutes=60)  # short: the code stands readable in a chat
ANY_CODE = "2" * invites.LENGTH  # a platform may write no address without one
ADD = Choice("Thêm nơi nhận tin", "addway")
CODE = (
    "Mã của riêng anh/chị: {code}\nDùng một lần, trong 60 phút. Đừng đưa cho ai: có mã này là đọc được tin của "
    "anh/chị.\n"
    "Anh/chị mở nơi muốn nhận thêm rồi nhắn mã này:\n{places}"
)
NO_OTHER = "Hệ thống chưa mở thêm nơi nhận tin nào khác."
QUESTION = (
    "Đây có phải anh/chị {name}, {unit}? Đồng ý thì {house} nhắn anh/chị cả ở đây; mỗi tin vẫn chỉ gửi một nơi.\n"
    "Hệ thống lưu thêm tài khoản này bên cạnh tên, đơn vị, tin và ảnh đã gửi. Anh/chị xem, sửa, xóa bất cứ lúc nào "
    "trong mục Dữ liệu của tôi.\nAnh/chị có đồng ý không?"
)
ADDED = "Xong. Anh/chị {name} nhận tin qua: {ways}. Mỗi tin chỉ gửi một nơi; muốn đổi thứ tự, vào Dữ liệu của tôi."
TOLD = (
    "Anh/chị vừa thêm nơi nhận tin: {way}. Nếu không phải anh/chị làm, bấm Không phải tôi ngay để gỡ nơi đó, "
    "rồi báo công đoàn cấp trên."
)
NOT_ME = "Không phải tôi"
REMOVED = (
    "Đã gỡ nơi nhận tin: {way}. Ai nhắn ở đó không còn là anh/chị; mã riêng đã tạo cũng hết hiệu lực. "
    "Anh/chị báo công đoàn cấp trên."
)
NOT_THERE = "Nơi nhận tin này đã được gỡ, hoặc chính là nơi anh/chị đang nhắn."
ALREADY = "Đây đã là một nơi nhận tin của anh/chị. Anh/chị nhắn mã này ở nơi muốn nhận thêm."
SOMEBODY = (
    "Tài khoản này đang là {name}, nên chưa nhập chung với {other} được. Anh/chị vào Dữ liệu của tôi, "
    "chọn Rút đồng ý và xóa, rồi nhắn lại mã này."
)


def others(context: Context, code: str = ANY_CODE) -> dict[str, str]:
    """The channels on which this person is not yet, with the address that leads in with ``code``."""
    known = ways.channels_of(context.session, context.person_id) if context.person_id is not None else []
    return {name: link for name, link in context.house.links(code).items() if name not in known}


def offer(context: Context, _: str = "") -> None:
    """A code for one's own use; in private only."""
    person = context.person
    if person is None or context.event.group:
        return
    if not others(context):
        return context.say(NO_OTHER, (BACK,))
    code = invites.create_for(context.session, person, context.now, lifetime=LIFETIME, by=person.id)
    words = context.house.channel_words
    places = "\n".join(f"• {words(name)}: {link}" for name, link in others(context, code).items())
    context.say(CODE.format(code=code, places=places), (HOME,))


def owner(context: Context, invite: Invite) -> Person | None:
    """Whose own code it is; None of an invitation to a post."""
    return context.session.get(Person, invite.person_id) if invite.person_id is not None else None


def refuse_known(context: Context, invite: Invite) -> None:
    """An account that is somebody's already is not given to anybody by a code."""
    own = owner(context, invite)
    if own is None or context.person is None:
        return
    if own.id == context.person.id:
        raise Refusal("account.known", ALREADY)
    raise Refusal("account.taken", SOMEBODY.format(name=context.person.name, other=own.name))


def question(context: Context, invite: Invite, person: Person) -> str:
    unit = context.session.get_one(Unit, invite.unit_id)
    return QUESTION.format(name=person.name, unit=unit.name, house=context.house.name)


def add(context: Context, person: Person) -> Account:
    """The account that writes here is ``person``'s from now on."""
    event = context.event
    assert person.id is not None
    account = Account(channel=event.channel, external_id=event.sender, person_id=person.id, name=person.name)
    context.session.add(account)
    context.session.flush()
    chat = chats.meet(context.session, event.channel, event.chat, context.now, group=False)
    chats.bind(context.session, chat, person_id=person.id)
    context.session.flush()
    context.chat, context.person = chat, person
    return account


def welcome(context: Context, account: Account) -> None:
    """Said here, and wherever the person was before: it may be somebody else who took the code."""
    session, words, way = context.session, context.house.channel_words, context.event.channel
    person = session.get_one(Person, account.person_id)
    context.leave()
    audit.note(session, context.now, "account.added", f"person:{person.id}", person_id=person.id, channel=way)
    everywhere = ways.in_order(session, (person.id,)).get(person.id or 0, [])
    order = dict.fromkeys(words(chat.channel) for chat in everywhere)
    context.say(ADDED.format(name=person.name, ways=", ".join(order)), home.menu(context))
    for earlier in everywhere:  # all of them: the first may be a place that a thief has added before
        _warn(context, earlier, account)


def _warn(context: Context, earlier: Chat, account: Account) -> None:
    here = context.chat
    if here is None or earlier.id == here.id:
        return
    undo = Choice(NOT_ME, f"notme:{account.id}:{here.id}")
    words = TOLD.format(way=context.house.channel_words(account.channel))
    # As if it had been asked for: it goes on to no other chat, and "1" is an answer to it.
    message = context.house.message(words, (undo, HOME))
    outbox.say(context.session, f"added:{context.turn}:{earlier.id}", earlier, message, priority=Priority.REPLY)


def remove(context: Context, argument: str) -> None:
    """ "4:12": the account and its chat, taken off again by the person from another one; in words: the last one."""
    session, mine = context.session, context.person_id
    account_id, _, chat_id = (argument or _told_last(context)).partition(":")
    account, chat = session.get(Account, number(account_id)), session.get(Chat, number(chat_id))
    if account is None or chat is None or not account.person_id == chat.person_id == mine or chat == context.chat:
        return context.toast(NOT_THERE)
    context.house.forget(session, account.channel, account.external_id)
    erasing.remove_account(session, account, chat, context.now)
    return context.say(REMOVED.format(way=context.house.channel_words(chat.channel)), (HOME,))


def _told_last(context: Context) -> str:
    offered = (choice.action.partition(":") for _, choices in context.offers() for choice in choices)
    return next((argument for verb, _, argument in offered if verb == "notme"), "")


ACTIONS: Actions = {"addway": offer, "notme": remove}
WORDS: Words = {"them noi nhan tin": "addway", "khong phai toi": "notme"}
STEPS: Steps = {}
