"""``text_styles``: marks counted in UTF-16 units. Anything the platform does not know is refused here, not ignored."""

from typing import Any

from .errors import bad_request
from .state import JSON

CODES = frozenset(
    [
        "b",
        "i",
        "u",
        "s",
        "f_13",
        "f_15",
        "f_18",
        "f_20",
        "c_050a19",
        "c_15a85f",
        "c_f7b503",
        "c_f27806",
        "c_db342e",
        "lst_1",
        "lst_2",
        "ind_1",
        "ind_2",
        "ind_3",
        "ind_4",
        "ind_5",
    ]
)


def check(text: str, styles: Any) -> list[JSON]:
    """Raises ApiError for an offset outside the text or inside an emoji, and for an unknown code."""
    if not isinstance(styles, list):
        raise bad_request("text_styles must be an array")
    units = text.encode("utf-16-le")
    for style in styles:
        _check_one(units, style)
    return styles


def _check_one(units: bytes, style: Any) -> None:
    if not isinstance(style, dict) or set(style) != {"start", "len", "st"}:
        raise bad_request("text_styles: start, len and st are required")
    start, length, codes = style["start"], style["len"], style["st"]
    if not _is_count(start) or not _is_count(length) or length < 1 or start + length > len(units) // 2:
        raise bad_request("text_styles: out of range")
    if _splits_pair(units, start) or _splits_pair(units, start + length):
        raise bad_request("text_styles: inside a character")
    if not isinstance(codes, list) or not codes or not CODES.issuperset(codes):
        raise bad_request("text_styles: unknown style")


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _splits_pair(units: bytes, at: int) -> bool:
    """A low surrogate begins at this unit: the one before it belongs to the same character."""
    unit = int.from_bytes(units[2 * at : 2 * at + 2], "little")
    return 0xDC00 <= unit <= 0xDFFF
