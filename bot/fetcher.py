"""Brings in what people sent: rows of Item are made when a message is handled, their bytes follow here.

The original is kept byte for byte; a copy without place and camera data is made for passing on. Several processes
share the work: each claims the items that it fetches, and the claim ends with the process.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import or_
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from bot.channels.contract import Channel, FetchFailed
from bot.clock import Clock
from bot.turns import Turns
from campaign.message import Message
from campaign.outbox import say
from campaign.work import submissions
from storage.database import Database
from storage.media import Media
from storage.models import Item, Submission
from storage.models.messages import Priority

if TYPE_CHECKING:
    from reports.pictures import PictureFacts

log = structlog.get_logger()
Ring = Callable[[str, str, str], Awaitable[None]]
SIDE_BY_SIDE = 3
CHOICE = 4  # out of so many times as many as there is room for
IDLE_SECONDS = 0.5
ATTEMPTS = 6
STORE_ATTEMPTS = 300  # two days: it is our own disk or store that is away, and the platform still has the file
FIRST_WAIT_SECONDS = 2.0
LONGEST_WAIT_SECONDS = 600.0
STORE = "media.store"
DOWNLOAD_SECONDS = 600.0
STORE_AWAY = (
    "Máy chủ chưa cất được ảnh, tệp cán bộ gửi: ổ đĩa đầy, hoặc kho ảnh không trả lời. Ảnh chưa mất, hệ thống tự thử "
    "lại trong hai ngày. Nhờ người quản máy chủ chạy lệnh: loa doctor"
)
LOST = "Hệ thống chưa tải được {what} trong {code}. Anh/chị gửi lại giúp phần đó."


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was learnt about one item."""

    sha256: str
    share_sha256: str | None
    size: int
    kind: str
    facts: PictureFacts | None


class Fetcher:
    def __init__(
        self,
        database: Database,
        media: Media,
        channels: Mapping[str, Channel],
        clock: Clock,
        zone: ZoneInfo,
        turns: Turns | None = None,
        ring: Ring | None = None,
    ) -> None:
        self._database, self._media, self._channels = database, media, channels
        self._clock, self._zone, self._turns, self._ring = clock, zone, turns or Turns(), ring
        self._draining = False

    async def run(self) -> None:
        while not self._draining:
            try:
                items = await self._database.read(_pending, self._clock.now())
                done = await asyncio.gather(*(self._claimed(item) for item in self._some(items)))
                if not any(done):
                    await asyncio.sleep(IDLE_SECONDS)
            except SQLAlchemyError as error:
                log.error("fetcher.database", error=type(error).__name__)
                await asyncio.sleep(1)

    def drain(self) -> None:
        self._draining = True

    def _some(self, items: list[Item]) -> list[Item]:
        """Where several processes look at once, each takes others of the oldest, so that they seldom meet."""
        if not self._turns.shares_work or len(items) <= SIDE_BY_SIDE:
            return items[:SIDE_BY_SIDE]
        return random.sample(items, SIDE_BY_SIDE)

    async def _claimed(self, item: Item) -> bool:
        """False when another process fetches it, or has done so by now."""
        async with self._turns.at(f"item:{item.id}") as mine:
            if not mine or not await self._database.read(_is_pending, item.id, self._clock.now()):
                return False
            await self._one(item)
            return True

    async def _one(self, item: Item) -> None:
        try:
            fetched = await self._fetch(item)
        except FetchFailed as failure:
            await self._database.write(self._failed, item.id, failure)
        except OSError as error:  # the disk is full, the store is away: the platform still has the file
            log.error("fetcher.store", item=item.id, error=type(error).__name__, number=error.errno)
            failures = await self._database.write(self._failed, item.id, FetchFailed(STORE))
            if failures >= ATTEMPTS and self._ring is not None:
                await self._ring("", STORE, STORE_AWAY)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            # An address nobody foresaw. One strange file must neither stop the others nor the program.
            log.exception("fetcher.broken", item=item.id, error=type(error).__name__)
            await self._database.write(self._failed, item.id, FetchFailed("media.broken"))
        else:
            await self._database.write(_stored, item, fetched)

    async def _fetch(self, item: Item) -> Fetched:
        channel = self._channels.get(item.channel)
        if channel is None:
            raise FetchFailed("channel.off")
        with self._media.spool() as path:
            try:
                async with asyncio.timeout(DOWNLOAD_SECONDS):  # else one line that drips keeps all others waiting
                    await channel.download(item.ref, path)
            except TimeoutError:
                raise FetchFailed("channel.slow") from None
            return await asyncio.to_thread(self._keep, item, path)

    def _keep(self, item: Item, path: Path) -> Fetched:
        from reports import pictures  # the decoders are large; a process that sees no photo does without them

        size = path.stat().st_size
        sha256 = self._media.put(path)
        try:
            facts = pictures.inspect(path, self._zone)
            with self._media.spool() as clean:
                pictures.make_shareable(path, clean)
                cleaned = self._media.put(clean)
        except Exception as error:
            # Decoders fail in any way on hostile bytes. Whatever it is, it was sent and is kept; it is only not shown.
            if isinstance(error, OSError) and error.errno is not None:
                raise  # the disk, not the picture
            if not isinstance(error, pictures.NotAPicture):
                log.warning("fetcher.picture", item=item.id, error=type(error).__name__)
            # A picture that cannot be cleaned is not passed on: nobody knows what it says of a place.
            share = None if pictures.begins_like_one(path) else sha256
            return Fetched(sha256, share, size, "document" if item.kind == "photo" else item.kind, None)
        return Fetched(sha256, cleaned, size, item.kind, facts)

    def _failed(self, session: Session, item_id: int, failure: FetchFailed) -> int:
        """Returns how often in a row it failed on this side."""
        item = session.get(Item, item_id)
        if item is None:
            return 0
        # Failures of the same side in a row: days without our own store use up none of the platform's few attempts.
        same = (item.reason == STORE) == (failure.code == STORE)
        item.attempts, item.reason = item.attempts + 1 if same else 1, failure.code
        final = failure.final or item.attempts >= (STORE_ATTEMPTS if failure.code == STORE else ATTEMPTS)
        log.warning("fetcher.failed", item=item_id, code=failure.code, final=final)
        if final:
            item.state = "refused"
            _tell_sender(session, item, failure.sentence)
        else:
            wait = FIRST_WAIT_SECONDS * 3 ** min(item.attempts, ATTEMPTS)
            item.retry_at = self._clock.after(min(wait, LONGEST_WAIT_SECONDS))
        session.add(item)
        return item.attempts


