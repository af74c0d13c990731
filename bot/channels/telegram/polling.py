"""Long polling in which an update is acknowledged only after it was stored."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from telegram import Bot
from telegram.error import TelegramError

from bot.channels.patience import Patience
from bot.channels.telegram.events import ALLOWED_UPDATES
from bot.channels.telegram.limits import BATCH, Waits
from bot.channels.telegram.request import ApiError

log = structlog.get_logger()
Hear = Callable[[dict[str, Any]], Awaitable[None]]

RIVAL = "Có chương trình khác đang dùng cùng mã bot Telegram này. Tắt chương trình kia, hoặc tạo bot khác ở @BotFather."
WRONG_KEY = "Telegram không nhận mã bot. Lấy mã mới ở @BotFather rồi ghi vào cấu hình."


async def poll(bot: Bot, waits: Waits, hear: Hear) -> None:
    """Until cancelled. What comes twice is told apart by its number in the inbox.

    No offset is kept longer than it takes to acknowledge a batch: after a quiet week Telegram numbers updates anew, and
    an old offset, saved on disk or in a program that runs for months, could make the bot deaf.
    """
    patience, offset = Patience(waits.first_pause, waits.longest_pause), 0
    while True:
        try:
            batch = await _ask(bot, offset, waits)
        except TelegramError as error:
            await asyncio.sleep(max(patience.failed(), _asked_to_wait(error)))
            continue
        if not await _store(batch, hear):
            await asyncio.sleep(patience.failed())
            continue
        patience.succeeded()
        offset = max((update["update_id"] + 1 for update in batch), default=0)


async def _ask(bot: Bot, offset: int, waits: Waits) -> list[dict[str, Any]]:
    """Raw updates: ``Bot.get_updates`` parses the batch as one, and a single update which this version of the library
    cannot read would block all others for ever. (The capital letter keeps it from pointing to that method.)"""
    asked = {"timeout": waits.poll, "limit": BATCH, "allowed_updates": list(ALLOWED_UPDATES)}
    answer = await bot.do_api_request(
        "GetUpdates", api_kwargs=asked | ({"offset": offset} if offset else {}), read_timeout=waits.poll + waits.read
    )
    return list(answer)


async def _store(batch: list[dict[str, Any]], hear: Hear) -> bool:
    """False when one was not stored: the whole batch is asked for again, and nothing of it was acknowledged."""
    for update in batch:
        try:
            await hear(update)
        except Exception as error:
            log.error("telegram.not_stored", update=update["update_id"], error=type(error).__name__)
            return False
    return True


def _asked_to_wait(error: TelegramError) -> float:
    """Tells the operator what is wrong; the seconds that Telegram asks for, 0 when it does not."""
    if not isinstance(error, ApiError):
        cause = error.__cause__ or error
        log.warning("telegram.unreachable", error=type(cause).__name__)
        return 0
    if error.code == 409:
        log.error("telegram.rival", hint=RIVAL, words=error.description)
    elif error.code in (401, 404):
        log.error("telegram.wrong_token", hint=WRONG_KEY)
    else:
        log.warning("telegram.listening", code=error.code, words=error.description)
    return error.retry_after
