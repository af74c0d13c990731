"""A union office on Telegram: the strict fake, the channel under test, and what the channel heard."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from PIL import Image
from pydantic import SecretStr
from starlette.types import ASGIApp
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from bot.channels.contract import Event, Part
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.limits import Waits
from bot.clock import Clock, wall_clock
from bot.settings import Telegram
from tests.fakes.telegram import FakeTelegram

QUICK = Waits(
    connect=1, read=0.25, write=1, upload=2, pool=1, poll=1, first_pause=0.02, longest_pause=0.05, webhook_check=0.05
)


class NotStored(Exception):
    """The database did not take an event."""


@dataclass
class Inbox:
    """``failing``: so many events are not stored before storing works again."""

    failing: int = 0
    events: list[Event] = field(default_factory=list)
    tried: int = 0

    async def receive(self, event: Event) -> None:
        self.tried += 1
        if self.failing:
            self.failing -= 1
            raise NotStored
        self.events.append(event)

    @property
    def last(self) -> Event:
        return self.events[-1]


@dataclass
class Office:
    tg: FakeTelegram
    channel: TelegramChannel
    clock: Clock
    inbox: Inbox = field(default_factory=Inbox)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Inbox]:
        task = asyncio.create_task(self.channel.listen(self.inbox.receive))
        try:
            await eventually(lambda: self.tg.updates.is_polled or self.tg.called("getUpdates") or self.tg.webhook.url)
            yield self.inbox
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def heard(self, count: int = 1) -> list[Event]:
        await eventually(lambda: len(self.inbox.events) >= count)
        return self.inbox.events


@asynccontextmanager
async def served(app: ASGIApp) -> AsyncIterator[str]:
    """``app`` on a free port; the address. (uvicorn's own Server would install signal handlers.)"""
    config = Config(app, lifespan="off", access_log=False, log_config=None)
    config.load()
    line = partial(H11Protocol, config, ServerState(), {})
    server = await asyncio.get_running_loop().create_server(line, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


@asynccontextmanager
async def office(
    *,
    mode: str = "poll",
    public_url: str = "",
    settings: dict[str, Any] | None = None,
    waits: Waits = QUICK,
    **fake: Any,
) -> AsyncIterator[Office]:
    """The flood model is off unless asked for: most tests send faster than people read."""
    async with FakeTelegram(**({"flood": None} | fake)) as tg:
        values = {"enabled": True, "token": SecretStr(tg.token), "api_base": tg.base_url, "mode": mode}
        clock = wall_clock()
        channel = TelegramChannel(Telegram(**(values | (settings or {}))), clock, public_url, waits=waits)
        try:
            yield Office(tg, channel, clock)
        finally:
            await channel.close()


async def eventually(condition: Callable[[], Any], timeout: float = 3.0) -> None:
    async with asyncio.timeout(timeout):
        while not condition():
            await asyncio.sleep(0.005)


def part(to: Any, text: str = "", **more: Any) -> Part:
    """``to``: a chat of the fake or the id of one."""
    return Part(key="thong-bao-1", to=str(getattr(to, "id", to)), text=text, **more)


def picture(folder: Path, name: str, width: int = 320, height: int = 240, kind: str = "JPEG") -> Path:
    file = folder / name
    Image.new("RGB", (width, height), "darkred").save(file, kind)
    return file


def picture_bytes(width: int = 320, height: int = 240) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (width, height), "navy").save(target, "JPEG")
    return target.getvalue()
