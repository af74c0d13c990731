"""Updates pushed to the bot's own address: in order within a chat, side by side across chats, until taken."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from urllib.parse import urlsplit

import httpx

from .errors import bad_request
from .text import JSON
from .updates import Update, Updates

_PORTS = (443, 80, 88, 8443)
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"


@dataclass
class Webhook:
    updates: Updates
    clock: Callable[[], datetime]
    retry_seconds: float = 0.1
    """First pause after a refusal, doubled each time up to ``retry_cap`` (Telegram: up to a minute)."""
    retry_cap: float = 60.0
    url: str = ""
    secret: str = ""
    connections: int = 40
    last_error: tuple[datetime, str] | None = None
    attempts: list[tuple[int, int]] = field(default_factory=list)
    """(update_id, HTTP status or 0 when nobody answered) of every delivery tried."""
    _bell: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None

    def set(self, url: str, secret: str, connections: int) -> None:
        _check_address(url)
        if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", secret):
            raise bad_request("secret token contains unallowed characters")
        self.clear()
        self.url, self.secret, self.connections = url, secret, connections
        self._task = asyncio.get_running_loop().create_task(self._run())

    def clear(self) -> None:
        if self._task:
            self._task.cancel()
        self.url, self.secret, self._task, self.last_error = "", "", None, None

    async def close(self) -> None:
        task = self._task
        self.clear()
        if task:
            await asyncio.wait([task])

    def wake(self) -> None:
        self._bell.set()

    def info(self) -> JSON:
        body: JSON = {
            "url": self.url,
            "has_custom_certificate": False,
            "pending_update_count": len(self.updates.pending),
        }
        if self.url:
            body["max_connections"] = self.connections
        if self.updates.allowed:
            body["allowed_updates"] = self.updates.allowed
        if self.last_error:
            when, text = self.last_error
            body |= {"last_error_date": int(when.timestamp()), "last_error_message": text}
        return body

    async def _run(self) -> None:
        busy: dict[int, asyncio.Task[None]] = {}
        async with httpx.AsyncClient(verify=False, trust_env=False, timeout=60) as client:
            try:
                while True:
                    self._bell.clear()
                    for update in self.updates.deliverable():
                        queue = _queue_of(update)
                        if queue not in busy and len(busy) < self.connections:
                            busy[queue] = asyncio.create_task(self._deliver(client, update))
                            busy[queue].add_done_callback(partial(self._free, busy, queue))
                    await self._bell.wait()
            finally:
                running = list(busy.values())
                for task in running:
                    task.cancel()
                await asyncio.gather(*running, return_exceptions=True)

    def _free(self, busy: dict[int, asyncio.Task[None]], queue: int, _: asyncio.Task[None]) -> None:
        del busy[queue]
        self.wake()

    async def _deliver(self, client: httpx.AsyncClient, update: Update) -> None:
        pause = self.retry_seconds
        while not await self._taken(client, update):
            await asyncio.sleep(pause)
            pause = min(pause * 2, self.retry_cap)
        self.updates.confirm(update)

    async def _taken(self, client: httpx.AsyncClient, update: Update) -> bool:
        headers = {SECRET_HEADER: self.secret} if self.secret else {}
        try:
            answer = await client.post(self.url, json=update.to_json(), headers=headers)
        except httpx.HTTPError as error:
            self.attempts.append((update.id, 0))
            self.last_error = (self.clock(), f"Connection failed: {type(error).__name__}")
            return False
        self.attempts.append((update.id, answer.status_code))
        if answer.is_success:
            return True
        self.last_error = (self.clock(), f"Wrong response from the webhook: {answer.status_code}")
        return False


def _check_address(url: str) -> None:
    parts = urlsplit(url)
    if parts.hostname in ("127.0.0.1", "localhost"):
        return  # a bot under test has no certificate; everywhere else Telegram's rules hold
    if parts.scheme != "https":
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if (parts.port or 443) not in _PORTS:
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")


def _queue_of(update: Update) -> int:
    payload = update.payload.get("message", update.payload)
    return int(payload.get("chat", payload.get("from", {"id": 0}))["id"])
