"""A post office: the sender under test, a channel that does what the story says, and the rows it works on."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert
from sqlmodel import Session, select

from bot.channels.contract import Abilities, Channel, Outcome, Part, Receive, Sent
from bot.clock import Clock
from bot.delivery.pace import Gate, Pace
from bot.delivery.recording import arrived, record
from bot.delivery.sender import Sender
from campaign.hours import Hours
from campaign.message import Message
from campaign.outbox import Address, outgoing
from storage import outbox
from storage.database import Database
from storage.insert import insert_new
from storage.models import Chat, Outgoing
from storage.models.messages import OutgoingState, Priority

SQUARE = "square"
MORNING = datetime(2027, 5, 10, 1, 0, tzinfo=UTC)  # eight o'clock on a Monday
EVENING = MORNING + timedelta(hours=13)
HOURS = Hours.parse("20:30-07:00", "11:30-13:30", "14:00", ZoneInfo("Asia/Ho_Chi_Minh"))
BRISK = Pace(per_second=1000, per_chat=1000, per_group_minute=1000)
ABILITIES = Abilities(
    text_limit=200,
    caption_limit=50,
    measure=len,
    buttons=8,
    album_limit=3,
    album_buttons=False,
    upload_bytes=1 << 20,
    download_bytes=1 << 20,
    can_edit=True,
    can_toast=True,
    hears_groups="all",
)
Answer = Outcome | Exception | Callable[[Part], Awaitable[Outcome]]


@dataclass
class Square:
    """A platform that answers as scripted: ``answers[chat]`` one after the other, then ``Sent``."""

    name: str = SQUARE
    account: str = "office"
    abilities: Abilities = ABILITIES
    answers: dict[str, list[Answer]] = field(default_factory=lambda: defaultdict(list))
    requests: list[Part] = field(default_factory=list)
    moments: list[float] = field(default_factory=list)

    async def send(self, part: Part) -> Outcome:
        self.requests.append(part)
        self.moments.append(time.monotonic())
        answer = self.answers[part.to].pop(0) if self.answers[part.to] else Sent((f"m{len(self.requests)}",))
        if isinstance(answer, Exception):
            raise answer
        return await answer(part) if callable(answer) else answer

    @property
    def texts(self) -> list[str]:
        return [part.text for part in self.requests]

    async def listen(self, receive: Receive) -> None:
        raise NotImplementedError

    async def download(self, ref: dict[str, Any], into: Path) -> None:
        raise NotImplementedError

    async def close(self) -> None: ...

    def link(self, code: str, *, group: bool = False) -> str:
        return ""

    def secrets(self) -> list[str]:
        return []


@dataclass
class PostOffice:
    database: Database
    channel: Square = field(default_factory=Square)
    clock: Clock = field(default_factory=lambda: Clock(MORNING, time.monotonic()))
    pace: Pace = BRISK
    media: dict[str, Path] = field(default_factory=dict)
    media_away: bool = False
    _number: int = 0

    # -- queueing ------------------------------------------------------------------------------------------------------

    def push(self, *groups: str, text: str = "Thông báo", **more: Any) -> list[str]:
        """One row for each group; their keys."""
        return self.queue([Address(self.channel.name, group, group=True) for group in groups], text, **more)

    def push_to_many(self, groups: int) -> None:
        """A push to ``g0``, ``g1``, …, without the time it takes to make so many objects."""
        same = self._row(Address(self.channel.name, "g", group=True), Message(text="Thông báo"), Priority.PUSH)
        values = same.model_dump(exclude={"id"})
        rows = [{**values, "key": f"many{number}", "to": f"g{number}"} for number in range(groups)]
        with self.database.transaction() as session:
            session.execute(insert(Outgoing), rows)

    def reply(self, person: str, text: str = "Đã nhận", **more: Any) -> str:
        (key,) = self.queue([Address(self.channel.name, person, group=False)], text, Priority.REPLY, **more)
        return key

    def queue(
        self,
        places: list[Address],
        text: str,
        priority: int = Priority.PUSH,
        message: Message | None = None,
        **more: Any,
    ) -> list[str]:
        rows = [self._row(place, message or Message(text=text), priority, **more) for place in places]
        with self.database.transaction() as session:
            assert insert_new(session, Outgoing, rows) == len(rows)
        return [row.key for row in rows]

    def _row(self, place: Address, message: Message, priority: int, **more: Any) -> Outgoing:
        self._number += 1
        return outgoing(f"k{self._number}", place, message, priority=priority, **more)

    def chat(self, group: str) -> int:
        with self.database.transaction() as session:
            chat = Chat(channel=self.channel.name, external_id=group, created_at=MORNING)
            session.add(chat)
            session.flush()
            assert chat.id is not None
            return chat.id

    # -- working -------------------------------------------------------------------------------------------------------

    def sender(self, channel: Channel | None = None, gate: Gate | None = None) -> Sender:
        return Sender(
            self.database, channel or self.channel, gate or Gate(self.pace), self.clock, HOURS, self.open_media
        )

    def open_media(self, sha256: str) -> Path:
        """As the media store does it."""
        if self.media_away:
            raise OSError(5, "Input/output error")
        if sha256 not in self.media:
            raise FileNotFoundError(sha256)
        return self.media[sha256]

    @asynccontextmanager
    async def open(self, sender: Sender | None = None) -> AsyncIterator[Sender]:
        """The sender at work; then it drains, as at the end of the program."""
        sender = sender or self.sender()
        work = asyncio.create_task(sender.run())
        try:
            yield sender
        finally:
            await sender.drain(2)
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)

    async def until(self, condition: Callable[[], object], seconds: float = 5.0) -> None:
        async with asyncio.timeout(seconds):
            while not condition():
                await asyncio.sleep(0.005)

    async def until_states(self, **wanted: str) -> None:
        """Until the rows with these keys are in these states."""
        await self.until(lambda: all(self.row(key).state == state for key, state in wanted.items()))

    async def until_idle(self, seconds: float = 5.0) -> None:
        waiting = {OutgoingState.QUEUED, OutgoingState.RETRY, OutgoingState.SENDING}
        await self.until(lambda: not waiting & {row.state for row in self.rows()}, seconds)

    # -- looking -------------------------------------------------------------------------------------------------------

    def rows(self) -> list[Outgoing]:
        with self.database.snapshot() as session:
            return list(session.exec(select(Outgoing)))

    def row(self, key: str) -> Outgoing:
        with self.database.snapshot() as session:
            return session.exec(select(Outgoing).where(Outgoing.key == key)).one()

    def states(self) -> dict[str, str]:
        return {row.to: row.state for row in self.rows()}


def written_down(session: Session, row: Outgoing, outcome: Outcome) -> None:
    """What the sender writes when ``outcome`` was the answer to the last part of a row."""
    if isinstance(outcome, Sent):
        arrived(row, outcome.ids, True, MORNING)
        outbox.write_sent(session, [row])
    else:
        record(session, row, outcome, MORNING)
    session.flush()
