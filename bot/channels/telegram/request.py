"""HTTP below python-telegram-bot: no token in any address, and an error that still knows what was answered."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import httpx
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import HTTPXRequest, RequestData

from bot.channels.envelope import CONNECTIONS, Envelope
from bot.channels.telegram.limits import Waits


class ApiError(TelegramError):
    """Telegram answered, and said no. ``retry_after`` in seconds, ``moved_to`` the new id of an upgraded group.

    python-telegram-bot's own classes lose the status; 400 and 403 may mean the same thing, so code and words decide.
    """

    def __init__(self, code: int, description: str, retry_after: int = 0, moved_to: int = 0) -> None:
        super().__init__(f"{code} {description}")
        self.code, self.description = code, description
        self.retry_after, self.moved_to = retry_after, moved_to

    def says(self, *fragments: str) -> bool:
        return any(fragment in self.description.lower() for fragment in fragments)


class ForeignAnswer(TelegramError):
    """Something on the way answered instead of Telegram: a proxy's error page, a provider's block page."""

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP {status} without a Bot API answer")
        self.status = status


FORM = {
    "User-Agent": HTTPXRequest.USER_AGENT,
    "Accept-Encoding": "gzip, deflate",
    "Content-Type": "application/x-www-form-urlencoded",
}


class CarefulRequest(HTTPXRequest):
    """Raises ApiError and ForeignAnswer where the library would keep only the words."""

    def __init__(self, envelope: Envelope, waits: Waits) -> None:
        self._envelope, self._waits = envelope, waits
        super().__init__(
            connection_pool_size=CONNECTIONS,
            connect_timeout=waits.connect,
            read_timeout=waits.read,
            write_timeout=waits.write,
            media_write_timeout=waits.upload,
            pool_timeout=waits.pool,
            httpx_kwargs={"transport": envelope},
        )

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *timeouts: Any, **named: Any
    ) -> tuple[int, bytes]:
        """Without files straight to the wire: cookies, redirects and merged defaults are a seventh of a delivery."""
        if timeouts or (request_data and request_data.multipart_data):
            status, body = await super().do_request(url, method, request_data, *timeouts, **named)
        else:
            form = urlencode(request_data.json_parameters if request_data else {})
            status, body = await self._exchange(url, method, form, self._timeout(named.get("read_timeout")))
        answer = _bot_api_answer(body)
        if answer is None:
            raise ForeignAnswer(status)
        if answer["ok"] is not True:
            raise _api_error(status, answer)
        return status, body

    def _timeout(self, read: Any) -> dict[str, float]:
        waits = self._waits
        longest = read if isinstance(read, int | float) else waits.read  # else the library's word for "as usual"
        return {"connect": waits.connect, "read": longest, "write": waits.write, "pool": waits.pool}

    async def _exchange(self, url: str, method: str, form: str, waits: dict[str, float]) -> tuple[int, bytes]:
        """Raises what HTTPXRequest raises, with what httpx said as its cause."""
        request = httpx.Request(method, url, headers=FORM, content=form, extensions={"timeout": waits})
        try:
            response = await self._envelope.handle_async_request(request)
            try:
                return response.status_code, await response.aread()
            finally:
                await response.aclose()
        except httpx.TimeoutException as error:
            raise TimedOut from error
        except httpx.HTTPError as error:
            raise NetworkError(type(error).__name__) from error


def _bot_api_answer(body: bytes) -> dict[str, Any] | None:
    try:
        answer = json.loads(body)
    except ValueError:
        return None
    return answer if isinstance(answer, dict) and "ok" in answer else None


def _api_error(status: int, answer: dict[str, Any]) -> ApiError:
    parameters = answer.get("parameters") or {}
    return ApiError(
        int(answer.get("error_code") or status),
        str(answer.get("description") or ""),
        int(parameters.get("retry_after") or 0),
        int(parameters.get("migrate_to_chat_id") or 0),
    )
