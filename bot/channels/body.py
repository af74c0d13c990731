"""What a platform sends to a webhook, before anybody knows that it is the platform."""

from __future__ import annotations

import asyncio

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

BODY_BYTES = 1 << 20
BODY_SECONDS = 10.0  # platforms send a few kilobytes at once; who drips them holds a connection and means no good


async def bounded_body(request: Request) -> bytes:
    """All of it. No more than the limit is ever held, and for no longer.

    Raises HTTPException: 413 when it is too long, 408 when it takes too long, 400 when the caller hung up.
    """
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > BODY_BYTES:
                    raise HTTPException(413)
    except TimeoutError:
        raise HTTPException(408) from None
    except ClientDisconnect:
        raise HTTPException(400) from None
    return bytes(body)
