"""The documented limits of the Bot API (core.telegram.org/bots/api), each refusing in the server's words."""

from dataclasses import dataclass

from .entities import explicit
from .errors import bad_request
from .markup_html import parse_html
from .markup_v2 import parse_markdown_v2
from .params import Params
from .text import Formatted, detected, trimmed, units

MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Sizes in bytes, text in UTF-16 units, times in seconds. A test may lower a size."""

    text: int = 4096
    caption: int = 1024
    callback_answer: int = 200
    callback_data_bytes: int = 64
    buttons: int = 100
    album_min: int = 2
    album_max: int = 10
    bulk_ids: int = 100
    photo_bytes: int = 10 * MEGABYTE
    photo_side_sum: int = 10_000
    photo_ratio: int = 20
    upload_bytes: int = 50 * MEGABYTE
    download_bytes: int = 20 * MEGABYTE
    link_seconds: int = 3600
    delete_seconds: int = 48 * 3600
    update_seconds: int = 24 * 3600
    poll_seconds: int = 50
    poll_batch: int = 100
    callback_seconds: float = 60.0
    """How long a button press can be answered; Telegram does not publish its value."""


def formatted(params: Params, name: str, entities_name: str) -> Formatted:
    """The text after entity parsing: what the length limits are measured on."""
    source, mode = params.text(name), params.text("parse_mode").lower()
    if mode == "html":
        parsed = parse_html(source)
    elif mode == "markdownv2":
        parsed = parse_markdown_v2(source)
    elif mode:
        # Legacy "Markdown" still works at Telegram but cannot be escaped; a product must not depend on it.
        raise bad_request("unsupported parse_mode")
    else:
        parsed = Formatted(source, explicit(params.items(entities_name), source))
    return detected(trimmed(parsed))


def message_text(params: Params, limits: Limits) -> Formatted:
    text = formatted(params, "text", "entities")
    if not text.text:
        raise bad_request("message text is empty")
    if units(text.text) > limits.text:
        raise bad_request("message is too long")
    return text


def caption(params: Params, limits: Limits) -> Formatted:
    text = formatted(params, "caption", "caption_entities")
    if units(text.text) > limits.caption:
        raise bad_request("message caption is too long")
    return text


def photo_size(width: int, height: int, limits: Limits) -> None:
    too_thin = max(width, height) > limits.photo_ratio * min(width, height)
    if width + height > limits.photo_side_sum or too_thin:
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
