"""Everything the fake server knows, and the questions every method asks of it."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from .errors import ApiError, bad_request, forbidden
from .faults import Faults
from .files import FileStore
from .floods import STRICT, Flood, FloodRules
from .limits import Limits
from .params import Params
from .state import Call, Chat, Content, Member, Message, Press, Send, User
from .text import JSON
from .updates import Updates
from .webhook import Webhook

BOT_TOKEN = "7000000001:fake-token-of-the-loudspeaker-bot"


def utc_now() -> datetime:
    return datetime.now(UTC)


class World:
    """All state of one bot account. Lives in one event loop; not thread-safe."""

    def __init__(
        self,
        token: str = BOT_TOKEN,
        *,
        clock: Callable[[], datetime] = utc_now,
        monotonic: Callable[[], float] = time.monotonic,
        flood: FloodRules | None = STRICT,
        limits: Limits | None = None,
        privacy: bool = True,
    ) -> None:
        self.token = token
        self.clock = clock
        self.monotonic = monotonic
        self.limits = limits or Limits()
        self.me = User(int(token.split(":")[0]), "Loa Công Đoàn", username="loa_cong_doan_bot", is_bot=True)
        self.privacy = privacy
        self.users: dict[int, User] = {}
        self.chats: dict[int, Chat] = {}
        self.flood = Flood(flood)
        self.faults = Faults()
        self.files = FileStore(lambda: self.limits, clock)
        self.updates = Updates(clock, lambda: self.limits)
        self.webhook = Webhook(self.updates, clock)
        self.updates.wake = self._woken
        self.presses: list[Press] = []
        self.commands: dict[tuple[str, str], list[JSON]] = {}
        self.actions: list[tuple[int, str]] = []
        """(chat id, action) of every sendChatAction."""
        self.spoken: list[Message] = []
        """What the bot said, in order, over all chats; deleted messages stay."""
        self.sends: list[Send] = []
        self.calls: list[Call] = []
        self._last_message_id = 0
        self._last_serial = 0
        self._bell = asyncio.Event()

    # Time and numbers

    def serial(self) -> int:
        self._last_serial += 1
        return self._last_serial

    def touch(self) -> None:
        """Lets ``until`` look again."""
        self._bell.set()
        self._bell = asyncio.Event()

    def _woken(self) -> None:
        self.webhook.wake()
        self.touch()

    async def until(self, condition: Callable[[], Any], timeout: float = 5.0) -> Any:
        """Waits for a truthy answer of ``condition``, looked at after every request; raises TimeoutError."""
        async with asyncio.timeout(timeout):
            while not (answer := condition()):
                await self._bell.wait()
        return answer

    # People and chats

    def chat_named(self, reference: str) -> Chat:
        """By number or public @name, whether or not the bot may write there."""
        if reference.startswith("@"):
            named = (c for c in self.chats.values() if c.username.lower() == reference[1:].lower() and c.is_group)
            chat = next(named, None)
        else:
            chat = self.chats.get(int(reference)) if reference.lstrip("-").isdigit() else None
        if chat is None:
            raise bad_request("chat_id is empty" if not reference else "chat not found")
        return chat

    def chat_of(self, params: Params, name: str = "chat_id") -> Chat:
        """The chat of a request, if the bot may know it."""
        chat = self.chat_named(params.text(name))
        if chat.migrated_to:
            reason = "group chat was upgraded to a supergroup chat"
            raise bad_request(reason, migrate_to_chat_id=chat.migrated_to)
        if chat.is_group:
            self._require_membership(chat)
        return chat

    def writable(self, params: Params) -> Chat:
        """The chat of a request that writes: every refusal a sender can meet."""
        chat = self.chat_of(params)
        if chat.user is not None:
            if chat.user.deactivated:
                raise forbidden("user is deactivated")
            if not chat.started:
                raise forbidden("bot can't initiate conversation with a user")
            if chat.blocked:
                raise forbidden("bot was blocked by the user")
        elif not self.membership(chat).can_send:
            raise bad_request("not enough rights to send text messages to the chat")
        return chat

    def membership(self, chat: Chat) -> Member:
        return chat.members.get(self.me.id) or Member(self.me, "left")

    def _require_membership(self, chat: Chat) -> None:
        if self.me.id not in chat.members:
            raise bad_request("chat not found")
        member = chat.members[self.me.id]
        if member.status == "kicked":
            raise forbidden(f"bot was kicked from the {chat.type} chat")
        if not member.inside:
            raise forbidden(f"bot is not a member of the {chat.type} chat")

    def require_right(self, chat: Chat, right: str, refusal: str) -> None:
        if chat.is_group and not self.membership(chat).may(right):
            raise bad_request(refusal)

    # Messages

    def message_in(self, chat: Chat, number: int, refusal: str) -> Message:
        message = chat.history.get(number)
        if message is None or message.deleted:
            raise bad_request(refusal)
        return message

    def post(self, chat: Chat, sender: User, content: Content, **fields: Any) -> Message:
        """Puts a message into the chat's history; telling the bot is the caller's business."""
        message = Message(self._number_in(chat), chat, sender, self.clock(), content, **fields)
        chat.history[message.id] = message
        if sender.is_bot and not message.service:
            chat.last_speaking_bot = sender.id
        if sender is self.me and not message.service:
            self.spoken.append(message)
        self.touch()
        return message

    def _number_in(self, chat: Chat) -> int:
        if chat.type == "supergroup":
            chat.last_id += 1
            return chat.last_id
        self._last_message_id += 1
        return self._last_message_id

    def revise(self, message: Message, **changes: Any) -> Message:
        """Edits; raises ``message is not modified`` when nothing would change."""
        content = replace(message.content, **changes)
        if content == message.content:
            raise bad_request(
                "message is not modified: specified new message content and reply markup "
                "are exactly the same as a current content and reply markup of the message"
            )
        message.versions.append(message.content)
        message.content = content
        message.edited = self.clock()
        self.touch()
        return message

    # Log

    def log_send(self, method: str, chat: int, items: int, ids: tuple[int, ...], error: ApiError | None) -> None:
        status = error.code if error else 200
        retry_after = error.parameters.get("retry_after") if error else None
        self.sends.append(Send(self.monotonic(), method, chat, items, status, ids, retry_after))
