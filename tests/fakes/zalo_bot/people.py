"""People act: they write, send photos, speak in groups. The bot hears only what the platform lets through."""

from __future__ import annotations

from typing import Any

from .faults import Fault
from .methods import Account
from .state import JSON, Chat, Message, Person

EVENTS = "message.{}.received"


class People(Account):
    base_url: str

    # Who and where

    def person(self, name: str) -> Person:
        made = Person(self.new_id("person"), name)
        self.people[made.id] = made
        return made

    def group(self, title: str, *members: Person) -> Chat:
        """The bot is inside. It is told nothing of that."""
        made = Chat(self.new_id("group"), "GROUP", title, list(members))
        self.chats[made.id] = made
        return made

    def private(self, person: Person) -> Chat:
        """The private chat; it exists for the bot once the person has written."""
        return self.chats.setdefault(person.id, Chat(person.id, members=[person]))

    def blocks(self, person: Person) -> None:
        """Messages still get ok, and are shown to nobody."""
        self.private(person).blocked = True

    # What they do

    def say(self, who: Person, text: str, group: Chat | None = None, **how: Any) -> Message:
        """``mention``: put before the words as people do it; ``reply``: under a message of the bot."""
        return self._act(who, "text", {"text": text}, group, **how)

    def send_photo(self, who: Person, data: bytes, caption: str = "", group: Chat | None = None, **how: Any) -> Message:
        url = self.host(data)
        names = {"photo": {"photo": url}, "photo_url": {"photo_url": url}, "list": {"photo": [url]}}
        words = {"caption": caption} if caption else {}
        return self._act(who, "image", names[self.photo_field] | words, group, photo=data, **how)

    def send_voice(self, who: Person, data: bytes = b"sound", group: Chat | None = None, **how: Any) -> Message:
        return self._act(who, "voice", {"voice_url": self.host(data, "aac")}, group, **how)

    def send_sticker(self, who: Person, group: Chat | None = None, **how: Any) -> Message:
        return self._act(who, "sticker", {"sticker": "0e07", "url": self.host(b"sticker", "png")}, group, **how)

    def send_unsupported(self, who: Person, group: Chat | None = None, **how: Any) -> Message:
        """A file, a place, a business card: the bot learns that there was something."""
        return self._act(who, "unsupported", {}, group, **how)

    def repeat(self) -> None:
        """The newest update comes once more, as it happens."""
        self.queue(self.last_update)

    def echo(self, message: Message) -> None:
        """The bot's own message comes back to it."""
        self._hear(message, "text", {"text": message.text})

    def host(self, data: bytes, suffix: str = "jpg") -> str:
        """Put on the platform's own file server; the address ends when ``forget`` is called."""
        name = f"{self.new_id('file')}.{suffix}"
        self.pictures[name] = data
        return f"{self.base_url}/photos/{name}"

    def forget(self) -> None:
        """The addresses of people's files end."""
        self.pictures.clear()

    def _act(
        self,
        who: Person,
        kind: str,
        content: JSON,
        group: Chat | None,
        *,
        mention: bool = False,
        reply: Message | None = None,
        photo: bytes = b"",
    ) -> Message:
        chat = group or self.private(who)
        if mention:
            field = "caption" if kind == "image" else "text"
            content = content | {field: f"@{self.me.name} {content.get(field, '')}".strip()}
        text = content.get("text", content.get("caption", ""))
        message = Message(self.new_id("heard"), chat, who, self.milliseconds(), text, photo=photo)
        chat.messages.append(message)
        answers_bot = reply is not None and reply.sender.is_bot
        if not chat.is_group or mention or answers_bot:
            self._hear(message, kind, content)
        return message

    def _hear(self, message: Message, kind: str, content: JSON) -> None:
        body = {
            "message_id": message.id, "date": message.date, "from": message.sender.to_json(),
            "chat": message.chat.to_json(), "message_type": "CHAT_MESSAGE", **content,
        }  # fmt: skip
        self.last_update = {"event_name": EVENTS.format(kind), "message": body}
        self.queue(self.last_update)

    def keep(self, message: Message) -> JSON:
        answer = super().keep(message)
        if self.echoes and not message.dropped:
            self.echo(message)
        return answer

    # Trouble, and what the bot did

    def script(self, fault: Fault, *, method: str = "", chat: str = "", times: int | None = 1, skip: int = 0) -> Fault:
        """Trouble for the next ``times`` matching requests; ``times=None``: until ``calm``."""
        fault.method, fault.chat, fault.times, fault.skip = method, chat, times, skip
        return self.faults.add(fault)

    def calm(self) -> None:
        self.faults.clear()

    def sent(self, where: Chat | Person | None = None) -> list[Message]:
        """The bot's messages in order, the dropped ones too."""
        return [message for message in self.spoken if where is None or message.chat.id == where.id]

    def last(self, where: Chat | Person | None = None) -> Message:
        """Raises IndexError when it said nothing."""
        return self.sent(where)[-1]

    def called(self, method: str) -> int:
        """Requests of this method, whatever became of them."""
        return len(self.calls.of(method))
