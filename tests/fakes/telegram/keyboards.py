"""reply_markup: what is accepted, and the buttons a person then sees."""

from dataclasses import dataclass
from typing import Any

from .addresses import web_address
from .errors import ApiError, bad_request
from .limits import Limits
from .params import Params
from .text import JSON

_ACTIONS = (
    "url", "callback_data", "web_app", "login_url", "switch_inline_query", "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat", "copy_text", "callback_game", "pay",
)  # fmt: skip
_OTHER_KINDS = ("keyboard", "remove_keyboard", "force_reply")


@dataclass(frozen=True)
class Button:
    """One inline button as shown."""

    text: str
    data: str | None
    url: str | None
    row: int
    column: int


def reply_markup(params: Params, limits: Limits) -> JSON | None:
    markup = params.parsed("reply_markup")
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in markup:
        return inline_keyboard(markup["inline_keyboard"], limits)
    if not any(kind in markup for kind in _OTHER_KINDS):
        raise bad_request("object expected as reply markup")
    return markup


def inline_markup(params: Params, limits: Limits) -> JSON | None:
    """For edits, where only an inline keyboard (or nothing, which removes it) may be given."""
    markup = reply_markup(params, limits)
    if markup is not None and "inline_keyboard" not in markup:
        raise bad_request("inline keyboard expected")
    return markup


def inline_keyboard(rows: Any, limits: Limits) -> JSON | None:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise _unparsable('field "inline_keyboard" must be of type Array of Arrays')
    checked = [[_button(button, limits) for button in row] for row in rows if row]
    if sum(len(row) for row in checked) > limits.buttons:
        raise bad_request("REPLY_MARKUP_TOO_LONG")
    return {"inline_keyboard": checked} if checked else None


def _button(button: Any, limits: Limits) -> JSON:
    if not isinstance(button, dict) or not isinstance(button.get("text"), str):
        raise _unparsable('Can\'t find field "text"')
    if not button["text"].strip():
        raise _unparsable("button text must be non-empty")
    actions = [name for name in _ACTIONS if button.get(name) not in (None, "")]
    if not actions:
        raise _unparsable("Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise _unparsable(f"exactly one action must be used, not {', '.join(actions)}")
    if actions == ["callback_data"] and len(button["callback_data"].encode()) > limits.callback_data_bytes:
        raise bad_request("BUTTON_DATA_INVALID")
    if actions == ["url"]:
        web_address(button["url"], "inline keyboard button")
    return {k: v for k, v in button.items() if v is not None}


def _unparsable(reason: str) -> ApiError:
    return bad_request(f"can't parse inline keyboard button: {reason}")


def buttons(markup: JSON | None) -> list[Button]:
    rows = (markup or {}).get("inline_keyboard", [])
    return [
        Button(b["text"], b.get("callback_data"), b.get("url"), r, c)
        for r, row in enumerate(rows)
        for c, b in enumerate(row)
    ]
