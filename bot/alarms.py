"""What only a person can mend is told to the admins, on a channel that still works."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock
from handlers import alarming
from handlers.context import House
from storage.database import Database

log = structlog.get_logger()


class Alarms:
    """Made before the house it speaks for, because channels need it and the house needs the channels."""

    def __init__(self, database: Database, clock: Clock, after: Callable[[], None] = lambda: None) -> None:
        self._database, self._clock = database, clock
        self.after = after
        self.house: House | None = None

    async def ring(self, channel: str, code: str, sentence: str) -> None:
        """Log ``code`` and queue ``sentence`` for the admins, at most once a day. Never raises."""
        log.error("alarm", channel=channel, code=code, sentence=sentence)
        if self.house is None:  # a command, not the running program: its own output tells the operator
            return
        try:
            now = self._clock.now()
            await self._database.write(partial(alarming.tell_admins, house=self.house), channel, code, sentence, now)
        except SQLAlchemyError as error:
            log.error("alarm.not_told", code=code, error=type(error).__name__)
        self.after()
