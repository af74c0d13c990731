"""What stands between the internet and the pages: headers, same-origin checks, a limit on joining, and plain sentences
for everything that goes wrong."""

from __future__ import annotations

import errno
import re
import time
from collections import deque
from collections.abc import Awaitable, Callable
from functools import wraps
from urllib.parse import urlsplit

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.channels.webchat import words

log = structlog.get_logger()
# No inline script or style anywhere; frames only of ourselves (the hall of the demo). same-origin and not no-referrer:
# with the latter browsers send "Origin: null" for our own forms.
HEADERS = {
    "content-security-policy": "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'self'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "x-frame-options": "SAMEORIGIN",
}
CLIENT_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
Endpoint = Callable[[Request], Awaitable[Response]]


class Sorry(Exception):
    """The request cannot be met; ``sentence`` is for the person."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.sentence = status, sentence


class SafeHeaders:
    """Pure ASGI, because Starlette's BaseHTTPMiddleware would hold back streams."""

    def __init__(self, app: ASGIApp, cache: str = "no-store") -> None:
        self._app, self._cache = app, cache

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in {**HEADERS, "cache-control": self._cache}.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers)


class Limiter:
    """At most ``limit`` times in ``seconds`` for one client address. In memory: a restart forgives."""

    def __init__(self, limit: int, seconds: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._limit, self._seconds, self._monotonic = limit, seconds, monotonic
        self._times: dict[str, deque[float]] = {}

    def allows(self, who: str) -> bool:
        now = self._monotonic()
        if len(self._times) > 10_000:
            self._times = {key: times for key, times in self._times.items() if times[-1] > now - self._seconds}
        times = self._times.setdefault(who, deque())
        while times and times[0] <= now - self._seconds:
            times.popleft()
        if len(times) >= self._limit:
            return False
        times.append(now)
        return True


def from_our_page(request: Request, address: str, *, script: bool) -> bool:
    """Whether a POST comes from a page of ours. SameSite=Lax cookies are the first line, Origin the second; requests of
    our ``script`` also carry a header that a foreign page cannot set without asking us first."""
    if script and request.headers.get("x-loa") != "1":
        return False
    origin = request.headers.get("origin")
    if origin is None:
        return True
    return urlsplit(origin).netloc in (request.headers.get("host"), urlsplit(address).netloc)


def client_address(request: Request) -> str:
    return request.client.host if request.client else ""


async def read_body(request: Request, limit: int) -> bytes:
    """Raises Sorry when there are more than ``limit`` bytes."""
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > limit:
            raise Sorry(413, words.TEXT_TOO_LONG)
    return bytes(data)


def explained(endpoint: Endpoint) -> Endpoint:
    """Answer what goes wrong with one JSON sentence and the fitting status."""

    @wraps(endpoint)
    async def inside(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Sorry as sorry:
            return _sentence(sorry.status, sorry.sentence)
        except ClientDisconnect:
            return Response(status_code=400)
        except (OSError, SQLAlchemyError) as error:
            log.error("webchat.trouble", path=request.url.path, error=type(error).__name__, reason=str(error)[:200])
            full = is_disk_full(error)
            return _sentence(507 if full else 503, words.DISK_FULL if full else words.BUSY)

    return inside


def is_disk_full(error: Exception) -> bool:
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    return "disk is full" in str(error) or "No space left" in str(error)


def _sentence(status: int, sentence: str) -> JSONResponse:
    return JSONResponse({"message": sentence}, status)
