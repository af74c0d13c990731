"""How long to leave a platform alone that cannot be reached."""

from __future__ import annotations

import time
from collections.abc import Callable


class Patience:
    """Pauses of ``first`` seconds, doubling up to ``longest``, until something succeeds.

    Several requests that fail together are one failure: while a pause runs, the rest of it is the answer.
    """

    def __init__(self, first: float, longest: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._first, self._longest, self._monotonic = first, longest, monotonic
        self._pause = 0.0
        self._until = 0.0

    def failed(self) -> float:
        """Seconds to wait from now."""
        now = self._monotonic()
        if now >= self._until:
            self._pause = min(self._pause * 2 or self._first, self._longest)
            self._until = now + self._pause
        return self._until - now

    def succeeded(self) -> None:
        self._pause = self._until = 0.0
