"""Requests in any sixty seconds, with the headers that tell a client where it stands."""

from collections import deque
from dataclasses import dataclass, field

SPAN = 60.0


@dataclass
class Meter:
    limit: int | None
    rejected: int = 0
    _taken: deque[float] = field(default_factory=deque)

    def admit(self, now: float) -> bool:
        """Counts the request, or says no; refused requests do not count."""
        while self._taken and self._taken[0] <= now - SPAN:
            self._taken.popleft()
        if self.limit is not None and len(self._taken) >= self.limit:
            self.rejected += 1
            return False
        self._taken.append(now)
        return True

    def headers(self) -> dict[str, str]:
        if self.limit is None:
            return {}
        remain = max(self.limit - len(self._taken), 0)
        return {"X-RateLimit-Limit": str(self.limit), "X-RateLimit-Remain": str(remain)}

    def forget(self) -> None:
        self._taken.clear()
        self.rejected = 0
