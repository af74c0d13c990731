"""A union office on the Zalo Bot Platform: the strict fake, the channel under test, and what the channel heard."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from PIL import Image
from pydantic import SecretStr
from starlette.applications import Starlette

from bot.channels.contract import Event, Part
from bot.channels.zalo_bot.channel import Surroundings, ZaloBotChannel
from bot.channels.zalo_bot.limits import Waits
from bot.clock import Clock, wall_clock
from bot.settings import ZaloBot
from storage.database import Database
from storage.media import Media
from tests.databases import fresh_database
from tests.fakes.telegram.loopback import serve
from tests.fakes.zalo_bot import BOT_TOKEN, FakeZaloBot

PUBLIC = "https://loa.example.vn"
QUICK = Waits(
    connect=3, read=3, photo=5, file=3, introduce=3, poll=1, poll_margin=3, first_pause=0.01, longest_pause=0.03,
    dead=0.03, slow=(0.01, 0.02), quota=0.05, webhook_check=0.03,
)  # fmt: skip

IMPATIENT = replace(QUICK, read=0.1, photo=0.1, introduce=0.1, poll_margin=-0.9)
"""For lines that hang: a busy machine is slower than this."""


class NotStored(Exception):
    """The database did not take an event."""


@dataclass
class Inbox:
    """``failing``: so many events are not stored before storing works again. The same event is kept once."""

    failing: int = 0
    events: list[Event] = field(default_factory=list)
    tried: int = 0

    async def receive(self, event: Event) -> None:
        self.tried += 1
        if self.failing:
            self.failing -= 1
            raise NotStored
        if event.event_id not in {known.event_id for known in self.events}:
            self.events.append(event)

    @property
    def last(self) -> Event:
        return self.events[-1]


@dataclass
class Office:
    zalo: FakeZaloBot
    channel: ZaloBotChannel
    clock: Clock
    database: Database
    media: Media
    inbox: Inbox = field(default_factory=Inbox)
    alarms: list[tuple[str, str]] = field(default_factory=list)

    async def ring(self, _: str, code: str, sentence: str) -> None:
        self.alarms.append((code, sentence))

    @property
    def codes(self) -> list[str]:
        return [code for code, _ in self.alarms]

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Inbox]:
        task = asyncio.create_task(self.channel.listen(self.inbox.receive))
        try:
            await self.zalo.until(lambda: self.zalo.called("getMe") or task.done())
            yield self.inbox
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def heard(self, count: int = 1) -> list[Event]:
        await eventually(lambda: len(self.inbox.events) >= count)
        return self.inbox.events


@asynccontextmanager
async def office(
    folder: Path,
    *,
    public_url: str = PUBLIC,
    settings: dict[str, Any] | None = None,
    waits: Waits = QUICK,
    clock: Clock | None = None,
    **fake: Any,
) -> AsyncIterator[Office]:
    """Our own server answers under ``PUBLIC``, as far as the platform is concerned."""
    clock = clock or wall_clock()
    database = fresh_database(folder)
    here: Office
    switches = {"longest_poll": 0.05, "now": clock.now} | fake
    async with FakeZaloBot(BOT_TOKEN, **switches) as zalo:
        values = {
            "enabled": True, "token": SecretStr(zalo.token), "api_base": zalo.base_url, "file_hosts": ("127.0.0.1",),
            "link": "https://zalo.me/bot-cong-doan",
        }  # fmt: skip
        media = Media(f"file://{folder}/media")
        around = Surroundings(
            database, media.path, clock, public_url, lambda: b"k" * 32, lambda *words: here.ring(*words)
        )
        channel = ZaloBotChannel(ZaloBot(**(values | (settings or {}))), around, waits=waits)
        here = Office(zalo, channel, clock, database, media)
        try:
            async with serve(Starlette(routes=channel.routes(here.inbox.receive))) as address:
                zalo.names["loa.example.vn"] = address
                yield here
        finally:
            await channel.close()
            database.close()


async def eventually(condition: Callable[[], Any], timeout: float = 15.0) -> None:
    async with asyncio.timeout(timeout):
        while not condition():
            await asyncio.sleep(0.005)


def part(to: Any, text: str = "", **more: Any) -> Part:
    """``to``: a person or a chat of the fake, or the id of one."""
    return Part(key="thong-bao-1", to=str(getattr(to, "id", to)), text=text, **more)


def picture_bytes(width: int = 320, height: int = 240, kind: str = "JPEG", **more: Any) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (width, height), "navy").save(target, kind, **more)
    return target.getvalue()
