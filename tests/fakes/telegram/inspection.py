"""Scripting trouble, and looking at what the bot did."""

from collections.abc import Iterable
from dataclasses import replace

from .faults import Fault
from .floods import most_in_any_window
from .groups import Groups
from .state import Chat, Message, Press, Send


class Inspection(Groups):
    # Trouble

    def script(
        self,
        fault: Fault,
        *,
        method: str | None = None,
        chat: Chat | int | None = None,
        times: int | None = 1,
        skip: int = 0,
    ) -> Fault:
        """Adds trouble (see ``faults``) for the next ``times`` matching requests; ``times=None``: until ``calm``.

        Downloads of files go under the method name ``download``.
        """
        number = chat.id if isinstance(chat, Chat) else chat
        chosen = method or fault.method
        return self.faults.add(replace(fault, method=chosen, chat=number, times=times, skip=skip))

    def calm(self, *faults: Fault) -> None:
        """Ends these scripted faults, or all."""
        self.faults.clear(faults or None)

    # What was said

    def sent(self, chat: Chat | int | None = None) -> list[Message]:
        """The bot's messages in order, as they look now; deleted ones too (see ``Message.deleted``)."""
        number = chat.id if isinstance(chat, Chat) else chat
        return [m for m in self.spoken if number is None or m.chat.id == number]

    def last(self, chat: Chat | int | None = None) -> Message:
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

    def delivered(self, chats: Iterable[int] | None = None) -> list[Send]:
        """Send log without the refusals."""
        wanted = None if chats is None else set(chats)
        return [s for s in self.sends if s.status == 200 and (wanted is None or s.chat in wanted)]

    def most_messages(self, seconds: float = 1.0, chat: int | None = None) -> int:
        """The most delivered messages in any window of that length, overall or in one chat."""
        log = self.delivered(None if chat is None else [chat])
        return most_in_any_window(((s.at, s.items) for s in log), seconds)
