"""Outbox rows → paced requests → recorded outcomes, for one channel account.

Only this module retries. A row is marked ``sending`` just before its own request, so a crash leaves at most as many
rows in doubt as requests were in flight; a few in flight are enough for any platform's limit. What came back and what
leaves next are written in one transaction, for as many rows as are ready at that moment.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from bot.channels.contract import Channel, Outcome, Part, Refused, Remembers, RetryAt, Sent, Unknown
from bot.clock import Clock
from bot.delivery.pace import Booking, Gate
from bot.delivery.preparing import Impossible, requests_for
from bot.delivery.reconciling import Reconciler
from bot.delivery.recording import CLOSED_SECONDS, arrived, record
from campaign.hours import Hours
from campaign.message import Message
from campaign.work import falling_over, pins
from storage import outbox
from storage.database import Database
from storage.models import Chat, Outgoing
from storage.models.messages import OutgoingState, Priority

log = structlog.get_logger()
IN_FLIGHT = 4
IDLE_SECONDS = 0.25
TOGETHER_SECONDS = 0.05
UNPREPARED_SECONDS = 60
LOOK_BACK_SECONDS = 30.0
LONGEST_CHAT_PAUSE = 600.0  # what waits until tomorrow waits alone: an answer to that person may leave today
NOT_PREPARED = "Chưa đọc được ảnh, tệp hoặc cơ sở dữ liệu; hệ thống sẽ tự gửi lại."


@dataclass(frozen=True, slots=True)
class Job:
    """A row in flight. ``parts``: its requests; None when they are still to be prepared."""

    row: Outgoing
    message: Message
    parts: list[Part] | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one request; ``written`` is done when it is in the database."""

    row: Outgoing
    outcome: Outcome
    last: bool
    written: asyncio.Future[None]

    @property
    def ends(self) -> bool:
        """Nothing of the row is in flight any more."""
        return self.last or not isinstance(self.outcome, Sent)


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
        self._in_hand: set[int] = set()  # rows that we mark as being sent
        self._look_back_at = 0.0
        self._busy: set[str] = set()  # chats to which something is in flight: two messages never overtake each other
        self._tasks: set[asyncio.Task[None]] = set()
        self._answers: list[Answer] = []  # not written down yet
        self._found_nothing = False
        self._wake, self._stopping = asyncio.Event(), asyncio.Event()
        self._turning = asyncio.Lock()  # held from a claim until its row is in `_busy`

    def poke(self) -> None:
        """Something was queued: look now, not at the next turn."""
        self._found_nothing = False
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
        while not self._stopping.is_set() or self._tasks:
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
            async with asyncio.timeout(seconds):
                async with self._turning:  # no claim is under way any more
                    sending = list(self._tasks)
                if sending:
                    await asyncio.wait(sending)

    async def _turn(self) -> None:
        """Write down what was answered since the last turn and claim what may leave now, in one transaction."""
        self._wake.clear()
        if self._may_speak() and time.monotonic() >= self._look_back_at:
            await self._recover()
        if self._answers:
            await asyncio.sleep(self._until_next_claim())
        answers, room = list(self._answers), self._room()
        closed = self._gate.closed_chats()
        if not answers and not (room and await self._is_worth_a_look(closed)):
            await self._idle(self._gate.wait() or min(closed.values(), default=IDLE_SECONDS))
            return
        async with self._turning:
            jobs = await self._database.write(self._write, answers, room, self._clock.now(), closed)
            self._found_nothing = bool(room and not jobs)
            self._written(answers)
            self._in_hand.update(job.row.id or 0 for job in jobs)
            for job in jobs:
                await self._start(job)

    def _until_next_claim(self) -> float:
        """Seconds for which an answer waits, so that one transaction writes it down and claims what is next; 0 when
        nothing is next, or not so soon. Whoever pulls the plug meanwhile finds the row in flight, as a moment ago.
        """
        seconds = self._gate.wait()
        return 0.0 if self._found_nothing or self._stopping.is_set() or seconds > TOGETHER_SECONDS else seconds

    def _room(self) -> int:
        """How many rows may be claimed now."""
        if self._stopping.is_set() or not self._may_speak():
            return 0
        ending = sum(answer.ends for answer in self._answers)
        return self._gate.room(IN_FLIGHT - len(self._busy) + ending)

    async def _is_worth_a_look(self, closed: Collection[str]) -> bool:
        """An outbox that was empty is only read until something is in it: whoever has to write must not wait for us."""
        if not self._found_nothing:
            return True
        return await self._database.read(self._is_something_due, self._clock.now(), {*closed, *self._busy})

    def _is_something_due(self, session: Session, now: datetime, closed: Collection[str]) -> bool:
        return bool(outbox.due(session, self._channel.name, now, quiet=self._hours.is_quiet(now), closed=closed))

    def _write(
        self, session: Session, answers: Sequence[Answer], room: int, now: datetime, closed: Collection[str]
    ) -> list[Job]:
        there = [answer.row for answer in answers if isinstance(answer.outcome, Sent)]
        outbox.write_sent(session, there)
        pins.begin(session, there)
        for answer in answers:
            if not isinstance(answer.outcome, Sent):
                record(session, answer.row, answer.outcome, now, self._remembers)
        if not room or self._stopping.is_set():
            return []
        busy = self._busy.difference(answer.row.to for answer in answers if answer.ends)
        return [self._job(session, row) for row in self._claim(session, room, now, {*closed, *busy})]

    def _claim(self, session: Session, room: int, now: datetime, closed: Collection[str]) -> list[Outgoing]:
        """The next rows, at most one for each chat."""
        found = self._wanted(session, room, now, closed)
        first: dict[str, Outgoing] = {}
        for row in found:
            first.setdefault(row.to, row)
        return outbox.claim(session, list(first.values()), now)

    def _wanted(self, session: Session, room: int, now: datetime, closed: Collection[str]) -> list[Outgoing]:
        quiet = self._hours.is_quiet(now)
        while True:
            found = outbox.due(session, self._channel.name, now, quiet=quiet, closed=closed, limit=room)
            lost = [row for row, is_lost in found if is_lost and not _is_wanted(session, row, now)]
            if not lost:
                return [row for row, _ in found]

    def _job(self, session: Session, row: Outgoing) -> Job:
        """Prepared at once where nothing has to be fetched for it: the store of media may be far away."""
        message = Message.from_json(row.message)
        if message.photos or message.files:
            return Job(row, message)
        try:
            return Job(row, message, self._parts(session, row, message))
        except SQLAlchemyError:
            raise
        except Exception:
            return Job(row, message)  # it fails again where that can be written down

    def _written(self, answers: Sequence[Answer]) -> None:
        del self._answers[: len(answers)]
        for answer in answers:
            if answer.ends:
                self._let_go(answer.row)
            if not answer.written.done():
                answer.written.set_result(None)

    async def _idle(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(min(seconds, IDLE_SECONDS)):
                await self._wake.wait()

    async def _start(self, job: Job) -> None:
        row, message = job.row, job.message
        cost = max(1, min(len(message.photos), self._channel.abilities.album_limit))
        if self._stopping.is_set() or not (message.toast or self._has_room(row.to, cost)):
            await self._give_back(row)
            return
        # The budget is booked here and not in the task, so that the next turn already sees it.
        booking = None if message.toast else self._gate.take(row.to, group=row.group, cost=cost)
        task = asyncio.create_task(self._send(job, booking))
        self._busy.add(row.to)
        self._tasks.add(task)
        task.add_done_callback(partial(self._finished, row, booking))

    def _has_room(self, chat: str, cost: int) -> bool:
        """Whether so many messages may leave at once. Else the account or the chat waits."""
        if (seconds := self._gate.wait(cost)) > 0:
            self._gate.pause(seconds)
        if (minute := self._gate.wait_for(chat, cost)) > 0:
            self._gate.pause_chat(chat, minute)
        return not (seconds or minute)

    async def _give_back(self, row: Outgoing) -> None:
        await self._insist(outbox.unclaim, row.id, row.attempts)
        self._let_go(row)

    def _let_go(self, row: Outgoing) -> None:
        self._busy.discard(row.to)
        self._in_hand.discard(row.id or 0)

    def _finished(self, row: Outgoing, booking: Booking | None, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._land(booking)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("outbox.send_died", key=row.key, error=repr(error))
            self._let_go(row)  # in doubt, and found so by the next look back
        self._wake.set()

    def _land(self, booking: Booking | None) -> None:
        if booking is not None:
            self._gate.landed(booking)

    async def _send(self, job: Job, booking: Booking | None) -> None:
        """All parts that have not left yet, one after the other."""
        row, parts = job.row, job.parts
        if parts is None and (parts := await self._prepare(job)) is None:
            return
        first = row.progress
        for number in range(first, len(parts)):
            if number > first and (booking := await self._next_booking(row, max(1, len(parts[number].photos)))) is None:
                return await self._give_back(row)
            if not self._may_speak():  # asked as late as can be: somebody else may speak for the account by now
                self._land(booking)
                return await self._give_back(row)
            outcome = await self._request(parts[number])
            self._land(booking)
            await self._record(row, outcome, last=number == len(parts) - 1)
            if not isinstance(outcome, Sent):
                return

    async def _prepare(self, job: Job) -> list[Part] | None:
        """None when it cannot be: that is written down."""
        try:
            if job.message.photos or job.message.files:
                await asyncio.to_thread(self._bring, job.message)
            return await self._database.read(self._parts, job.row, job.message)
        except FileNotFoundError:
            await self._record(job.row, Refused("Không tìm thấy ảnh hoặc tệp kèm theo."), last=True)
        except Impossible as impossible:
            await self._record(job.row, Refused(impossible.sentence), last=True)
        except Exception as error:  # the media store or the database is away; nothing has been asked of the platform
            log.error("outbox.not_prepared", key=job.row.key, error=type(error).__name__)
            await self._record(job.row, RetryAt(self._clock.after(UNPREPARED_SECONDS), NOT_PREPARED), last=True)
        return None

    async def _next_booking(self, row: Outgoing, cost: int) -> Booking | None:
        """Waits for its turn; None when the program stops meanwhile: the rest leaves after the next start."""
        while not self._stopping.is_set():
            seconds = max(self._gate.wait(cost), self._gate.wait_for(row.to, cost))
            if not seconds:
                return self._gate.take(row.to, group=row.group, cost=cost)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), timeout=seconds)
        return None

    def _bring(self, message: Message) -> None:
        """To this machine, from a store that may be slow: no transaction may wait for it."""
        for sha256 in [*message.photos, *(file.sha256 for file in message.files)]:
            self._open_media(sha256)

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
        """Returns when it is written down, with the next turn."""
        self._slow_down(row, outcome)
        if isinstance(outcome, Sent):
            arrived(row, outcome.ids, last, self._clock.now())
        answer = Answer(row, outcome, last, asyncio.get_running_loop().create_future())
        self._answers.append(answer)
        self._wake.set()
        await answer.written
        if isinstance(outcome, Refused) and outcome.closes_channel and self._ring is not None:
            await self._ring(self._channel.name, f"{self._channel.name}.closed", outcome.reason)

    async def _insist(self, work: Callable[..., None], *args: Any) -> None:
        """Write it down, however long the database takes."""
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
            elif seconds <= LONGEST_CHAT_PAUSE:
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
