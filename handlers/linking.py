"""A group is bound to its unit or cluster by somebody with the right; what happens to the group is followed."""

from __future__ import annotations

import re

from sqlmodel import Session

from campaign import audit, outbox
from campaign.message import Message
from campaign.organisation import chats, clusters, invites
from campaign.organisation.clusters import members_today
from campaign.organisation.people import Right
from campaign.problems import Refusal
from campaign.text import fold
from handlers import hidden, joining
from handlers.context import Context
from storage.models import Chat, Cluster, Invite, Unit
from storage.models.organisation import Role

# "/start CODE" in a group is what a platform's own "add to group" link sends.
COMMAND = re.compile(r"^(?:/?lien\s?ket\b|/start\b)(?:@\w+)?\s*(?P<code>.*)$")
CODE_IN_TEXT = re.compile(rf"(?<![0-9A-Za-z])[0-9A-Za-z]{{{invites.LENGTH}}}(?![0-9A-Za-z])")
HELLO = (
    "Xin chào cả nhà. Để nhóm nhận thông báo và nộp ảnh tại đây, cán bộ đã vào hệ thống gõ: /lienket\n"
    "Nhóm của cụm thì quản trị viên gõ kèm tên cụm, ví dụ: /lienket Cụm 1"
)
BINDING_SECONDS = 10.0  # whoever makes a group binds it in the next moment; the platform may tell us sooner
HELLO_BOUND = "Nhóm đã gắn với {target}. Cả nhà nộp ảnh bằng cách trả lời thông báo, hoặc gửi ảnh kèm chữ #nop."
HEARS_LITTLE = (
    "Lưu ý: ở đây trợ lý chỉ thấy tin trả lời trợ lý hoặc lệnh. "
    "Để nộp ảnh bằng #nop, trưởng nhóm đặt trợ lý làm quản trị viên của nhóm."
)
ASK_CODE = "Anh/chị gõ kèm mã mời của đơn vị (ví dụ: /lienket AB23CD45) hoặc tên cụm thi đua."
BOUND = "Đã gắn nhóm này với {target}."
BOUND_ADMIN = "Đã gắn nhóm này làm nơi duyệt tin, bài của {target}."
JOIN_FIRST = "Anh/chị nhắn riêng cho trợ lý và nhập mã mời trước, rồi quay lại gắn nhóm."
OWN_CODE = "Đây là mã riêng của một người, không gắn nhóm được, và từ giờ không dùng được nữa. Anh/chị tạo mã khác."
NO_RIGHT = "Chỉ cán bộ phụ trách đơn vị này hoặc quản trị viên được gắn nhóm."
LOST_BLOCKED = "Người dùng đã chặn hoặc rời trợ lý."
LOST_REMOVED = "Trợ lý đã bị đưa ra khỏi nhóm."


def try_link(context: Context) -> bool:
    """/lienket CODE, with or without marks and slash."""
    if _reads_own_code(context):
        return True
    match = COMMAND.match(fold(context.event.text))
    if match is None or len(context.event.text) > 60:
        return False
    if context.person is None:
        raise Refusal("link.stranger", JOIN_FIRST)
    code = match["code"].strip()
    if not code:
        _link_own_unit(context)
        return True
    if _link_cluster(context, code):
        return True
    invite = invites.check(context.session, code, context.place, context.now)
    if invite.person_id is not None:
        return _spend(context, invite)
    admin = invite.role in (Role.EDITOR, Role.ADMIN)
    rights = (Right.REVIEW,) if admin else (Right.MANAGE, Right.REPORT)
    if not any(context.may(right, invite.unit_id) for right in rights) or not _may_take_over(context):
        raise Refusal("link.no_right", NO_RIGHT)
    invites.use(context.session, invite, context.place)
    if invite.role not in Right.REPORT.value:
        invite.uses_left = 0  # everybody in the group has now read a code that opens more than a unit
    chat = chats.meet(
        context.session,
        context.event.channel,
        context.event.chat,
        context.now,
        group=True,
        title=context.event.chat_title,
    )
    chats.bind(context.session, chat, unit_id=invite.unit_id, purpose="admin" if admin else "work")
    unit = context.session.get_one(Unit, invite.unit_id)
    audit.note(
        context.session, context.now, "chat.bound", f"chat:{chat.id}", person_id=context.person_id, unit=unit.code
    )
    text = (BOUND_ADMIN if admin else BOUND).format(target=unit.name)
    told = chat.hears_all is not False or admin or hidden.is_narrow(context)
    context.say(text if told else f"{text}\n{HEARS_LITTLE}", under=True)
    return True


def _reads_own_code(context: Context) -> bool:
    """Somebody's own code, whoever writes it here and in whatever words: everybody has now read it."""
    text = context.event.text
    found = (invites.own_code(context.session, code) for code in (text, *CODE_IN_TEXT.findall(text)))
    invite = next(filter(None, found), None)
    return invite is not None and _spend(context, invite)


