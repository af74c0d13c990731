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

MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Pace:
    """Limits of one account: sends a second, messages a second in one chat, messages a minute in one group."""

    per_second: float
    per_chat: float
    per_group_minute: int


@dataclass(slots=True)
class Gate:
    pace: Pace
    monotonic: Callable[[], float] = time.monotonic
    _next_slot: float = 0.0
    _chat_free: dict[str, float] = field(default_factory=dict)
    _group_log: dict[str, deque[float]] = field(default_factory=dict)

    def wait(self) -> float:
        """Seconds until the account may send at all."""
        return max(0.0, self._next_slot - self.monotonic())

    def pause(self, seconds: float) -> None:
        """Nobody sends for ``seconds``: the platform said so."""
        self._next_slot = max(self._next_slot, self.monotonic() + seconds)

    def pause_chat(self, chat: str, seconds: float) -> None:
        self._chat_free[chat] = max(self._chat_free.get(chat, 0.0), self.monotonic() + seconds)

    def wait_for(self, chat: str) -> float:
        """Seconds until the account may send in this chat."""
        return max(self.wait(), self._chat_free.get(chat, 0.0) - self.monotonic())

    def take(self, chat: str, *, group: bool, cost: int = 1) -> None:
        """Book a send of ``cost`` messages (an album of four costs four) that leaves now."""
        now = self.monotonic()
        self._next_slot = max(now, self._next_slot) + cost / self.pace.per_second
        self._chat_free[chat] = now + 1 / self.pace.per_chat  # platforms count an album once here
        if group:
            log = self._group_log.setdefault(chat, deque())
            log.extend([now] * cost)
            if (excess := len(log) - self.pace.per_group_minute) >= 0:
                self._chat_free[chat] = max(self._chat_free[chat], log[excess] + MINUTE)

    def closed_chats(self) -> dict[str, float]:
        """Chats that must wait, and for how many seconds. Forgets those that need not."""
        now = self.monotonic()
        for chat, log in list(self._group_log.items()):
            while log and log[0] <= now - MINUTE:
                log.popleft()
            if not log:
                del self._group_log[chat]
        self._chat_free = {chat: free for chat, free in self._chat_free.items() if free > now}
        return {chat: free - now for chat, free in self._chat_free.items()}
