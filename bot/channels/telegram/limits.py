"""What Telegram allows, from core.telegram.org/bots/api and /bots/faq."""

from __future__ import annotations

from dataclasses import dataclass

from bot.channels.contract import Abilities
from bot.channels.markup import utf16_units

MEGABYTE = 1 << 20
PHOTO_BYTES = 10 * MEGABYTE
PHOTO_SIDES = 10_000  # width + height, pixels
PHOTO_RATIO = 20
TOAST_UNITS = 200
CALLBACK_BYTES = 64
POLL_SECONDS = 50  # the server answers at the latest after this, whatever is asked
BATCH = 100

ABILITIES = Abilities(
    text_limit=4096,
    caption_limit=1024,
    measure=utf16_units,
    buttons=8,  # Telegram takes 100; more than eight do not fit a small phone's screen beside the text
    album_limit=10,
    album_buttons=False,
    upload_bytes=50 * MEGABYTE,
    download_bytes=20 * MEGABYTE,
    can_edit=True,
    can_toast=True,
    can_delete=True,  # for 48 hours; a group administrator always
    can_pin=True,  # where the group gives the right
    hears_groups="addressed",  # privacy mode is on unless the operator switched it off
    bold=True,
    links=True,
)


@dataclass(frozen=True, slots=True)
class Waits:
    """Real seconds. ``first_pause`` doubles up to ``longest_pause`` while Telegram cannot be reached."""

    connect: float = 10
    read: float = 40  # an album of ten is answered only when all ten are through
    write: float = 30
    upload: float = 120
    pool: float = 10
    poll: int = POLL_SECONDS
    first_pause: float = 1
    longest_pause: float = 30
    webhook_check: float = 600
