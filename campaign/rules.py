"""What an installation decides once about delivery; every session carries it, as it carries its database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from storage.models import Chat

NAME = "delivery"


def everybody(_: Session, chats: Sequence[Chat]) -> list[bool]:
    return [True] * len(chats)


def everything(_: str, __: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class DeliveryRules:
    """See ``[delivery]`` in the settings.

    ``live``: the channels that are switched on; None: any. ``reaches``: whether each chat can be written to right now.
    ``can``: whether a channel is able to edit, delete or pin (its name, and "edit", "delete" or "pin").
    """

    prefer: tuple[str, ...] = ()
    live: frozenset[str] | None = None
    reaches: Callable[[Session, Sequence[Chat]], list[bool]] = everybody
    can: Callable[[str, str], bool] = everything
    pause_after: int = 10
    pause_share: float = 0.3
    pin_assignments: bool = True

    def open_ids(self, session: Session, chats: Sequence[Chat]) -> set[int | None]:
        """The ids of those of ``chats`` that can be written to."""
        live = [chat for chat in chats if self.live is None or chat.channel in self.live]
        return {chat.id for chat, reached in zip(live, self.reaches(session, live), strict=True) if reached}


DEFAULT = DeliveryRules()


def rules_of(session: Session) -> DeliveryRules:
    """The rules of the installation whose database this is."""
    found = session.info.get(NAME, DEFAULT)
    assert isinstance(found, DeliveryRules)
    return found
