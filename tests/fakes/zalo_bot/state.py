"""The nouns of the fake: people, chats, messages."""

from dataclasses import dataclass, field
from typing import Any

JSON = dict[str, Any]


@dataclass(frozen=True)
class Person:
    id: str
    name: str
    is_bot: bool = False

    def to_json(self) -> JSON:
        return {"id": self.id, "display_name": self.name, "is_bot": self.is_bot}


@dataclass(eq=False)
class Message:
    """``dropped``: the platform said ok and showed it to nobody."""

    id: str
    chat: "Chat"
    sender: Person
    date: int
    text: str = ""
    """Of a photo: its caption."""
    styles: list[JSON] = field(default_factory=list)
    photo: bytes = b""
    photo_url: str = ""
    voice_url: str = ""
    sticker: str = ""
    dropped: bool = False

    @property
    def bold(self) -> list[str]:
        """The words shown bold."""
        units = self.text.encode("utf-16-le")
        spans = [(style["start"], style["len"]) for style in self.styles if "b" in style["st"]]
        return [units[2 * start : 2 * (start + length)].decode("utf-16-le") for start, length in spans]


@dataclass(eq=False)
class Chat:
    """A private chat has the id of its person. ``blocked``: the person wants no more, and the platform hides it."""

    id: str
    kind: str = "PRIVATE"
    title: str = ""
    members: list[Person] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    blocked: bool = False

    @property
    def is_group(self) -> bool:
        return self.kind == "GROUP"

    def to_json(self) -> JSON:
        """A group's name is not shown to the bot."""
        return {"id": self.id, "chat_type": self.kind}


@dataclass(frozen=True)
class Call:
    """One request of any method, as it was answered; status 0: the line was cut or hung."""

    at: float
    method: str
    values: JSON
    status: int
    code: int = 0


class Calls(list[Call]):
    def of(self, method: str) -> list[Call]:
        return [call for call in self if call.method == method]
