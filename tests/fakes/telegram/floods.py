"""The flood model: what Telegram lets out, and what it does to those who do not listen.

Published figures (core.telegram.org/bots/faq): about 30 messages a second in all, one a second in one chat,
20 a minute in one group. Whether an album of n counts n is not published; the server sends n messages, so
n is counted towards the group's minute and the overall second.
"""

from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import ceil

from .errors import too_many


@dataclass(frozen=True)
class FloodRules:
    """``None`` switches a rule off. Times in seconds."""

    overall_per_second: int | None = 30
    chat_per_second: int | None = 1
    group_per_minute: int | None = 20
    group_edits_per_minute: int | None = 20
    tolerance: float = 0.05
    """Windows are judged this much shorter: two requests a second apart may arrive a little closer."""
    grace: float = 0.25
    """Requests already under way when a pause begins are refused without making it longer."""
    penalty: float = 1.0
    """The n-th request sent during a pause makes it n times this longer."""
    penalty_cap: float = 60.0


STRICT = FloodRules()


@dataclass
class _Meter:
    """Events of the last ``span`` seconds, weighted."""

    span: float
    limit: int
    events: deque[tuple[float, int]] = field(default_factory=deque)
    total: int = 0

    def wait(self, now: float, weight: int) -> float:
        """Seconds until ``weight`` more fit, or 0. An album bigger than the limit fits an empty meter."""
        while self.events and self.events[0][0] <= now - self.span:
            self.total -= self.events.popleft()[1]
        excess = self.total + min(weight, self.limit) - self.limit
        if excess <= 0:
            return 0.0
        for at, size in self.events:
            excess -= size
            if excess <= 0:
                return at + self.span - now
        return self.span

    def add(self, now: float, weight: int) -> None:
        self.events.append((now, weight))
        self.total += weight


@dataclass
class _Pause:
    since: float
    until: float
    strikes: int = 0


class Flood:
    """Keeps the meters and the running pauses; ``rules = None`` lets everything through."""

    def __init__(self, rules: FloodRules | None = STRICT) -> None:
        self.rules = rules
        self.rejected = 0
        self.rejected_by_chat: dict[int, int] = defaultdict(int)
        self.during_pause = 0
        """Refused requests which a listening client would not have sent (after ``grace``)."""
        self._meters: dict[tuple[str, int], _Meter] = {}
        self._pauses: dict[int, _Pause] = {}

    def admit(self, now: float, chat: int, *, group: bool, edit: bool, items: int) -> None:
        """Raises 429, or counts the request. Chat 0 stands for the whole account."""
        if self.rules is None:
            return
        for scope in (0, chat):
            self._refuse_during_pause(self.rules, now, scope, chat)
        meters = list(self._meters_of(self.rules, chat, group=group, edit=edit))
        for scope, meter, weighted in meters:
            wait = meter.wait(now, items if weighted else 1)
            if wait > 0:
                self._pauses[scope] = _Pause(now, now + ceil(wait))
                self._refuse(chat, ceil(wait))
        for _, meter, weighted in meters:
            meter.add(now, items if weighted else 1)

    def forget(self) -> None:
        """Starts counting anew: meters, pauses and counters."""
        self._meters.clear()
        self._pauses.clear()
        self.rejected = self.during_pause = 0
        self.rejected_by_chat.clear()

    def _refuse_during_pause(self, rules: FloodRules, now: float, scope: int, chat: int) -> None:
        pause = self._pauses.get(scope)
        if pause is None or now >= pause.until:
            self._pauses.pop(scope, None)
            return
        if now > pause.since + rules.grace:
            self.during_pause += 1
            pause.strikes += 1
            pause.until += min(rules.penalty * pause.strikes, rules.penalty_cap)
        self._refuse(chat, ceil(pause.until - now))

    def _refuse(self, chat: int, seconds: int) -> None:
        self.rejected += 1
        self.rejected_by_chat[chat] += 1
        raise too_many(max(seconds, 1))

    def _meters_of(
        self, rules: FloodRules, chat: int, *, group: bool, edit: bool
    ) -> Iterable[tuple[int, _Meter, bool]]:
        """(scope of a pause, meter, whether an album counts each item)."""
        if edit:
            if group and rules.group_edits_per_minute:
                yield chat, self._meter("edits", chat, 60, rules.group_edits_per_minute, rules), False
            return
        if rules.overall_per_second:
            yield 0, self._meter("all", 0, 1, rules.overall_per_second, rules), True
        if rules.chat_per_second:
            yield chat, self._meter("second", chat, 1, rules.chat_per_second, rules), False
        if group and rules.group_per_minute:
            yield chat, self._meter("minute", chat, 60, rules.group_per_minute, rules), True

    def _meter(self, name: str, chat: int, span: float, limit: int, rules: FloodRules) -> _Meter:
        meter = self._meters.setdefault((name, chat), _Meter(span - rules.tolerance, limit))
        meter.limit = limit
        return meter


def most_in_any_window(moments: Iterable[tuple[float, int]], seconds: float) -> int:
    """The largest weighted number of ``(monotonic time, weight)`` in any half-open window of that length."""
    window: deque[tuple[float, int]] = deque()
    total = most = 0
    for at, weight in sorted(moments):
        window.append((at, weight))
        total += weight
        while window[0][0] <= at - seconds:
            total -= window.popleft()[1]
        most = max(most, total)
    return most
