"""What became of a request: every way in which it can fail, as one of the contract's outcomes."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, time, timedelta
from random import uniform
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.channels.contract import Outcome, Part, Refused, RetryAt, Unknown
from bot.channels.zalo_oa.client import ApiError, NoAnswer, NotSent, Rate
from bot.channels.zalo_oa.errors import Act, Rule, any_rule
from bot.channels.zalo_oa.limits import NAME
from bot.channels.zalo_oa.refusals import Unsendable
from bot.channels.zalo_oa.tokens import NoGrant, Ring
from bot.clock import Clock

log = structlog.get_logger()
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")  # of the platform's nights and days; never said, but it has no other home
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 300.0
GRANT_SECONDS = 60
DISK_SECONDS = 60
STUBBORN_SECONDS = 300  # every attempt makes a new pair of tokens
ONCE = "#once"  # marks the first failure without a reason
TRIES_KEPT = 10_000
MORNING = time(6, 5)
SPREAD = 600.0  # seconds over which everybody who waits for a morning is spread

NO_LINE = "Chưa kết nối được tới Zalo, hệ thống sẽ tự gửi lại."
NO_ANSWER = "Mất kết nối khi đang gửi nên chưa rõ tin đã tới hay chưa."
SLOW_DOWN = "Zalo yêu cầu gửi chậm lại, hệ thống sẽ tự gửi tiếp."
STUBBORN = (
    "Zalo không nhận cả mã truy cập vừa làm mới. Mở developers.zalo.me, kiểm tra ứng dụng còn liên kết với OA "
    "và còn đủ quyền, rồi đăng nhập lại: loa zalo login"
)
NO_FILE = "Không tìm thấy ảnh hoặc tệp kèm theo trên máy chủ. Đính kèm lại rồi gửi."
DISK = "Máy chủ chưa đọc được ảnh, tệp hoặc cơ sở dữ liệu, hệ thống sẽ tự gửi lại."


class Outcomes:
    """Remembers how often a message was put off, so that pauses grow."""

    def __init__(self, clock: Clock, rate: Rate, ring: Ring) -> None:
        self._clock, self._rate, self._ring = clock, rate, ring
        self._tries: OrderedDict[str, int] = OrderedDict()

    def arrived(self, part: Part) -> None:
        self._tries.pop(part.key, None)

    async def of(self, error: Exception, part: Part, *, left: bool = True) -> Outcome:
        """``error`` is what the request raised, or (``left`` is false) what had to come before it."""
        match error:
            case ApiError():
                return await self._of_answer(error, part)
            case NoGrant():
                return RetryAt(self._clock.after(GRANT_SECONDS), error.sentence, whole_account=True)
            case NotSent(seconds=seconds) if seconds:
                return RetryAt(self._clock.after(seconds), SLOW_DOWN, whole_account=True)
            case NotSent():
                log.warning("zalo_oa.line", key=part.key, cause=error.cause)
                return RetryAt(self._clock.after(self._pause(part)), NO_LINE, whole_account=True)
            case Unsendable():
                return Refused(error.sentence)
            case FileNotFoundError():
                return Refused(NO_FILE)
            case OSError() | SQLAlchemyError():
                log.error("zalo_oa.disk", key=part.key, error=type(error).__name__)
                return RetryAt(self._clock.after(DISK_SECONDS), DISK)
            case NoAnswer():
                log.warning("zalo_oa.no_answer", key=part.key, chat=part.to, cause=str(error))
            case _:
                log.error("zalo_oa.unforeseen", key=part.key, exc_info=error)
        if not left:
            return RetryAt(self._clock.after(self._pause(part)), NO_LINE)
        return Unknown(NO_ANSWER)

    async def _of_answer(self, error: ApiError, part: Part) -> Outcome:
        rule = any_rule(error.code, template=error.template)
        log.info("zalo_oa.refused", key=part.key, chat=part.to, code=error.code, act=rule.act, words=error.words[:200])
        if rule.act is Act.RENEW:  # it was renewed, and refused again: nothing but a person can help
            await self._ring(NAME, f"{NAME}.token_refused", STUBBORN)
            return RetryAt(self._clock.after(STUBBORN_SECONDS), STUBBORN, whole_account=True)
        if rule.alarm:
            await self._ring(NAME, f"{NAME}.{rule.alarm}", rule.words)
        return self._obey(rule, part)

    def _obey(self, rule: Rule, part: Part) -> Outcome:
        now = self._clock.now()
        match rule.act:
            case Act.MINUTE:
                return RetryAt(self._clock.after(self._rate.refused()), rule.words, whole_account=True)
            case Act.BACK_OFF:
                return RetryAt(self._clock.after(self._pause(part)), rule.words)
            case Act.TWICE if f"{part.key}{ONCE}" not in self._tries:
                return RetryAt(self._clock.after(self._pause(part, ONCE)), rule.words)
            case Act.MORNING:
                return RetryAt(_after(now, MORNING), rule.words)
            case Act.DAY:
                return RetryAt(_after(now, time(0, 5)), rule.words)
            case Act.MONTH:
                return RetryAt(_next_month(now), rule.words)
            case Act.CLOSE:
                return Refused(rule.words, closes_channel=True)
            case Act.LOSE | Act.GROUP:
                return Refused(rule.words, gone=True)
        return Refused(rule.words)

    def _pause(self, part: Part, why: str = "") -> float:
        """Seconds, doubling with every attempt at this message, a little apart from everybody else's."""
        tries = self._tries.pop(part.key + why, 0)
        self._tries[part.key + why] = tries + 1
        if len(self._tries) > TRIES_KEPT:
            self._tries.popitem(last=False)
        return min(FIRST_PAUSE * float(2 ** min(tries, 10)), LONGEST_PAUSE) * uniform(0.8, 1.2)


def _after(now: datetime, clock: time) -> datetime:
    """The next time the platform's clock shows ``clock``, spread a little."""
    local = now.astimezone(ZONE)
    then = datetime.combine(local.date(), clock, ZONE)
    if then <= local:
        then = datetime.combine(local.date() + timedelta(days=1), clock, ZONE)
    return then.astimezone(now.tzinfo) + timedelta(seconds=uniform(0, SPREAD))


def _next_month(now: datetime) -> datetime:
    local = now.astimezone(ZONE)
    first = (local.replace(day=1) + timedelta(days=32)).replace(day=1)
    return datetime.combine(first.date(), time(0, 5), ZONE).astimezone(now.tzinfo) + timedelta(
        seconds=uniform(0, SPREAD)
    )
