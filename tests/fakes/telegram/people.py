"""What people do: they write, send pictures, press buttons, block the bot. Every act becomes honest updates."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import repeat as endless
from typing import Any

from .params import Upload
from .pictures import jpeg
from .state import Chat, Content, Member, Message, Press, User
from .text import JSON, Formatted, command_of, detected
from .updates import Update
from .world import World

FIRST_USER_ID = 5_100_000_001
"""Above 2**31, like the numbers new accounts really get."""


AlbumItem = bytes | tuple[str, bytes]
"""A photo, or a named file: a video by its ending (.mp4, .mov), else a document."""


class People(World):
    """``chat=None`` means the person's private chat with the bot, which begins with their first message."""

    # Who there is

    def user(
        self,
        first_name: str = "Lan",
        last_name: str = "",
        username: str = "",
        *,
        id: int | None = None,
        is_bot: bool = False,
    ) -> User:
        number = id if id is not None else FIRST_USER_ID + len(self.users)
        person = User(number, first_name, last_name, username, is_bot=is_bot)
        self.users[number] = person
        self.chats[number] = Chat(number, "private", user=person)
        return person

    def person(self, user: User | int) -> User:
        return user if isinstance(user, User) else self.users[user]

    def place(self, chat: Chat | int | None, user: User) -> Chat:
        """The chat an act happens in; acts in a migrated group happen in its successor."""
        found = self.chats[user.id] if chat is None else chat if isinstance(chat, Chat) else self.chats[chat]
        return self.chats[found.migrated_to] if found.migrated_to else found

    # What they say

    def say(
        self,
        user: User | int,
        text: str,
        chat: Chat | int | None = None,
        *,
        reply_to: Message | int | None = None,
    ) -> Message:
        return self._speak(user, chat, Content(text=detected(Formatted(text.strip()))), reply_to)

    def start(self, user: User | int, code: str = "", chat: Chat | int | None = None) -> Message:
        """``/start CODE`` as a deep link sends it; in a group it names the bot."""
        command = f"/start@{self.me.username}" if chat is not None else "/start"
        return self.say(user, f"{command} {code}".strip(), chat)

    def send_photo(
        self,
        user: User | int,
        data: bytes | None = None,
        caption: str = "",
        chat: Chat | int | None = None,
        *,
        reply_to: Message | int | None = None,
    ) -> Message:
        """Without ``data`` a new picture is made; its best size is kept byte for byte when it is a JPEG."""
        picture = data if data is not None else jpeg(seed=self.serial())
        return self._speak(user, chat, self._carrying("photo", Upload("", "image/jpeg", picture), caption), reply_to)

    def send_document(
        self,
        user: User | int,
        name: str,
        data: bytes,
        caption: str = "",
        chat: Chat | int | None = None,
        *,
        mime: str = "",
        reply_to: Message | int | None = None,
    ) -> Message:
        return self._speak(user, chat, self._carrying("document", Upload(name, mime, data), caption), reply_to)

    def send_video(
        self, user: User | int, data: bytes, caption: str = "", chat: Chat | int | None = None, *, duration: int = 5
    ) -> Message:
        upload = Upload("video.mp4", "video/mp4", data)
        return self._speak(user, chat, self._carrying("video", upload, caption, duration), None)

    def send_voice(
        self, user: User | int, data: bytes, chat: Chat | int | None = None, *, duration: int = 5
    ) -> Message:
        return self._speak(user, chat, self._carrying("voice", Upload("", "audio/ogg", data), "", duration), None)

    def send_other(self, user: User | int, fields: JSON, chat: Chat | int | None = None) -> Message:
        """Any other content, given as its Bot API fields: ``{"sticker": {...}}``, ``{"contact": {...}}``."""
        return self._speak(user, chat, Content(), None, extra=fields)

    def send_album(
        self,
        user: User | int,
        photos: int | Sequence[AlbumItem] = 3,
        caption: str = "",
        chat: Chat | int | None = None,
        *,
        gaps: float | Sequence[float] = 0.0,
        order: Sequence[int] | None = None,
        repeat: Sequence[int] = (),
        reply_to: Message | int | None = None,
    ) -> list[Message]:
        """Messages of one media_group_id, numbered in order; the bot hears of them in ``order``.

        ``gaps``: seconds before the 2nd, 3rd, ... update. ``repeat``: positions whose update comes twice.
        The caption, and the reply, are on the first item only, as the apps do it.
        """
        if isinstance(photos, int):
            photos = [jpeg(seed=self.serial()) for _ in range(photos)]
        album = str(14_000_000_000_000_000 + self.serial())
        with self.holding() as updates:
            messages = []
            for index, data in enumerate(photos):
                kind, upload = _album_part(data)
                content = self._carrying(kind, upload, caption if index == 0 else "")
                answered = reply_to if index == 0 else None
                messages.append(self._speak(user, chat, content, answered, album=album))
        heard = {update.payload["message_id"]: update for update in updates}
        sequence = [heard[m.id] for m in (messages[i] for i in order or range(len(messages))) if m.id in heard]
        twice = [heard[messages[index].id] for index in repeat if messages[index].id in heard]
        self._hand_over_spread([u for one in sequence for u in ([one, one] if one in twice else [one])], gaps)
        return messages

    def _hand_over_spread(self, updates: Sequence[Update], gaps: float | Sequence[float]) -> None:
        """A second copy follows its original at once; the gaps lie between different updates."""
        delay, gap = 0.0, iter(endless(gaps) if isinstance(gaps, int | float) else gaps)
        for index, update in enumerate(updates):
            copy = index > 0 and updates[index - 1] is update
            if index and not copy:
                delay += next(gap)
            act = self.updates.publish_again if copy else self.updates.hand_over
            if delay:
                asyncio.get_running_loop().call_later(delay, act, update)
            else:
                act(update)

    def edit(self, user: User | int, message: Message | int, text: str, chat: Chat | int | None = None) -> Message:
        """The person changes the text, or the caption, of an own message."""
        person = self.person(user)
        own = message if isinstance(message, Message) else self.place(chat, person).history[message]
        if own.sender is not person:
            raise LookupError(f"{person.first_name} can only edit own messages")
        formatted = detected(Formatted(text))
        self.revise(own, **({"caption": formatted} if own.media else {"text": formatted}))
        if self._hears(own):
            self.updates.offer("edited_message", own.to_json())
        return own

    def delete(self, user: User | int, message: Message | int, chat: Chat | int | None = None) -> None:
        """The person takes a message back. Telegram tells bots nothing about it."""
        place = self.place(chat, self.person(user))
        (message if isinstance(message, Message) else place.history[message]).deleted = True

    def press(
        self,
        user: User | int,
        button: str,
        chat: Chat | int | None = None,
        *,
        message: Message | int | None = None,
    ) -> Press:
        """Presses the newest visible button with this label, or this callback data."""
        person = self.person(user)
        place = self.place(chat, person)
        self._require_presence(place, person)
        candidates = [place.history[self._number(message)]] if message is not None else place.messages[::-1]
        for shown in candidates:
            for candidate in shown.buttons:
                if candidate.data is not None and button in (candidate.text, candidate.data):
                    return self._pressed(person, shown, candidate.data)
        labels = [b.text for m in candidates for b in m.buttons]
        raise LookupError(f"no button {button!r} in chat {place.id}; to be seen: {labels}")

    def _pressed(self, person: User, message: Message, data: str) -> Press:
        press = Press(str(4_000_000_000_000 + self.serial()), person, message, data, self.monotonic())
        self.presses.append(press)
        self.updates.offer("callback_query", press.to_json())
        self.touch()
        return press

    # How they stand to the bot

    def block(self, user: User | int) -> None:
        self._block(self.person(user), True)

    def unblock(self, user: User | int) -> None:
        self._block(self.person(user), False)

    def deactivate(self, user: User | int) -> None:
        """The account is deleted. Telegram tells bots nothing about it."""
        self.person(user).deactivated = True

    def _block(self, user: User, blocked: bool) -> None:
        chat = self.chats[user.id]
        old, new = ("member", "kicked") if blocked else ("kicked", "member")
        chat.blocked = blocked
        self.membership_changed(chat, user, Member(self.me, old), Member(self.me, new))

    # What the bot hears of it

    @contextmanager
    def holding(self) -> Iterator[list[Update]]:
        """Keeps updates back, so that a test can publish them when and in the order it wants."""
        kept: list[Update] = []
        self.updates.held.append(kept)
        try:
            yield kept
        finally:
            self.updates.held.pop()

    def publish(self, update: Update) -> None:
        self.updates.publish(update)

    def repeat(self, update: Update | int | None = None) -> Update:
        """Delivers an update once more under the same number; by default the last one."""
        if not isinstance(update, Update):
            known = self.updates.published
            update = known[-1] if update is None else next(u for u in known if u.id == update)
        self.updates.publish_again(update)
        return update

    def membership_changed(self, chat: Chat, by: User, old: Member, new: Member) -> None:
        mine = new.user is self.me
        change = {
            "chat": chat.to_json(),
            "from": by.to_json(),
            "date": int(self.clock().timestamp()),
            "old_chat_member": old.to_json(),
            "new_chat_member": new.to_json(),
        }
        if mine or self.membership(chat).status == "administrator":
            self.updates.offer("my_chat_member" if mine else "chat_member", change)

    def announce(self, message: Message) -> Message:
        """Tells the bot about a message if it may hear it."""
        if self._hears(message):
            self.updates.offer("message", message.to_json())
        return message

    def _carrying(self, kind: str, upload: Upload, caption: str, duration: int = 0) -> Content:
        media = self.files.keep(kind, upload, from_bot=False, duration=duration)
        return Content(caption=detected(Formatted(caption)), media=media)

    def _number(self, message: Message | int) -> int:
        return message.id if isinstance(message, Message) else message

    def _speak(
        self,
        user: User | int,
        chat: Chat | int | None,
        content: Content,
        reply_to: Message | int | None,
        **fields: Any,
    ) -> Message:
        person = self.person(user)
        place = self.place(chat, person)
        self._require_presence(place, person)
        if place.blocked:
            raise LookupError(f"{person.first_name} has blocked the bot and must unblock it first")
        place.started = True
        answered = None if reply_to is None else place.history[self._number(reply_to)]
        return self.announce(self.post(place, person, content, reply_to=answered, **fields))

    def _require_presence(self, place: Chat, person: User) -> None:
        if place.is_group and not (person.id in place.members and place.members[person.id].inside):
            raise LookupError(f"{person.first_name} is not a member of {place.title}")

    def _hears(self, message: Message) -> bool:
        """Privacy mode as documented (core.telegram.org/bots/features#privacy-mode)."""
        chat, sender = message.chat, message.sender
        if not chat.is_group:
            return True
        member = self.membership(chat)
        if not member.inside or (sender.is_bot and not message.service):
            return False
        if message.service or chat.bot_sees_all or member.status == "administrator":
            return True
        return self._speaks_to_bot(message)

    def _speaks_to_bot(self, message: Message) -> bool:
        if message.reply_to is not None and message.reply_to.sender is self.me:
            return True
        command = command_of(message.text or message.caption)
        if command is None:
            return False
        _, target = command
        if target is None:
            return message.chat.last_speaking_bot == self.me.id
        return target.lower() == self.me.username.lower()


def _album_part(item: AlbumItem) -> tuple[str, Upload]:
    if isinstance(item, bytes):
        return "photo", Upload("", "image/jpeg", item)
    name, data = item
    return "video" if name.lower().endswith((".mp4", ".mov")) else "document", Upload(name, "", data)
