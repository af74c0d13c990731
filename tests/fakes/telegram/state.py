"""The nouns of the fake: people, chats, messages."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .files import Media
from .keyboards import Button, buttons
from .text import JSON, Formatted

ADMIN_RIGHTS = (
    "can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members",
    "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories", "can_edit_stories",
    "can_delete_stories", "can_pin_messages", "can_send_welcome_messages",
)  # fmt: skip
PERMISSIONS = (
    "can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos", "can_send_videos",
    "can_manage_topics", "can_send_video_notes", "can_send_voice_notes", "can_send_polls",
    "can_send_other_messages", "can_add_web_page_previews", "can_change_info", "can_invite_users", "can_pin_messages",
    "can_react_to_messages", "can_edit_tag",
)  # fmt: skip


@dataclass
class User:
    id: int
    first_name: str
    last_name: str = ""
    username: str = ""
    language_code: str = "vi"
    is_bot: bool = False
    deactivated: bool = False

    def to_json(self) -> JSON:
        body: JSON = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        optional = {"last_name": self.last_name, "username": self.username}
        if not self.is_bot:
            optional["language_code"] = self.language_code
        return body | {k: v for k, v in optional.items() if v}


@dataclass
class Member:
    user: User
    status: str = "member"
    """creator, administrator, member, restricted, left or kicked."""
    rights: frozenset[str] = frozenset()
    can_send: bool = True

    @property
    def inside(self) -> bool:
        return self.status in ("creator", "administrator", "member", "restricted")

    def may(self, right: str) -> bool:
        return self.status == "creator" or (self.status == "administrator" and right in self.rights)

    def to_json(self) -> JSON:
        body: JSON = {"user": self.user.to_json(), "status": self.status}
        if self.status == "creator":
            body |= {"is_anonymous": False}
        elif self.status == "administrator":
            body |= {"can_be_edited": False, "is_anonymous": False}
            body |= {right: right in self.rights for right in ADMIN_RIGHTS}
        elif self.status == "restricted":
            body |= {"is_member": True, "until_date": 0}
            body |= dict.fromkeys(PERMISSIONS, self.can_send)
        elif self.status == "kicked":
            body |= {"until_date": 0}
        return body


@dataclass
class Content:
    """What can change when a message is edited, and what ``is not modified`` compares."""

    text: Formatted | None = None
    caption: Formatted = field(default_factory=lambda: Formatted(""))
    media: Media | None = None
    markup: JSON | None = None


@dataclass(eq=False)
class Message:
    id: int
    chat: "Chat"
    sender: User
    date: datetime
    content: Content = field(default_factory=Content)
    reply_to: "Message | None" = None
    album: str | None = None
    """media_group_id: items of one album share it."""
    service: JSON = field(default_factory=dict)
    extra: JSON = field(default_factory=dict)
    versions: list[Content] = field(default_factory=list)
    """Earlier contents, oldest first: one entry an edit."""
    edited: datetime | None = None
    deleted: bool = False
    reactions: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return self.content.text.text if self.content.text else ""

    @property
    def caption(self) -> str:
        return self.content.caption.text

    @property
    def media(self) -> Media | None:
        return self.content.media

    @property
    def uploaded(self) -> bytes:
        """The bytes the bot sent in this very request; of a person or by file_id: the best stored ones."""
        media = self.content.media
        if media is None:
            return b""
        return media.upload.data if media.upload else media.best.data

    @property
    def file_name(self) -> str:
        media = self.content.media
        return (media.upload.name if media.upload else media.best.name) if media else ""

    @property
    def buttons(self) -> list[Button]:
        return buttons(self.content.markup)

    @property
    def pinned(self) -> bool:
        return self in self.chat.pinned

    def to_json(self, *, nested: bool = False) -> JSON:
        """As the Bot API shows it; a message inside another one carries no reply of its own."""
        body: JSON = {
            "message_id": self.id,
            "from": self.sender.to_json(),
            "chat": self.chat.to_json(),
            "date": int(self.date.timestamp()),
            **self.service,
            **self.extra,
        }
        if self.edited:
            body["edit_date"] = int(self.edited.timestamp())
        if self.album:
            body["media_group_id"] = self.album
        if self.reply_to and not nested:
            body["reply_to_message"] = self.reply_to.to_json(nested=True)
        return body | _content_json(self.content)


def _content_json(content: Content) -> JSON:
    body: JSON = content.media.to_json() if content.media else {}
    for name, entities, value in (
        ("text", "entities", content.text),
        ("caption", "caption_entities", content.caption),
    ):
        if value and value.text:
            body[name] = value.text
            if value.entities:
                body[entities] = value.entities
    if content.markup and "inline_keyboard" in content.markup:
        body["reply_markup"] = content.markup
    return body


@dataclass(eq=False)
class Chat:
    id: int
    type: str
    """private, group or supergroup."""
    title: str = ""
    username: str = ""
    user: User | None = None
    """The person of a private chat."""
    members: dict[int, Member] = field(default_factory=dict)
    history: dict[int, Message] = field(default_factory=dict)
    """Every message by id, deleted ones too."""
    pinned: list[Message] = field(default_factory=list)
    started: bool = False
    """Private: the person wrote first."""
    blocked: bool = False
    migrated_to: int | None = None
    bot_sees_all: bool = False
    """Privacy mode as it was when the bot was added: a later change needs re-adding."""
    last_speaking_bot: int | None = None
    last_id: int = 0
    """Supergroups number their own messages; the others share one series of the account."""

    @property
    def is_group(self) -> bool:
        return self.type != "private"

    @property
    def messages(self) -> list[Message]:
        """What one would see on the screen: in order, without the deleted."""
        return [m for m in self.history.values() if not m.deleted]

    def ordinary(self) -> Iterator[Message]:
        return (m for m in self.messages if not m.service)

    def to_json(self) -> JSON:
        body: JSON = {"id": self.id, "type": self.type}
        if self.user is not None:
            names = self.user.to_json()
            return body | {k: names[k] for k in ("first_name", "last_name", "username") if k in names}
        body["title"] = self.title
        if self.type == "group":
            body["all_members_are_administrators"] = False
        return body | ({"username": self.username} if self.username else {})


@dataclass
class Answer:
    """What answerCallbackQuery said."""

    text: str
    show_alert: bool
    url: str


@dataclass(eq=False)
class Press:
    """A button press; ``answer`` is None until the bot answers it."""

    id: str
    user: User
    message: Message
    data: str
    at: float
    answer: Answer | None = None

    def to_json(self) -> JSON:
        return {
            "id": self.id,
            "from": self.user.to_json(),
            "message": self.message.to_json(),
            "chat_instance": str(abs(self.message.chat.id) * 7919),
            "data": self.data,
        }


@dataclass(frozen=True)
class Send:
    """One line of the send log; ``at`` is monotonic seconds, ``items`` the messages asked for."""

    at: float
    method: str
    chat: int
    items: int
    status: int
    message_ids: tuple[int, ...]
    retry_after: int | None = None


@dataclass(frozen=True)
class Call:
    """One request of any method, as it was answered; status 0: the line was cut or hung."""

    at: float
    method: str
    values: dict[str, Any]
    status: int
    description: str = ""
