"""What the bot says, in parts every platform has in some form."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal


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
class Span:
    """Mark-up: the letters ``start`` to ``end`` (code points of the text, end excluded) are bold or lead to ``url``.

    The text itself holds no mark-up at all, so nothing that a person wrote can ever become any.
    """

    kind: Literal["bold", "link"]
    start: int
    end: int
    url: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One thing to say. A channel may need several requests for it; delivery keeps count of those that left.

    ``reply_to`` is the platform's id of the message to answer under. ``edits`` is the outbox key of an earlier
    message that
    this one replaces where the platform can edit. ``toast`` answers a button press (the platform's id of the press)
    with a short notice only the presser sees; empty text just ends the waiting mark on the button.

    Some deeds say nothing new: ``withdraws``, ``pins`` and ``unpins`` name the outbox key of an earlier message that
    is to disappear, to be pinned or unpinned. ``reacts`` is the platform's id of somebody's message that gets a silent
    mark of receipt. ``lets_in`` and ``turns_away`` answer people (the platform's ids) who wait at the door of a group.
    Delivery refuses what the platform cannot do.
    """

    text: str = ""
    choices: tuple[Choice, ...] = ()
    photos: tuple[str, ...] = ()  # SHA-256 of stored media
    files: tuple[FilePart, ...] = ()
    spans: tuple[Span, ...] = ()
    reply_to: str = ""
    edits: str = ""
    toast: str = ""
    withdraws: str = ""
    pins: str = ""
    unpins: str = ""
    reacts: str = ""
    lets_in: tuple[str, ...] = ()
    turns_away: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Message:
        parts = dict(value)
        parts["choices"] = tuple(Choice(**choice) for choice in value.get("choices", ()))
        parts["files"] = tuple(FilePart(**file) for file in value.get("files", ()))
        for name in ("photos", "lets_in", "turns_away"):
            parts[name] = tuple(value.get(name, ()))
        parts["spans"] = tuple(Span(**span) for span in value.get("spans", ()))
        return cls(**parts)
