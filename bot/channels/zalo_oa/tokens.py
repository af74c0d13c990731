"""The pair of tokens, renewed by one process at a time.

A refresh token works once. So whoever renews holds a lock that dies with its process (a file lock on SQLite, an
advisory lock on PostgreSQL: no transaction is open while the platform is asked), reads the pair again under it, and
commits the new pair before anybody uses it. See docs/decisions/0009.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from bot import logs
from bot.channels.zalo_oa.limits import LIFETIME_SECONDS, NAME, RENEW_SECONDS, Waits
from bot.channels.zalo_oa.signin import Pair, SignIn, SignInRefused, SignInUnanswered, SignInUnreachable
from bot.clock import Clock
from bot.settings import ZaloOa
from storage import grants
from storage.database import Database
from storage.leadership import Lock
from storage.sealing import KeyLost, Sealer

log = structlog.get_logger()
Ring = Callable[[str, str, str], Awaitable[None]]
ATTEMPTS = 2  # with one refresh token: after silence it may or may not be spent, and the second answer tells
EARLY_PAUSE = 300.0  # seconds between attempts while the old token still works
ENDED_BY_SIGNING_IN = tuple(
    f"{NAME}.{trouble}" for trouble in ("no_grant", "grant_dead", "key_lost", "token_refused", "revoked", "closed")
)
SEEDS = "seeds"  # the fact that names the tokens of the settings that were taken over

HOW = "Chạy lệnh: loa zalo login"
NONE = f"Zalo OA chưa đăng nhập. {HOW}"
DEAD = (
    "Zalo không làm mới được quyền truy cập của OA nên sắp hoặc đã ngừng gửi, nhận tin. "
    "Quản trị viên OA đăng nhập lại: chạy lệnh loa zalo login trên máy chủ, mở đường dẫn cấp quyền, dán mã nhận được. "
    "Tin đang chờ sẽ tự gửi tiếp."
)
SILENT = (
    "Zalo không trả lời khi làm mới quyền truy cập của OA. Hệ thống vẫn tự thử lại; "
    "nếu một giờ nữa còn báo, kiểm tra đường mạng của máy chủ rồi chạy lệnh: loa zalo token"
)


class NoGrant(Exception):
    """No token that could work. ``sentence`` says what a person must do; ``lost``: only a person can mend it;
    ``alarm``: under which name that is told."""

    def __init__(self, sentence: str, *, lost: bool = True, alarm: str = "no_grant") -> None:
        super().__init__(sentence)
        self.sentence, self.lost, self.alarm = sentence, lost, f"{NAME}.{alarm}"


@dataclass(frozen=True, slots=True)
class Held:
    """A pair as it stands in the database."""

    id: int
    pair: Pair
    issued_at: datetime
    dead: bool


class Tokens:
    """The grant of one account. Safe to use from several tasks and several processes."""

    def __init__(
        self, database: Database, sealer: Sealer, settings: ZaloOa, account: str, clock: Clock, ring: Ring, waits: Waits
    ) -> None:
        self._database, self._sealer, self._settings, self._account = database, sealer, settings, account
        self._clock, self._ring, self._waits = clock, ring, waits
        self._signin = SignIn(settings, waits)
        self._held: Held | None = None
        self._seeded = False
        self._early_from = 0.0  # monotonic: the next attempt to renew a token that still works
        self._mine = asyncio.Lock()
        self._renewals: set[asyncio.Task[Held]] = set()

    async def current(self) -> str:
        """An access token that should work. Raises NoGrant."""
        held = self._held or await self._load()
        if held.dead:
            held = await self._load()  # somebody may have signed in meanwhile
        if held.dead and not self._lives(held):
            raise NoGrant(DEAD, alarm="grant_dead")
        if not held.dead and self._age(held) >= RENEW_SECONDS:
            held = await self._early(held)
        return held.pair.access

    async def renew(self, refused: str) -> str:
        """After the platform refused ``refused``: the pair that another process made meanwhile, or a new one."""
        return (await self._renewed(refused)).pair.access

    async def keep(self, pair: Pair) -> None:
        """A pair from a fresh sign-in."""
        logs.hide(pair.access, pair.refresh)
        await self._database.write(self._store, pair)
        self._held = None

    async def close(self) -> None:
        """Waits for a renewal that is under way: its answer holds the only pair that still counts."""
        if self._renewals:
            await asyncio.wait(self._renewals)
        await self._signin.close()

    def age(self, issued_at: datetime) -> float:
        """Real seconds: a platform knows nothing of a fast clock."""
        return (self._clock.now() - issued_at).total_seconds() / self._clock.speed

    def known_secrets(self) -> list[str]:
        """What is sealed in the database now; for the log's blanks at start. Never raises."""
        try:
            with self._database.snapshot() as session:
                held = self._read(session)
        except (KeyLost, OSError):
            return []
        return [held.pair.access, held.pair.refresh] if held else []

    # The pair in the database

    async def _load(self) -> Held:
        """The newest pair; on an empty table, and when they are new there, that of the settings."""
        try:
            if not self._seeded:
                await self._database.write(self._seed)
                self._seeded = True
            held = await self._database.read(self._read)
        except KeyLost as lost:
            error = NoGrant(f"{lost.sentence} {HOW}", alarm="key_lost")
            await self._ring(NAME, error.alarm, error.sentence)
            raise error from lost
        if held is None:
            raise NoGrant(NONE)
        logs.hide(held.pair.access, held.pair.refresh)
        self._held = held
        return held

    def _read(self, session: Session) -> Held | None:
        grant = grants.newest(session, NAME, self._account)
        if grant is None or grant.id is None:
            return None
        value = self._sealer.open(grant.sealed)
        pair = Pair(value["access"], value["refresh"], value.get("lifetime", LIFETIME_SECONDS))
        return Held(grant.id, pair, grant.issued_at, grant.dead)

    def _store(self, session: Session, pair: Pair) -> None:
        value: dict[str, Any] = {"access": pair.access, "refresh": pair.refresh, "lifetime": pair.lifetime}
        grants.keep(session, NAME, self._account, self._sealer.seal(value), self._clock.now())

    def _seed(self, session: Session) -> None:
        """Tokens that somebody wrote into the settings, once: after a refresh they are old for ever."""
        access = self._settings.access_token.get_secret_value()
        refresh = self._settings.refresh_token.get_secret_value()
        if not (access or refresh):
            return
        mark = hashlib.sha256(f"{access}/{refresh}".encode()).hexdigest()
        known = grants.fact(session, NAME, self._account, SEEDS)
        marks = known.value["marks"] if known else []
        if mark in marks:
            return
        self._store(session, Pair(access, refresh))
        grants.note_fact(session, NAME, self._account, SEEDS, {"marks": [*marks, mark][-20:]}, self._clock.now())

    # Renewing

    def _age(self, held: Held) -> float:
        return self.age(held.issued_at)

    def _lives(self, held: Held) -> bool:
        return bool(held.pair.access) and self._age(held) < held.pair.lifetime

    async def _early(self, held: Held) -> Held:
        """Renew before it is too late. While that fails, the access token goes on to the end of its hours."""
        lives = self._lives(held)
        if lives and self._clock.monotonic() < self._early_from:
            return held
        try:
            return await self._renewed(held.pair.access)
        except NoGrant:
            if not lives:
                raise
            self._early_from = self._clock.monotonic() + EARLY_PAUSE
            return held

    async def _renewed(self, refused: str) -> Held:
        """In a task of its own: whoever asked may be cancelled, but not between the answer and its commit."""
        task = asyncio.create_task(self._renew_alone(refused))
        self._renewals.add(task)
        task.add_done_callback(self._over)
        return await asyncio.shield(task)

    def _over(self, task: asyncio.Task[Held]) -> None:
        self._renewals.discard(task)
        if not task.cancelled():
            task.exception()  # seen, also when whoever asked is gone

    async def _renew_alone(self, refused: str) -> Held:
        async with self._mine, self._alone():
            held = await self._load()
            if held.pair.access != refused and self._age(held) < RENEW_SECONDS:
                return held  # somebody else was faster
            if held.dead:
                raise NoGrant(DEAD, alarm="grant_dead")
            return await self._exchange(held)

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """Nobody else renews this grant meanwhile, in whatever process."""
        lock = Lock(self._database, f"{NAME}-grant-{self._account}")
        until = time.monotonic() + self._waits.lock
        while not await asyncio.to_thread(lock.acquire):  # never cut short: a thread could get it after we are gone
            if time.monotonic() > until:
                raise NoGrant(SILENT, lost=False)
            await asyncio.sleep(self._waits.lock_look)
        try:
            yield
        finally:
            await asyncio.to_thread(lock.release)

    async def _exchange(self, held: Held) -> Held:
        """The refresh token, at most twice. Raises NoGrant; then the old pair still stands."""
        silent = False
        for _ in range(ATTEMPTS):
            try:
                pair = await self._signin.renew(held.pair.refresh)
            except SignInUnreachable:
                raise NoGrant(SILENT, lost=False) from None
            except SignInUnanswered:
                silent = True
            except SignInRefused as refused:
                silent = False
                log.error("zalo_oa.renew_refused", code=refused.code)
            else:
                return await self._take(pair)
        if silent:
            await self._ring(NAME, f"{NAME}.grant_silent", SILENT)
            raise NoGrant(SILENT, lost=False)
        await self._bury(held)
        raise NoGrant(DEAD, alarm="grant_dead")

    async def _take(self, pair: Pair) -> Held:
        """Commit first. From here on the old pair is worth nothing, so this is tried until it is done."""
        logs.hide(pair.access, pair.refresh)
        while True:
            try:
                await self._database.write(self._store, pair)
                break
            except SQLAlchemyError as error:
                log.error("zalo_oa.pair_waits", error=type(error).__name__)
                await asyncio.sleep(self._waits.lock_look)
        log.info("zalo_oa.renewed")
        return await self._load()

    async def _bury(self, held: Held) -> None:
        await self._database.write(grants.kill, held.id)
        self._held = None
        await self._ring(NAME, f"{NAME}.grant_dead", DEAD)
