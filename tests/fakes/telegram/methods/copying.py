"""Copies and forwards, one or many."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

from ..errors import bad_request
from ..keyboards import reply_markup
from ..limits import caption
from ..params import Params
from ..state import Chat, Content, Message
from ..text import JSON
from ..world import World
from .sending import delivery_fields


def copy_message(world: World, params: Params) -> JSON:
    source = _source(world, params, "message to copy not found")
    chat = world.writable(params)
    content = _copied(world, source)
    if params.has("caption"):
        content.caption = caption(params, world.limits)
    content.markup = reply_markup(params, world.limits)
    return {"message_id": world.post(chat, world.me, content, **delivery_fields(world, chat, params)).id}


def forward_message(world: World, params: Params) -> JSON:
    source = _source(world, params, "message to forward not found")
    return _forwarded(world, world.writable(params), source, None).to_json()


def copy_messages(world: World, params: Params) -> list[JSON]:
    chat, albums = world.writable(params), _Albums(world)
    return [
        {"message_id": world.post(chat, world.me, _copied(world, source), album=albums.of(source)).id}
        for source in _sources(world, params)
    ]


def forward_messages(world: World, params: Params) -> list[JSON]:
    chat, albums = world.writable(params), _Albums(world)
    sources = _sources(world, params)
    return [{"message_id": _forwarded(world, chat, source, albums.of(source)).id} for source in sources]


class _Albums:
    """Copies of one album stay together under a new group id."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._new: dict[str, str] = {}

    def of(self, source: Message) -> str | None:
        if source.album is None:
            return None
        if source.album not in self._new:
            self._new[source.album] = str(13_000_000_000_000_000 + self._world.serial())
        return self._new[source.album]


def _source(world: World, params: Params, refusal: str) -> Message:
    chat = world.chat_of(params, "from_chat_id")
    message = world.message_in(chat, params.integer("message_id"), refusal)
    if message.service:
        raise bad_request("the message can't be copied")
    return message


def _sources(world: World, params: Params) -> list[Message]:
    """In order; missing messages and service messages are silently skipped, as the Bot API says."""
    chat = world.chat_of(params, "from_chat_id")
    ids = [int(number) for number in params.items("message_ids")]
    if not 1 <= len(ids) <= world.limits.bulk_ids:
        raise bad_request("there must be 1-100 message identifiers")
    if any(a >= b for a, b in pairwise(ids)):
        raise bad_request("message identifiers must be in a strictly increasing order")
    found = [chat.history[number] for number in ids if number in chat.history]
    return [m for m in found if not m.deleted and not m.service]


def _copied(world: World, source: Message) -> Content:
    media = world.files.again(source.media) if source.media else None
    return replace(source.content, media=media, markup=None)


def _forwarded(world: World, chat: Chat, source: Message, album: str | None) -> Message:
    origin: dict[str, Any] = {
        "type": "user",
        "date": int(source.date.timestamp()),
        "sender_user": source.sender.to_json(),
    }
    extra = {"forward_origin": source.extra.get("forward_origin", origin)}
    return world.post(chat, world.me, _copied(world, source), album=album, extra=extra)


METHODS = {
    "copyMessage": copy_message,
    "copyMessages": copy_messages,
    "forwardMessage": forward_message,
    "forwardMessages": forward_messages,
}