def _pending(session: Session, now: datetime) -> list[Item]:
    """The oldest items to fetch now."""
    return list(session.exec(_fetchable(now).order_by(col(Item.id)).limit(SIDE_BY_SIDE * CHOICE)))


def _is_pending(session: Session, item_id: int, now: datetime) -> bool:
    return session.exec(_fetchable(now).where(Item.id == item_id)).first() is not None


def _fetchable(now: datetime) -> SelectOfScalar[Item]:
    """Albums nobody asked us to take are not fetched."""
    return (
        select(Item)
        .join(Submission, col(Submission.id) == Item.submission_id)
        .where(Item.state == "pending", Submission.state != "waiting")
        .where(or_(col(Item.retry_at).is_(None), col(Item.retry_at) <= now))
    )


def _stored(session: Session, fetched_for: Item, fetched: Fetched) -> None:
    item = session.get(Item, fetched_for.id)
    if item is None or item.state != "pending" or item.ref != fetched_for.ref:
        return  # thrown away meanwhile
    item.state, item.reason = "stored", ""
    item.sha256, item.share_sha256 = fetched.sha256, fetched.share_sha256
    item.size, item.kind = fetched.size, fetched.kind
    if fetched.facts is not None:
        item.width, item.height, item.taken_at = fetched.facts.width, fetched.facts.height, fetched.facts.taken_at
    session.add(item)


def _tell_sender(session: Session, item: Item, sentence: str) -> None:
    submission = session.get_one(Submission, item.submission_id)
    what = submissions.KIND_WORDS.get(item.kind, "tệp")
    text = sentence or LOST.format(what=what, code=submission.code or "bản đang soạn")
    address = submissions.sender_address(session, submission)
    say(
        session, f"lost:{item.id}", address, Message(text=text, reply_to=item.message_id), priority=Priority.INTERACTIVE
    )
