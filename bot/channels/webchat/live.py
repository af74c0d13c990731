"""Telling open pages that something changed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

log = structlog.get_logger()
HEARTBEAT_SECONDS = 15.0
LOOK_SECONDS = 0.5


class Ear:
    """One open page. It hears changes in the rooms it may enter."""

    def __init__(self, rooms: Collection[str]) -> None:
        self.rooms = rooms
        self.rung = asyncio.Event()

    async def wait(self, seconds: float) -> None:
        """Until something changed in one of the rooms, or ``seconds`` have passed."""
        try:
            await asyncio.wait_for(self.rung.wait(), seconds)
        except TimeoutError:
            return


class Bell:
    """Rung after a commit; every ear of that room wakes. Once closed, streams end and new ones end at once."""

    def __init__(self) -> None:
        self._ears: set[Ear] = set()
        self._closed = asyncio.Event()

    @property
    def is_closed(self) -> bool:
        return self._closed.is_set()

    @contextmanager
    def ear(self, rooms: Collection[str]) -> Iterator[Ear]:
        ear = Ear(rooms)
        self._ears.add(ear)
        try:
            yield ear
        finally:
            self._ears.discard(ear)

    @property
    def rooms(self) -> set[str]:
        """In which somebody listens."""
        return {room for ear in self._ears for room in ear.rooms}

    def ring(self, room: str) -> None:
        for ear in self._ears:
            if room in ear.rooms:
                ear.rung.set()

    def close(self) -> None:
        self._closed.set()
        for ear in self._ears:
            ear.rung.set()

    async def closed(self) -> None:
        await self._closed.wait()


class Watch:
    """Rings for what other processes wrote, which cannot ring our bell: one small question twice a second for all open
    pages together. ``changes`` gives the number of the last change of each room.
    """

    def __init__(self, bell: Bell, changes: Callable[[Collection[str]], Awaitable[dict[str, int]]]) -> None:
        self._bell, self._changes = bell, changes
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Watch as long as somebody listens."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        known: dict[str, int] = {}
        while self._bell.rooms and not self._bell.is_closed:
            try:
                found = await self._changes(self._bell.rooms)
            except SQLAlchemyError as error:
                log.error("webchat.watch", error=type(error).__name__)
                found = {}
            for room, number in found.items():
                if known.get(room) != number:
                    self._bell.ring(room)
            known |= found
            with suppress(TimeoutError):
                await asyncio.wait_for(self._bell.closed(), LOOK_SECONDS)


def sse(event: str, data: Any, event_id: int | None = None) -> str:
    """One server-sent event."""
    head = f"id: {event_id}\n" if event_id is not None else ""
    return f"{head}event: {event}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
