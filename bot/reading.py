"""Plans that admins send: fetched, read and answered outside the inbox's transactions.

The row says how far a plan has come, so a restart goes on from there. Each reading is counted before it begins: a file
that kills its reader, or the whole process, is refused after the second try.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import or_
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from bot import plan_child
from bot.channels.contract import Channel, FetchFailed
from bot.clock import Clock
from bot.turns import Turns
from campaign import outbox
from campaign.message import Message
from campaign.planning import readings
from campaign.problems import Refusal
from handlers import planning
from handlers.context import House
from storage.database import Database
from storage.media import Media
from storage.models import Chat, PlanReading
from storage.models.campaigns import ReadingState

log = structlog.get_logger()
IDLE_SECONDS = 0.5
FETCHES = 6
CHOICE = 8  # plans looked at for one that no other process is at
FIRST_WAIT_SECONDS = 2.0
ATTEMPTS = 2
LOST = "Hệ thống chưa tải được “{name}”. Anh/chị gửi lại tệp, hoặc dán nội dung kế hoạch vào đây."
POISON = "Hệ thống chưa đọc được “{name}”. Anh/chị lưu lại thành tệp Word mới (.docx) hoặc dán nội dung vào đây."
ReadApart = Callable[[Path, str, date], Awaitable[dict[str, Any]]]


class Reader:
    """One plan at a time: reading is heavy, and plans are rare. ``apart`` reads a file in a process of its own."""

    def __init__(
        self,
        database: Database,
        media: Media,
        channels: Mapping[str, Channel],
        clock: Clock,
        house: House,
        after: Callable[[], None],
        apart: ReadApart = plan_child.read,
        turns: Turns | None = None,
    ) -> None:
        self._database, self._media, self._channels = database, media, channels
        self._clock, self._house, self._after, self._apart = clock, house, after, apart
        self._turns = turns or Turns()
        self._draining = False

    async def run(self) -> None:
        while not self._draining:
            try:
                if not await self.step():
                    await asyncio.sleep(IDLE_SECONDS)
            except SQLAlchemyError as error:
                log.error("reader.database", error=type(error).__name__)
                await asyncio.sleep(1)

    def drain(self) -> None:
        self._draining = True

    async def step(self) -> bool:
        """Bring one plan one step further; False when there is none that no other process is at."""
        for row_id in await self._database.read(_waiting, self._clock.now()):
            async with self._turns.at(f"reading:{row_id}") as mine:
                if mine and (found := await self._database.read(_one_waiting, self._clock.now(), row_id)):
                    await self._further(*found)
                    return True
        return False

    async def _further(self, reading: PlanReading, chat: Chat) -> None:
        if reading.state == ReadingState.ASKED:
            await self._fetch(reading, chat)
        else:
            await self._read(reading)
        self._after()

    # -- bring it in ---------------------------------------------------------------------------------------------------

    async def _fetch(self, reading: PlanReading, chat: Chat) -> None:
        try:
            sha256 = await self._keep(reading, chat)
        except FetchFailed as failure:
            await self._database.write(self._not_fetched, reading.id, failure)
        except OSError as error:  # the disk is full, the store is away: what was sent is still there
            log.error("reader.store", reading=reading.id, error=type(error).__name__, number=error.errno)
            await self._database.write(self._not_fetched, reading.id, FetchFailed("media.store"))
        else:
            await self._database.write(_fetched, reading.id, sha256)

    async def _keep(self, reading: PlanReading, chat: Chat) -> str:
        if not reading.media:
            return await asyncio.to_thread(self._media.put_bytes, reading.text.encode())
        channel = self._channels.get(chat.channel)
        if channel is None:
            raise FetchFailed("channel.off")
        with self._media.spool() as path:
            await channel.download(reading.media["ref"], path)
            return await asyncio.to_thread(self._media.put, path)

    def _not_fetched(self, session: Session, reading_id: int, failure: FetchFailed) -> None:
        reading = session.get_one(PlanReading, reading_id)
        if reading.state != ReadingState.ASKED:
            return
        reading.fetches += 1
        final = failure.final or reading.fetches >= FETCHES
        log.warning("reader.not_fetched", reading=reading_id, code=failure.code, final=final)
        reading.retry_at = self._clock.after(FIRST_WAIT_SECONDS * 3**reading.fetches)
        session.add(reading)
        if final:
            self._refuse(session, reading, failure.sentence or LOST.format(name=reading.file_name))

    # -- read it -------------------------------------------------------------------------------------------------------

    async def _read(self, reading: PlanReading) -> None:
        if not await self._database.write(self._begin, reading.id):
            return
        try:
            path = await asyncio.to_thread(self._media.path, reading.sha256)
            answer = await self._apart(path, reading.file_name, self._house.hours.day(self._clock.now()))
            await self._database.write(self._finish, reading.id, answer)
        except asyncio.CancelledError:  # the program stops: the file is not to blame
            await self._database.write(_give_back, reading.id)
            raise
        except SQLAlchemyError:
            raise
        except Exception as error:
            # Whatever a document does to its reader or to the rules: it must not end the program, nor be read for ever.
            log.exception("reader.failed", reading=reading.id, error=type(error).__name__)
            await self._database.write(self._begin_again, reading.id)

    def _begin(self, session: Session, reading_id: int) -> bool:
        """Count the reading before it starts; False when the file has had its tries."""
        reading = session.get_one(PlanReading, reading_id, with_for_update=True)
        if reading.state != ReadingState.FETCHED or not self._has_tries(session, reading):
            return False
        reading.attempts += 1
        session.add(reading)
        return True

    def _begin_again(self, session: Session, reading_id: int) -> None:
        self._has_tries(session, session.get_one(PlanReading, reading_id))

    def _has_tries(self, session: Session, reading: PlanReading) -> bool:
        if reading.attempts < ATTEMPTS:
            return True
        self._refuse(session, reading, POISON.format(name=reading.file_name))
        return False

    def _finish(self, session: Session, reading_id: int, answer: dict[str, Any]) -> None:
        reading = session.get_one(PlanReading, reading_id, with_for_update=True)
        if reading.state != ReadingState.FETCHED:
            return  # taken back meanwhile
        if "sentence" in answer:
            log.info("reader.refused", reading=reading_id, code=answer["code"])
            return self._refuse(session, reading, answer["sentence"])
        now = self._clock.now()
        try:
            readings.check_right(session, reading)
            known = readings.keep_document(session, reading, answer["document"], now, self._house.hours)
        except Refusal as refusal:
            log.info("reader.refused", reading=reading_id, code=refusal.code)
            return self._refuse(session, reading, refusal.sentence)
        self._say(session, reading, planning.told(reading, known))
        return None

    # -- answer --------------------------------------------------------------------------------------------------------

    def _refuse(self, session: Session, reading: PlanReading, sentence: str) -> None:
        readings.refuse(session, reading, sentence, self._clock.now())
        self._say(session, reading, planning.refused(reading))

    def _say(self, session: Session, reading: PlanReading, answer: planning.Answer) -> None:
        chat = session.get_one(Chat, reading.chat_id)
        text, choices = answer
        message = Message(text=self._house.polite(text), choices=choices, reply_to=reading.message_id)
        outbox.say(session, f"reading:{reading.id}:{reading.state}", chat, message)


def _waiting(session: Session, now: datetime) -> list[int]:
    """The oldest plans for which something can be done now."""
    rows = session.exec(_due(now).order_by(col(PlanReading.id)).limit(CHOICE))
    return [reading.id for reading, _ in rows if reading.id is not None]


def _one_waiting(session: Session, now: datetime, reading_id: int) -> tuple[PlanReading, Chat] | None:
    return session.exec(_due(now).where(PlanReading.id == reading_id)).first()


def _due(now: datetime) -> Select[PlanReading, Chat]:
    return (
        select(PlanReading, Chat)
        .join(Chat, col(Chat.id) == PlanReading.chat_id)
        .where(col(PlanReading.state).in_((ReadingState.ASKED, ReadingState.FETCHED)))
        .where(or_(col(PlanReading.retry_at).is_(None), col(PlanReading.retry_at) <= now))
    )


def _fetched(session: Session, reading_id: int, sha256: str) -> None:
    reading = session.get_one(PlanReading, reading_id)
    if reading.state == ReadingState.ASKED:
        reading.state, reading.sha256, reading.text, reading.retry_at = ReadingState.FETCHED, sha256, "", None
        session.add(reading)


def _give_back(session: Session, reading_id: int) -> None:
    reading = session.get_one(PlanReading, reading_id)
    reading.attempts -= 1
    session.add(reading)