def _spend(context: Context, invite: Invite) -> bool:
    invite.uses_left = 0
    context.session.add(invite)
    context.say(OWN_CODE, under=True)
    return True


def _chat_here(context: Context) -> Chat:
    event = context.event
    return chats.meet(context.session, event.channel, event.chat, context.now, group=True, title=event.chat_title)


def _link_own_unit(context: Context) -> None:
    """Without a code: an officer of a single unit binds the group to that unit."""
    mine = context.units()
    if len(mine) != 1:
        return context.say(ASK_CODE, under=True)
    if not _may_take_over(context):
        raise Refusal("link.no_right", NO_RIGHT)
    chat = _chat_here(context)
    chats.bind(context.session, chat, unit_id=mine[0].id)
    by = context.person_id
    audit.note(context.session, context.now, "chat.bound", f"chat:{chat.id}", person_id=by, to=mine[0].code)
    return context.say(BOUND.format(target=mine[0].name), under=True)


def _link_cluster(context: Context, name: str) -> bool:
    """/lienket Cụm 1, by somebody with the right over all its units: a cluster has no code of its own."""
    cluster = clusters.by_name(context.session, None, name)
    if cluster is None or cluster.id is None or invites.looks_like_code(name):
        return False
    inside = members_today(context.session, cluster.id)
    if not (inside and all(context.may(Right.MANAGE, unit.id) for unit in inside)) or not _may_take_over(context):
        raise Refusal("link.no_right", NO_RIGHT)
    chat = chats.meet(
        context.session,
        context.event.channel,
        context.event.chat,
        context.now,
        group=True,
        title=context.event.chat_title,
    )
    chats.bind(context.session, chat, cluster_id=cluster.id)
    audit.note(
        context.session, context.now, "chat.bound", f"chat:{chat.id}", person_id=context.person_id, to=cluster.name
    )
    context.say(BOUND.format(target=cluster.name), under=True)
    return True


def _may_take_over(context: Context) -> bool:
    """A group that is bound already is given away only by somebody with the right over what it is bound to."""
    chat = context.chat
    if chat is None or (chat.unit_id is None and chat.cluster_id is None):
        return True
    if chat.cluster_id is not None:
        inside = members_today(context.session, chat.cluster_id)
        return bool(inside) and all(context.may(Right.MANAGE, unit.id) for unit in inside)
    reports = chat.purpose == "work" and context.may(Right.REPORT, chat.unit_id)
    return reports or context.may(Right.MANAGE, chat.unit_id)


def membership(context: Context) -> None:
    """The bot was added or removed, a group renamed or moved, a person blocked or came back."""
    event, session = context.event, context.session
    match event.kind:
        case "left":
            reason = LOST_REMOVED if event.group else LOST_BLOCKED
            chats.lose(session, event.channel, event.chat, reason)
        case "migrated":
            chats.move(session, event.channel, event.chat, event.new_chat)
        case "renamed" if context.chat is not None:
            context.chat.title = event.chat_title
            session.add(context.chat)
        case "joined" if event.group:
            _enter_group(context)
        case "joined" if context.chat is not None:
            chats.meet(session, event.channel, event.chat, context.now, group=False)
        case "joined" if context.person is None and event.details.get("silent"):
            joining.ask_for_code(context)


def _enter_group(context: Context) -> None:
    event = context.event
    chat = _chat_here(context)
    chat.hears_all = event.hears_all if event.hears_all is not None else chat.hears_all
    context.chat = chat
    target = target_of(context, chat)
    if hidden.is_narrow(context):
        return hidden.hello(context, target)
    text = HELLO_BOUND.format(target=target) if target else HELLO
    topic = hello_topic(event.channel, event.chat)
    if event.details.get("made_by") != "us":
        context.say(text if chat.hears_all is not False else f"{text}\n{HEARS_LITTLE}")
    elif target:
        context.say(text, key=topic)
    else:
        context.say_soon(topic, text, seconds=BINDING_SECONDS)


def greet_bound(session: Session, chat: Chat, target: str) -> None:
    """The first word in a group that was made for ``target``, once, in place of the question whose group it is."""
    topic = hello_topic(chat.channel, chat.external_id)
    outbox.cancel_about(session, topic)
    outbox.say(session, topic, chat, Message(text=HELLO_BOUND.format(target=target)))


def hello_topic(channel: str, chat: str) -> str:
    return f"hello:{channel}:{chat}"


def target_of(context: Context, chat: Chat) -> str:
    """What a chat is bound to, in words; empty when to nothing."""
    if chat.unit_id is not None:
        return context.session.get_one(Unit, chat.unit_id).name
    if chat.cluster_id is not None:
        return context.session.get_one(Cluster, chat.cluster_id).name
    return ""
