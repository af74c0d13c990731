"""For platforms whose addresses contain the token of a bot: it is written in when a request leaves, not earlier."""

from __future__ import annotations

import ssl
from functools import cache
from urllib.parse import quote

import httpx

STAND_IN = "stand-in-for-the-token"
CONNECTIONS = 16


class Envelope(httpx.AsyncBaseTransport):
    """Writes the token into the address when a request leaves, and nowhere earlier.

    Such platforms carry the token in the path, and httpx writes addresses into its log and its errors. Everything above
    this class works with a stand-in, so that there is nothing to redact.
    """

    def __init__(self, token: str, proxy: str) -> None:
        self._token = quote(token, safe=":").encode()
        limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS, keepalive_expiry=20)
        self._inner = httpx.AsyncHTTPTransport(verify=_certificates(), proxy=proxy or None, limits=limits)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.raw_path.replace(STAND_IN.encode(), self._token, 1)
        addressed = httpx.Request(
            request.method,
            request.url.copy_with(raw_path=path),
            headers=request.headers,
            stream=request.stream,
            extensions=request.extensions,
        )
        return await self._inner.handle_async_request(addressed)

    async def aclose(self) -> None:
        await self._inner.aclose()


@cache
def _certificates() -> ssl.SSLContext:
    """Reading the system's certificates takes longer than anything else here: once a process is enough."""
    return httpx.create_ssl_context()
