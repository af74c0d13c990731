"""Small signs: answered buttons, reactions, "is typing"."""

from ..errors import ApiError, bad_request
from ..params import Params
from ..state import Answer
from ..text import units
from ..world import World

_ACTION_NAMES = """typing upload_photo record_video upload_video record_voice upload_voice upload_document
    choose_sticker find_location record_video_note upload_video_note"""
ACTIONS = frozenset(_ACTION_NAMES.split())
_REACTION_EMOJI = """❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔
    🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾
    🤷‍♂ 🤷 🤷‍♀ 😡"""
REACTIONS = frozenset(_REACTION_EMOJI.split())


def answer_callback_query(world: World, params: Params) -> bool:
    press = next((p for p in world.presses if p.id == params.text("callback_query_id")), None)
    late = press is None or world.monotonic() - press.at > world.limits.callback_seconds
    if press is None or late or press.answer is not None:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    text = params.text("text")
    if units(text) > world.limits.callback_answer:
        raise bad_request("MESSAGE_TOO_LONG")
    press.answer = Answer(text, params.truth("show_alert"), params.text("url"))
    return True


def set_message_reaction(world: World, params: Params) -> bool:
    chat = world.chat_of(params)
    message = world.message_in(chat, params.integer("message_id"), "message to react not found")
    reactions = params.items("reaction")
    if len(reactions) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    if any(r.get("type") != "emoji" or r.get("emoji") not in REACTIONS for r in reactions):
        raise bad_request("REACTION_INVALID")
    message.reactions = [r["emoji"] for r in reactions]
    return True


def send_chat_action(world: World, params: Params) -> bool:
    chat, action = world.writable(params), params.text("action")
    if action not in ACTIONS:
        raise ApiError(400, "Bad Request: wrong parameter action in request")
    world.actions.append((chat.id, action))
    return True


METHODS = {
    "answerCallbackQuery": answer_callback_query,
    "setMessageReaction": set_message_reaction,
    "sendChatAction": send_chat_action,
}
