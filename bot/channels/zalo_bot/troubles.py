"""What stands in the way of hearing: how long to wait, and when a person must be called."""

from __future__ import annotations

import asyncio
import random

import httpx
import structlog

from bot.channels.patience import Patience
from bot.channels.zalo_bot.api import ApiError, ForeignAnswer
from bot.channels.zalo_bot.limits import NAME, Waits
from bot.channels.zalo_bot.quota import Ring

log = structlog.get_logger()
CALL_AFTER = 3  # refusals in a row before a person is called: 403 may be the platform's own trouble
TOKEN_CODES = (401, 403, 404)
Trouble = ApiError | ForeignAnswer | httpx.HTTPError

WRONG_KEY = (
    "Zalo không nhận mã (token) của bot nên bot đang không nghe được. "
    "Mở Zalo Bot Creator, lấy lại token, ghi vào cấu hình rồi khởi động lại."
)
HOOKED = (
    "Zalo đang gửi tin của bot tới một địa chỉ webhook cũ nên bot không nghe được. "
    "Nếu không còn chương trình nào dùng địa chỉ đó, chạy lệnh: loa zalobot unhook"
)
TAKEN = (
    "Zalo đã chuyển tin của bot sang một địa chỉ webhook khác. Tắt chương trình kia; hệ thống vừa đặt lại địa chỉ này."
)


class Troubles:
    def __init__(self, waits: Waits, ring: Ring | None) -> None:
        self._waits, self._ring = waits, ring
        self._patience = Patience(waits.first_pause, waits.longest_pause)
        self._refusals = 0

    def passed(self) -> None:
        """The platform answers as it should."""
        self._patience.succeeded()
        self._refusals = 0

    async def quiet(self, seconds: float) -> None:
        """Nothing came for so long. A platform that does not wait with its answer must not be asked without end."""
        self.passed()
        if seconds < self._waits.first_pause:
            await asyncio.sleep(self._waits.first_pause)

    async def failed(self, error: Trouble, *, hooked: bool = False) -> float:
        """Seconds to wait. ``hooked``: somebody else's webhook takes the updates."""
        _log(error)
        if hooked:
            await self.call("hooked", HOOKED)
            return self._waits.longest_pause
        if not isinstance(error, ApiError):
            return self._patience.failed()
        if error.code == 429:
            return random.uniform(*self._waits.slow)
        if error.code in TOKEN_CODES:
            self._refusals += 1
            if self._refusals >= CALL_AFTER:
                await self.call("wrong_token", WRONG_KEY)
                return self._waits.dead
        return self._patience.failed()

    async def call(self, code: str, sentence: str) -> None:
        """The admins hear it once a day, over another channel."""
        if self._ring is not None:
            await self._ring(NAME, f"{NAME}.{code}", sentence)

    def not_stored(self, error: Exception) -> float:
        log.error("zalo_bot.not_stored", error=type(error).__name__)
        return self._patience.failed()


def _log(error: Trouble) -> None:
    if isinstance(error, ApiError):
        log.warning("zalo_bot.listening", code=error.code, words=error.description)
    elif isinstance(error, ForeignAnswer):
        log.warning("zalo_bot.foreign_answer", status=error.status)
    else:
        log.warning("zalo_bot.unreachable", error=type(error).__name__)
