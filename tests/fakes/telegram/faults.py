"""Trouble on demand: which request it hits, how often, and what the client then sees."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from .errors import ApiError, bad_request, forbidden, too_many


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
    ALBUM = "album"
    """``done`` items of an album become visible, then the request fails."""


@dataclass
class Fault:
    """``method`` and ``chat`` narrow it down (None: any); ``skip`` pass first; ``times`` None: for ever."""

    kind: Kind
    error: ApiError | None = None
    seconds: float = 0.0
    done: int = 0
    method: str | None = None
    chat: int | None = None
    skip: int = 0
    times: int | None = 1
    hits: int = field(default=0, init=False)

    def concerns(self, method: str, chat: int | None) -> bool:
        if self.times is not None and self.hits >= self.times:
            return False
        if self.method is not None and self.method.lower() != method.lower():
            return False
        return self.chat is None or self.chat == chat


def too_many_requests(seconds: int) -> Fault:
    return Fault(Kind.ERROR, too_many(seconds))


def blocked() -> Fault:
    return Fault(Kind.ERROR, forbidden("bot was blocked by the user"))


def kicked() -> Fault:
    return Fault(Kind.ERROR, forbidden("bot was kicked from the supergroup chat"))


def deactivated() -> Fault:
    return Fault(Kind.ERROR, forbidden("user is deactivated"))


def chat_not_found() -> Fault:
    return Fault(Kind.ERROR, bad_request("chat not found"))


def no_rights() -> Fault:
    return Fault(Kind.ERROR, bad_request("not enough rights to send text messages to the chat"))


def migrated(new_chat_id: int) -> Fault:
    """Only the refusal; ``FakeTelegram.migrate`` moves the group for good."""
    return Fault(
        Kind.ERROR,
        bad_request("group chat was upgraded to a supergroup chat", migrate_to_chat_id=new_chat_id),
    )


def server_error(code: int = 500) -> Fault:
    return Fault(Kind.ERROR, ApiError(code, "Internal Server Error"))


def bad_gateway() -> Fault:
    """502 with the HTML body of a proxy."""
    return Fault(Kind.HTML)


def hang() -> Fault:
    return Fault(Kind.HANG)


def accept_then_drop() -> Fault:
    return Fault(Kind.DROP)


def refuse_line() -> Fault:
    return Fault(Kind.REFUSE)


def slow(seconds: float) -> Fault:
    return Fault(Kind.SLOW, seconds=seconds)


def album_flood(retry_after: int = 8, done: int = 0) -> Fault:
    """Seen in rubenlagus/TelegramBots #1520: a 400 without parameters; part of the album may be visible."""
    inner = f"Too Many Requests: retry after {retry_after}"
    text = f'Failed to send message #{done + 1} with the error message "{inner}"'
    return Fault(Kind.ALBUM, bad_request(text), done=done, method="sendMediaGroup")


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

    def strike(self, method: str, chat: int | None) -> Fault | None:
        """The first scripted fault that concerns this request, counted; None when it may pass."""
        for fault in self._scripted:
            if fault.concerns(method, chat):
                if fault.skip > 0:
                    fault.skip -= 1
                    continue
                fault.hits += 1
                return fault
        return None
