"""What is looked after while the account listens: the grant, messages whose webhook never came, and silence."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, time, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.channels.contract import Receive
from bot.channels.zalo_oa.client import ApiError, NoAnswer, NotSent
from bot.channels.zalo_oa.errors import Act, any_rule
from bot.channels.zalo_oa.events import KEPT
from bot.channels.zalo_oa.hearing import Ear, is_known
from bot.channels.zalo_oa.history import History
from bot.channels.zalo_oa.journal import Journal
from bot.channels.zalo_oa.limits import NAME, Waits
from bot.channels.zalo_oa.tokens import NoGrant, Ring, Tokens
from bot.clock import Clock
from campaign.hours import Hours
from storage.database import Database

log = structlog.get_logger()
Chore = Callable[[], Awaitable[None]]
LOOK_AGAIN = timedelta(minutes=15)  # after so much silence the history is asked whether it is true
OVERLAP = timedelta(minutes=2)  # asked for once more, because a webhook may have been under way
TROUBLES = (ApiError, NotSent, NoAnswer, NoGrant, SQLAlchemyError)

DEAF = (
    "Zalo không còn chuyển tin tới hệ thống (webhook bị ngắt), các tin vừa rồi được đọc bù từ lịch sử. "
    "Mở developers.zalo.me, mục Webhook, kiểm tra địa chỉ và bật lại các sự kiện."
)
SILENT = (
    "Đã {hours} giờ không nhận được tin nào từ Zalo OA. Nhắn thử cho OA một tin; "
    "nếu không có trả lời, mở developers.zalo.me, mục Webhook, và bật lại."
)


class Keeper:
    """``chores`` are done at every round; others may add theirs (packages of groups)."""

    def __init__(
        self,
        tokens: Tokens,
        history: History,
        journal: Journal,
        ear: Ear,
        database: Database,
        clock: Clock,
        hours: Hours,
        ring: Ring,
        waits: Waits,
        silence_hours: float,
    ) -> None:
        self._tokens, self._history, self._journal, self._ear = tokens, history, journal, ear
        self._database, self._clock, self._hours, self._ring, self._waits = database, clock, hours, ring, waits
        self._silence = timedelta(hours=silence_hours)
        self._mended: datetime | None = None  # up to here nothing is missing, as far as the history tells
        self._started = clock.now()
        self.chores: list[Chore] = []

    async def keep(self, receive: Receive) -> None:
        """Until cancelled."""
        while True:
            await self.round(receive)
            await asyncio.sleep(self._waits.chore)

    async def round(self, receive: Receive) -> None:
        """Every chore once; what fails is tried again at the next round."""
        for name, chore in (
            ("grant", self._renew), ("gap", lambda: self._mend(receive)), ("silence", self._listen_for_silence),
            *((getattr(chore, "__name__", "chore"), chore) for chore in self.chores),
        ):  # fmt: skip
            try:
                await chore()
            except TROUBLES as error:
                await self._tell(name, error)
            except Exception:
                # An answer nobody foresaw must not take the whole program down; the next round asks anew.
                log.exception("zalo_oa.chore_broken", chore=name)

    async def _tell(self, name: str, error: Exception) -> None:
        log.warning("zalo_oa.chore", chore=name, error=type(error).__name__, detail=str(error)[:200])
        if isinstance(error, NoGrant) and error.lost:
            await self._ring(NAME, error.alarm, error.sentence)
        elif isinstance(error, ApiError) and (rule := any_rule(error.code)).act is Act.CLOSE:
            await self._ring(NAME, f"{NAME}.closed", rule.words)

    async def _renew(self) -> None:
        await self._tokens.current()

    # Gaps

    async def _mend(self, receive: Receive) -> None:
        since, now = await self._deaf_since(), self._clock.now()
        if since is None or self._clock.speed != 1:  # a fast clock is not the platform's
            return
        first, found = self._mended is None, 0
        async with self._journal.mending():
            async for raw in self._history.missed(max(since - OVERLAP, now - KEPT)):
                event = await self._ear.understood(raw)
                if event is not None and not await self._database.read(is_known, event):
                    await receive(event)
                    found += event.at < now - OVERLAP
        self._mended = now
        if found:
            log.warning("zalo_oa.mended", events=found)
        if found and not first:  # at the start we were away ourselves, and Zalo still calls again
            await self._ring(NAME, f"{NAME}.deaf", DEAF)

    async def _deaf_since(self) -> datetime | None:
        """From when the history is to be read; None: there is no sign of anything missing, or nothing to compare."""
        last = await self._journal.last()
        if last.gap is not None:
            return last.gap
        known = max(filter(None, (last.at, self._mended)), default=None)
        if known is None or self._journal.missed or self._mended is None:
            return known
        return known if self._clock.now() - known >= LOOK_AGAIN else None

    async def _listen_for_silence(self) -> None:
        now, heard = self._clock.now(), (await self._journal.last()).at
        silent_since = max(heard or self._started, self._started)
        working = is_workday(self._hours, now) and not self._hours.is_quiet(now)
        if working and worked(self._hours, silent_since, now) >= self._silence:
            hours = int((now - (heard or self._started)).total_seconds() // 3600)
            await self._ring(NAME, f"{NAME}.silent", SILENT.format(hours=hours))


def worked(hours: Hours, since: datetime, until: datetime) -> timedelta:
    """The time between, without weekends and holidays: nobody writes to an office then."""
    total, day = timedelta(), since
    while day < until:
        midnight = hours.at(hours.day(day) + timedelta(days=1), time())
        if is_workday(hours, day):
            total += min(midnight, until) - day
        day = midnight
    return total


def is_workday(hours: Hours, moment: datetime) -> bool:
    day = hours.day(moment)
    return day.weekday() < 5 and not hours.is_holiday(day)
