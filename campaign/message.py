"""What the bot says, in parts every platform has in some form."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Choice:
    """A button, or on a platform without buttons the line "1. label"; ``action`` is at most 60 ASCII characters."""

    label: str
    action: str


@dataclass(frozen=True, slots=True)
class FilePart:
    sha256: str
    name: str
    kind: str = "document"  # document | video | voice


@dataclass(frozen=True, slots=True)
class Message:
    """One thing to say. A channel may need several requests for it; delivery keeps count of those that left.

    ``reply_to`` is the platform's id of the message to answer under. ``edits`` is the outbox key of an earlier
    message that
    this one replaces where the platform can edit. ``toast`` answers a button press (the platform's id of the press)
    with a short notice only the presser sees; empty text just ends the waiting mark on the button.
    """

    text: str = ""
    choices: tuple[Choice, ...] = ()
    photos: tuple[str, ...] = ()  # SHA-256 of stored media
    files: tuple[FilePart, ...] = ()
    reply_to: str = ""
    edits: str = ""
    toast: str = ""

    def as_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Message:
        parts = dict(value)
        parts["choices"] = tuple(Choice(**choice) for choice in value.get("choices", ()))
        parts["files"] = tuple(FilePart(**file) for file in value.get("files", ()))
        parts["photos"] = tuple(value.get("photos", ()))
        return cls(**parts)
