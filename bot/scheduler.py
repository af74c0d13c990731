"""APScheduler wakes; the database decides.

Nothing is scheduled in memory but the waking itself, so a restart, an outage or a second process changes nothing: each
tick looks for rows whose moment has come and moves them on in the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col

from bot.clock import Clock
from campaign import outbox
from campaign.message import Message
from campaign.work import pins, pushes, reminders, submissions
from handlers import circling, correctpush, doubting, pushflow, reviewing
from handlers.context import House
from storage.database import Database
from storage.leadership import alone_until_commit
from storage.models import Campaign, Incoming, Push
from storage.models.campaigns import PushState
from storage.models.messages import IncomingState, Priority

log = structlog.get_logger()
TICK_SECONDS = 1.0
FAST_TICK_SECONDS = 0.25
OUTAGE_SECONDS = 10.0
RAW_EVENT_LIFETIME = timedelta(days=30)  # retention of raw chat: domain rule for personal data
SKIPPED = "Đã bỏ qua thông báo “{text}” vì hệ thống dừng lâu, quá giờ gửi."

BROKEN = "Chưa gửi được thông báo “{text}”: phạm vi gửi không còn đúng. Anh/chị chọn lại đơn vị nhận rồi gửi lại."


class Scheduler:
    """Turns time into rows, once a second (more often when the clock runs fast)."""

    def __init__(self, database: Database, clock: Clock, house: House, after: Callable[[], None]) -> None:
        self._database, self._clock, self._house, self._after = database, clock, house, after
        self._last_cleanup: datetime | None = None
        # Explicit, because the defaults drop what is late and take the zone of the machine.
        self._scheduler = AsyncIOScheduler(
            timezone=house.hours.zone,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def start(self) -> None:
        seconds = TICK_SECONDS if self._clock.speed <= 1 else FAST_TICK_SECONDS
        self._scheduler.add_job(self.tick, IntervalTrigger(seconds=seconds, timezone=self._house.hours.zone))
        self._scheduler.start()

    def stop(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def tick(self) -> None:
        """Everything that is due now. A failure is logged and tried again at the next tick: the rows are still
        there.
        """
        now = self._clock.now()
        try:
            done = await self._database.write(tick, now, self._house)
            if self._last_cleanup is None or now - self._last_cleanup > timedelta(hours=6):
                await self._database.write(clean_up, now)
                self._last_cleanup = now
        except SQLAlchemyError as error:
            log.error("tick.database", error=type(error).__name__)
            return
        if any(done.values()):
            log.info("tick", **done)
            self._after()


def tick(session: Session, now: datetime, house: House) -> dict[str, int]:
    """One turn in one transaction; returns what it did, for the log and for tests. Nothing while another process is at
    it: what has come due is its work then.
    """
    if not alone_until_commit(session, "tick"):
        return {}
    hours = house.hours
    work: dict[str, Callable[[], int]] = {
        "left_out": lambda: _release(session, now, house),
        "stopped": lambda: pushflow.stop_refused(session, now, house),
        "unpinned": lambda: pins.take_down(session, now),
        "corrected": lambda: correctpush.follow_up(session, now, house),
        "shown": lambda: pushflow.show_progress(session, now, house),
        "stale_digests": lambda: reminders.drop_stale(session, now, hours),
        "digests": lambda: reminders.remind(session, now, hours),
        "doubts": lambda: doubting.ask_people(session, now, house),
        "packages": lambda: circling.warn(session, now, house),
        "cards": lambda: reviewing.send_cards(session, now, house),
        "unclaimed": lambda: submissions.forget_unclaimed(session, now),
    }
    return {name: _guarded(session, name, step) for name, step in work.items()}


def _guarded(session: Session, name: str, step: Callable[[], int]) -> int:
    """One part of a tick that cannot work must not keep the others from theirs."""
    try:
        with session.begin_nested():
            return step()
    except SQLAlchemyError:
        raise
    except Exception as error:
        log.exception("tick.part", part=name, error=type(error).__name__)
        return 0


def _release(session: Session, now: datetime, house: House) -> int:
    # On a fast clock the hours fly by between two ticks: a few real seconds are never an outage.
    grace = max(pushes.GRACE, house.soon(OUTAGE_SECONDS) - now)
    left_out = pushes.release_due(session, now, house.hours, grace, house.reach)
    for push in left_out:
        _tell_admins(session, push, house)
    return len(left_out)


def _tell_admins(session: Session, push: Push, house: House) -> None:

    campaign = session.get(Campaign, push.campaign_id) if push.campaign_id else None
    words = SKIPPED if push.state == PushState.SKIPPED else BROKEN
    text = house.polite(words.format(text=push.text[:120]))
    for chat in reviewing.admin_chats(session, campaign.unit_id if campaign else push.unit_id):
        outbox.say(session, f"skipped:{push.id}:{chat.id}", chat, Message(text=text), priority=Priority.INTERACTIVE)


def clean_up(session: Session, now: datetime) -> None:
    """Forget what was said in handled events after thirty days; that they were handled stays known."""
    session.execute(
        update(Incoming)
        .where(col(Incoming.state) == IncomingState.DONE, col(Incoming.received_at) < now - RAW_EVENT_LIFETIME)
        .values(payload={})
    )
