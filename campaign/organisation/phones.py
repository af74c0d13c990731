"""Vietnamese phone numbers: kept as +84…, shown the way people dial them."""

from __future__ import annotations

import re

# Since 2018 every number is 0 and nine digits (mobile 03, 05, 07, 08, 09) or 0 and ten (landline 02 with its area).
_NATIONAL = re.compile(r"0(?:[35789]\d{8}|2\d{9})")
_SEPARATORS = re.compile(r"[\s.()\-–]+")


def normalise(text: str) -> str | None:
    """E.164 of a number as people write it (0901.234.567, +84 901 234 567, 84901…); None when it is not one number.

    Nine digits without a leading zero are a mobile number from a spreadsheet that took it for a quantity.
    """
    digits = _SEPARATORS.sub("", text)
    if digits.startswith(("+84", "0084")):
        digits = "0" + digits.split("84", 1)[1].removeprefix("0")
    elif digits.startswith("84") and len(digits) > 10:
        digits = "0" + digits[2:]
    elif len(digits) == 9 and digits[:1] in "35789":
        digits = "0" + digits
    return f"+84{digits[1:]}" if _NATIONAL.fullmatch(digits) else None


def national(e164: str) -> str:
    """As printed in a list of contacts: 0901 234 567, 0261 3543 210. Anything else is shown as it is."""
    if not e164.startswith("+84"):
        return e164
    digits = "0" + e164[3:]
    cut = (4, 7) if len(digits) == 10 else (4, 8)
    return f"{digits[: cut[0]]} {digits[cut[0] : cut[1]]} {digits[cut[1] :]}"
