"""What the Zalo Bot Platform allows, as its pages and those who use it say."""

from __future__ import annotations

from dataclasses import dataclass

from bot.channels.contract import Abilities
from bot.channels.split import utf16_units

NAME = "zalo_bot"
MEGABYTE = 1 << 20
TEXT_UNITS = 2000
SECRET_LENGTHS = (8, 256)

ABILITIES = Abilities(
    text_limit=TEXT_UNITS,
    caption_limit=1600,  # the platform takes 2000; an address may have to stand below the words
    measure=utf16_units,  # letters or UTF-16 units is not documented: the larger count fits both
    buttons=0,
    album_limit=1,
    album_buttons=False,
    upload_bytes=50 * MEGABYTE,  # our own: files leave as links to our own server
    download_bytes=25 * MEGABYTE,  # our own: no limit is documented
    can_edit=False,
    can_toast=False,
    hears_groups="addressed",
    group_photos=False,
    bold=True,
    links=False,
)


@dataclass(frozen=True, slots=True)
class Waits:
    """Real seconds. ``photo``: the platform fetches the picture before it answers. ``first_pause`` doubles up to
    ``longest_pause`` while the platform cannot be reached; ``dead`` between attempts once a person was called;
    ``introduce``: while a webhook waits for its
    answer. ``slow`` is the range in which a 429 is waited out; ``quota`` between attempts when 429 does not end.
    """

    connect: float = 5
    read: float = 15
    photo: float = 75
    file: float = 60
    introduce: float = 1
    poll: int = 30
    poll_margin: float = 10
    first_pause: float = 1
    longest_pause: float = 30
    dead: float = 300
    slow: tuple[float, float] = (30, 60)
    quota: float = 3600
    webhook_check: float = 600
