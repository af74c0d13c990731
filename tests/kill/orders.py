"""What the test tells the process that lives and dies."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Literal, Self

Death = Literal["never", "at commits", "in sends"]


@dataclass(frozen=True)
class House:
    """Where one run takes place. ``clock_started`` is a monotonic second, so that all lives read one clock."""

    database: str
    media: str
    api_base: str
    token: str
    clock_started: float


@dataclass(frozen=True)
class Orders:
    """Life ``number``. It ends by itself only when ``heard`` events are handled and nothing is left to say or fetch.

    ``speak_first``: hear only when there has been nothing to say for a moment, which makes a life that dies in sending
    half as dear.
    """

    house: House
    death: Death
    heard: int
    number: int
    speak_first: bool

    def as_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        value = json.loads(text)
        return cls(**{**value, "house": House(**value["house"])})
