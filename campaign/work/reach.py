"""Whom a message can reach, and at what price: known before it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Way(StrEnum):
    """How a message gets to a chat."""

    GROUP = "group"  # a group that may be written to at any time
    FREE = "free"  # a person, for nothing
    PAID = "paid"  # a person, for money or out of a package
    TEMPLATE = "template"  # a person, only with a form that the platform approved, for money
    NONE = "none"  # not at all: somebody must phone


@dataclass(frozen=True, slots=True)
class Reach:
    """``cost`` in đồng. ``reason``: a sentence for the admin, empty for what is free."""

    way: Way
    cost: int = 0
    reason: str = ""
