"""One message into one chat."""

from typing import Any

from ..errors import bad_request
from ..keyboards import reply_markup
from ..limits import caption, message_text
from ..params import Params
from ..state import Chat, Content, Message
from ..text import JSON
from ..world import World


def send_message(world: World, params: Params) -> JSON:
    chat = world.writable(params)
    content = Content(text=message_text(params, world.limits), markup=reply_markup(params, world.limits))
    return _post(world, chat, params, content)


def send_photo(world: World, params: Params) -> JSON:
    return _send_file(world, params, "photo")


def send_document(world: World, params: Params) -> JSON:
    return _send_file(world, params, "document")


def send_video(world: World, params: Params) -> JSON:
    return _send_file(world, params, "video")


def send_voice(world: World, params: Params) -> JSON:
    return _send_file(world, params, "voice")


def _send_file(world: World, params: Params, kind: str) -> JSON:
    chat = world.writable(params)
    if not params.has(kind):
        raise bad_request(f"there is no {kind} in the request")
    reference = params.text(kind) or kind
    content = Content(caption=caption(params, world.limits), markup=reply_markup(params, world.limits))
    content.media = world.files.taken(kind, reference, params)
    return _post(world, chat, params, content)


def _post(world: World, chat: Chat, params: Params, content: Content) -> JSON:
    return world.post(chat, world.me, content, **delivery_fields(world, chat, params)).to_json()


def delivery_fields(world: World, chat: Chat, params: Params) -> dict[str, Any]:
    """What every sending method takes besides the content."""
    if params.has("message_thread_id"):
        raise bad_request("message thread not found")
    fields: dict[str, Any] = {"reply_to": replied(world, chat, params)}
    if params.truth("protect_content"):
        fields["extra"] = {"has_protected_content": True}
    return fields


def replied(world: World, chat: Chat, params: Params) -> Message | None:
    """The message answered; None also when it is gone and the sender said that this does not matter."""
    reply = params.parsed("reply_parameters") or {}
    if not reply and params.has("reply_to_message_id"):
        reply = {"message_id": params.integer("reply_to_message_id")}
        reply["allow_sending_without_reply"] = params.truth("allow_sending_without_reply")
    if not reply:
        return None
    message = chat.history.get(int(reply.get("message_id", 0)))
    if message is not None and not message.deleted:
        return message
    if reply.get("allow_sending_without_reply"):
        return None
    raise bad_request("message to be replied not found")


METHODS = {
    "sendMessage": send_message,
    "sendPhoto": send_photo,
    "sendDocument": send_document,
    "sendVideo": send_video,
    "sendVoice": send_voice,
}
