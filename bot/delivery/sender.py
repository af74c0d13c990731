"""Outbox rows → paced requests → recorded outcomes, for one channel account.

Only this module retries. A row is marked ``sending`` just before its own request, so a crash leaves at most as many
rows in doubt as requests were in flight; a few in flight are enough for any platform's limit.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from bot.channels.contract import Channel, Outcome, Part, Refused, Remembers, RetryAt, Sent, Unknown
from bot.clock import Clock
from bot.delivery.pace import Gate
from bot.delivery.preparing import Impossible, requests_for
from bot.delivery.reconciling import Reconciler
from bot.delivery.recording import CLOSED_SECONDS, record
from campaign.hours import Hours
from campaign.message import Message
from campaign.work import falling_over
from storage import outbox
from storage.database import Database
from storage.models import Chat, Outgoing
from storage.models.messages import OutgoingState, Priority

log = structlog.get_logger()
IN_FLIGHT = 4
IDLE_SECONDS = 0.25
UNPREPARED_SECONDS = 60
LOOK_BACK_SECONDS = 30.0
NOT_PREPARED = "Chưa đọc được ảnh, tệp hoặc cơ sở dữ liệu; hệ thống sẽ tự gửi lại."


class Sender:
    """Speaks for one channel account until told to drain. ``ring`` tells the admins what only they can mend;
    ``may_speak`` is asked right before each request.
    """

    def __init__(
        self,
        database: Database,
        channel: Channel,
        gate: Gate,
        clock: Clock,
        hours: Hours,
        open_media: Callable[[str], Path],
        ring: Callable[[str, str, str], Awaitable[None]] | None = None,
        may_speak: Callable[[], bool] = lambda: True,
    ) -> None:
        self._database, self._channel, self._gate = database, channel, gate
        self._clock, self._hours, self._open_media = clock, hours, open_media
        self._ring, self._may_speak = ring, may_speak
        self._remembers = isinstance(channel, Remembers)
        self._reconciler = Reconciler(database, channel, clock, open_media)
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._in_hand: set[int] = set()  # rows that we mark as being sent
        self._look_back_at = 0.0
        self._wake, self._stopping = asyncio.Event(), asyncio.Event()
        self._turning = asyncio.Lock()  # held from a claim until its row is in `_busy`

    def poke(self) -> None:
        """Something was queued: look now, not at the next turn."""
        self._wake.set()

    async def run(self) -> None:
        """Send until drained; may be run again. Call only in the process whose turn it is to speak for the account."""
        self._stopping.clear()
        looking = asyncio.create_task(self._reconciler.run(self.poke))
        try:
            await self._send_until_drained()
        finally:
            looking.cancel()

    async def _send_until_drained(self) -> None:
        self._look_back_at = 0.0
        while not self._stopping.is_set():
            try:
                await self._turn()
            except SQLAlchemyError as error:
                log.error("outbox.database", channel=self._channel.name, error=type(error).__name__)
                await asyncio.sleep(1)

    async def _recover(self) -> None:
        """What is in flight and not in our hands was left so by a process that died, or that lost its turn while it
        claimed.
        """
        recover = partial(outbox.recover, remembers=self._remembers, in_hand=set(self._in_hand))
        again, unknown = await self._database.write(recover, self._channel.name, self._clock.now())
        self._look_back_at = time.monotonic() + LOOK_BACK_SECONDS
        if again or unknown:
            log.warning("outbox.recovered", channel=self._channel.name, sent_again=again, unknown=unknown)

    async def drain(self, seconds: float) -> None:
        """Claim nothing more and let what is in flight finish; what does not is in doubt after the next start."""
        self._stopping.set()
        self._wake.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds), self._turning:  # no claim is under way any more
                if self._busy:
                    await asyncio.wait(self._busy.values())

    async def _turn(self) -> None:
        self._wake.clear()
        if not self._may_speak():
            await self._idle(IDLE_SECONDS)
            return
        if time.monotonic() >= self._look_back_at:
            await self._recover()
        if (seconds := self._gate.wait()) > 0:
            await self._idle(seconds)
            return
        if len(self._busy) >= IN_FLIGHT:
            await asyncio.wait(self._busy.values(), return_when=asyncio.FIRST_COMPLETED)
            return
        closed = self._gate.closed_chats()
        async with self._turning:
            row = await self._database.write(self._next, self._clock.now(), {*closed, *self._busy})
            if row is not None:
                self._in_hand.add(row.id or 0)
                await self._start(row)
        if row is None:
            await self._idle(min(closed.values(), default=IDLE_SECONDS))

    def _next(self, session: Session, now: datetime, closed: Collection[str]) -> Outgoing | None:
        if self._stopping.is_set():
            return None
        quiet = self._hours.is_quiet(now)
        while (row := outbox.next_due(session, self._channel.name, now, quiet=quiet, closed=closed)) is not None:
            if not _is_wanted(session, row, now):
                continue
            assert row.id is not None
            return outbox.claim(session, row.id, now)
        return None

    async def _idle(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), timeout=min(seconds, IDLE_SECONDS))
        except TimeoutError:
            return

    async def _start(self, row: Outgoing) -> None:
        message = Message.from_json(row.message)
        cost = max(1, min(len(message.photos), self._channel.abilities.album_limit))
        if self._stopping.is_set() or not (message.toast or self._has_room(row.to, cost)):
            await self._give_back(row)
            self._in_hand.discard(row.id or 0)
            return
        if not message.toast:
            # The budget is booked here and not in the task, so that the next turn already sees it.
            self._gate.take(row.to, group=row.group, cost=cost)
        task = asyncio.create_task(self._send(row, message))
        self._busy[row.to] = task
        task.add_done_callback(partial(self._finished, row.to, row.id or 0))

    def _has_room(self, chat: str, cost: int) -> bool:
        """Whether so many messages may leave at once. Else the account or the chat waits."""
        if (seconds := self._gate.wait(cost)) > 0:
            self._gate.pause(seconds)
        if (minute := self._gate.wait_for(chat, cost)) > 0:
            self._gate.pause_chat(chat, minute)
        return not (seconds or minute)

    async def _give_back(self, row: Outgoing) -> None:
        await self._insist(outbox.unclaim, row.id, row.attempts)

    def _finished(self, chat: str, row_id: int, _: asyncio.Task[None]) -> None:
        self._busy.pop(chat, None)
        self._in_hand.discard(row_id)
        self._wake.set()

    async def _send(self, row: Outgoing, message: Message) -> None:
        """All parts that have not left yet, one after the other."""
        try:
            parts = await self._database.read(self._parts, row, message)
        except FileNotFoundError:
            await self._record(row, Refused("Không tìm thấy ảnh hoặc tệp kèm theo."), last=True)
            return
        except Impossible as impossible:
            await self._record(row, Refused(impossible.sentence), last=True)
            return
        except Exception as error:  # the media store or the database is away; nothing has been asked of the platform
            log.error("outbox.not_prepared", key=row.key, error=type(error).__name__)
            await self._record(row, RetryAt(self._clock.after(UNPREPARED_SECONDS), NOT_PREPARED), last=True)
            return
        first = row.progress
        for number in range(first, len(parts)):
            if number > first and not await self._next_part_may_leave(row, max(1, len(parts[number].photos))):
                return
            if not self._may_speak():  # asked as late as can be: somebody else may speak for the account by now
                return await self._give_back(row)
            outcome = await self._request(parts[number])
            await self._record(row, outcome, last=number == len(parts) - 1)
            if not isinstance(outcome, Sent):
                return

    async def _next_part_may_leave(self, row: Outgoing, cost: int) -> bool:
        """Waits for its turn; False when the program stops meanwhile: the rest leaves after the next start."""
        while not self._stopping.is_set():
            seconds = max(self._gate.wait(cost), self._gate.wait_for(row.to, cost))
            if not seconds:
                self._gate.take(row.to, group=row.group, cost=cost)
                return True
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), timeout=seconds)
        await self._give_back(row)
        return False

    def _parts(self, session: Session, row: Outgoing, message: Message) -> list[Part]:
        return requests_for(session, row, message, self._channel.abilities, self._open_media)

    async def _request(self, part: Part) -> Outcome:
        try:
            return await self._channel.send(part)
        except Exception as error:
            # A channel that raises is broken; nobody can say whether its request arrived.
            log.exception("channel.raised", channel=self._channel.name, error=type(error).__name__)
            return Unknown("Lỗi khi gửi, chưa rõ tin đã tới hay chưa.")

    async def _record(self, row: Outgoing, outcome: Outcome, *, last: bool) -> None:
        self._slow_down(row, outcome)
        await self._insist(record, row, outcome, last, self._clock.now(), self._remembers)
        if isinstance(outcome, Refused) and outcome.closes_channel and self._ring is not None:
            await self._ring(self._channel.name, f"{self._channel.name}.closed", outcome.reason)

    async def _insist(self, work: Callable[..., None], *args: Any) -> None:
        """Write it down, however long the database takes: forgetting a sent message would send it twice."""
        while True:
            try:
                return await self._database.write(work, *args)
            except SQLAlchemyError as error:
                log.error("outbox.outcome_waits", channel=self._channel.name, error=type(error).__name__)
                await asyncio.sleep(1)

    def _slow_down(self, row: Outgoing, outcome: Outcome) -> None:
        if isinstance(outcome, RetryAt) and not outcome.moved_to:
            seconds = self._clock.real_seconds_until(outcome.when)
            if outcome.whole_account:
                self._gate.pause(seconds)
            else:
                self._gate.pause_chat(row.to, seconds)
        if isinstance(outcome, Refused) and outcome.closes_channel:
            self._gate.pause(CLOSED_SECONDS)


def _is_wanted(session: Session, row: Outgoing, now: datetime) -> bool:
    """Whether a push or reminder may still leave: the chat may have been lost or left while it waited."""
    chat = session.get(Chat, row.chat_id) if row.chat_id else None
    if chat is None or chat.active or row.priority < Priority.REMINDER:
        return True
    if not falling_over.move_on(session, row, chat.inactive_reason):
        row.state, row.finished_at, row.reason = OutgoingState.CANCELLED, now, chat.inactive_reason
    session.add(row)
    session.flush()
    return False
