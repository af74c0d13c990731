"""Telegram calls us: one route, guarded by the secret that setWebhook gave it."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.channels.body import bounded_body

log = structlog.get_logger()
PATH = "/telegram/webhook"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
Hear = Callable[[dict[str, Any]], Awaitable[None]]


def derived_secret(token: str) -> str:
    """The secret when the settings name none: the same after every restart, and of no use to find the token."""
    return hmac.new(token.encode(), b"loa webhook", hashlib.sha256).hexdigest()


def webhook_route(secret: str, hear: Hear) -> Route:
    """Answers 200 when the update is stored. Anything else makes Telegram send it again."""

    async def take(request: Request) -> Response:
        shown = request.headers.get(HEADER, "")
        if not hmac.compare_digest(shown.encode(), secret.encode()):
            return Response(status_code=403)
        body = await bounded_body(request)
        try:
            update = json.loads(body)
        except (ValueError, RecursionError):
            return Response(status_code=400)
        if not isinstance(update, dict) or not isinstance(update.get("update_id"), int):
            return Response(status_code=400)
        return await _heard(hear, update)

    return Route(PATH, take, methods=["POST"])


async def _heard(hear: Hear, update: dict[str, Any]) -> Response:
    try:
        await hear(update)
    except Exception as error:
        # Whatever it was, the update is not stored: Telegram keeps it for a day and asks again.
        log.error("telegram.not_stored", update=update["update_id"], error=type(error).__name__)
        return Response(status_code=500)
    return Response(status_code=200)
