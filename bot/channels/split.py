"""From one Message to the requests a platform needs for it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from bot.channels.contract import Abilities, Part
from campaign.message import Choice, Message

# From the kindest place to cut to the harshest: paragraph, line, sentence, word.
_SEAMS = (re.compile(r"\n\s*\n"), re.compile(r"\n"), re.compile(r"(?<=[.!?…;])\s"), re.compile(r"\s"))
ZERO_WIDTH_JOINER = "\u200d"


def utf16_units(text: str) -> int:
    """Length as Telegram and Zalo's text styles count it: an emoji is 2."""
    return len(text.encode("utf-16-le")) // 2


def split_text(text: str, limit: int, measure: Callable[[str], int] = len) -> list[str]:
    """Pieces of at most ``limit`` units. Cuts at the kindest seam; inside a word only when the word alone is too long,
    and even then never between a letter and its marks."""
    pieces = []
    while measure(text) > limit:
        cut = _cut(text, _prefix(text, limit, measure))
        pieces.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return [piece for piece in [*pieces, text] if piece]


def _prefix(text: str, limit: int, measure: Callable[[str], int]) -> int:
    """The longest prefix of ``text`` that measures at most ``limit``."""
    low, high = 0, min(len(text), limit)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if measure(text[:middle]) <= limit else (low, middle - 1)
    return max(low, 1)


def _cut(text: str, longest: int) -> int:
    for seam in _SEAMS:
        ends = [match.end() for match in seam.finditer(text, 0, longest + 1) if 0 < match.start() <= longest]
        if ends and ends[-1] > longest // 3:
            return ends[-1]
    return next((at for at in range(longest, 0, -1) if not _inside_letter(text, at)), longest)


def _inside_letter(text: str, at: int) -> bool:
    joined = text[at] == ZERO_WIDTH_JOINER or text[at - 1] == ZERO_WIDTH_JOINER
    return joined or unicodedata.category(text[at]) in ("Mn", "Me", "Sk")


def numbered(text: str, choices: tuple[Choice, ...]) -> str:
    """Choices as people can answer them on a platform without buttons."""
    lines = [f"{number}. {choice.label}" for number, choice in enumerate(choices, 1)]
    return "\n".join([text, *lines, "Trả lời bằng số."]).strip()


def parts_of(
    key: str,
    to: str,
    message: Message,
    abilities: Abilities,
    open_media: Callable[[str], Path],
    *,
    group: bool = False,
) -> list[Part]:
    """The requests for ``message``, in the order in which they must leave. ``open_media`` gives the file of a
    SHA-256.
    """
    if message.toast:
        return [Part(key=key, to=to, group=group, text=message.text[:200], toast=message.toast)]
    text, choices = message.text, message.choices
    if choices and len(choices) > abilities.buttons_for(group=group):
        text, choices = numbered(text, choices), ()
    parts = [*_media_parts(to, message, abilities, open_media)]
    if parts and text and _fits_caption(text, choices, parts, abilities):
        parts[0] = replace(parts[0], text=text, choices=choices)
    else:
        pieces = split_text(text, abilities.text_limit, abilities.measure)
        parts += [Part(key="", to=to, text=piece) for piece in pieces]
        if choices:
            parts[-1] = replace(parts[-1], choices=choices)
    parts[0] = replace(parts[0], reply_to=message.reply_to)
    return [replace(part, key=f"{key}/{number}" if number else key, group=group) for number, part in enumerate(parts)]


def _media_parts(to: str, message: Message, abilities: Abilities, open_media: Callable[[str], Path]) -> Iterator[Part]:
    photos = [open_media(sha256) for sha256 in message.photos]
    for start in range(0, len(photos), abilities.album_limit):
        yield Part(key="", to=to, photos=tuple(photos[start : start + abilities.album_limit]))
    for file in message.files:
        yield Part(key="", to=to, file=file, file_path=open_media(file.sha256))


def _fits_caption(text: str, choices: tuple[Choice, ...], parts: list[Part], abilities: Abilities) -> bool:
    if len(parts) > 1 or abilities.measure(text) > abilities.caption_limit:
        return False
    if not parts[0].photos:
        return abilities.file_words
    return not choices or (abilities.photo_buttons and (abilities.album_buttons or len(parts[0].photos) == 1))
