"""Changing and withdrawing what was said."""

from ..errors import bad_request
from ..keyboards import inline_markup
from ..limits import caption, message_text
from ..params import Params
from ..state import Chat, Message
from ..text import JSON
from ..world import World


def edit_message_text(world: World, params: Params) -> JSON:
    message = _own(world, params)
    text, markup = message_text(params, world.limits), inline_markup(params, world.limits)
    if message.content.text is None:
        raise bad_request("there is no text in the message to edit")
    return world.revise(message, text=text, markup=markup).to_json()


def edit_message_caption(world: World, params: Params) -> JSON:
    message = _own(world, params)
    text, markup = caption(params, world.limits), inline_markup(params, world.limits)
    if message.media is None:
        raise bad_request("there is no caption in the message to edit")
    return world.revise(message, caption=text, markup=markup).to_json()


def edit_message_reply_markup(world: World, params: Params) -> JSON:
    return world.revise(_own(world, params), markup=inline_markup(params, world.limits)).to_json()


def delete_message(world: World, params: Params) -> bool:
    chat = world.chat_of(params)
    _delete(world, world.message_in(chat, params.integer("message_id"), "message to delete not found"))
    return True


def delete_messages(world: World, params: Params) -> bool:
    """Missing ones are skipped; one that may not be deleted refuses the request."""
    chat = world.chat_of(params)
    ids = [int(number) for number in params.items("message_ids")]
    if not 1 <= len(ids) <= world.limits.bulk_ids:
        raise bad_request("there must be 1-100 message identifiers")
    for message in [chat.history[n] for n in ids if n in chat.history]:
        _delete(world, message)
    return True


def _own(world: World, params: Params) -> Message:
    if params.has("inline_message_id"):
        raise bad_request("MESSAGE_ID_INVALID")
    chat = world.writable(params)
    message = world.message_in(chat, params.integer("message_id"), "message to edit not found")
    if message.sender is not world.me or message.service or "forward_origin" in message.extra:
        raise bad_request("message can't be edited")
    return message


def _delete(world: World, message: Message) -> None:
    if not _deletable(world, message.chat, message):
        raise bad_request("message can't be deleted for everyone")
    message.deleted = True
    if message.pinned:
        message.chat.pinned.remove(message)
    world.touch()


def _deletable(world: World, chat: Chat, message: Message) -> bool:
    """Own messages, and in a private chat all, for 48 hours; a group administrator with the right: any."""
    if chat.is_group and world.membership(chat).may("can_delete_messages"):
        return True
    age = (world.clock() - message.date).total_seconds()
    return age < world.limits.delete_seconds and (not chat.is_group or message.sender is world.me)


METHODS = {
    "editMessageText": edit_message_text,
    "editMessageCaption": edit_message_caption,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "deleteMessages": delete_messages,
}
