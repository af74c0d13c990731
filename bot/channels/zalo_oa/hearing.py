"""From what the platform says to an event that can be stored, whether a webhook brought it or the history."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import structlog
from sqlmodel import Session, col, select

from bot.channels.contract import Event
from bot.channels.zalo_oa.events import SAYABLE, Raw, Reader
from bot.channels.zalo_oa.limits import NAME
from bot.clock import Clock
from storage.database import Database
from storage.models import Incoming, Outgoing

log = structlog.get_logger()
REMEMBERED = 500  # messages of ours in one group that an answer may be under


class Ear:
    """``name``: of the account, by which people call it in groups; empty while it is unknown."""

    def __init__(self, account: str, database: Database, clock: Clock) -> None:
        self._reader, self._database, self._clock = Reader(account), database, clock

    @property
    def name(self) -> str:
        return self._reader.name

    def call(self, name: str) -> None:
        self._reader.name = name

    async def understood(self, raw: Raw) -> Event | None:
        """None for what is not ours, and for what nobody could read: asking again would bring the same.

        Raises SQLAlchemyError.
        """
        try:
            event = self._reader.read(raw, self._clock.now())
        except (TypeError, ValueError, KeyError, AttributeError, RecursionError) as error:
            log.error("zalo_oa.unreadable", what=str(raw.get("event_name", ""))[:60], error=type(error).__name__)
            return None
        if event is None or not (event.group and event.reply_to and event.kind == "message"):
            return event
        ours = await self._database.read(is_ours, event.chat, event.reply_to)
        return replace(event, addressed=True) if ours else event


def is_ours(session: Session, chat: str, number: str) -> bool:
    """Whether we said the message ``number`` in that group, lately."""
    statement = select(Outgoing.external_ids).where(Outgoing.channel == NAME, Outgoing.to == chat)
    rows = session.exec(statement.order_by(col(Outgoing.id).desc()).limit(REMEMBERED))
    return any(number in ids for ids in rows)


def sent_ids(session: Session, chat: str, since: datetime) -> set[str]:
    """The platform's ids of what is known to have arrived in ``chat`` after ``since``."""
    statement = select(Outgoing.external_ids).where(Outgoing.channel == NAME, Outgoing.to == chat)
    rows = session.exec(statement.where(col(Outgoing.finished_at) >= since))
    return {number for ids in rows for number in ids}


def is_known(session: Session, event: Event) -> bool:
    """Whether this message was heard before, under whatever name of its event: the history may call a picture a GIF."""
    number, _, _ = event.event_id.partition(":")
    names = [f"{number}:user_send_{'group_' * event.group}{kind}" for kind in SAYABLE]
    statement = select(Incoming.id).where(Incoming.channel == NAME, Incoming.account == event.account)
    return session.exec(statement.where(col(Incoming.event_id).in_(names)).limit(1)).first() is not None
