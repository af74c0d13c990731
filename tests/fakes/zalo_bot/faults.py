"""Trouble on demand: which request it hits, how often, and what the client then sees."""

from dataclasses import dataclass, field
from enum import StrEnum

from .errors import ApiError


class Kind(StrEnum):
    ERROR = "error"
    """A JSON error; nothing happened on the server."""
    HTML = "html"
    """A proxy's page instead of JSON; nothing happened on the server."""
    HANG = "hang"
    """Never answers; nothing happened on the server."""
    DROP = "drop"
    """The request is carried out, then the line is closed without an answer."""
    REFUSE = "refuse"
    """The line is closed before anything happened."""
    SLOW = "slow"
    """Carried out and answered, ``seconds`` later."""


@dataclass
class Fault:
    """``method`` and ``chat`` narrow it down (empty: any); ``skip`` pass first; ``times`` None: for ever."""

    kind: Kind
    error: ApiError | None = None
    seconds: float = 0.0
    status: int = 502
    method: str = ""
    chat: str = ""
    skip: int = 0
    times: int | None = 1
    hits: int = field(default=0, init=False)

    def concerns(self, method: str, chat: str) -> bool:
        if self.times is not None and self.hits >= self.times:
            return False
        return self.method in ("", method) and self.chat in ("", chat)


def error(code: int, description: str = "", http: int | None = None) -> Fault:
    return Fault(Kind.ERROR, ApiError(code, description or WORDS.get(code, "Error"), http))


def page(status: int = 502) -> Fault:
    """The HTML page of a proxy or a provider."""
    return Fault(Kind.HTML, status=status)


def hang() -> Fault:
    return Fault(Kind.HANG)


def accept_then_drop() -> Fault:
    return Fault(Kind.DROP)


def refuse_line() -> Fault:
    return Fault(Kind.REFUSE)


def slow(seconds: float) -> Fault:
    return Fault(Kind.SLOW, seconds=seconds)


WORDS = {
    400: "Bad Request", 401: "Unauthorized", 403: "Internal server error", 404: "Not Found",
    408: "Request timeout", 429: "Quota exceeded", 500: "Internal Server Error", 503: "Service Unavailable",
}  # fmt: skip
"""403 is documented with these very words."""


class Faults:
    def __init__(self) -> None:
        self._scripted: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        self._scripted.append(fault)
        return fault

    def clear(self) -> None:
        self._scripted = []

    def strike(self, method: str, chat: str) -> Fault | None:
        """The first scripted fault that concerns this request, counted; None when it may pass."""
        for fault in self._scripted:
            if fault.concerns(method, chat):
                if fault.skip > 0:
                    fault.skip -= 1
                    continue
                fault.hits += 1
                return fault
        return None
