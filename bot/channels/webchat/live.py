"""Telling open pages that something changed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

HEARTBEAT_SECONDS = 15.0


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


def sse(event: str, data: Any, event_id: int | None = None) -> str:
    """One server-sent event."""
    head = f"id: {event_id}\n" if event_id is not None else ""
    return f"{head}event: {event}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
