"""Zalo calls us: an event is answered with 200 once it is stored, and within two seconds."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bot.channels.body import bounded_body
from bot.channels.zalo_oa.signature import Signer

log = structlog.get_logger()
PATH = "/zalo/oa/webhook"
SIGNATURE = "X-ZEvent-Signature"
TIMESTAMP = "X-ZEvent-Timestamp"
RETRY = "num_retry"
Hear = Callable[[dict[str, Any], str, bool], Awaitable[None]]


def webhook_route(signer: Callable[[], Signer], hear: Hear) -> Route:
    """``hear`` gets the event, the name of the signature that matched, and whether Zalo calls again with it; it raises
    when nothing could be stored.

    Without a signature nothing is stored: that is the test the console makes when the address is saved, and it must
    succeed or the address cannot be saved. With a wrong one the answer is 403, so that Zalo keeps the event for us
    while the operator corrects the secret.
    """

    async def take(request: Request) -> Response:
        raw = await bounded_body(request)
        event, shown = _json(raw), request.headers.get(SIGNATURE, "")
        if not shown:
            log.info("zalo_oa.unsigned", what=_name(event)[:60])
            return Response(status_code=200)
        variant = signer().variant(raw, shown, _time(event), request.headers.get(TIMESTAMP, ""))
        if not variant:
            log.warning("zalo_oa.bad_signature", retry=request.headers.get(RETRY, ""))
            return Response(status_code=403)
        return await _heard(hear, event, variant, again=bool(request.headers.get(RETRY)))

    return Route(PATH, take, methods=["POST"])


def verification_route(name: str) -> Route:
    """Some set-ups ask for a file at the root of the domain whose name, without its ending, is what it must say."""
    content = name.removesuffix(".html").removeprefix("zalo_verifier")

    async def show(_: Request) -> Response:
        return HTMLResponse(
            f'<!doctype html><html><head><meta name="zalo-platform-site-verification" content="{content}">'
            f"</head><body></body></html>"
        )

    return Route(f"/{name}", show, methods=["GET"])


async def _heard(hear: Hear, event: dict[str, Any] | None, variant: str, *, again: bool) -> Response:
    if event is None or not _name(event):
        return Response(status_code=200)
    try:
        await hear(event, variant, again)
    except Exception as error:
        # Whatever it was, the event is not stored: Zalo asks again, after half a minute for the first time.
        log.error("zalo_oa.not_stored", what=event["event_name"][:60], error=type(error).__name__)
        return Response(status_code=500)
    return Response(status_code=200)


def _json(raw: bytes) -> dict[str, Any] | None:
    try:
        event = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) else None


def _name(event: dict[str, Any] | None) -> str:
    value = (event or {}).get("event_name", "")
    return value if isinstance(value, str) else ""


def _time(event: dict[str, Any] | None) -> str:
    value = (event or {}).get("timestamp", "")
    return str(value) if isinstance(value, str | int) else ""
