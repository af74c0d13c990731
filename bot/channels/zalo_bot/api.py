"""One request to the platform, and what it answered."""

from __future__ import annotations

import json
from typing import Any

import httpx

from bot.channels.envelope import STAND_IN, Envelope
from bot.channels.zalo_bot.limits import Waits

Values = dict[str, Any]


class ApiError(Exception):
    """The platform answered, and said no. ``code`` is the one inside the answer, which may come with HTTP 200."""

    def __init__(self, code: int, description: str) -> None:
        super().__init__(f"{code} {description}")
        self.code, self.description = code, description

    def says(self, *fragments: str) -> bool:
        return any(fragment in self.description.lower() for fragment in fragments)


class ForeignAnswer(Exception):
    """Something on the way answered instead of the platform: a proxy's error page, a provider's block page."""

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP {status} without an answer of the platform")
        self.status = status


class Api:
    """Raises ApiError, ForeignAnswer and httpx.HTTPError; none of them knows the token."""

    def __init__(self, token: str, base: str, waits: Waits) -> None:
        self._token, self._waits = token, waits
        self._http = httpx.AsyncClient(
            transport=Envelope(token, ""), base_url=f"{base.rstrip('/')}/bot{STAND_IN}/", follow_redirects=False
        )

    async def call(self, method: str, values: Values | None = None, *, read: float | None = None) -> Values:
        waits = self._waits
        timeout = httpx.Timeout(read or waits.read, connect=waits.connect, pool=waits.connect)
        response = await self._http.post(method, json=values or {}, timeout=timeout)
        answer = _answer(response)
        if answer.get("ok") is not True:
            raise self._error(response.status_code, answer)
        result = answer.get("result")
        return result if isinstance(result, dict) else {}

    async def updates(self) -> Values:
        """The next update; it is gone from the platform once this returns. Raises ApiError 408 when there is none."""
        waits = self._waits
        return await self.call("getUpdates", {"timeout": str(waits.poll)}, read=waits.poll + waits.poll_margin)

    async def webhook(self) -> str:
        """The address that the platform calls; empty when there is none, which it says with 404."""
        try:
            return str((await self.call("getWebhookInfo")).get("url") or "")
        except ApiError as error:
            if error.code != 404:
                raise
            return ""

    async def close(self) -> None:
        await self._http.aclose()

    def _error(self, status: int, answer: Values) -> ApiError:
        try:
            code = int(answer.get("error_code") or status)
        except (TypeError, ValueError):
            code = status
        words = str(answer.get("description") or "").replace(self._token, "•••")
        return ApiError(code, words[:300])


def _answer(response: httpx.Response) -> Values:
    """Raises ForeignAnswer. An empty 408 is an answer: some gateways of the platform send it without words."""
    try:
        answer = json.loads(response.content)
    except ValueError:
        answer = None
    if isinstance(answer, dict) and "ok" in answer:
        return answer
    if response.status_code == 408:
        return {"ok": False, "error_code": 408}
    raise ForeignAnswer(response.status_code)
