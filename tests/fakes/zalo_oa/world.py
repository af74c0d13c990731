"""Everything the fake knows of one OA, and the acts every endpoint shares."""

import asyncio
import hashlib
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from .errors import ZaloError, invalid
from .events import Author, Dialect
from .faults import Faults
from .limits import LOCAL, Limits
from .oauth import Oauth, Pair
from .rates import Meter
from .signing import Keys
from .state import JSON, Asset, Call, Group, Message, Package, Person, Send
from .webhook import Delivery, Webhook

APP_ID, OA_ID = "3608123456789012345", "2491834058123456789"
APP_SECRET, OA_SECRET = "app-secret-of-the-loudspeaker", "oa-secret-key-of-the-loudspeaker"
OPENING = datetime(2026, 5, 4, 2, 0, tzinfo=UTC)
"""Monday, 09:00 in Hà Nội."""


def _standing() -> datetime:
    return OPENING


class World:
    """One OA and its app. Lives in one event loop; not thread-safe.

    ``clock``: where time comes from; without one it stands still until ``advance``. ``monotonic``: seconds of the rate
    limit.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], datetime] = _standing,
        monotonic: Callable[[], float] = time.monotonic,
        limits: Limits | None = None,
        dialect: Dialect | None = None,
    ) -> None:
        self._base, self._ahead = clock, timedelta()
        self.monotonic = monotonic
        self.limits = limits or Limits()
        self.dialect = dialect or Dialect()
        self.app_id, self.oa_id, self.app_secret, self.oa_secret = APP_ID, OA_ID, APP_SECRET, OA_SECRET
        self.oauth = Oauth(APP_ID, APP_SECRET, self.now, lambda: self.limits)
        self.oauth.seed()
        self.webhook = Webhook(Keys(APP_ID, OA_ID, APP_SECRET, OA_SECRET), self.now, self.touch)
        self.meter = Meter(self.limits.per_minute)
        self.faults = Faults()
        self.name, self.verified, self.package_name = "Công đoàn TP Hà Nội", True, "Tăng trưởng"
        self.package_until = date(2027, 5, 31)
        self.package_messages = 500
        """Consultation messages the package of the OA pays for outside the free window."""
        self.zca_linked, self.wallet = True, 100_000
        self.broken = 0
        """Not 0: the code every request to the OA host is answered with, until it is mended."""
        self.enforce_proof = self.positive_codes = self.template_nested = False
        self.echoes = True
        self.forbidden_words: set[str] = set()
        self.people: dict[str, Person] = {}
        self.groups: dict[str, Group] = {}
        self.packages: dict[str, Package] = {}
        self.assets: dict[str, Asset] = {}
        self.messages: dict[str, Message] = {}
        """By id, in the order in which they were said, by anybody."""
        self.templates: dict[str, JSON] = {}
        self.pictures: dict[str, tuple[bytes, str, datetime]] = {}
        """What people sent, by the path of its address: bytes, MIME type, moment."""
        self.media_url = ""
        self.uploads: list[datetime] = []
        self.calls: list[Call] = []
        self.sends: list[Send] = []
        self._serial, self._stamp = 0, 0
        self._bell = asyncio.Event()

    # Time and numbers

    def now(self) -> datetime:
        """The fake's moment, in UTC."""
        return self._base() + self._ahead

    def today(self) -> date:
        return self.now().astimezone(LOCAL).date()

    def shift(self, **ahead: float) -> None:
        self._ahead += timedelta(**ahead)
        self.webhook.time_moved()
        self.touch()

    def stamp(self) -> str:
        """Milliseconds; no two are the same."""
        self._stamp = max(self._stamp + 1, int(self.now().timestamp() * 1000))
        return str(self._stamp)

    def serial(self) -> int:
        self._serial += 1
        return self._serial

    def hex_id(self, kind: str) -> str:
        return hashlib.sha256(f"{kind}{self.serial()}".encode()).hexdigest()[:20]

    def big_id(self) -> str:
        """Nineteen digits: a float rounds them."""
        return str(7_000_000_000_000_000_001 + self.serial() * 1_000_003)

    def touch(self) -> None:
        """Lets ``until`` look again."""
        self._bell.set()
        self._bell = asyncio.Event()

    async def until(self, condition: Callable[[], Any], timeout: float = 5.0) -> Any:
        """Waits for a truthy answer of ``condition``, looked at after every request; raises TimeoutError."""
        async with asyncio.timeout(timeout):
            while not (answer := condition()):
                await self._bell.wait()
        return answer

    async def settled(self, timeout: float = 5.0) -> None:
        """Until every event is delivered or waits for a later call."""
        await self.until(lambda: self.webhook.idle, timeout)

    # Sign-in

    @property
    def pair(self) -> Pair:
        """The pair in force; raises KeyError when the grant is dead."""
        if self.oauth.current is None:
            raise KeyError("the grant is dead")
        return self.oauth.current

    @property
    def access_token(self) -> str:
        return self.pair.access

    @property
    def refresh_token(self) -> str:
        return self.pair.refresh

    # Finding

    def person_of(self, id: str) -> Person:
        if id not in self.people:
            raise invalid("user_id")
        return self.people[id]

    def group_of(self, id: str) -> Group:
        """A group the OA is in: -403 when it is not, whatever its package."""
        group = self.groups.get(id)
        if group is None or group.gone:
            raise ZaloError(-403)
        return group

    def enabled(self, group: Group) -> bool:
        return not group.package.disabled and self.today() <= group.package.valid_through

    # Saying

    def author(self) -> Author:
        return Author(self.app_id, self.oa_id, self.dialect)

    def keep(self, message: Message) -> Message:
        self.messages[message.id] = message
        self.touch()
        return message

    def tell(self, message: Message) -> Delivery:
        """The webhook event of a message, an echo when the OA said it."""
        stamp = self.stamp()
        body: JSON = {"msg_id": message.id}
        if message.text or message.kind == "text":
            body["text"] = message.text
        if message.attachments:
            body["attachments"] = message.attachments
        if message.quote:
            body["quote_msg_id"] = message.quote.id
        return self.webhook.push(self.author().said(message, stamp, body), message.place.id)

    def tell_group(self, event: str, group: Group, *people: Person, **more: object) -> Delivery:
        return self.webhook.push(self.author().of_group(event, group, people, self.stamp(), **more), group.id)

    def host_picture(self, data: bytes, name: str, mime: str = "image/jpeg") -> str:
        """Puts bytes on the content host; the address."""
        path = f"{self.hex_id('picture')}/{name}"
        self.pictures[path] = (data, mime, self.now())
        return f"{self.media_url}/{path}"
