"""What the fake knows: the account, its chats, what waits to be heard, what was said this month."""

import asyncio
import itertools
import time
from collections import Counter, deque
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Literal
from zoneinfo import ZoneInfo

from .errors import ApiError, bad_request
from .faults import Faults
from .state import JSON, Calls, Chat, Message, Person

BOT_TOKEN = "987654321:zalo-bot-token-of-the-fake"
MONTHS_IN = ZoneInfo("Asia/Ho_Chi_Minh")
TEXT_LIMIT = 2000
PhotoField = Literal["photo", "photo_url", "list"]
Shape = Literal["flat", "wrapped", "mixed"]


class World:
    """``monthly``: messages a month, None for no limit. ``photo_field`` and ``shape``: which of the ways seen in the
    wild this platform uses today. ``names``: public host names and the loopback address behind each, as a DNS would
    know them. ``loopback``: loopback addresses count as public. ``echoes``: the bot hears its own messages too.
    """

    def __init__(
        self,
        token: str = BOT_TOKEN,
        *,
        name: str = "Bot Công đoàn",
        monthly: int | None = 3000,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        photo_field: PhotoField = "photo",
        shape: Shape = "flat",
        names: dict[str, str] | None = None,
        loopback: bool = False,
        echoes: bool = False,
        longest_poll: float = 30.0,
    ) -> None:
        self.token, self.monthly, self.now = token, monthly, now
        self.photo_field, self.shape, self.echoes = photo_field, shape, echoes
        self.names, self.loopback = dict(names or {}), loopback
        self.longest_poll = longest_poll
        self.me = Person(_hex("bot" + token), name, is_bot=True)
        self.chats: dict[str, Chat] = {}
        self.people: dict[str, Person] = {}
        self.pictures: dict[str, bytes] = {}
        self.waiting: deque[JSON] = deque()
        self.handed_out: list[JSON] = []
        self.spoken: list[Message] = []
        self.calls = Calls()
        self.faults = Faults()
        self.quota_refusals = 0
        self.pollers = self.most_pollers = 0
        self.empty_polls = 0
        self._counts: Counter[str] = Counter()
        self._numbers = itertools.count(1)
        self._changed = asyncio.Event()

    # Ids and time

    def new_id(self, what: str) -> str:
        return _hex(f"{what}{next(self._numbers)}")

    def milliseconds(self) -> int:
        return int(self.now().timestamp() * 1000)

    @staticmethod
    def monotonic() -> float:
        return time.monotonic()

    # Hearing

    def touch(self) -> None:
        """Something happened: wake everybody who waits for it."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def until(self, condition: Callable[[], object], seconds: float = 15.0) -> None:
        """Looks after every request and every act; raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while not condition():
                await self._changed.wait()

    def queue(self, update: JSON) -> None:
        self.waiting.append(update)
        self.touch()

    # Speaking

    @property
    def month(self) -> str:
        return self.now().astimezone(MONTHS_IN).strftime("%Y-%m")

    @property
    def used(self) -> int:
        """Messages that left this month."""
        return self._counts[self.month]

    def use(self, messages: int) -> None:
        """The month so far, for stories that begin near its end."""
        self._counts[self.month] = messages

    def admit(self) -> None:
        if self.monthly is not None and self.used >= self.monthly:
            self.quota_refusals += 1
            raise ApiError(429, "Quota exceeded")

    def chat(self, chat_id: str) -> Chat:
        """Only who wrote to the bot first can be written to; a chat it never heard of is nobody's."""
        if not chat_id:
            raise bad_request("chat_id is required")
        if chat_id not in self.chats:
            raise bad_request("chat not found")
        return self.chats[chat_id]

    def keep(self, message: Message) -> JSON:
        """The bot said this; ok even where nobody will see it."""
        self._counts[self.month] += 1
        message.dropped = message.dropped or message.chat.blocked
        if not message.dropped:
            message.chat.messages.append(message)
        self.spoken.append(message)
        return {"message_id": message.id, "date": message.date}


def _hex(seed: str) -> str:
    return sha256(seed.encode()).hexdigest()[:20]
