"""What became of requests whose answer was lost: platforms that echo or remember are asked before people are.

An echo is a message of ours that the platform reports back; a history can be asked for. Either proves that a request
arrived; only a history can prove that it did not, and then it is made again.
"""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlmodel import Session, col, select

from bot.channels.contract import Abilities, Channel, Event, Part, Remembers
from bot.clock import Clock
from bot.delivery.preparing import Impossible, requests_for
from campaign.message import Message
from campaign.work import corrections, doubts, flow, pins
from storage.database import Database
from storage.models import Outgoing
from storage.models.messages import OutgoingState

log = structlog.get_logger()
Media = Callable[[str], Path]
LOOK_EVERY = 0.25  # seconds
AT_ONCE = 20
NEAR = 600  # real seconds between a request and the echo of it
ENOUGH = 20  # letters after which the beginning of a text identifies it
IN_FLIGHT = (OutgoingState.SENDING, OutgoingState.UNKNOWN, OutgoingState.RETRY)


class Reconciler:
    """Asks the platform about the doubtful rows of one account, a few times each, with growing pauses."""

    def __init__(self, database: Database, channel: Channel, clock: Clock, open_media: Media) -> None:
        self._database, self._channel, self._clock, self._open_media = database, channel, clock, open_media

    async def run(self, poke: Callable[[], None]) -> None:
        """Until cancelled. Does nothing for a channel without a memory. ``poke``: something is to be sent again."""
        if not isinstance(self._channel, Remembers):
            return
        while True:
            try:
                if await self.look():
                    poke()
            except Exception as error:  # the database or the platform is away; the rows are still there
                log.error("reconciling.failed", channel=self._channel.name, error=type(error).__name__)
            await asyncio.sleep(LOOK_EVERY)

    async def look(self) -> int:
        """Ask about every row whose time has come; how many are to be sent again."""
        assert isinstance(self._channel, Remembers)
        again = 0
        for row, part in await self._database.read(self._due):
            ids = None
            if part is not None and not _is_deed(part) and row.sending_at is not None:
                ids = await self._channel.said(part, row.sending_at)
            again += await self._database.write(self._settle, row, part, ids)
        return again

    def _due(self, session: Session) -> list[tuple[Outgoing, Part | None]]:
        """Rows to ask about, with the request in doubt; None when it cannot be prepared now."""
        statement = (
            select(Outgoing)
            .where(Outgoing.channel == self._channel.name, Outgoing.state == OutgoingState.UNKNOWN)
            .order_by(col(Outgoing.id).desc())
            .limit(AT_ONCE * 10)
        )
        now = self._clock.now()
        found: list[tuple[Outgoing, Part | None]] = []
        for row in session.exec(statement):
            when = doubts.next_look(row)
            if when is not None and when <= now and len(found) < AT_ONCE:
                found.append((row, _pending(session, row, self._channel.abilities, self._open_media)))
        return found

    def _settle(self, session: Session, seen: Outgoing, part: Part | None, ids: tuple[str, ...] | None) -> int:
        row = session.get(Outgoing, seen.id, with_for_update=True)
        if row is None or row.state != OutgoingState.UNKNOWN or row.progress != seen.progress:
            return 0  # an echo or a person was faster
        now = self._clock.now()
        row.looked_at = now
        if ids:
            arrived(session, row, ids, self._count(session, row), now)
        elif (
            row.attempts < doubts.ATTEMPTS
            and self._may_go_again(row, part, ids, now)
            and not corrections.is_reworded(session, row)
        ):
            _again(row)
        flow.hold_if_stopped(session, row, now)
        session.add(row)
        pins.begin(session, [row])
        log.info("reconciling", key=row.key, state=row.state, known=ids is not None)
        return int(row.state == OutgoingState.QUEUED)

    def _may_go_again(self, row: Outgoing, part: Part | None, ids: tuple[str, ...] | None, now: datetime) -> bool:
        """It provably did not arrive; or twice is as good as once; or, nobody being able to say, a double to one
        person does no harm and a loss does."""
        if ids is not None:
            return doubts.is_sure(row, now)
        deed = part is not None and _is_deed(part)
        return deed or (row.personal and doubts.next_look(row) is None)

    def _count(self, session: Session, row: Outgoing) -> int:
        return len(_parts(session, row, self._channel.abilities, self._open_media))


