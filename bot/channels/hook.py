"""A platform calls us: one route, guarded by the secret that setWebhook gave it."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.channels.body import bounded_body

log = structlog.get_logger()
Update = dict[str, Any]
Hear = Callable[[Update], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Hook:
    """What differs between platforms. ``header``: where they show the secret; ``number``: the field with the number
    that each of their updates must have, where they have one.
    """

    channel: str
    path: str
    header: str
    salt: bytes
    number: str = ""

    def secret(self, token: str) -> str:
        """When the settings name none: the same after every restart, and of no use to find the token."""
        return hmac.new(token.encode(), self.salt, hashlib.sha256).hexdigest()

    def route(self, secret: str, hear: Hear) -> Route:
        """Answers 200 when the update is stored. After anything else a platform sends it again, if it ever does."""

        async def take(request: Request) -> Response:
            shown = request.headers.get(self.header, "")
            if not hmac.compare_digest(shown.encode(), secret.encode()):
                return Response(status_code=403)
            if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
                return Response(status_code=415)
            update = self._read(await bounded_body(request))
            return Response(status_code=400) if update is None else await self._heard(hear, update)

        return Route(self.path, take, methods=["POST"])

    def _read(self, body: bytes) -> Update | None:
        try:
            update = json.loads(body)
        except (ValueError, RecursionError):
            return None
        if not isinstance(update, dict) or (self.number and not isinstance(update.get(self.number), int)):
            return None
        return update

    async def _heard(self, hear: Hear, update: Update) -> Response:
        try:
            await hear(update)
        except Exception as error:
            log.error(f"{self.channel}.not_stored", update=update.get(self.number), error=type(error).__name__)
            return Response(status_code=500)
        return Response(status_code=200)
