"""How many messages of the month have left, from our own rows: the platform tells nobody."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import func
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from bot.channels.contract import Recipient
from bot.channels.zalo_bot.facts import recall, remember
from bot.channels.zalo_bot.limits import NAME
from bot.clock import Clock
from campaign.work.reach import Reach, Way
from storage.database import Database
from storage.models import Outgoing
from storage.models.messages import OutgoingState

log = structlog.get_logger()
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")  # the platform's months, wherever the installation is
WAITING = (OutgoingState.QUEUED, OutgoingState.RETRY, OutgoingState.HELD, OutgoingState.SENDING)
WARN_AT = (80, 95)  # percent
FACT = "quota"
TRUSTED_SECONDS = 60.0  # real; another process may send for the same account after a change of leaders
Ring = Callable[[str, str, str], Awaitable[None]]

WARNING = (
    "Bot Zalo đã gửi {used} trong {limit} tin của tháng {month}. "
    "Ưu tiên gửi vào nhóm, và chuyển bớt người nhận sang kênh khác trước khi hết."
)
USED_UP = (
    "Bot Zalo đã dùng hết {limit} tin của tháng {month}. Gửi qua kênh khác, gọi điện, hoặc chờ đến ngày 01 tháng sau."
)
EARLY = (
    "Zalo không nhận thêm tin của bot dù mới đếm được {used} tin trong tháng {month}. "
    "Xem gói trong Zalo Bot Creator rồi sửa dòng monthly_quota."
)
LINE = "Bot Zalo tháng {month}: đã gửi {used} tin"
OF = "{line} trong {limit} tin"


@dataclass(frozen=True, slots=True)
class Month:
    """``used``: messages that left, those in doubt included. ``waiting``: those queued behind them. ``refused``: the
    platform said the month is used up.
    """

    start: datetime
    used: int = 0
    waiting: int = 0
    refused: bool = False

    @property
    def name(self) -> str:
        return self.start.astimezone(ZONE).strftime("%m/%Y")

    @property
    def end(self) -> datetime:
        local = self.start.astimezone(ZONE)
        year, month = (local.year + 1, 1) if local.month == 12 else (local.year, local.month + 1)
        return datetime(year, month, 1, tzinfo=ZONE).astimezone(UTC)


def account_of(token: str) -> str:
    """A name for the account that is no secret: the number before the colon, or a print of a token without one."""
    number, colon, _ = token.partition(":")
    return number if colon else hashlib.sha256(token.encode()).hexdigest()[:12]


def month_of(moment: datetime) -> datetime:
    """The first moment of its month, in UTC."""
    local = moment.astimezone(ZONE)
    return datetime(local.year, local.month, 1, tzinfo=ZONE).astimezone(UTC)


def read_month(session: Session, account: str, moment: datetime) -> Month:
    empty = Month(month_of(moment))
    when = func.coalesce(col(Outgoing.finished_at), col(Outgoing.sending_at), col(Outgoing.first_tried_at))
    mine = (Outgoing.channel == NAME, when >= empty.start, when < empty.end)
    left = session.exec(select(func.coalesce(func.sum(Outgoing.progress), 0)).where(*mine)).one()
    doubtful = select(func.count()).select_from(Outgoing).where(*mine, Outgoing.state == OutgoingState.UNKNOWN)
    queued = (
        select(func.count()).select_from(Outgoing).where(Outgoing.channel == NAME, col(Outgoing.state).in_(WAITING))
    )
    fact = recall(session, account, FACT)
    refused = fact.get("month") == empty.name and bool(fact.get("refused"))
    used = int(left) + session.exec(doubtful).one()
    return Month(empty.start, used, session.exec(queued).one(), refused)


@dataclass
class Quota:
    """``limit`` messages a month; 0: unlimited. Counts in memory between looks into the database."""

    limit: int
    account: str
    database: Database
    clock: Clock
    ring: Ring | None = None
    _month: Month | None = None
    _read_at: float = 0.0
    _warned: dict[str, int] = field(default_factory=dict)

    # Asking

    def month(self, *, fresh: bool = False) -> Month:
        """The present one. Reads the database when the last look is old; what it knew, when that is not possible."""
        now = self.clock.now()
        known = self._month if self._month is not None and self._counts(self._month) else None
        if known is not None and not fresh and time.monotonic() - self._read_at < TRUSTED_SECONDS:
            return known
        try:
            with self.database.snapshot() as session:
                known = read_month(session, self.account, now)
            self._read_at = time.monotonic()
        except SQLAlchemyError as error:
            log.warning("zalo_bot.not_counted", error=type(error).__name__)
        self._month = known or Month(month_of(now))
        return self._month

    def left(self, at: datetime) -> int | None:
        """Messages that can still be queued for the month of ``at``; None: no limit is known."""
        if not self.limit:
            return None
        month = self.month(fresh=True)  # asked once for all of a push, which may follow another
        if month_of(at) > month.start:
            return self.limit
        return 0 if month.refused else max(self.limit - month.used - month.waiting, 0)

    def reach(self, recipient: Recipient, at: datetime) -> Reach:
        """Of one chat: what waits in front of it may be dropped yet, so only what has left counts."""
        month = self.month()
        over = bool(self.limit) and (month.refused or month.used >= self.limit)
        if over and month_of(at) <= month.start:
            return Reach(Way.NONE, reason=self.used_up)
        return Reach(Way.GROUP if recipient.group else Way.FREE)

    @property
    def is_used_up(self) -> bool:
        return bool(self.limit) and self.month().used >= self.limit

    @property
    def is_closed(self) -> bool:
        """Both the platform and our own count have said so this month: asking once more for every message tells
        nothing new. A larger ``limit`` opens it. Asks no database.
        """
        known = self._month
        return known is not None and known.refused and self._counts(known) and 0 < self.limit <= known.used

    def _counts(self, month: Month) -> bool:
        return month.start == month_of(self.clock.now())

    @property
    def used_up(self) -> str:
        return USED_UP.format(limit=self.limit, month=self.month().name)

    @property
    def line(self) -> str:
        """One line for the operator."""
        month = self.month()
        line = LINE.format(month=month.name, used=month.used)
        return f"{OF.format(line=line, limit=self.limit) if self.limit else line}."

    # Noting

    async def sent(self, messages: int) -> None:
        """So many have left. Warns at the thresholds, once a month each. Never raises."""
        month = await asyncio.to_thread(self.month)
        self._month = replace(month, used=month.used + messages)
        try:
            await self._warn(self._month)
        except SQLAlchemyError as error:
            log.warning("zalo_bot.not_noted", name=FACT, error=type(error).__name__)

    async def refused(self, *, early: bool) -> None:
        """The platform refuses for the month. ``early``: before our own count says so. Never raises."""
        month = self._month = replace(await asyncio.to_thread(self.month), refused=True)
        await self._note(refused=True)
        words = EARLY.format(used=month.used, month=month.name) if early else self.used_up
        await self._tell("early" if early else "used_up", words)

    async def accepted(self) -> None:
        """The platform takes messages again: the package was enlarged, or the refusal meant something else."""
        if self._month is not None and self._month.refused:
            self._month = replace(self._month, refused=False)
            await self._note(refused=False)

    async def _warn(self, month: Month) -> None:
        reached = [percent for percent in WARN_AT if self.limit and month.used * 100 >= percent * self.limit]
        if not reached or self._warned.get(month.name, 0) >= reached[-1]:
            return
        known = await self.database.write(self._warn_once, month.name, reached[-1])
        self._warned = {month.name: reached[-1]}
        if not known:
            words = WARNING.format(used=month.used, limit=self.limit, month=month.name)
            await self._tell(f"quota{reached[-1]}", words)

    async def _tell(self, code: str, words: str) -> None:
        if self.ring is not None:
            await self.ring(NAME, f"{NAME}.{code}", words)

    def _warn_once(self, session: Session, month: str, percent: int) -> bool:
        """Whether this threshold had been told before, perhaps by an earlier start of the program."""
        known = recall(session, self.account, FACT)
        if known.get("month") == month and int(known.get("warned") or 0) >= percent:
            return True
        self._write(session, month, {"warned": percent})
        return False

    async def _note(self, *, refused: bool) -> None:
        try:
            await self.database.write(self._write, self.month().name, {"refused": refused})
        except SQLAlchemyError as error:
            log.warning("zalo_bot.not_noted", name=FACT, error=type(error).__name__)

    def _write(self, session: Session, month: str, news: dict[str, int | bool]) -> None:
        known = recall(session, self.account, FACT)
        kept = known if known.get("month") == month else {}
        remember(session, self.account, FACT, {**kept, "month": month, **news}, self.clock.now())
