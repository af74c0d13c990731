"""Reading a request the way the server does: a wrong field is -201 with its name."""

import json
from dataclasses import dataclass, field
from typing import Any

from .errors import invalid, too_much
from .state import JSON, Upload


@dataclass
class Params:
    """Body fields and query fields together; ``data=<JSON>`` of a GET is unpacked."""

    values: JSON = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)

    def object(self, name: str) -> "Params":
        value = self.values.get(name)
        if not isinstance(value, dict):
            raise invalid(name)
        return Params(value)

    def id(self, name: str) -> str:
        """A string of digits or letters; a number would have lost its last digits on the way."""
        value = self.values.get(name)
        if not isinstance(value, str) or not value or len(value) > 200:
            raise invalid(name)
        return value

    def text(self, name: str, default: str | None = None) -> str:
        value = self.values.get(name, default)
        if not isinstance(value, str):
            raise invalid(name)
        return value

    def ids(self, name: str) -> list[str]:
        value = self.values.get(name)
        if not isinstance(value, list) or not value or not all(isinstance(one, str) and one for one in value):
            raise invalid(name)
        return list(value)

    def number(self, name: str, default: int, most: int | None = None) -> int:
        """Query strings bring digits, JSON brings numbers."""
        value = self.values.get(name, default)
        try:
            number = int(value)
        except (TypeError, ValueError):
            raise invalid(name) from None
        if isinstance(value, bool) or number < 0:
            raise invalid(name)
        if most is not None and number > most:
            raise too_much(name)
        return number

    def flag(self, name: str) -> bool:
        value = self.values[name]
        if not isinstance(value, bool):
            raise invalid(name)
        return value

    def only(self, *names: str) -> None:
        """Fields nobody knows are refused: a slip of the pen must not pass for a feature."""
        strange = self.values.keys() - set(names)
        if strange:
            raise invalid(", ".join(sorted(strange)))


def unpacked(query: dict[str, str]) -> dict[str, Any]:
    """The ``data`` parameter of 1:1 reads is JSON; group reads take ordinary parameters."""
    values: dict[str, Any] = dict(query)
    if "data" in values:
        try:
            inner = json.loads(values.pop("data"))
        except ValueError:
            raise invalid("data") from None
        if not isinstance(inner, dict):
            raise invalid("data")
        values |= inner
    return values
