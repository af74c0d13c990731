"""What the contract suite needs of a platform: people who act, eyes that see what arrived, and trouble on demand."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy.exc import OperationalError

from bot.channels.contract import Channel, Event, Outcome, Part
from bot.channels.split import parts_of
from bot.clock import Clock
from campaign.message import Message


class Trouble(StrEnum):
    FLOOD = "too many requests"
    FORBIDDEN = "the person wants no more, or the bot was put out"
    GATEWAY = "a proxy's page with a status of five hundred"
    HANG = "no answer"
    DROP = "the message is shown, then the line is cut"
    DOWN = "nobody can be reached"


@dataclass(frozen=True)
class Seen:
    """A message of the bot as people there see it. ``files``: name and bytes of what they can open."""

    id: str
    text: str = ""
    bold: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    labels: tuple[str, ...] = ()
    photos: int = 0
    files: tuple[tuple[str, bytes], ...] = ()
    reply_to: str = ""
    pinned: bool = False


@dataclass
class Inbox:
    """Every call of the channel, repeated ones too. ``failing``: so many events are not stored before it works."""

    failing: int = 0
    tried: int = 0
    events: list[Event] = field(default_factory=list)

    async def receive(self, event: Event) -> None:
        self.tried += 1
        if self.failing:
            self.failing -= 1
            raise OperationalError("insert", {}, Exception("database is locked"))
        self.events.append(event)


@dataclass
class Office(ABC):
    """One account on one platform, listening. ``person`` and ``group`` are the ids of a private chat and a group."""

    channel: Channel
    clock: Clock
    inbox: Inbox
    person: str
    group: str
    credentials: tuple[str, ...]  # what must never be seen in a log

    # People

    @abstractmethod
    async def writes(self, text: str, *, group: bool = False) -> None:
        """As the platform wants it done, so that the bot hears of it."""

    async def sends_photo(self, data: bytes) -> None:
        raise NotImplementedError

    async def sends_huge_file(self) -> None:
        """More than the channel may fetch."""
        raise NotImplementedError

    async def presses(self, label: str, *, group: bool = False) -> None:
        raise NotImplementedError

    async def again(self) -> None:
        """The platform delivers the newest event once more."""
        raise NotImplementedError

    @abstractmethod
    async def seen(self, *, group: bool = False) -> list[Seen]:
        """What the bot said there and is still to be seen, in order."""

    def reacted(self, message_id: str) -> bool:
        """Whether the bot's mark stands on somebody's message."""
        raise NotImplementedError

    def asks_to_join(self) -> str:
        """Somebody waits at the door of the group; who."""
        raise NotImplementedError

    def is_inside(self, member: str) -> bool:
        raise NotImplementedError

    # Trouble

    @abstractmethod
    async def suffers(self, trouble: Trouble) -> None:
        """The next request that speaks meets it."""

    @abstractmethod
    async def recovers(self) -> None: ...

    # The bot

    async def says(
        self, message: Message, media: Mapping[str, Path] | None = None, *, group: bool = False, key: str = "p1"
    ) -> list[Outcome]:
        """``media``: files by the name that the message gives instead of a SHA-256."""
        to, found = self.group if group else self.person, media or {}
        parts = parts_of(key, to, message, self.channel.abilities, lambda name: self.kept(found[name]), group=group)
        return [await self.channel.send(part) for part in parts]

    def kept(self, file: Path) -> Path:
        """Where our media store keeps the file."""
        return file

    def part(self, text: str = "", *, key: str = "p1", **more: Any) -> Part:
        return Part(key=key, to=self.person, text=text, **more)


@dataclass(frozen=True)
class Kind:
    """A platform as the suite sees it: data, and how to open an office there.

    ``outcomes`` says what is known after each trouble, or in words why it cannot happen there. ``lacks`` gives the
    reason for each story's need that the platform does not meet.
    """

    name: str
    open: Callable[[Path], AbstractAsyncContextManager[Office]]
    outcomes: Mapping[Trouble, type[Outcome] | str]
    lacks: Mapping[str, str] = field(default_factory=dict)
