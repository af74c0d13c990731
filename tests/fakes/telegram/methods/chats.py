"""Chats and their members, pins, leaving."""

from ..errors import bad_request
from ..params import Params
from ..state import PERMISSIONS, Chat, Content, Member
from ..text import JSON
from ..world import World

_NO_PIN = "not enough rights to manage pinned messages in the chat"


def get_chat(world: World, params: Params) -> JSON:
    chat = world.chat_of(params)
    body = chat.to_json() | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(
            (
                "unlimited_gifts",
                "limited_gifts",
                "unique_gifts",
                "premium_subscription",
                "gifts_from_channels",
            ),
            False,
        ),
    }
    if chat.is_group:
        body["permissions"] = dict.fromkeys(PERMISSIONS, True)
    if chat.pinned:
        body["pinned_message"] = chat.pinned[-1].to_json(nested=True)
    return body


def get_chat_member(world: World, params: Params) -> JSON:
    chat, number = world.chat_of(params), params.integer("user_id")
    user = world.me if number == world.me.id else world.users.get(number)
    if user is None:
        raise bad_request("invalid user_id specified" if number <= 0 else "PARTICIPANT_ID_INVALID")
    if not chat.is_group:
        return Member(user, "member" if chat.id == number or user is world.me else "left").to_json()
    return (chat.members.get(number) or Member(user, "left")).to_json()


def get_chat_administrators(world: World, params: Params) -> list[JSON]:
    chat = _group(world, params, "there are no administrators in the private chat")
    return [m.to_json() for m in chat.members.values() if m.status in ("creator", "administrator")]


def get_chat_member_count(world: World, params: Params) -> int:
    chat = world.chat_of(params)
    return sum(m.inside for m in chat.members.values()) if chat.is_group else 2


def leave_chat(world: World, params: Params) -> bool:
    chat = _group(world, params, "chat member status can't be changed in private chats")
    chat.members[world.me.id] = Member(world.me, "left")
    world.post(chat, world.me, Content(), service={"left_chat_member": world.me.to_json()})
    return True


def pin_chat_message(world: World, params: Params) -> bool:
    chat = world.chat_of(params)
    world.require_right(chat, "can_pin_messages", _NO_PIN)
    message = world.message_in(chat, params.integer("message_id"), "message to pin not found")
    if not message.pinned:
        chat.pinned.append(message)
        world.post(chat, world.me, Content(), service={"pinned_message": message.to_json(nested=True)})
    return True


def unpin_chat_message(world: World, params: Params) -> bool:
    chat = world.chat_of(params)
    world.require_right(chat, "can_pin_messages", _NO_PIN)
    if params.has("message_id"):
        message = world.message_in(chat, params.integer("message_id"), "message to unpin not found")
    elif chat.pinned:
        message = chat.pinned[-1]
    else:
        raise bad_request("message to unpin not found")
    if message.pinned:
        chat.pinned.remove(message)
    return True


def unpin_all_chat_messages(world: World, params: Params) -> bool:
    chat = world.chat_of(params)
    world.require_right(chat, "can_pin_messages", _NO_PIN)
    chat.pinned.clear()
    return True


def _group(world: World, params: Params, refusal: str) -> Chat:
    chat = world.chat_of(params)
    if not chat.is_group:
        raise bad_request(refusal)
    return chat


METHODS = {
    "getChat": get_chat,
    "getChatMember": get_chat_member,
    "getChatAdministrators": get_chat_administrators,
    "getChatMemberCount": get_chat_member_count,
    "leaveChat": leave_chat,
    "pinChatMessage": pin_chat_message,
    "unpinChatMessage": unpin_chat_message,
    "unpinAllChatMessages": unpin_all_chat_messages,
}
