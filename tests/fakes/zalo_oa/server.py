"""Running the fake on 127.0.0.1: in the test's own loop, or in a thread beside killed and forked processes."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any, Self, TypeVar

from tests.fakes.telegram.loopback import Loopback

from .inspection import Inspection
from .surface import Surface

T = TypeVar("T")


class FakeZaloOa(Inspection):
    """``async with FakeZaloOa() as oa``: three hosts with a port each, and one more for what people sent."""

    _hosts: dict[str, Loopback]
    base_url = oauth_url = business_url = ""

    async def open(self) -> Self:
        surface = Surface(self)
        known = getattr(self, "_hosts", {})
        self._hosts = {}
        for name, app in surface.apps.items():
            port = known[name].port if name in known else 0
            self._hosts[name] = await Loopback(app, surface.lines).open(port)
        self.base_url, self.oauth_url = self._address("api"), self._address("oauth")
        self.business_url, self.media_url = self._address("business"), self._address("media")
        return self

    def _address(self, host: str) -> str:
        return f"http://127.0.0.1:{self._hosts[host].port}"

    async def close(self) -> None:
        """Zalo is gone: every line is cut. ``open()`` brings it back at the same addresses with all it knew."""
        await self.webhook.close()
        for host in self._hosts.values():
            await host.close()

    async def __aenter__(self) -> Self:
        return await self.open()

    async def __aexit__(self, *_: object) -> None:
        await self.close()


class FakeZaloOaThread:
    """The fake in a thread of its own, with the same constructor arguments. Everything goes through ``do``."""

    def __init__(self, **arguments: Any) -> None:
        self._arguments = arguments
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fake-zalo-oa", daemon=True)
        self._oa: FakeZaloOa

    @property
    def oa(self) -> FakeZaloOa:
        """For its addresses and secrets, which do not change; everything else through ``do``."""
        return self._oa

    def do(self, act: Callable[[FakeZaloOa], T]) -> T:
        """Runs ``act`` in the server's loop and returns its result: ``do(lambda oa: oa.write(lan, "Xin chào"))``."""

        async def in_loop() -> T:
            return act(self._oa)

        return asyncio.run_coroutine_threadsafe(in_loop(), self._loop).result()

    def save_webhook(self, url: str) -> bool:
        return asyncio.run_coroutine_threadsafe(self._oa.webhook.save(url), self._loop).result()

    def until(self, condition: Callable[[FakeZaloOa], T], timeout: float = 5.0) -> T:
        """Waits for a truthy answer, looked at after every request; raises TimeoutError."""
        waiting = self._oa.until(lambda: condition(self._oa), timeout)
        answer: T = asyncio.run_coroutine_threadsafe(waiting, self._loop).result()
        return answer

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._open(), self._loop).result()
        return self

    async def _open(self) -> None:
        self._oa = await FakeZaloOa(**self._arguments).open()

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._oa.close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
