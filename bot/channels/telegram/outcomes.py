"""What became of a request: every way in which it can fail, as one of the contract's outcomes."""

from __future__ import annotations

import re

import httpx
import structlog
from telegram.error import TelegramError

from bot.channels.contract import Outcome, Part, Refused, RetryAt, Unknown
from bot.channels.patience import Patience
from bot.channels.telegram.refusals import BIG, Unsendable, refusal
from bot.channels.telegram.request import ApiError, ForeignAnswer
from bot.clock import Clock

log = structlog.get_logger()
# They happen before the first byte of the request: it did not arrive.
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
GROUP_WINDOW = 60  # seconds: 20 messages a minute in one group
MARGIN = 0.5  # seconds after the moment Telegram names, which it rounds
BUSY_SECONDS = 10
WRONG_KEY_SECONDS = 60
DISK_SECONDS = 60
FIRST_PAUSE, LONGEST_PAUSE = 5, 60
_FLOOD = re.compile(r"too many requests: retry after (\d+)", re.IGNORECASE)

NO_LINE = "Chưa kết nối được tới Telegram, hệ thống sẽ tự gửi lại."
NO_ANSWER = "Mất kết nối khi đang gửi nên chưa rõ tin đã tới hay chưa. Mở nhóm kiểm tra trước khi gửi lại."
ALBUM_IN_DOUBT = (
    "Telegram dừng giữa chừng khi đăng nhóm ảnh, có thể đã hiện một phần. Mở nhóm kiểm tra trước khi gửi lại."
)
BUSY = "Telegram đang quá tải, hệ thống sẽ tự gửi lại."
SLOW_DOWN = "Telegram yêu cầu gửi chậm lại, hệ thống sẽ tự gửi tiếp."
WRONG_KEY = "Mã bot Telegram không đúng hoặc đã bị thu hồi. Lấy mã mới ở @BotFather rồi ghi vào cấu hình."
MOVED = "Nhóm đã được nâng cấp và có mã mới, hệ thống sẽ tự gửi lại."
NO_FILE = "Không tìm thấy ảnh hoặc tệp kèm theo trên máy chủ. Đính kèm lại rồi gửi."
DISK = "Máy chủ chưa đọc được ảnh hoặc tệp kèm theo, hệ thống sẽ tự gửi lại."


class Outcomes:
    """``of`` one failure; remembers the pauses that are running, because they say whose fault the next one is."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._patience = Patience(FIRST_PAUSE, LONGEST_PAUSE, clock.monotonic)
        self._paused: dict[str, float] = {}

    def answered(self) -> None:
        """Telegram can be reached."""
        self._patience.succeeded()

    def of(self, error: Exception, part: Part) -> Outcome:
        if isinstance(error, ApiError):
            self.answered()
            return self._of_answer(error, part)
        if isinstance(error, ForeignAnswer):
            return self._of_foreign(error)
        if isinstance(error, FileNotFoundError):
            return Refused(NO_FILE)
        if isinstance(error, OSError):
            log.error("telegram.disk", key=part.key, error=type(error).__name__)
            return RetryAt(self._clock.after(DISK_SECONDS), DISK)
        if isinstance(error, Unsendable):
            return Refused(error.sentence)
        return self._of_line(error, part)

    def _of_answer(self, error: ApiError, part: Part) -> Outcome:
        log.info("telegram.refused", key=part.key, chat=part.to, code=error.code, words=error.description[:300])
        if error.moved_to:
            return RetryAt(self._clock.now(), MOVED, moved_to=str(error.moved_to))
        if seconds := _flood_seconds(error):
            # The server posts an album piece by piece and answers with the error of one piece (a 400 without
            # parameters): the others may already be visible.
            if error.says("failed to send message"):
                return Unknown(ALBUM_IN_DOUBT)
            return RetryAt(
                self._clock.after(seconds + MARGIN), SLOW_DOWN, whole_account=self._is_everybodys(part.to, seconds)
            )
        if error.code in (401, 404):
            return RetryAt(self._clock.after(WRONG_KEY_SECONDS), WRONG_KEY, whole_account=True)
        if error.code >= 500 or error.code == 409:
            return RetryAt(self._clock.after(BUSY_SECONDS), BUSY)
        return refusal(error)

    def _is_everybodys(self, chat: str, seconds: int) -> bool:
        """Is a 429 meant for the account or for one chat? Telegram does not say.

        The first one pauses its chat only, so that one busy group does not silence a whole federation. A second chat
        refused while that pause runs means the account; so does a pause longer than any limit of one chat.
        """
        now = self._clock.monotonic()
        self._paused = {paused: until for paused, until in self._paused.items() if until > now}
        others = self._paused.keys() - {chat}
        self._paused[chat] = now + seconds
        return bool(others) or seconds > GROUP_WINDOW

    def _of_foreign(self, error: ForeignAnswer) -> Outcome:
        """A gateway that gave up (5xx) may have passed the request on; one that said no (4xx) did not."""
        log.warning("telegram.foreign_answer", status=error.status)
        if error.status == 413:
            return Refused(BIG)
        if 400 <= error.status < 500:
            return RetryAt(self._clock.after(self._patience.failed()), NO_LINE, whole_account=True)
        return Unknown(NO_ANSWER)

    def _of_line(self, error: Exception, part: Part) -> Outcome:
        cause = error.__cause__ or error
        log.warning("telegram.line", key=part.key, chat=part.to, error=type(cause).__name__)
        if isinstance(cause, NOT_SENT):
            return RetryAt(self._clock.after(self._patience.failed()), NO_LINE, whole_account=True)
        if not isinstance(error, TelegramError):
            log.error("telegram.unforeseen", key=part.key, exc_info=error)
        return Unknown(NO_ANSWER)


def _flood_seconds(error: ApiError) -> int:
    """How long Telegram asks to wait, from its parameters or, where they are missing, its words; 0: it does not."""
    words = _FLOOD.search(error.description)
    return error.retry_after or (max(int(words[1]), 1) if words else 0)
