"""One account of one platform: heard and spoken for by one process at a time, wherever several run."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import structlog

from bot.channels.contract import Channel, Receive
from bot.delivery.sender import Sender
from bot.turns import Turns

log = structlog.get_logger()
STANDBY_SECONDS = 1.0
WATCH_SECONDS = 0.25
IN_FLIGHT_SECONDS = 4.0


def name_of(channel: Channel) -> str:
    """Under which the processes agree who speaks for it."""
    return f"account:{channel.name}:{channel.account}"


class Account:
    def __init__(self, channel: Channel, sender: Sender, turns: Turns) -> None:
        self.channel, self.sender = channel, sender
        self._turns, self._name = turns, name_of(channel)
        self._stopping = asyncio.Event()

    async def run(self, receive: Receive) -> None:
        """Until drained: wait for our turn, serve, and when the turn was lost wait for the next one."""
        while not self._stopping.is_set():
            if await self._turns.take(self._name):
                log.info("account.taken", channel=self.channel.name)
                await self._serve(receive)
                await self._turns.give(self._name)
            await self._pause(STANDBY_SECONDS)

    async def drain(self) -> None:
        """Hear no more, claim nothing more, and let what has left finish."""
        self._stopping.set()
        await self.sender.drain(IN_FLIGHT_SECONDS)

    async def _serve(self, receive: Receive) -> None:
        work = [asyncio.create_task(part) for part in (self.channel.listen(receive), self.sender.run())]
        try:
            while self._turns.owns(self._name) and not self._stopping.is_set():
                await self._pause(WATCH_SECONDS)
                _raise_what_it_died_of(work)
            if not self._stopping.is_set():
                log.error("account.lost", channel=self.channel.name)
            await self.sender.drain(IN_FLIGHT_SECONDS)
        finally:
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)


def _raise_what_it_died_of(work: list[asyncio.Task[None]]) -> None:
    """A channel that stopped listening by itself is no trouble."""
    for task in work:
        if task.done():
            task.result()
