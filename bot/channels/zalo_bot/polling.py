"""Long polling on a platform that hands an update out once: what came is stored before anything else is asked."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import httpx

from bot.channels.hook import Hear
from bot.channels.zalo_bot.api import Api, ApiError, ForeignAnswer
from bot.channels.zalo_bot.troubles import Troubles

LAST_SECONDS = 3.0  # for what is being stored when the program stops


async def poll(api: Api, troubles: Troubles, hear: Hear) -> None:
    """Until cancelled. One request at a time: two would share the updates out between them."""
    while True:
        asked = time.monotonic()
        try:
            update = await api.updates()
        except ApiError as error:
            if error.code == 408:  # the usual end of a quiet half minute
                await troubles.quiet(time.monotonic() - asked)
                continue
            await asyncio.sleep(await troubles.failed(error, hooked=error.code == 400 and await is_hooked(api)))
            continue
        except (ForeignAnswer, httpx.HTTPError) as error:
            await asyncio.sleep(await troubles.failed(error))
            continue
        if update:
            await _store(update, hear, troubles)
            troubles.passed()
        else:
            await troubles.quiet(time.monotonic() - asked)


async def is_hooked(api: Api) -> bool:
    try:
        return bool(await api.webhook())
    except (ApiError, ForeignAnswer, httpx.HTTPError):
        return False


async def _store(update: dict[str, Any], hear: Hear, troubles: Troubles) -> None:
    """However long the database takes, and though the program is told to stop: nobody else has this update any more."""
    while True:
        storing = asyncio.ensure_future(hear(update))
        try:
            return await asyncio.shield(storing)
        except asyncio.CancelledError:
            await asyncio.wait([storing], timeout=LAST_SECONDS)
            raise
        except Exception as error:
            await asyncio.sleep(troubles.not_stored(error))
