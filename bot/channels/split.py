"""From one Message to the requests a platform needs for it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from bot.channels import markup
from bot.channels.contract import Abilities, Part
from bot.channels.markup import utf16_units
from campaign.markup import ADDRESS, Marked
from campaign.message import Choice, FilePart, Message
from campaign.text import inside_letter

__all__ = ["numbered", "parts_of", "split_marked", "split_text", "utf16_units"]
# From the kindest place to cut to the harshest: paragraph, line, sentence, word.
_SEAMS = (re.compile(r"\n\s*\n"), re.compile(r"\n"), re.compile(r"(?<=[.!?…;])\s+"), re.compile(r"\s+"))
_SLOGAN = re.compile(r"“[^“”\n]+”")
BY_NUMBER = "Trả lời bằng số."
BY_REPLY = "Bấm giữ tin này, chọn Trả lời, gõ số."  # in a group a number alone may be for somebody else
LEFT_OUT = "Không kèm được “{name}”. {why}"
Measure = Callable[[str], int]
Range = tuple[int, int]


def split_text(text: str, limit: int, measure: Measure = len) -> list[str]:
    """Pieces of at most ``limit`` units; see ``split_marked``."""
    return [piece.text for piece in split_marked(Marked(text), limit, measure)]


def split_marked(marked: Marked, limit: int, measure: Measure = len) -> list[Marked]:
    """Pieces of at most ``limit`` units without white space at their ends; bold goes on in the next piece.

    Cuts at the kindest seam. Links and addresses move whole, and slogans between “ ” where another seam is near enough;
    inside a word it cuts only when the word alone is too long, and even then never between a letter and its marks.
    """
    text, at, pieces = marked.text, 0, []
    links = [(span.start, span.end) for span in marked.spans if span.kind == "link"]
    written = [one for one in _ranges(ADDRESS, text) if _is_free(*one, links)]
    hard = [one for one in [*links, *written] if measure(text[slice(*one)]) <= limit]
    soft = [one for one in _ranges(_SLOGAN, text) if measure(text[slice(*one)]) <= limit]
    while rest := text[at:].lstrip():
        at = len(text) - len(rest)
        end = len(text) if measure(rest) <= limit else _cut(text, at, at + _prefix(rest, limit, measure), hard, soft)
        pieces.append(marked.cut(at, end))
        at = end
    return pieces


def _ranges(pattern: re.Pattern[str], text: str) -> list[Range]:
    return [match.span() for match in pattern.finditer(text)]


def _prefix(text: str, limit: int, measure: Measure) -> int:
    """The length of the longest prefix of ``text`` that measures at most ``limit``."""
    low, high = 0, min(len(text), limit)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if measure(text[:middle]) <= limit else (low, middle - 1)
    return max(low, 1)


def _cut(text: str, start: int, longest: int, hard: list[Range], soft: list[Range]) -> int:
    """Where the piece that begins at ``start`` ends, at the latest at ``longest`` (white space not counted)."""
    for whole in ([*hard, *soft], hard):
        if end := _seam(text, start, longest, whole):
            return end
        if (end := _before(start, longest, whole)) > start:
            break
    else:
        end = longest
    return next((at for at in range(end, start, -1) if not inside_letter(text, at)), end)


def _seam(text: str, start: int, longest: int, whole: Sequence[Range]) -> int:
    """The last seam of the kindest kind that leaves a piece worth sending; 0 when there is none."""
    for pattern in _SEAMS:
        seams = (match.span() for match in pattern.finditer(text, start, longest + 1))
        ends = [end for at, end in seams if start < at <= longest and _is_free(at, end, whole)]
        if ends and ends[-1] - start > (longest - start) // 3:
            return ends[-1]
    return 0


def _is_free(at: int, end: int, whole: Iterable[Range]) -> bool:
    return not any(first < end and at < last for first, last in whole)


def _before(start: int, longest: int, whole: Sequence[Range]) -> int:
    """``longest``, or the beginning of what would be cut there; not after ``start`` when that does not help."""
    at = longest
    while over := [first for first, last in whole if first < at < last]:
        at = min(over)
    return at


def numbered(text: Marked, choices: tuple[Choice, ...], *, group: bool = False) -> Marked:
    """Choices as people can answer them on a platform without buttons."""
    lines = [f"{number}. {choice.label}" for number, choice in enumerate(choices, 1)]
    return text + ("\n" if text.text else "") + "\n".join([*lines, BY_REPLY if group else BY_NUMBER])


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
    carried, left = _sorted_out(message, abilities, open_media)
    words, choices = _words(message, abilities) + "".join(f"\n{line}" for line in left), message.choices
    parts = [*_media_parts(to, message.photos, carried, abilities, open_media)]
    alone = bool(parts) and not words.text and not _bears_buttons(parts[-1], abilities)
    if choices and (alone or len(choices) > abilities.buttons_for(group=group)):
        words, choices = numbered(words, choices, group=group), ()
    if parts and words.text and _fits_caption(words.text, choices, parts, abilities):
        parts[0] = _with_words(parts[0], words, abilities, choices)
    else:
        pieces = split_marked(words, abilities.text_limit, abilities.measure)
        parts += [_with_words(Part(key="", to=to), piece, abilities) for piece in pieces]
        parts = parts or [Part(key="", to=to)]
        parts[-1] = replace(parts[-1], choices=choices)
    parts[0] = replace(parts[0], reply_to=message.reply_to)
    return [replace(part, key=f"{key}/{number}" if number else key, group=group) for number, part in enumerate(parts)]


def _words(message: Message, abilities: Abilities) -> Marked:
    return markup.shown(Marked(message.text, message.spans).cut(0, len(message.text)), abilities)


def _with_words(part: Part, words: Marked, abilities: Abilities, choices: tuple[Choice, ...] = ()) -> Part:
    return replace(part, text=words.text, spans=markup.known(words, abilities).spans, choices=choices)


def _sorted_out(
    message: Message, abilities: Abilities, open_media: Callable[[str], Path]
) -> tuple[list[tuple[FilePart, Path]], list[str]]:
    """The files that the platform takes, and a line about each that it does not: the words arrive all the same.

    A file without words is all there is to say: that is for the platform to refuse.
    """
    carried, left = [], []
    for file in message.files:
        path = open_media(file.sha256)
        if message.text and (why := abilities.unfit(path, file.name, file.kind)):
            left.append(LEFT_OUT.format(name=file.name, why=why))
        else:
            carried.append((file, path))
    return carried, left


def _media_parts(
    to: str,
    sha256s: Iterable[str],
    files: Iterable[tuple[FilePart, Path]],
    abilities: Abilities,
    open_media: Callable[[str], Path],
) -> Iterator[Part]:
    photos = [open_media(sha256) for sha256 in sha256s]
    for start in range(0, len(photos), abilities.album_limit):
        yield Part(key="", to=to, photos=tuple(photos[start : start + abilities.album_limit]))
    for file, path in files:
        yield Part(key="", to=to, file=file, file_path=path)


def _fits_caption(text: str, choices: tuple[Choice, ...], parts: list[Part], abilities: Abilities) -> bool:
    if len(parts) > 1 or abilities.measure(text) > abilities.caption_limit:
        return False
    if not parts[0].photos:
        return abilities.file_words
    return not choices or _bears_buttons(parts[0], abilities)


def _bears_buttons(part: Part, abilities: Abilities) -> bool:
    """Whether these photos or this file can carry buttons."""
    if not part.photos:
        return abilities.file_words
    return abilities.photo_buttons and (abilities.album_buttons or len(part.photos) == 1)
