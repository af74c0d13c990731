"""Bare requests without a client library: what a test of the fake's own rules needs."""

from types import TracebackType
from typing import Any, Self

import httpx


class Caller:
    """``await call("sendMessage", chat_id=1, text="x")`` → the JSON answer, refusals included."""

    def __init__(self, base_url: str, token: str) -> None:
        self._http = httpx.AsyncClient(verify=False, base_url=f"{base_url}/bot{token}/", trust_env=False, timeout=10)

    async def __call__(self, method: str, files: dict[str, Any] | None = None, **arguments: Any) -> Any:
        return (await self.response(method, files, **arguments)).json()

    async def response(self, method: str, files: dict[str, Any] | None = None, **arguments: Any) -> httpx.Response:
        """JSON without files, multipart with them."""
        if files:
            return await self._http.post(method, data=arguments, files=files)
        return await self._http.post(method, json=arguments)

    async def download(self, link: str) -> httpx.Response:
        return await self._http.get(link)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        await self._http.aclose()
