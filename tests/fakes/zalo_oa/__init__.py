"""A strict fake of a Zalo Official Account over real HTTP: the judge of the Zalo OA channel.

``async with FakeZaloOa() as oa`` serves in the running loop: ``oa.base_url``, ``oa.oauth_url`` and ``oa.business_url``
are three hosts, ``oa.media_url`` a fourth for what people sent. ``FakeZaloOaThread`` does the same in a thread.

It enforces what is documented of sign-in, shapes, sizes, windows, packages and rates, and where sources disagree it
takes the stricter side or has a switch (``Dialect``, ``Signing``, ``Limits``). Its clock stands still until
``advance``; ``await oa.webhook.save(url)`` is the operator at the console. People act in it (``people``, ``circles``),
it fails on demand (``faults``) and shows what the OA did (``inspection``).

It knows nothing of the product.
"""

from tests.fakes.telegram.pictures import jpeg

from . import faults
from .events import OTHER, Dialect
from .limits import LOCAL, Limits
from .oauth import challenge_of
from .server import FakeZaloOa, FakeZaloOaThread
from .signing import VARIANTS, Signing
from .state import Button, Group, Message, Package, Person, Send
from .webhook import LADDER, Delivery
from .world import OPENING

__all__ = [
    "LADDER",
    "LOCAL",
    "OPENING",
    "OTHER",
    "VARIANTS",
    "Button",
    "Delivery",
    "Dialect",
    "FakeZaloOa",
    "FakeZaloOaThread",
    "Group",
    "Limits",
    "Message",
    "Package",
    "Person",
    "Send",
    "Signing",
    "challenge_of",
    "faults",
    "jpeg",
]
