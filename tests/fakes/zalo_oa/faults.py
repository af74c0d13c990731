"""Trouble on demand: which request it hits, how often, and what the client then sees."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    CODE = "code"
    """An error inside HTTP 200; nothing happened on the server."""
    STATUS = "status"
    """A proxy's page instead of JSON; nothing happened on the server."""
    HANG = "hang"
    """Never answers; nothing happened on the server."""
    DROP = "drop"
    """The request is carried out (and echoed), then the line is closed without an answer."""
    REFUSE = "refuse"
    """The line is closed before anything happened."""
    SLOW = "slow"
    """Carried out and answered, ``seconds`` later."""
    GARBLED = "garbled"
    """Carried out, but what comes back is no JSON."""


@dataclass
class Fault:
    """``path`` (its end) and ``to`` narrow it down (None: any); ``skip`` pass first; ``times`` None: for ever."""

    kind: Kind
    code: int = 0
    seconds: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)
    as_text: bool = False
    """The number comes as a string, as numbers do elsewhere in the answers."""
    path: str | None = None
    to: str | None = None
    skip: int = 0
    times: int | None = 1
    hits: int = field(default=0, init=False)

    def concerns(self, path: str, to: str | None) -> bool:
        if self.times is not None and self.hits >= self.times:
            return False
        if self.path is not None and not path.endswith(self.path):
            return False
        return self.to is None or self.to == to


def error(code: int, *, as_text: bool = False) -> Fault:
    """Any code of either table; a positive number is sent as it is."""
    return Fault(Kind.CODE, code, as_text=as_text)


def rate_limited(limit: int = 60) -> Fault:
    return Fault(Kind.CODE, -32, headers={"X-RateLimit-Limit": str(limit), "X-RateLimit-Remain": "0"})


def server_error(status: int = 500) -> Fault:
    """A proxy's HTML with this HTTP status."""
    return Fault(Kind.STATUS, status)


def hang() -> Fault:
    return Fault(Kind.HANG)


def accept_then_drop() -> Fault:
    return Fault(Kind.DROP)


def refuse_line() -> Fault:
    return Fault(Kind.REFUSE)


def slow(seconds: float) -> Fault:
    return Fault(Kind.SLOW, seconds=seconds)


def garbled() -> Fault:
    return Fault(Kind.GARBLED)


class Faults:
    def __init__(self) -> None:
        self._scripted: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        self._scripted.append(fault)
        return fault

    def clear(self, faults: Iterable[Fault] | None = None) -> None:
        """Ends these faults, or all of them."""
        gone = list(self._scripted if faults is None else faults)
        self._scripted = [f for f in self._scripted if not any(f is g for g in gone)]

    def strike(self, path: str, to: str | None) -> Fault | None:
        """The first scripted fault that concerns this request, counted; None when it may pass."""
        for fault in self._scripted:
            if fault.concerns(path, to):
                if fault.skip > 0:
                    fault.skip -= 1
                    continue
                fault.hits += 1
                return fault
        return None
