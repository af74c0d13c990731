"""Running the fake on 127.0.0.1: in the test's own loop, or in a thread beside killed and forked processes."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any, Self, TypeVar

from .inspection import Inspection
from .loopback import Loopback
from .surface import Surface

T = TypeVar("T")


class FakeTelegram(Inspection):
    """``async with FakeTelegram() as tg``: then ``tg.base_url`` serves the Bot API, ``/file`` and ``/ctl``."""

    _loopback: Loopback | None = None
    port = 0

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def open(self, port: int = 0) -> Self:
        """Port 0: any free one."""
        surface = Surface(self)
        self._loopback = await Loopback(surface.app, surface.lines).open(port)
        self.port = self._loopback.port
        return self

    async def close(self) -> None:
        """Telegram is gone: every line is cut. ``open(port)`` brings it back with all it knew."""
        await self.webhook.close()
        if self._loopback is not None:
            await self._loopback.close()
        self._loopback = None

    async def __aenter__(self) -> Self:
        return await self.open()

    async def __aexit__(self, *_: object) -> None:
        await self.close()


class FakeTelegramThread:
    """The fake in a thread of its own, with the same constructor arguments. Everything goes through ``do``."""

    def __init__(self, **arguments: Any) -> None:
        self._arguments = arguments
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fake-telegram", daemon=True)
        self._telegram: FakeTelegram

    @property
    def base_url(self) -> str:
        return self._telegram.base_url

    @property
    def token(self) -> str:
        return self._telegram.token

    def do(self, act: Callable[[FakeTelegram], T]) -> T:
        """Runs ``act`` in the server's loop and returns its result: ``do(lambda tg: tg.say(lan, "Xin chào"))``."""

        async def in_loop() -> T:
            return act(self._telegram)

        return asyncio.run_coroutine_threadsafe(in_loop(), self._loop).result()

    def until(self, condition: Callable[[FakeTelegram], T], timeout: float = 5.0) -> T:
        """Waits for a truthy answer, looked at after every request; raises TimeoutError."""
        waiting = self._telegram.until(lambda: condition(self._telegram), timeout)
        answer: T = asyncio.run_coroutine_threadsafe(waiting, self._loop).result()
        return answer

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._open(), self._loop).result()
        return self

    async def _open(self) -> None:
        self._telegram = await FakeTelegram(**self._arguments).open()

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._telegram.close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
