"""The methods of the Bot API the fake knows, by family. A name not listed here is 404, as at Telegram."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from ..params import Params
from ..world import World
from . import account, albums, chats, copying, editing, feedback, listening, sending

Method = Callable[[World, Params], Any | Awaitable[Any]]

_FAMILIES: tuple[Mapping[str, Method], ...] = (
    account.METHODS,
    albums.METHODS,
    chats.METHODS,
    copying.METHODS,
    editing.METHODS,
    feedback.METHODS,
    listening.METHODS,
    sending.METHODS,
)
METHODS: dict[str, Method] = {name: method for family in _FAMILIES for name, method in family.items()}
_BY_LOWER = {name.lower(): name for name in METHODS}

SENDS = frozenset(sending.METHODS) | frozenset(albums.METHODS) | frozenset(copying.METHODS)
"""They put messages into a chat: the flood model counts them and the send log lists them."""
EDITS = frozenset(name for name in editing.METHODS if name.startswith("edit"))


def canonical(name: str) -> str | None:
    """Method names are case-insensitive; None for an unknown one."""
    return _BY_LOWER.get(name.lower())


def items(method: str, params: Params) -> int:
    """How many messages a request asks for."""
    many = {"sendMediaGroup": "media", "copyMessages": "message_ids", "forwardMessages": "message_ids"}
    return max(len(params.items(many[method])), 1) if method in many else 1
