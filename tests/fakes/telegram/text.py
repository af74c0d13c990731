"""Text as Telegram measures it: in UTF-16 code units, and the entities it finds by itself."""

import re
from dataclasses import dataclass, field
from typing import Any

JSON = dict[str, Any]

_FOUND_BY_ITSELF = {
    "bot_command": re.compile(r"(?<![\w/])/[A-Za-z0-9_]{1,32}(?:@[A-Za-z0-9_]{3,32})?(?!\w)"),
    "mention": re.compile(r"(?<!\w)@[A-Za-z0-9_]{4,32}"),
    "hashtag": re.compile(r"(?<!\w)#\w*[^\W\d]\w*"),
    "url": re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]]"),
    "email": re.compile(r"(?<![\w.])[\w.+-]+@[\w-]+\.[\w.-]*\w"),
}


@dataclass
class Formatted:
    """Text after parsing; entity offsets and lengths are UTF-16 units."""

    text: str
    entities: list[JSON] = field(default_factory=list)


def units(text: str) -> int:
    """Length in UTF-16 code units: an emoji outside the BMP counts two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def trimmed(source: Formatted) -> Formatted:
    """Without the white space at both ends; entities move along or disappear with it."""
    lead = units(source.text) - units(source.text.lstrip())
    text = source.text.strip()
    end = units(text)
    entities = []
    for entity in source.entities:
        start = max(entity["offset"] - lead, 0)
        stop = min(entity["offset"] + entity["length"] - lead, end)
        if stop > start:
            entities.append(entity | {"offset": start, "length": stop - start})
    return Formatted(text, entities)


def detected(source: Formatted) -> Formatted:
    """Adds commands, mentions, hashtags and links which the server marks without being asked."""
    taken = [(e["offset"], e["offset"] + e["length"]) for e in source.entities if e["type"] != "blockquote"]
    found: list[JSON] = []
    for kind, pattern in _FOUND_BY_ITSELF.items():
        for match in pattern.finditer(source.text):
            start = units(source.text[: match.start()])
            stop = start + units(match.group())
            if all(stop <= a or start >= b for a, b in taken):
                taken.append((start, stop))
                found.append({"type": kind, "offset": start, "length": stop - start})
    entities = sorted(source.entities + found, key=lambda e: (e["offset"], -e["length"]))
    return Formatted(source.text, entities)


def command_of(text: str) -> tuple[str, str | None] | None:
    """``/name@target`` at the very start, or None."""
    match = re.match(r"/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]{3,32}))?(?!\w)", text)
    return (match.group(1), match.group(2)) if match else None
