"""What people sent, into a file of ours."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
import structlog
from telegram import Bot
from telegram.error import TelegramError

from bot.channels.contract import FetchFailed
from bot.channels.telegram.limits import ABILITIES, MEGABYTE
from bot.channels.telegram.request import ApiError

log = structlog.get_logger()
_BIG = "Tệp {size}lớn hơn mức {limit} MB Telegram cho phép tải. Hãy gửi bản nhỏ hơn hoặc gửi qua trang web."
_LOST = "Telegram không còn giữ tệp này. Hãy gửi lại tệp."


async def fetch(bot: Bot, client: httpx.AsyncClient, ref: dict[str, Any], into: Path) -> None:
    """Raises FetchFailed; then nothing is left at ``into``."""
    if (ref.get("size") or 0) > ABILITIES.download_bytes:
        raise too_big(ref["size"])
    try:
        file = await bot.get_file(ref["file_id"])
        if (file.file_size or 0) > ABILITIES.download_bytes:
            raise too_big(file.file_size)
        await _stream(client, file.file_path or "", into)
    except ApiError as error:
        raise _refused(error) from None
    except OSError as error:
        log.error("telegram.download_disk", error=type(error).__name__)
        raise FetchFailed("disk") from error
    except (TelegramError, httpx.HTTPError) as error:
        cause = error.__cause__ or error
        log.warning("telegram.download", error=type(cause).__name__)
        raise FetchFailed("telegram.line") from None


async def _stream(client: httpx.AsyncClient, url: str, into: Path) -> None:
    """Bounded by what really comes, whatever was announced."""
    complete = False
    try:
        with await asyncio.to_thread(into.open, "wb") as file:
            async with client.stream("GET", url) as response:
                if not response.is_success:
                    raise ApiError(response.status_code, "file")
                async for chunk in response.aiter_bytes(MEGABYTE):
                    if file.tell() + len(chunk) > ABILITIES.download_bytes:
                        raise too_big(None)
                    await asyncio.to_thread(file.write, chunk)
        complete = True
    finally:
        if not complete:
            await asyncio.to_thread(into.unlink, missing_ok=True)


def too_big(size: int | None) -> FetchFailed:
    """``size`` in bytes; rounded up, so that a file just above the limit does not look like the limit."""
    shown = f"{-(-size // MEGABYTE)} MB " if size else ""
    sentence = _BIG.format(size=shown, limit=ABILITIES.download_bytes // MEGABYTE)
    return FetchFailed("telegram.too_big", sentence, final=True)


def _refused(error: ApiError) -> FetchFailed:
    log.info("telegram.download_refused", code=error.code, words=error.description[:300])
    if error.says("too big"):
        return too_big(None)
    final = error.code == 400 and not error.says("temporarily", "too many")
    return FetchFailed("telegram.refused", _LOST if final else "", final=final)
