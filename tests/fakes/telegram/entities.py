"""Entities given with a text: checked as hard as the official server checks them, and harder where it mends in silence.

The sentences about offsets are those of tdlib (``MessageEntity.cpp``). It drops or splits entities that overlap without
being nested; a client that sends such ones has miscounted, so they are refused here.
"""

from itertools import accumulate, combinations
from typing import Any

from .addresses import web_address
from .errors import bad_request
from .text import JSON

_OPEN = frozenset({"bold", "italic", "underline", "strikethrough", "spoiler", "blockquote", "expandable_blockquote"})
_ALONE = frozenset({"text_link", "text_mention", "custom_emoji", "code", "pre"})
"""They contain none of their own family; code and pre contain nothing and stand in nothing."""
_FOUND = frozenset({"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number"})
MOST = 100


def explicit(entities: list[Any], text: str) -> list[JSON]:
    """The entities of a request in the order the server keeps. Raises ApiError."""
    if len(entities) > MOST:
        raise bad_request("too many entities")
    edges = _edges(text)
    checked = [_checked(entity, edges) for entity in entities]
    for one, other in combinations(checked, 2):
        _nested(one, other)
    return sorted(checked, key=lambda e: (e["offset"], -e["length"]))


def _checked(entity: Any, edges: list[int]) -> JSON:
    if not isinstance(entity, dict) or not {"type", "offset", "length"} <= entity.keys():
        raise bad_request("can't parse MessageEntity: it must have type, offset and length")
    if entity["type"] not in _OPEN | _ALONE | _FOUND:
        raise bad_request(f"can't parse MessageEntity: type {entity['type']} is unsupported")
    _bounded(entity["offset"], entity["length"], edges)
    if entity["type"] == "text_link":
        web_address(str(entity.get("url", "")), "text_link")
    return {k: v for k, v in entity.items() if v is not None}


def _bounded(offset: Any, length: Any, edges: list[int]) -> None:
    if type(offset) is not int or type(length) is not int or offset < 0 or length <= 0:
        raise bad_request("can't parse MessageEntity: receive invalid entity offset or length")
    if offset + length > edges[-1]:
        raise bad_request(f"entity beginning at UTF-16 offset {offset} ends after the end of the text")
    if offset not in edges:
        raise bad_request(f"entity begins in a middle of a UTF-16 symbol at offset {offset}")
    if offset + length not in edges:
        raise bad_request(f"entity ends in a middle of a UTF-16 symbol at offset {offset + length}")


def _edges(text: str) -> list[int]:
    """The offsets at which a symbol may begin or end: none inside a surrogate pair."""
    return [0, *accumulate(2 if letter > "\uffff" else 1 for letter in text)]


def _nested(one: JSON, other: JSON) -> None:
    first, second = sorted((one, other), key=lambda e: (e["offset"], -e["length"]))
    end = first["offset"] + first["length"]
    if second["offset"] >= end:
        return
    if second["offset"] + second["length"] > end:
        raise bad_request("entities overlap without being nested")
    kinds = {first["type"], second["type"]}
    if first["type"] == second["type"] or kinds & {"code", "pre"} or len(kinds & _ALONE) > 1:
        raise bad_request(f"entities {first['type']} and {second['type']} can't be nested")