def take_echo(
    session: Session, event: Event, now: datetime, *, channels: Mapping[str, Channel], open_media: Media, speed: float
) -> bool:
    """Record the request that ``event`` is the echo of as arrived. False when it is of none that is in doubt: of one
    that is known to have arrived, or written by a person in the platform's own console."""
    channel = channels.get(event.channel)
    if channel is None:
        return False
    statement = (
        select(Outgoing)
        .where(Outgoing.channel == event.channel, Outgoing.to == event.chat, col(Outgoing.state).in_(IN_FLIGHT))
        .where(col(Outgoing.sending_at).is_not(None))
        .order_by(col(Outgoing.sending_at))
        .with_for_update()
    )
    for row in session.exec(statement).all():
        parts = _parts(session, row, channel.abilities, open_media)
        if row.progress < len(parts) and _is_echo(parts[row.progress], event) and _is_near(row, event, now, speed):
            if _is_known(session, event):
                return False
            arrived(session, row, (event.message_id,), len(parts), now)
            flow.hold_if_stopped(session, row, now)
            session.add(row)
            pins.begin(session, [row])
            log.info("reconciling.echo", key=row.key, state=row.state)
            return True
    return False


def _is_known(session: Session, event: Event) -> bool:
    """Whether it is of a message of the same words that is known to have arrived."""
    statement = (
        select(Outgoing.external_ids)
        .where(Outgoing.channel == event.channel, Outgoing.to == event.chat)
        .where(col(Outgoing.state).in_((OutgoingState.SENT, OutgoingState.SENDING)))
        .order_by(col(Outgoing.id).desc())
        .limit(200)
    )
    return any(event.message_id in ids for ids in session.exec(statement))


def arrived(session: Session, row: Outgoing, ids: tuple[str, ...], count: int, now: datetime) -> None:
    """One request of ``row`` is proved to have arrived; what follows it, of ``count``, is sent."""
    row.external_ids, row.progress = [*row.external_ids, *ids], row.progress + 1
    if row.progress >= count:
        row.state, row.finished_at, row.reason = OutgoingState.SENT, now, ""
    elif row.state != OutgoingState.SENDING:  # the sender that has it in hand goes on by itself
        _again(row)


def _again(row: Outgoing) -> None:
    row.state, row.finished_at, row.not_before, row.looked_at, row.reason = OutgoingState.QUEUED, None, None, None, ""


def _pending(session: Session, row: Outgoing, abilities: Abilities, open_media: Media) -> Part | None:
    parts = _parts(session, row, abilities, open_media)
    return parts[row.progress] if row.progress < len(parts) else None


def _is_deed(part: Part) -> bool:
    """Doing it twice changes nothing."""
    deeds = (part.edits, part.deletes, part.pins, part.unpins, part.reacts, part.toast, part.lets_in, part.turns_away)
    return any(deeds)


def _parts(session: Session, row: Outgoing, abilities: Abilities, open_media: Media) -> list[Part]:
    try:
        return requests_for(session, row, Message.from_json(row.message), abilities, open_media)
    except (Impossible, OSError):
        return []


def _is_near(row: Outgoing, event: Event, now: datetime, speed: float) -> bool:
    """An echo may come late, when our own server was away; then the platform's own time tells."""
    assert row.sending_at is not None
    span = timedelta(seconds=NEAR * speed)
    return now - row.sending_at <= span or abs(event.at - row.sending_at) <= span


def _is_echo(part: Part, event: Event) -> bool:
    if not part.text and (part.photos or part.file is not None):
        return not event.text
    return _alike(part.text, event.text)


def _alike(ours: str, theirs: str) -> bool:
    """The same letters and digits: platforms strip, fold spaces and add what they please around a text."""
    mine, seen = _letters(ours), _letters(theirs)
    if min(len(mine), len(seen)) >= ENOUGH:
        return mine.startswith(seen) or seen.startswith(mine)
    return mine == seen and bool(mine)


def _letters(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFC", text) if letter.isalnum())
