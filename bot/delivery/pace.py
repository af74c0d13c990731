"""One gate per channel account: how fast may it speak, and to whom right now?

Smooth by construction: sends are spaced evenly, so no window of a second ever holds more than the limit (token
buckets that start full let twice the limit through). A 429 moves the whole gate, so nobody else prolongs the pause.
Times are real monotonic seconds: platforms know nothing of a fast clock.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil

SECOND, MINUTE = 1.0, 60.0


@dataclass(frozen=True, slots=True)
class Pace:
    """Limits of one account: sends a second, messages a second in one chat, messages a minute in one group."""

    per_second: float
    per_chat: float
    per_group_minute: int


@dataclass(slots=True)
class Gate:
    """An album counts as many messages as it has photos, in the account's second and in the group's minute."""

    pace: Pace
    monotonic: Callable[[], float] = time.monotonic
    _next_slot: float = 0.0
    _last_second: deque[float] = field(default_factory=deque)
    _chat_free: dict[str, float] = field(default_factory=dict)
    _group_log: dict[str, deque[float]] = field(default_factory=dict)

    def wait(self, cost: int = 1) -> float:
        """Seconds until the account may send ``cost`` messages at once."""
        now = self.monotonic()
        _forget(self._last_second, now - SECOND)
        free = _room(self._last_second, cost, ceil(self.pace.per_second), SECOND)
        return max(0.0, self._next_slot - now, free - now)

    def pause(self, seconds: float) -> None:
        """Nobody sends for ``seconds``: the platform said so."""
        self._next_slot = max(self._next_slot, self.monotonic() + seconds)

    def pause_chat(self, chat: str, seconds: float) -> None:
        self._chat_free[chat] = max(self._chat_free.get(chat, 0.0), self.monotonic() + seconds)

    def wait_for(self, chat: str, cost: int = 1) -> float:
        """Seconds until ``cost`` messages may leave at once for this chat, the account left aside."""
        now = self.monotonic()
        log = self._group_log.get(chat, deque())
        _forget(log, now - MINUTE)
        free = _room(log, cost, self.pace.per_group_minute, MINUTE)
        return max(0.0, self._chat_free.get(chat, 0.0) - now, free - now)

    def take(self, chat: str, *, group: bool, cost: int = 1) -> None:
        """Book a send of ``cost`` messages that leaves now."""
        now = self.monotonic()
        # The time between waiting and booking (choosing a row, marking it) is credited, or every send would be late by
        # it; never more than one slot, so that an idle gate saves up no burst.
        slot = 1 / self.pace.per_second
        self._next_slot = max(self._next_slot, now - slot) + cost * slot
        self._last_second.extend([now] * cost)
        self.pause_chat(chat, 1 / self.pace.per_chat)  # platforms count an album once here
        if group:
            log = self._group_log.setdefault(chat, deque())
            log.extend([now] * cost)
            self.pause_chat(chat, _room(log, 1, self.pace.per_group_minute, MINUTE) - now)

    def closed_chats(self) -> dict[str, float]:
        """Chats that must wait, and for how many seconds. Forgets those that need not."""
        now = self.monotonic()
        for log in self._group_log.values():
            _forget(log, now - MINUTE)
        self._group_log = {chat: log for chat, log in self._group_log.items() if log}
        self._chat_free = {chat: free for chat, free in self._chat_free.items() if free > now}
        return {chat: free - now for chat, free in self._chat_free.items()}


def _forget(log: deque[float], until: float) -> None:
    while log and log[0] <= until:
        log.popleft()


def _room(log: deque[float], cost: int, limit: int, span: float) -> float:
    """The moment at which ``cost`` more fit into a span that holds ``limit``, or, if they never do, it is empty."""
    excess = len(log) + min(cost, limit) - limit
    return log[excess - 1] + span if excess > 0 else 0.0
