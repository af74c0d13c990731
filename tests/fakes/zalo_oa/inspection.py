"""Scripting trouble, and looking at what the OA did."""

from dataclasses import replace

from tests.fakes.telegram.floods import most_in_any_window

from .circles import Circles
from .faults import Fault
from .state import JSON, Group, Message, Person, Send
from .webhook import Delivery

Where = Person | Group | str
"""A person, a group, or the id (or phone) of either."""


class Inspection(Circles):
    # Trouble

    def script(
        self, fault: Fault, *, path: str | None = None, to: Where | None = None, times: int | None = 1, skip: int = 0
    ) -> Fault:
        """Adds trouble (see ``faults``) for the next ``times`` matching requests; ``times=None``: until ``calm``.

        ``path``: the end of an address, such as ``message/cs``.
        """
        return self.faults.add(replace(fault, path=path or fault.path, to=_id(to), times=times, skip=skip))

    def calm(self, *faults: Fault) -> None:
        """Ends these scripted faults, or all."""
        self.faults.clear(faults or None)

    # What was said

    def sent(self, to: Where | None = None) -> list[Message]:
        """What the OA said, in order, overall or in one place."""
        id = _id(to)
        return [m for m in self.messages.values() if m.sender is None and id in (None, m.place.id)]

    def texts(self, to: Where | None = None) -> list[str]:
        return [message.text for message in self.sent(to)]

    def last(self, to: Where | None = None) -> Message:
        """The newest message of the OA; raises IndexError when it said nothing."""
        return self.sent(to)[-1]

    def called(self, path: str) -> int:
        """How many requests came to addresses that end so, whatever became of them."""
        return sum(call.path.endswith(path) for call in self.calls)

    def bodies(self, path: str) -> list[JSON]:
        """What those requests carried."""
        return [call.values for call in self.calls if call.path.endswith(path)]

    @property
    def deliveries(self) -> list[Delivery]:
        return self.webhook.deliveries

    def delivered(self, event: str | None = None) -> list[Delivery]:
        """Events the bot's address took, overall or of one name."""
        return [d for d in self.deliveries if d.state == "taken" and event in (None, d.event)]

    def charged(self, to: Where | None = None) -> int:
        """Đồng spent on messages."""
        return sum(message.price for message in self.sent(to))

    # How fast

    @property
    def rejected(self) -> int:
        """How many -32 the rate limit gave (scripted ones are not counted)."""
        return self.meter.rejected

    def accepted(self, to: Where | None = None) -> list[Send]:
        """Send log without the refusals."""
        id = _id(to)
        return [s for s in self.sends if s.code == 0 and id in (None, s.to)]

    def most_calls(self, seconds: float = 60.0) -> int:
        """The most requests to the OA's host in any window of that length."""
        return most_in_any_window(((c.at, 1) for c in self.calls if c.host == "api"), seconds)


def _id(where: Where | None) -> str | None:
    return where if where is None or isinstance(where, str) else where.id
