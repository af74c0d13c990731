"""A strict fake of the Zalo Bot Platform over real HTTP: the judge of the Zalo Bot channel.

``async with FakeZaloBot() as zalo`` serves in the running loop, ``FakeZaloBotThread`` in a thread. Where sources
disagree about the platform, the fake can be either (``World``); what it may refuse, it refuses. It can be told to fail
(``faults``), people act in it (``people``), and it knows nothing of the product.
"""

from . import faults
from .server import FakeZaloBot, FakeZaloBotThread
from .state import Chat, Message, Person
from .world import BOT_TOKEN

__all__ = ["BOT_TOKEN", "Chat", "FakeZaloBot", "FakeZaloBotThread", "Message", "Person", "faults"]
