"""One gate per channel account: how fast may it speak, and to whom right now?

Sends are spaced evenly; what a busy process is late for it makes up with a few at once, and no window of a second ever
holds more than the limit (token buckets that start full let twice the limit through). A platform counts what arrives,
though, not what left: on a busy machine or line requests bunch up on the way. So a request weighs on the account until
it is answered, and from then on as of the latest moment at which it can have arrived. A 429 moves the whole gate, so
nobody else prolongs the pause. Times are real monotonic seconds: platforms know nothing of a fast clock.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from math import ceil

SECOND, MINUTE = 1.0, 60.0
JOURNEYS = 100  # answers whose quickest tells how long a request travels at least; nothing is known of the first ones
TURN = 0.14  # seconds that a busy process may be late without losing speed: as many sends as it has in flight at once
A_MOMENT = 0.02  # seconds after which to look again whether something was answered


@dataclass(frozen=True, slots=True)
class Pace:
    """Limits of one account: sends a second, messages a second in one chat, messages a minute in one group."""

    per_second: float
    per_chat: float
    per_group_minute: int


@dataclass(slots=True, eq=False)
class Booking:
    """A request of ``cost`` messages that left at ``at``, until ``Gate.landed`` is told of its answer."""

    chat: str
    group: bool
    cost: int
    at: float
    flying: bool = True


@dataclass(slots=True)
class Gate:
    """An album counts as many messages as it has photos, in the account's second and in the group's minute."""

    pace: Pace
    monotonic: Callable[[], float] = time.monotonic
    _next_slot: float = 0.0
    _flying: int = 0  # messages whose request was not answered yet
    _arrived: deque[float] = field(default_factory=deque)  # those of the last second that were
    _journeys: deque[float] = field(default_factory=lambda: deque([0.0], maxlen=JOURNEYS))
    _chat_free: dict[str, float] = field(default_factory=dict)
    _opening: list[tuple[float, str]] = field(default_factory=list)  # a heap of what stands in _chat_free, and stood
    _group_log: dict[str, deque[float]] = field(default_factory=dict)
    _logged: deque[tuple[float, str]] = field(default_factory=deque)  # the groups of _group_log in the order of sends

    def wait(self, cost: int = 1) -> float:
        """Seconds until the account may send ``cost`` messages at once."""
        now = self.monotonic()
        _forget(self._arrived, now - SECOND)
        limit = ceil(self.pace.per_second)
        if self._flying and self._flying + min(cost, limit) > limit:
            return max(A_MOMENT, self._next_slot - now)  # only an answer makes room
        free = _room(self._arrived, cost, limit - self._flying, SECOND)
        return max(0.0, self._next_slot - now, free - now)

    def room(self, limit: int) -> int:
        """How many single messages may leave now, at most ``limit``."""
        now = self.monotonic()
        if self.wait() > 0:
            return 0
        slot = 1 / self.pace.per_second
        credit = (now - max(self._next_slot, now - self._credit)) / slot
        return min(limit, ceil(self.pace.per_second) - self._flying - len(self._arrived), int(credit) + 1)

    @property
    def _credit(self) -> float:
        """Seconds without a send that are made up for: one slot, or as many slots as fit into a turn."""
        return max(1 / self.pace.per_second, TURN)

    def pause(self, seconds: float) -> None:
        """Nobody sends for ``seconds``: the platform said so."""
        self._next_slot = max(self._next_slot, self.monotonic() + seconds)

    def pause_chat(self, chat: str, seconds: float) -> None:
        free = self.monotonic() + seconds
        if free > self._chat_free.get(chat, 0.0):
            self._chat_free[chat] = free
            heappush(self._opening, (free, chat))

    def wait_for(self, chat: str, cost: int = 1) -> float:
        """Seconds until ``cost`` messages may leave at once for this chat, the account left aside."""
        now = self.monotonic()
        log = self._group_log.get(chat, deque())
        _forget(log, now - MINUTE)
        free = _room(log, cost, self.pace.per_group_minute, MINUTE)
        return max(0.0, self._chat_free.get(chat, 0.0) - now, free - now)

    def take(self, chat: str, *, group: bool, cost: int = 1) -> Booking:
        """Book a send of ``cost`` messages that leaves now. Whoever takes says when it landed, whatever came back."""
        now = self.monotonic()
        # The time between waiting and booking (choosing a row, marking it) is credited, or every send would be late by
        # it; never more than that, so that an idle gate saves up no burst.
        self._next_slot = max(self._next_slot, now - self._credit) + cost / self.pace.per_second
        self._flying += cost
        self.pause_chat(chat, 1 / self.pace.per_chat)
        return Booking(chat, group, cost, now)

    def landed(self, booking: Booking) -> None:
        """Its answer is here, or it never left. A second time this means nothing.

        It took at least as long to arrive as the quickest of the last took there and back, less the way of the next
        request: so a window of the platform never holds more than ours, however the way there varies.
        """
        if not booking.flying:
            return
        booking.flying = False
        now = self.monotonic()
        self._journeys.append(now - booking.at)
        arrived = now - min(self._journeys)
        self._flying -= booking.cost
        self._arrived.extend([arrived] * booking.cost)
        self.pause_chat(booking.chat, arrived + 1 / self.pace.per_chat - now)  # platforms count an album once here
        if booking.group:
            self._log_in_group(booking, arrived, now)

    def _log_in_group(self, booking: Booking, arrived: float, now: float) -> None:
        log = self._group_log.setdefault(booking.chat, deque())
        log.extend([arrived] * booking.cost)
        self._logged.append((arrived, booking.chat))
        self.pause_chat(booking.chat, _room(log, 1, self.pace.per_group_minute, MINUTE) - now)

    def closed_chats(self) -> dict[str, float]:
        """Chats that must wait, and for how many seconds. Forgets those that need not."""
        now = self.monotonic()
        while self._logged and self._logged[0][0] <= now - MINUTE:
            self._forget_group(self._logged.popleft()[1], now)
        while self._opening and self._opening[0][0] <= now:
            _, chat = heappop(self._opening)
            if self._chat_free.get(chat, now + 1) <= now:
                del self._chat_free[chat]
        return {chat: free - now for chat, free in self._chat_free.items()}

    def _forget_group(self, chat: str, now: float) -> None:
        if (log := self._group_log.get(chat)) is not None:
            _forget(log, now - MINUTE)
            if not log:
                del self._group_log[chat]


def _forget(log: deque[float], until: float) -> None:
    while log and log[0] <= until:
        log.popleft()


def _room(log: deque[float], cost: int, limit: int, span: float) -> float:
    """The moment at which ``cost`` more fit into a span that holds ``limit``, or, if they never do, it is empty."""
    excess = len(log) + min(cost, limit) - limit
    return log[excess - 1] + span if excess > 0 else 0.0
