"""What became of a request: every way in which it can fail, as one of the contract's outcomes."""

from __future__ import annotations

import random
from datetime import timedelta

import httpx
import structlog

from bot.channels.contract import Outcome, Part, Refused, RetryAt, Unknown
from bot.channels.patience import Patience
from bot.channels.zalo_bot.api import ApiError, ForeignAnswer
from bot.channels.zalo_bot.limits import Waits
from bot.channels.zalo_bot.quota import Quota
from bot.channels.zalo_bot.sending import Unsendable
from bot.channels.zalo_bot.troubles import CALL_AFTER, TOKEN_CODES
from bot.clock import Clock
from storage.sealing import KeyLost

log = structlog.get_logger()
# They happen before the first byte of the request: it did not arrive.
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
FIRST_PAUSE, LONGEST_PAUSE = 5, 60
DISK_SECONDS = 60
LONGEST_WAIT = timedelta(days=2)  # after which delivery gives a message up
SLOW_DOWNS = 5  # so many 429 in a row are no matter of pace any more

NO_LINE = "Chưa kết nối được tới Zalo, hệ thống sẽ tự gửi lại."
NO_ANSWER = "Mất kết nối với Zalo khi đang gửi nên chưa rõ tin đã tới hay chưa. Hỏi người nhận trước khi gửi lại."
BUSY = "Zalo đang trục trặc, hệ thống sẽ tự gửi lại."
SLOW_DOWN = "Zalo yêu cầu bot gửi chậm lại, hệ thống sẽ tự gửi tiếp."
WRONG_KEY = "Zalo không nhận mã (token) của bot. Mở Zalo Bot Creator lấy lại token, ghi vào cấu hình rồi khởi động lại."
NO_FILE = "Không tìm thấy ảnh hoặc tệp kèm theo trên máy chủ. Đính kèm lại rồi gửi."
DISK = "Máy chủ chưa đọc được ảnh hoặc tệp kèm theo, hệ thống sẽ tự gửi lại."
STRANGER = "Người này chưa nhắn cho bot Zalo, hoặc bot không còn trong nhóm. Nhờ họ nhắn cho bot một tin rồi gửi lại."
NO_PHOTO = "Zalo không tải được ảnh từ máy chủ của ta. Kiểm tra public_url mở được từ bên ngoài, rồi gửi lại."
LONG = "Tin dài quá mức Zalo cho phép. Rút ngắn rồi gửi lại."
OTHER = "Zalo không nhận tin này. Xem lại nội dung, rồi gửi lại hoặc gọi điện."
_NO_CHAT = ("chat not found", "chat_id", "user not found", "chat id", "not a member", "recipient")


class Outcomes:
    """``of`` one failure; counts those that only mean something when they come in a row."""

    def __init__(self, clock: Clock, quota: Quota, waits: Waits) -> None:
        self._clock, self._quota, self._waits = clock, quota, waits
        self._patience = Patience(FIRST_PAUSE, LONGEST_PAUSE, clock.monotonic)
        self._slow_downs = self._token_refusals = 0

    def answered(self) -> None:
        """A message was taken."""
        self._patience.succeeded()
        self._slow_downs = self._token_refusals = 0

    async def of(self, error: Exception, part: Part) -> Outcome:
        if isinstance(error, ApiError):
            return await self._of_answer(error, part)
        if isinstance(error, ForeignAnswer):
            return self._of_foreign(error, part)
        if isinstance(error, Unsendable | KeyLost):
            return Refused(error.sentence)
        if isinstance(error, FileNotFoundError):
            return Refused(NO_FILE)
        if isinstance(error, OSError):
            log.error("zalo_bot.disk", key=part.key, error=type(error).__name__)
            return RetryAt(self._clock.after(DISK_SECONDS), DISK)
        return self._of_line(error, part)

    async def _of_answer(self, error: ApiError, part: Part) -> Outcome:
        log.info("zalo_bot.refused", key=part.key, chat=part.to, code=error.code, words=error.description)
        if error.code == 429:
            return await self._of_quota()
        if error.code in TOKEN_CODES:
            return self._of_token()
        self._token_refusals = 0
        if error.code == 408 or error.code >= 500:
            return Unknown(NO_ANSWER)
        return _refusal(error, part)

    async def _of_quota(self) -> Outcome:
        """No answer says whether pace or the month is meant, nor for how long: our own count decides."""
        if self._quota.is_used_up:
            await self._quota.refused(early=False)
            return self.of_used_up()
        self._slow_downs += 1
        if self._slow_downs < SLOW_DOWNS:
            pause = random.uniform(*self._waits.slow)
            return RetryAt(self._clock.after(pause), SLOW_DOWN, whole_account=True)
        await self._quota.refused(early=True)
        return RetryAt(self._clock.after(self._waits.quota), SLOW_DOWN, whole_account=True)

    def of_used_up(self) -> Outcome:
        """Whoever has another channel is written to there, and others are phoned, unless the month is nearly over."""
        end = self._quota.month().end
        if end - self._clock.now() <= LONGEST_WAIT:
            return RetryAt(end, self._quota.used_up, whole_account=True)
        return Refused(self._quota.used_up)

    def _of_token(self) -> Outcome:
        """403 is documented as the platform's own error: a few are waited out before the channel is closed."""
        self._token_refusals += 1
        if self._token_refusals < CALL_AFTER:
            return RetryAt(self._clock.after(self._patience.failed()), BUSY, whole_account=True)
        return Refused(WRONG_KEY, closes_channel=True)

    def _of_foreign(self, error: ForeignAnswer, part: Part) -> Outcome:
        """A gateway that gave up (5xx) may have passed the request on; one that said no (4xx) did not."""
        log.warning("zalo_bot.foreign_answer", key=part.key, status=error.status)
        if 400 <= error.status < 500:
            return RetryAt(self._clock.after(self._patience.failed()), NO_LINE, whole_account=True)
        return Unknown(NO_ANSWER)

    def _of_line(self, error: Exception, part: Part) -> Outcome:
        log.warning("zalo_bot.line", key=part.key, chat=part.to, error=type(error).__name__)
        if isinstance(error, NOT_SENT):
            return RetryAt(self._clock.after(self._patience.failed()), NO_LINE, whole_account=True)
        if not isinstance(error, httpx.HTTPError):
            log.error("zalo_bot.unforeseen", key=part.key, exc_info=error)
        return Unknown(NO_ANSWER)


def _refusal(error: ApiError, part: Part) -> Refused:
    """The platform documents no words. Those we know decide; the others are shown as "not accepted", and logged."""
    if error.says(*_NO_CHAT):
        return Refused(STRANGER, gone=True)
    if part.photos:
        return Refused(NO_PHOTO)
    return Refused(LONG if error.says("character", "too long") else OTHER)
