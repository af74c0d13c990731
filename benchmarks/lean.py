"""``python -m benchmarks.lean``: a Bot API for many accounts that costs a few microseconds a request.

The strict fake of the tests needs about a millisecond a request, so that beside it nothing else can be measured. This
one knows only what a bot that sends and hears texts asks for. What it enforces, it enforces for each token by itself:
30 messages in any second, one a second in a chat, 20 a minute in a group, 429 with a pause for whoever does not listen.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

SECOND, MINUTE = 0.95, 59.95  # as the strict fake: two requests a second apart may arrive a little closer
OVERALL, IN_GROUP = 30, 20
BOUNDARY = re.compile(rb'boundary="?([^";\r\n]+)')
FIELD = re.compile(rb'name="([^"]+)"[^\r]*(?:\r\n[^\r]+)*\r\n\r\n(.*)', re.DOTALL)
ME = {
    "id": 1, "is_bot": True, "first_name": "Loa", "username": "loa_bot",
    "can_join_groups": True, "can_read_all_group_messages": True,
}  # fmt: skip


@dataclass
class Account:
    """One token. ``updates`` is what people have said and the bot has not confirmed yet."""

    limited: bool
    updates: deque[dict[str, Any]] = field(default_factory=deque)
    sends: list[tuple[float, int, str]] = field(default_factory=list)  # moment, chat, beginning of the text
    rejected: int = 0
    _second: deque[float] = field(default_factory=deque)
    _last: dict[int, float] = field(default_factory=dict)
    _minute: dict[int, deque[float]] = field(default_factory=dict)
    _paused_until: float = 0.0
    _number: int = 0
    _waiting: list[asyncio.Future[None]] = field(default_factory=list)

    def say(self, person: int, text: str) -> None:
        self._number += 1
        chat = {"id": person, "type": "private", "first_name": f"Người {person}"}
        sender = {"id": person, "is_bot": False, "first_name": f"Người {person}"}
        message = {"message_id": self._number, "date": int(time.time()), "chat": chat, "from": sender, "text": text}
        self.updates.append({"update_id": self._number, "message": message})
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)

    async def hear(self, offset: int, limit: int, timeout: float) -> list[dict[str, Any]]:
        while self.updates and self.updates[0]["update_id"] < offset:
            self.updates.popleft()
        if not self.updates and timeout:
            waiting = asyncio.get_running_loop().create_future()
            self._waiting = [waiting]
            await asyncio.wait([waiting], timeout=timeout)
        return [self.updates[place] for place in range(min(limit, len(self.updates)))]

    def send(self, chat: int, text: str) -> dict[str, Any] | int:
        """The message, or the seconds to wait."""
        now = time.monotonic()
        if self.limited and (wait := self._wait(now, chat)) > 0:
            self.rejected += 1
            return int(wait) + 1
        self.sends.append((time.time(), chat, text[:40]))
        kind = {"type": "group", "title": "Nhóm"} if chat < 0 else {"type": "private", "first_name": "Người"}
        return {"message_id": len(self.sends), "date": int(time.time()), "chat": {"id": chat, **kind}, "text": text}

    def _wait(self, now: float, chat: int) -> float:
        if now < self._paused_until:
            self._paused_until += 1  # somebody does not listen
            return self._paused_until - now
        while self._second and self._second[0] <= now - SECOND:
            self._second.popleft()
        minute = self._minute.setdefault(chat, deque()) if chat < 0 else deque()
        while minute and minute[0] <= now - MINUTE:
            minute.popleft()
        wait = 0.0
        if len(self._second) >= OVERALL:
            wait = self._second[0] + 1 - now
            self._paused_until = now + int(wait) + 1
        elif now - self._last.get(chat, 0) < SECOND:
            wait = 1.0
        elif len(minute) >= IN_GROUP:
            wait = minute[0] + 60 - now
        if not wait:
            self._second.append(now)
            self._last[chat] = now
            minute.append(now)
        return wait


class Bots:
    """All accounts; one appears with its first request."""

    def __init__(self, *, limited: bool) -> None:
        self._limited = limited
        self.accounts: dict[str, Account] = {}

    def account(self, token: str) -> Account:
        if token not in self.accounts:
            self.accounts[token] = Account(self._limited)
        return self.accounts[token]

    async def answer(self, token: str, method: str, values: dict[str, str]) -> dict[str, Any]:
        account, name = self.account(token), method.lower()
        if name == "sendmessage":
            result = account.send(int(values["chat_id"]), values.get("text", ""))
            if isinstance(result, int):
                words = f"Too Many Requests: retry after {result}"
                return {
                    "ok": False, "error_code": 429, "description": words, "parameters": {"retry_after": result},
                }  # fmt: skip
            return {"ok": True, "result": result}
        if name == "getupdates":
            wanted = int(values.get("offset", 0)), int(values.get("limit", 100)), float(values.get("timeout", 0))
            return {"ok": True, "result": await account.hear(*wanted)}
        if name == "getme":
            return {"ok": True, "result": ME}
        if name == "getwebhookinfo":
            return {"ok": True, "result": {"url": "", "has_custom_certificate": False, "pending_update_count": 0}}
        return {"ok": True, "result": True}

    def control(self, action: str, values: dict[str, Any]) -> Any:
        """``say`` ({token, people, text}), ``report`` and ``sends`` ({token})."""
        if action == "say":
            for person in values["people"]:
                self.account(values["token"]).say(person, values["text"])
            return True
        if action == "sends":
            return self.account(values["token"]).sends
        accounts = self.accounts.values()
        moments = [account.sends[-1][0] for account in accounts if account.sends]
        return {
            "sent": sum(len(account.sends) for account in accounts),
            "rejected": sum(account.rejected for account in accounts),
            "first": min((account.sends[0][0] for account in accounts if account.sends), default=0.0),
            "last": max(moments, default=0.0),
            "by_account": {token: len(account.sends) for token, account in self.accounts.items()},
        }


class Line(asyncio.Protocol):
    """HTTP/1.1 with a body of known length, one request after the other."""

    def __init__(self, bots: Bots) -> None:
        self._bots, self._buffer = bots, b""
        self._transport: asyncio.Transport | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end]
            length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(self._buffer) < whole:
                return
            body, self._buffer = self._buffer[end + 4 : whole], self._buffer[whole:]
            task = asyncio.ensure_future(self._serve(head, body))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _serve(self, head: bytes, body: bytes) -> None:
        _, owner, action = head.split(b" ", 2)[1].decode().partition("?")[0].split("/", 2)
        if owner == "ctl":
            answer, status = self._bots.control(action, json.loads(body or b"{}")), 200
        else:
            answer = await self._bots.answer(owner.removeprefix("bot"), action, fields(head, body))
            status = answer.get("error_code", 200)
        data = json.dumps(answer).encode()
        line = b"HTTP/1.1 %d OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % (status, len(data))
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(line + data)


def fields(head: bytes, body: bytes) -> dict[str, str]:
    """Form fields, in either of the two ways in which bot libraries send them."""
    if (found := BOUNDARY.search(head)) is None:
        return dict(parse_qsl(body.decode()))
    parts = (FIELD.search(part) for part in body.split(b"--" + found[1]))
    return {part[1].decode(): part[2].removesuffix(b"\r\n").decode() for part in parts if part}


async def serve(*, limited: bool, ready: Callable[[str], None]) -> None:
    bots = Bots(limited=limited)
    server = await asyncio.get_running_loop().create_server(lambda: Line(bots), "127.0.0.1", 0)
    ready(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="a lean Bot API for benchmarks; prints its address")
    parser.add_argument("--unlimited", action="store_true", help="let everything through")
    chosen = parser.parse_args()
    asyncio.run(serve(limited=not chosen.unlimited, ready=lambda address: print(address, flush=True)))
