"""``POST /ctl/ACTION`` with a JSON object of arguments: the same scripting from another process.

Users, chats and messages are given by number; bytes (``data``, entries of ``photos``) in base64.
"""

from base64 import b64decode
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from . import faults
from .errors import ApiError
from .floods import FloodRules
from .inspection import Inspection
from .state import Message, Press
from .text import JSON

PLAIN = frozenset(
    {
        "user", "say", "start", "send_photo", "send_document", "send_video", "send_voice", "send_other", "send_album",
        "edit", "delete", "press", "block", "unblock", "deactivate", "repeat", "group", "add_bot", "remove_bot",
        "promote_bot", "demote_bot", "silence_bot", "join", "leave", "promote", "rename", "migrate", "set_privacy",
        "sent",
    }
)  # fmt: skip
"""Actions that are the fake's Python methods of the same name, with the same arguments."""


async def control(telegram: Inspection, request: Request) -> Response:
    action = request.path_params["action"]
    body = await request.body()
    arguments = _decoded(await request.json()) if body else {}
    try:
        if action in PLAIN:
            return JSONResponse(shown(getattr(telegram, action)(**arguments)))
        if action in _SPECIAL:
            return JSONResponse(shown(_SPECIAL[action](telegram, arguments)))
    except (LookupError, TypeError, ValueError, AttributeError, ApiError) as error:
        return JSONResponse({"error": f"{type(error).__name__}: {error}"}, 400)
    return JSONResponse({"error": f"unknown action {action}", "known": sorted(PLAIN | _SPECIAL.keys())}, 404)


def shown(value: Any) -> Any:
    """JSON of anything the scripting methods return; True for nothing."""
    if isinstance(value, list):
        return [shown(item) for item in value]
    if isinstance(value, Message):
        return value.to_json() | {"deleted": value.deleted, "pinned": value.pinned, "reactions": value.reactions}
    if isinstance(value, Press):
        return value.to_json() | {"answer": vars(value.answer) if value.answer else None}
    if hasattr(value, "to_json"):
        return value.to_json()
    return True if value is None else value


def _decoded(arguments: JSON) -> JSON:
    if isinstance(arguments.get("data"), str):
        arguments["data"] = b64decode(arguments["data"])
    if isinstance(arguments.get("photos"), list):
        arguments["photos"] = [b64decode(photo) for photo in arguments["photos"]]
    return arguments


def _fault(telegram: Inspection, arguments: JSON) -> None:
    """``{"fault": "too_many_requests", "with": {"seconds": 3}, "method": ..., "chat": ..., "times": ...}``"""
    name = arguments.pop("fault")
    if name not in _FAULTS:
        raise LookupError(f"no fault {name}; known: {sorted(_FAULTS)}")
    telegram.script(_FAULTS[name](**arguments.pop("with", {})), **arguments)


def _calm(telegram: Inspection, arguments: JSON) -> None:
    telegram.calm()


def _flood(telegram: Inspection, arguments: JSON) -> None:
    """``{"rules": null}`` switches the flood model off; an object gives other rules. Counting starts anew."""
    rules = arguments["rules"]
    telegram.flood.rules = None if rules is None else FloodRules(**rules)
    telegram.flood.forget()


def _messages(telegram: Inspection, arguments: JSON) -> list[Message]:
    return telegram.chats[arguments["chat"]].messages


def _presses(telegram: Inspection, arguments: JSON) -> list[Press]:
    return telegram.presses


def _report(telegram: Inspection, arguments: JSON) -> JSON:
    """Figures for a benchmark: deliveries by chat, refusals, the busiest windows."""
    by_chat: dict[str, int] = {}
    for send in telegram.delivered():
        by_chat[str(send.chat)] = by_chat.get(str(send.chat), 0) + send.items
    return {
        "delivered": sum(by_chat.values()),
        "by_chat": by_chat,
        "rejected": telegram.rejected,
        "during_pause": telegram.flood.during_pause,
        "most_in_a_second": telegram.most_messages(1.0),
        "calls": len(telegram.calls),
        "pending_updates": len(telegram.updates.pending),
    }


_FAULTS: dict[str, Callable[..., faults.Fault]] = {
    make.__name__: make
    for make in (
        faults.too_many_requests, faults.blocked, faults.kicked, faults.deactivated, faults.chat_not_found,
        faults.no_rights, faults.migrated, faults.server_error, faults.bad_gateway, faults.hang,
        faults.accept_then_drop, faults.refuse_line, faults.slow, faults.album_flood,
    )
}  # fmt: skip
_SPECIAL: dict[str, Callable[[Inspection, JSON], Any]] = {
    "fault": _fault,
    "calm": _calm,
    "flood": _flood,
    "messages": _messages,
    "presses": _presses,
    "report": _report,
}
