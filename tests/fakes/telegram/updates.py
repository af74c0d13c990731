"""Updates waiting for the bot, and getUpdates with honest acknowledgement."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .errors import conflict
from .limits import Limits
from .text import JSON

ALL_KINDS = (
    "message", "edited_message", "channel_post", "edited_channel_post", "business_connection",
    "business_message", "edited_business_message", "deleted_business_messages", "message_reaction",
    "message_reaction_count", "inline_query", "chosen_inline_result", "callback_query", "shipping_query",
    "pre_checkout_query", "purchased_paid_media", "poll", "poll_answer", "my_chat_member", "chat_member",
    "chat_join_request", "chat_boost", "removed_chat_boost",
)  # fmt: skip
ONLY_ON_REQUEST = ("chat_member", "message_reaction", "message_reaction_count")
_RIVAL = "terminated by other getUpdates request; make sure that only one bot instance is running"


@dataclass(eq=False)
class Update:
    """``id`` 0: not yet published."""

    kind: str
    payload: JSON
    id: int = 0
    at: datetime | None = None

    def to_json(self) -> JSON:
        return {"update_id": self.id, self.kind: self.payload}


@dataclass
class Updates:
    clock: Callable[[], datetime]
    limits: Callable[[], Limits]
    last_id: int = 731_000_000
    pending: list[Update] = field(default_factory=list)
    published: list[Update] = field(default_factory=list)
    """Everything ever published, for inspection and for delivering once more."""
    allowed: list[str] = field(default_factory=list)
    """Empty: the default set, which leaves out ``ONLY_ON_REQUEST``."""
    held: list[list[Update]] = field(default_factory=list)
    """While non-empty, new updates go into the last list instead of to the bot."""
    wake: Callable[[], None] = lambda: None
    """Called when an update, or a poller, begins to wait."""
    _again: list[Update] = field(default_factory=list)
    _waiter: asyncio.Future[None] | None = None

    def wants(self, kind: str) -> bool:
        return kind in self.allowed if self.allowed else kind not in ONLY_ON_REQUEST

    def allow(self, kinds: list[str] | None) -> None:
        """None keeps the previous choice, as the Bot API says. Unknown names are ignored, as there."""
        if kinds is not None:
            self.allowed = [kind for kind in kinds if kind in ALL_KINDS]

    def offer(self, kind: str, payload: JSON) -> None:
        """Publishes what the bot asked to hear; the filter works at the moment something happens."""
        if not self.wants(kind):
            return
        self.hand_over(Update(kind, payload))

    def hand_over(self, update: Update) -> None:
        """To whoever is holding updates back, else to the bot."""
        if self.held:
            self.held[-1].append(update)
        else:
            self.publish(update)

    def publish(self, update: Update) -> None:
        """Numbers it in order of publication."""
        self.last_id += 1
        update.id = self.last_id
        update.at = self.clock()
        self.published.append(update)
        self.pending.append(update)
        self._ring()

    def publish_again(self, update: Update) -> None:
        """Once more under the same number, confirmed or not: what a lost acknowledgement looks like."""
        if not update.id:
            self.publish(update)
        self._again.append(update)
        self._ring()

    def _ring(self) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)
        self.wake()

    def acknowledge(self, offset: int) -> None:
        """Forgets what the offset confirms; a negative one keeps only the last ``-offset`` updates."""
        if offset > 0:
            self.pending = [u for u in self.pending if u.id >= offset]
        elif offset < 0:
            self.pending = self.pending[offset:]
        oldest = self.clock() - timedelta(seconds=self.limits().update_seconds)
        self.pending = [u for u in self.pending if u.at is None or u.at > oldest]

    def confirm(self, update: Update) -> None:
        """The webhook took it."""
        for waiting in (self.pending, self._again):
            if update in waiting:
                waiting.remove(update)
                break
        self.wake()

    def deliverable(self) -> list[Update]:
        return [*self.pending, *self._again]

    @property
    def is_polled(self) -> bool:
        """Somebody is waiting in a long poll right now."""
        return self._waiter is not None and not self._waiter.done()

    async def poll(self, offset: int, limit: int, timeout: float) -> list[JSON]:
        """Long poll: at once when something waits, else after at most ``timeout`` seconds with nothing."""
        self.interrupt(_RIVAL)
        self.acknowledge(offset)
        if not self.deliverable() and timeout > 0:
            await self._wait(timeout)
        batch = self.deliverable()[:limit]
        self._again = [u for u in self._again if u not in batch]
        return [update.to_json() for update in batch]

    async def _wait(self, timeout: float) -> None:
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiter = waiter
        self.wake()
        try:
            await asyncio.wait_for(waiter, timeout)
        except TimeoutError:
            return
        finally:
            if self._waiter is waiter:
                self._waiter = None

    def interrupt(self, reason: str) -> None:
        """Ends a running long poll with 409."""
        if self._waiter and not self._waiter.done():
            self._waiter.set_exception(conflict(reason))
