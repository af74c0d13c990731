"""A strict fake of the Telegram Bot API over real HTTP: the judge of the Telegram channel.

``async with FakeTelegram() as tg`` serves in the running loop, ``FakeTelegramThread`` in a thread,
``python -m tests.fakes.telegram`` in a process of its own. It enforces the documented limits, the privacy
mode, the flood limits and the acknowledgement of updates; it can be told to fail (``faults``); people act in it
(``people``, ``groups``); and it shows what the bot did (``inspection``).

It knows nothing of the product, and two independent client libraries have to get along with it.
"""

from . import faults
from .floods import STRICT, FloodRules
from .limits import Limits
from .pictures import jpeg
from .server import FakeTelegram, FakeTelegramThread
from .state import Chat, Message, Press, Send, User
from .world import BOT_TOKEN

__all__ = [
    "BOT_TOKEN",
    "STRICT",
    "Chat",
    "FakeTelegram",
    "FakeTelegramThread",
    "FloodRules",
    "Limits",
    "Message",
    "Press",
    "Send",
    "User",
    "faults",
    "jpeg",
]
