"""A Starlette app on a free port of 127.0.0.1, within the running loop.

uvicorn's protocol is used without its ``Server``: that one installs signal handlers and takes 0.2 s to stop.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Self

from starlette.applications import Starlette
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

_KEEP_ALIVE_SECONDS = 75
Lines = dict[tuple[str, int], asyncio.Transport]
"""Open connections by the client's address."""


class _Line(H11Protocol):
    """Makes its transport known, so that a line can be cut from outside."""

    def __init__(self, *args: Any, lines: Lines, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lines = lines

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if self.client:
            self._lines[self.client] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if self.client:
            self._lines.pop(self.client, None)
        super().connection_lost(exc)


class Loopback:
    def __init__(self, app: Starlette, lines: Lines) -> None:
        config = Config(app, lifespan="off", access_log=False, log_config=None, timeout_keep_alive=_KEEP_ALIVE_SECONDS)
        config.load()
        self._lines, self._state = lines, ServerState()
        self._line = partial(_Line, config, self._state, {}, lines=lines)

    async def open(self, port: int = 0) -> Self:
        """Port 0: any free one."""
        self._server = await asyncio.get_running_loop().create_server(self._line, "127.0.0.1", port)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def close(self) -> None:
        """Cuts every line, as a machine that is switched off."""
        for socket in self._server.sockets:
            asyncio.get_running_loop().remove_reader(socket)
        for _ in range(4):  # a line that was just accepted makes itself known some turns of the loop later
            await asyncio.sleep(0)
        self._server.close()  # not before: Python 3.11 leaks a line that is accepted by then and not yet known
        for transport in list(self._lines.values()):
            transport.abort()
        await asyncio.sleep(0)
        running = list(self._state.tasks)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


@asynccontextmanager
async def serve(app: Starlette) -> AsyncIterator[str]:
    """Yields the address, without a slash at the end."""
    loopback = await Loopback(app, {}).open()
    try:
        yield f"http://127.0.0.1:{loopback.port}"
    finally:
        await loopback.close()
