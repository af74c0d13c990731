"""Scripting trouble, and looking at what the bot did."""

from dataclasses import replace

from .faults import Fault
from .floods import most_in_any_window
from .groups import Groups
from .state import Chat, Message, Press, Send, User

Where = Chat | User | int
"""A chat, a person's private chat, or the number of either."""


class Inspection(Groups):
    # Trouble

    def script(
        self,
        fault: Fault,
        *,
        method: str | None = None,
        chat: Where | None = None,
        times: int | None = 1,
        skip: int = 0,
    ) -> Fault:
        """Adds trouble (see ``faults``) for the next ``times`` matching requests; ``times=None``: until ``calm``.

        Downloads of files go under the method name ``download``.
        """
        number = _number(chat)
        chosen = method or fault.method
        return self.faults.add(replace(fault, method=chosen, chat=number, times=times, skip=skip))

    def calm(self, *faults: Fault) -> None:
        """Ends these scripted faults, or all."""
        self.faults.clear(faults or None)

    # What was said

    def sent(self, chat: Where | None = None) -> list[Message]:
        """The bot's messages in order, as they look now; deleted ones too (see ``Message.deleted``)."""
        number = _number(chat)
        return [m for m in self.spoken if number is None or m.chat.id == number]

    def last(self, chat: Where | None = None) -> Message:
        """The newest message of the bot; raises IndexError when it said nothing."""
        return self.sent(chat)[-1]

    def answered(self) -> list[Press]:
        return [press for press in self.presses if press.answer is not None]

    def called(self, method: str) -> int:
        """How many requests of this method came, whatever became of them."""
        return sum(call.method == method for call in self.calls)

    # How fast

    @property
    def rejected(self) -> int:
        """How many 429 the flood model gave (scripted ones are not counted)."""
        return self.flood.rejected

    def delivered(self, chat: Where | None = None) -> list[Send]:
        """Send log without the refusals."""
        number = _number(chat)
        return [s for s in self.sends if s.status == 200 and (number is None or s.chat == number)]

    def most_messages(self, seconds: float = 1.0, chat: Where | None = None) -> int:
        """The most delivered messages in any window of that length, overall or in one chat."""
        return most_in_any_window(((s.at, s.items) for s in self.delivered(chat)), seconds)


def _number(where: Where | None) -> int | None:
    return where if where is None or isinstance(where, int) else where.id
