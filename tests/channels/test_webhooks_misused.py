"""Anybody can reach the addresses that platforms call: what is sent there must neither stop the bot nor fill it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from bot.channels import body
from bot.channels.telegram.webhook import HOOK as TELEGRAM
from bot.channels.zalo_bot.webhook import HOOK as ZALO_BOT
from bot.channels.zalo_oa import webhook as zalo_oa
from bot.channels.zalo_oa.signature import Signer
from tests.fakes.telegram.loopback import serve

SECRET = {hook.path: hook.header for hook in (TELEGRAM, ZALO_BOT)}
PATHS = (*SECRET, zalo_oa.PATH)
DEEP = b'{"event_name": ' + b"[" * 200_000 + b"]" * 200_000 + b"}"


async def hear(*_: Any) -> None:
    raise AssertionError("nothing here is worth storing")


def routes() -> list[Route]:
    nobody = Signer("app", "oa", "secret", "secret")
    return [
        TELEGRAM.route("s" * 20, hear),
        ZALO_BOT.route("s" * 20, hear),
        zalo_oa.webhook_route(lambda: nobody, hear),
    ]


@pytest.fixture
async def door() -> AsyncIterator[str]:
    async with serve(Starlette(routes=routes())) as served:
        yield served


def headers(path: str) -> dict[str, str]:
    """Of a caller who knows the secret, where it is in a header."""
    return {"content-type": "application/json"} | ({SECRET[path]: "s" * 20} if path in SECRET else {})


async def begun(door: str, path: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A request of which only the first letters have come."""
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(door).port)
    shown = "".join(f"{name}: {value}\r\n" for name, value in headers(path).items())
    writer.write(f"POST {path} HTTP/1.1\r\nHost: x\r\n{shown}Content-Length: 1000\r\n\r\n{{".encode())
    await writer.drain()
    return reader, writer


@pytest.mark.parametrize("path", PATHS)
async def test_who_drips_a_body_is_shown_the_door(door: str, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "BODY_SECONDS", 0.05)
    reader, writer = await begun(door, path)
    answer = await asyncio.wait_for(reader.readline(), 5)
    writer.close()
    assert b" 408 " in answer


@pytest.mark.parametrize("path", PATHS)
async def test_who_hangs_up_half_way_breaks_nothing(door: str, path: str, caplog: pytest.LogCaptureFixture) -> None:
    _, writer = await begun(door, path)
    writer.transport.abort()
    async with httpx.AsyncClient() as http:
        for _ in range(3):
            answer = await http.post(f"{door}{path}", content=b"no json", headers=headers(path))
    assert answer.status_code < 500
    assert not [record for record in caplog.records if record.exc_info]


@pytest.mark.parametrize("path", PATHS)
async def test_brackets_in_brackets_without_end_are_no_event(door: str, path: str) -> None:
    async with httpx.AsyncClient() as http:
        answer = await http.post(f"{door}{path}", content=DEEP, headers=headers(path))
    assert answer.status_code == (200 if path == zalo_oa.PATH else 400)
