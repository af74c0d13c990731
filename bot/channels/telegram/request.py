"""HTTP below python-telegram-bot: no token in any address, and an error that still knows what was answered."""

from __future__ import annotations

import json
from typing import Any

from telegram.error import TelegramError
from telegram.request import HTTPXRequest

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


class CarefulRequest(HTTPXRequest):
    """Raises ApiError and ForeignAnswer where the library would keep only the words."""

    def __init__(self, envelope: Envelope, waits: Waits) -> None:
        super().__init__(
            connection_pool_size=CONNECTIONS,
            connect_timeout=waits.connect,
            read_timeout=waits.read,
            write_timeout=waits.write,
            media_write_timeout=waits.upload,
            pool_timeout=waits.pool,
            httpx_kwargs={"transport": envelope},
        )

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        status, body = await super().do_request(*args, **kwargs)
        answer = _bot_api_answer(body)
        if answer is None:
            raise ForeignAnswer(status)
        if answer["ok"] is not True:
            raise _api_error(status, answer)
        return status, body


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
