"""One request's arguments, whatever the body was: JSON, form, multipart or query string."""

import json
from dataclasses import dataclass, field
from typing import Any

from .errors import bad_request


@dataclass(frozen=True)
class Upload:
    """A file part exactly as received."""

    name: str
    mime: str
    data: bytes


@dataclass
class Params:
    """Form clients send every value as text, JSON clients typed values: both are read alike."""

    values: dict[str, Any] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        return self.values.get(name) not in (None, "") or name in self.uploads

    def text(self, name: str, default: str = "") -> str:
        value = self.values.get(name)
        return default if value is None else str(value)

    def integer(self, name: str, default: int = 0) -> int:
        value = self.values.get(name)
        try:
            return default if value in (None, "") else int(str(value))
        except ValueError:
            raise bad_request(f"invalid {name} specified") from None

    def truth(self, name: str) -> bool:
        return str(self.values.get(name, "")).lower() in ("true", "1", "yes")

    def parsed(self, name: str) -> Any:
        """A structured argument (object or list); None when absent."""
        value = self.values.get(name)
        if value in (None, ""):
            return None
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(f"can't parse {name} JSON object") from None

    def items(self, name: str) -> list[Any]:
        """A list argument; empty when absent."""
        value = self.parsed(name)
        if value is not None and not isinstance(value, list):
            raise bad_request(f"can't parse {name}: expected an Array")
        return value or []
