"""Which process may do what, asked off the event loop: a server that does not answer must not stop the rest."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TypeVar

from storage.leadership import Alone, Claims

T = TypeVar("T")
LOOK_SECONDS = 1.0


class Turns:
    """The claims of this process. The event loop itself asks for the sign of life, so that a loop that hangs gives
    none.
    """

    def __init__(self, claims: Claims | None = None) -> None:
        self._claims = claims or Alone()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="claims")

    @property
    def shares_work(self) -> bool:
        return self._claims.shares_work

    async def take(self, name: str) -> bool:
        return await self._off_loop(self._claims.take, name)

    async def give(self, name: str) -> None:
        await self._off_loop(self._claims.give, name)

    def owns(self, name: str) -> bool:
        return self._claims.owns(name)

    def holds(self, name: str) -> bool:
        """Whether nobody else can be at ``name`` at this very moment; to be asked right before what must not be done
        twice.
        """
        return self._claims.holds(name)

    @asynccontextmanager
    async def at(self, name: str) -> AsyncIterator[bool]:
        """Whether ``name`` is ours until the end of the block; False when somebody else is at it."""
        mine = await self.take(name)
        try:
            yield mine
        finally:
            if mine:
                await self.give(name)

    async def keep(self) -> None:
        """Give signs of life until cancelled."""
        while True:
            await self._off_loop(self._claims.look)
            await asyncio.sleep(LOOK_SECONDS)

    async def close(self) -> None:
        await self._off_loop(self._claims.close)
        self._thread.shutdown(wait=False)

    async def _off_loop(self, work: Callable[..., T], *names: str) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *names)
