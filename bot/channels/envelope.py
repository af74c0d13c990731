"""For platforms whose addresses contain the token of a bot: it is written in when a request leaves, not earlier."""

from __future__ import annotations

import importlib.util
import sys
from functools import lru_cache
from urllib.parse import quote

import httpx

from bot.channels.certificates import trusted

STAND_IN = "stand-in-for-the-token"
CONNECTIONS = 16
ADDRESSES = 64  # a bot asks for a handful again and again
if importlib.util.find_spec("sniffio") is None:
    # httpcore looks for this library four times a request. Told once that it is not there, it need not search the disk.
    sys.modules["sniffio"] = None  # type: ignore[assignment]


class Envelope(httpx.AsyncBaseTransport):
    """Writes the token into the address when a request leaves, and nowhere earlier.

    Such platforms carry the token in the path, and httpx writes addresses into its log and its errors. Everything above
    this class works with a stand-in, so that there is nothing to redact.
    """

    def __init__(self, token: str, proxy: str) -> None:
        self._token = quote(token, safe=":").encode()
        limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS, keepalive_expiry=20)
        self._inner = httpx.AsyncHTTPTransport(verify=trusted(), proxy=proxy or None, limits=limits)
        self._addressed = lru_cache(ADDRESSES)(self._with_token)

    def _with_token(self, url: httpx.URL) -> httpx.URL:
        return url.copy_with(raw_path=url.raw_path.replace(STAND_IN.encode(), self._token, 1))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        addressed = httpx.Request(
            request.method,
            self._addressed(request.url),
            headers=request.headers,
            stream=request.stream,
            extensions=request.extensions,
        )
        return await self._inner.handle_async_request(addressed)

    async def aclose(self) -> None:
        await self._inner.aclose()
