"""The HTML that ``parse_mode=HTML`` accepts, with its errors (a subset of tags, four named references)."""

import re
from dataclasses import dataclass, field

from .errors import bad_request
from .text import JSON, Formatted, units

_SIMPLE = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler",
    "code": "code", "pre": "pre", "blockquote": "blockquote",
}  # fmt: skip
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE = re.compile(r"&(?:#(\d+)|#[xX]([0-9a-fA-F]+)|(lt|gt|amp|quot));?")
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]*)((?:\s+[A-Za-z-]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s>\"'<]+))?)*)\s*>")
_ATTRIBUTE = re.compile(r"([A-Za-z-]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"'<]+)))?")


@dataclass
class _Open:
    tag: str
    offset: int
    entity: JSON


@dataclass
class _Reader:
    source: str
    pieces: list[str] = field(default_factory=list)
    length: int = 0
    stack: list[_Open] = field(default_factory=list)
    entities: list[JSON] = field(default_factory=list)

    def add(self, text: str) -> None:
        self.pieces.append(text)
        self.length += units(text)

    def byte(self, position: int) -> int:
        return len(self.source[:position].encode())

    def tag(self, position: int) -> int:
        match = _TAG.match(self.source, position)
        if match is None:
            raise _cannot(f"Unclosed start tag at byte offset {self.byte(position)}")
        name = match.group(2).lower()
        if match.group(1):
            self.close(name, position)
        else:
            self.open(name, _attributes(match.group(3)), position)
        return match.end()

    def open(self, tag: str, attributes: dict[str, str], position: int) -> None:
        entity = _entity(tag, attributes)
        if entity is None:
            raise _cannot(f'Unsupported start tag "{tag}" at byte offset {self.byte(position)}')
        language = attributes.get("class", "")
        if tag == "code" and language.startswith("language-") and self.stack and self.stack[-1].tag == "pre":
            self.stack[-1].entity["language"] = language.removeprefix("language-")
            entity = {}
        self.stack.append(_Open(tag, self.length, entity))

    def close(self, tag: str, position: int) -> None:
        if not self.stack:
            raise _cannot(f"Unexpected end tag at byte offset {self.byte(position)}")
        opened = self.stack.pop()
        if opened.tag != tag:
            wrong = f'expected "</{opened.tag}>", found "</{tag}>"'
            raise _cannot(f"Unmatched end tag at byte offset {self.byte(position)}, {wrong}")
        if opened.entity and self.length > opened.offset:
            self.entities.append(opened.entity | {"offset": opened.offset, "length": self.length - opened.offset})


def parse_html(source: str) -> Formatted:
    """Raises ``can't parse entities`` where the official server does."""
    reader = _Reader(source)
    position = 0
    while position < len(source):
        if source[position] == "<":
            position = reader.tag(position)
            continue
        stop = source.find("<", position)
        stop = len(source) if stop < 0 else stop
        reader.add(_REFERENCE.sub(_character, source[position:stop]))
        position = stop
    if reader.stack:
        raise _cannot(f'Can\'t find end tag corresponding to start tag "{reader.stack[-1].tag}"')
    reader.entities.sort(key=lambda e: (e["offset"], -e["length"]))
    return Formatted("".join(reader.pieces), reader.entities)


def _cannot(reason: str) -> Exception:
    return bad_request(f"can't parse entities: {reason}")


def _attributes(source: str) -> dict[str, str]:
    found = {}
    for name, double, single, bare in _ATTRIBUTE.findall(source):
        found[name.lower()] = _REFERENCE.sub(_character, double or single or bare)
    return found


def _entity(tag: str, attributes: dict[str, str]) -> JSON | None:
    """None for a tag Telegram does not know; an empty dict for a link without address (plain text then)."""
    if tag == "blockquote" and "expandable" in attributes:
        return {"type": "expandable_blockquote"}
    if tag in _SIMPLE:
        return {"type": _SIMPLE[tag]}
    if tag == "span" and attributes.get("class") == "tg-spoiler":
        return {"type": "spoiler"}
    if tag == "a":
        return {"type": "text_link", "url": attributes["href"]} if attributes.get("href") else {}
    if tag == "tg-emoji" and attributes.get("emoji-id"):
        return {"type": "custom_emoji", "custom_emoji_id": attributes["emoji-id"]}
    return None


def _character(match: re.Match[str]) -> str:
    decimal, hexadecimal, name = match.groups()
    if name:
        return _NAMED[name]
    code = int(decimal) if decimal else int(hexadecimal, 16)
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else match.group()
