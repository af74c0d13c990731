"""sendMediaGroup: n messages that share one media_group_id."""

from typing import Any

from ..errors import bad_request
from ..limits import caption
from ..params import Params
from ..state import Content
from ..text import JSON
from ..world import World
from .sending import delivery_fields

_MIXABLE = {"photo", "video"}
_KINDS = {"photo", "video", "document"}


def send_media_group(world: World, params: Params, only: int | None = None) -> list[JSON]:
    """``only`` stops after so many items: how a flood in the middle of an album looks."""
    chat = world.writable(params)
    if params.has("reply_markup"):
        raise bad_request("reply_markup is not supported in albums")
    contents = [_item(world, params, item) for item in _media(world, params)]
    fields = delivery_fields(world, chat, params)
    album = str(13_000_000_000_000_000 + world.serial())
    sent = [world.post(chat, world.me, content, album=album, **fields) for content in contents[:only]]
    return [message.to_json() for message in sent]


def _media(world: World, params: Params) -> list[dict[str, Any]]:
    media, limits = params.items("media"), world.limits
    if len(media) < limits.album_min:
        raise bad_request("too few messages to send as an album")
    if len(media) > limits.album_max:
        raise bad_request("too many messages to send as an album")
    kinds = {item.get("type") if isinstance(item, dict) else None for item in media}
    if not kinds <= _KINDS:
        raise bad_request("can't parse InputMedia: media type is not supported in albums")
    if len(kinds) > 1 and not kinds <= _MIXABLE:
        raise bad_request("documents can't be mixed with other media types")
    return media


def _item(world: World, params: Params, item: dict[str, Any]) -> Content:
    """Text fields of an item are measured like those of a single message."""
    own = Params(item, params.uploads)
    text = caption(own, world.limits)
    return Content(caption=text, media=world.files.taken(item["type"], str(item.get("media", "")), params))


METHODS = {"sendMediaGroup": send_media_group}
