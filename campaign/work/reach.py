"""Whom a message can reach, and at what price: known before it is sent."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from sqlmodel import Session

from storage.models import Chat


class Way(StrEnum):
    """How a message gets to a chat."""

    GROUP = "group"  # a group that may be written to at any time
    FREE = "free"  # a person, for nothing
    PAID = "paid"  # a person, for money or out of a package
    TEMPLATE = "template"  # a person, only with a form that the platform approved, for money
    NONE = "none"  # not at all: somebody must phone


FOR_NOTHING = (Way.GROUP, Way.FREE)


@dataclass(frozen=True, slots=True)
class Reach:
    """``cost`` in đồng. ``reason``: a sentence for the admin, empty for what is free."""

    way: Way
    cost: int = 0
    reason: str = ""


class ReachOf(Protocol):
    """Whom messages that leave at ``at`` reach, one answer for each chat, in their order."""

    def __call__(self, session: Session, chats: Sequence[Chat], at: datetime) -> list[Reach]: ...


def everybody(session: Session, chats: Sequence[Chat], at: datetime) -> list[Reach]:
    """Platforms without windows and prices: groups and people alike, for nothing."""
    return [Reach(Way.GROUP if chat.kind == "group" else Way.FREE) for chat in chats]


def worth_writing(
    session: Session, chats: Sequence[Chat], covered: Collection[int | None], at: datetime, reach: ReachOf
) -> list[Chat]:
    """Private chats without those that cost money, or are out of reach, where a group tells the same.

    ``covered``: people all of whose units read the message in a group (decision 0007: the group first).
    """
    spare = [chat for chat in chats if chat.person_id in covered]
    dear = {
        chat.id for chat, found in zip(spare, reach(session, spare, at), strict=True) if found.way not in FOR_NOTHING
    }
    return [chat for chat in chats if chat.id not in dear]
