"""Telegram's updates as events of the contract."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from telegram import Chat, ChatMember, ChatMemberUpdated, Message, Update, User

from bot.channels.contract import Event, EventKind, MediaRef

NAME = "telegram"
ALLOWED_UPDATES = (Update.MESSAGE, Update.EDITED_MESSAGE, Update.CALLBACK_QUERY, Update.MY_CHAT_MEMBER)
# Anonymous administrators, people who speak as a channel, and posts forwarded from a linked channel: nobody in person.
NOBODY = frozenset({1087968824, 136817688, 777000})
KEPT_BY_TELEGRAM = timedelta(hours=25)  # updates wait there for 24 hours
_COMMAND = re.compile(r"/(\w+)(?:@(\w+))?(?=\s|$)")


@dataclass(frozen=True, slots=True)
class Me:
    """The bot as getMe shows it. ``hears_all``: privacy mode is off."""

    id: int
    username: str
    hears_all: bool


class Reader:
    """Turns updates into events, and remembers where the bot is an administrator, because there it hears everything."""

    def __init__(self, me: Me) -> None:
        self._me = me
        self._administers: dict[int, bool] = {}

    def read(self, update: Update, now: datetime) -> Event | None:
        """None for what concerns nobody: service messages, channels, kinds of updates unknown to us."""
        event: Event | None = None
        if update.my_chat_member is not None:
            event = self._membership(update.my_chat_member, now)
        elif update.callback_query is not None:
            event = self._button(update, now)
        elif update.edited_message is not None:
            event = self._message(update.edited_message, "edited", now)
        elif update.message is not None:
            event = self._service(update.message, now) or self._message(update.message, "message", now)
        return replace(event, event_id=str(update.update_id)) if event is not None else None

    def _event(self, kind: EventKind, place: Chat, at: datetime, **more: Any) -> Event | None:
        if place.type == Chat.CHANNEL:
            return None
        group = is_group(place)
        known: dict[str, Any] = {"chat": str(place.id), "group": group, "chat_title": (place.title or "") * group}
        return Event(channel=NAME, account=str(self._me.id), event_id="", kind=kind, at=at, **(known | more))

    def _message(self, message: Message, kind: Literal["message", "edited"], now: datetime) -> Event | None:
        media = media_of(message)
        words = message.text or message.caption or ""
        if not words and not media and (kind == "edited" or not message.effective_attachment):
            return None  # "Lan joined", a pinned message, a live location that moves
        text = bare(words, self._me.username)
        addressed = is_group(message.chat) and self._is_addressed(message, words)
        return self._event(
            kind,
            message.chat,
            _moment(message.edit_date if kind == "edited" else message.date, now),
            **_who(message),
            message_id=str(message.message_id),
            text=text,
            media=(media,) if media else (),
            album=message.media_group_id or "",
            reply_to=_answered(message),
            addressed=addressed,
            hears_all=self._hears(message.chat, proof=not addressed),
        )

    def _is_addressed(self, message: Message, words: str) -> bool:
        answered = message.reply_to_message
        if _answered(message) and answered and answered.from_user and answered.from_user.id == self._me.id:
            return True
        if self._me.username and _mention(self._me.username).search(words):
            return True
        command = _COMMAND.match(words)
        return command is not None and (command[2] or self._me.username).lower() == self._me.username.lower()

    def _hears(self, chat: Chat, *, proof: bool = False) -> bool | None:
        """Does the bot hear ordinary talk there? An overheard message proves it; without any sign nobody knows."""
        if not is_group(chat):
            return None
        return True if self._me.hears_all or proof else self._administers.get(chat.id)

    def _service(self, message: Message, now: datetime) -> Event | None:
        at = _moment(message.date, now)
        if message.new_chat_title:
            return self._event("renamed", message.chat, at, chat_title=message.new_chat_title, **_who(message))
        if message.migrate_to_chat_id:
            return self._event("migrated", message.chat, at, new_chat=str(message.migrate_to_chat_id))
        if message.migrate_from_chat_id:
            old, new = str(message.migrate_from_chat_id), str(message.chat.id)
            return self._event("migrated", message.chat, at, chat=old, new_chat=new)
        return None

    def _button(self, update: Update, now: datetime) -> Event | None:
        press = update.callback_query
        if press is None or press.message is None:
            return None
        return self._event(
            "button",
            press.message.chat,
            now,
            sender=str(press.from_user.id),
            sender_name=press.from_user.full_name,
            action=press.data or "",
            press=press.id,
            reply_to=str(press.message.message_id),
            addressed=is_group(press.message.chat),
        )

    def _membership(self, change: ChatMemberUpdated, now: datetime) -> Event | None:
        """``joined`` and ``left`` only when the bot really came or went; a promotion shows in later messages."""
        was, is_in = _inside(change.old_chat_member), _inside(change.new_chat_member)
        self._administers.pop(change.chat.id, None)
        if is_group(change.chat) and is_in:
            self._administers[change.chat.id] = change.new_chat_member.status == ChatMember.ADMINISTRATOR
        if was == is_in:
            return None
        sender, name = _person(change.from_user)
        return self._event(
            "joined" if is_in else "left",
            change.chat,
            _moment(change.date, now),
            sender=sender,
            sender_name=name,
            hears_all=self._hears(change.chat) if is_in else None,
        )


def is_group(chat: Chat) -> bool:
    return chat.type in (Chat.GROUP, Chat.SUPERGROUP)


def bare(words: str, username: str) -> str:
    """What was said to the bot, without its name: "@loa_bot nộp" → "nộp", "/start@loa_bot X" → "/start X"."""
    if username:
        words = re.sub(rf"^\s*{_mention(username).pattern}[\s,:;.–-]*", "", words, flags=re.IGNORECASE)
    command = _COMMAND.match(words)
    if command and command[2] and command[2].lower() == username.lower():
        return f"/{command[1]}{words[command.end() :]}"
    return words


def media_of(message: Message) -> MediaRef | None:
    """The file of a message. An animation, also called a document there, is a video; sound is kept as a file."""
    if message.photo:
        largest = max(message.photo, key=lambda size: size.width * size.height)
        return _media("photo", largest, mime="image/jpeg")
    if film := message.animation or message.video:
        return _media("video", film, film.file_name, film.mime_type)
    if message.video_note:
        return _media("video", message.video_note, mime="video/mp4")
    if message.voice:
        return _media("voice", message.voice, mime=message.voice.mime_type)
    if paper := message.document or message.audio:
        return _media("document", paper, paper.file_name, paper.mime_type)
    return None


def _media(
    kind: Literal["photo", "document", "video", "voice"], file: Any, name: str | None = "", mime: str | None = ""
) -> MediaRef:
    """``ref`` names the size too, so that a file too large is refused without asking Telegram."""
    ref = {"file_id": file.file_id, "unique_id": file.file_unique_id, "size": file.file_size}
    return MediaRef(kind=kind, ref=ref, file_name=name or "", mime=mime or "", size=file.file_size)


def _who(message: Message) -> dict[str, str]:
    if message.sender_chat is not None:
        return {"sender": "", "sender_name": message.sender_chat.title or ""}
    sender, name = _person(message.from_user)
    return {"sender": sender, "sender_name": name}


def _person(user: User | None) -> tuple[str, str]:
    """(id, name). The id is empty for everybody who is not one person, so that no right is ever found for it."""
    if user is None or user.id in NOBODY or user.is_bot:
        return "", user.full_name if user else ""
    return str(user.id), user.full_name


def _answered(message: Message) -> str:
    """In a forum every message "answers" the one that opened its topic: that is no answer."""
    answered = message.reply_to_message
    return "" if answered is None or answered.forum_topic_created else str(answered.message_id)


def _inside(member: ChatMember) -> bool:
    if member.status == ChatMember.RESTRICTED:
        return bool(getattr(member, "is_member", False))
    return member.status not in (ChatMember.LEFT, ChatMember.BANNED)


def _mention(username: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)@{re.escape(username)}(?!\w)", re.IGNORECASE)


def _moment(said: datetime | None, now: datetime) -> datetime:
    """When it was said. Telegram keeps updates for a day: a greater distance means that our clock is not the wall's."""
    return said if said is not None and abs(now - said) < KEPT_BY_TELEGRAM else now
