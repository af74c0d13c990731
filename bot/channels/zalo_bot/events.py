"""What the platform tells as events of the contract."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.channels.contract import Event, MediaRef
from bot.channels.zalo_bot.limits import NAME

RAW = dict[str, Any]
UNREADABLE = "unreadable"  # key of ``Event.details``: something came that the platform does not show
LATE = timedelta(hours=25)  # a greater distance means that our clock is not the wall's
PHOTO_FIELDS = ("photo_url", "photo")


@dataclass(frozen=True, slots=True)
class Me:
    """The bot as getMe shows it. ``names``: what stands behind the @ when people mention it."""

    id: str
    names: tuple[str, ...]

    @classmethod
    def of(cls, raw: RAW) -> Me:
        names = (raw.get("display_name"), raw.get("account_name"))
        return cls(str(raw.get("id") or ""), tuple(unicodedata.normalize("NFC", str(name)) for name in names if name))


class Reader:
    """``me`` is None while the platform has not said who the bot is: then only a mention stays in the words."""

    def __init__(self, account: str) -> None:
        self._account = account
        self.me: Me | None = None

    def read(self, raw: RAW, now: datetime) -> list[Event]:
        """In the order in which they are to be stored; empty for what concerns nobody.

        The platform does not tell when the bot comes into a group. Every message from one therefore brings a
        ``joined`` with the same id: the inbox keeps the first and drops the others.
        """
        message = message_of(raw)
        sender = _part(message, "from")
        if not message or self._is_own(sender) or not _id(_part(message, "chat")):
            return []
        heard = self._heard(str(unwrapped(raw).get("event_name") or ""), message, sender, now)
        if heard is None:
            return []
        return [self._entered(heard), heard] if heard.group else [heard]

    def _is_own(self, sender: RAW) -> bool:
        return bool(sender.get("is_bot")) or (self.me is not None and _id(sender) == self.me.id)

    def _heard(self, name: str, message: RAW, sender: RAW, now: datetime) -> Event | None:
        words, media = str(message.get("text") or message.get("caption") or ""), media_of(message)
        if not words and not media and (name == "message.sticker.received" or message.get("sticker")):
            return None  # a smile; every answer costs a message of the month
        chat = _part(message, "chat")
        group = str(chat.get("chat_type") or "").upper() == "GROUP"
        number = str(message.get("message_id") or "") or _fingerprint(message)
        return Event(
            channel=NAME,
            account=self._account,
            event_id=number,
            kind="message",
            chat=_id(chat),
            at=_moment(message.get("date"), now),
            group=group,
            chat_title=str(chat.get("title") or chat.get("name") or "") * group,
            sender=_id(sender),
            sender_name=str(sender.get("display_name") or ""),
            message_id=number,
            text=self.bare(words) if group else words,
            media=media,
            reply_to=_answered(message),
            addressed=group,  # nothing else arrives from a group
            hears_all=False if group else None,
            details={} if words or media else {UNREADABLE: name or "unknown"},
        )

    def _entered(self, heard: Event) -> Event:
        return Event(
            channel=NAME,
            account=self._account,
            event_id=f"first:{heard.chat}",
            kind="joined",
            chat=heard.chat,
            at=heard.at,
            group=True,
            chat_title=heard.chat_title,
            sender=heard.sender,
            sender_name=heard.sender_name,
            hears_all=False,
        )

    def bare(self, words: str) -> str:
        """What was said to the bot, without its name: "@Bot Công đoàn nộp" → "nộp"."""
        words = unicodedata.normalize("NFC", words)
        for name in self.me.names if self.me else ():
            words = re.sub(rf"(?<!\w)@{re.escape(name)}(?!\w)[ \t,:;.–-]*", " ", words, flags=re.IGNORECASE)
        return words.strip()


def unwrapped(raw: RAW) -> RAW:
    """The update itself: documentation wraps it, live traffic was seen without."""
    inner = raw.get("result")
    return inner if isinstance(inner, dict) else raw


def message_of(raw: RAW) -> RAW:
    return _part(unwrapped(raw), "message")


def media_of(message: RAW) -> tuple[MediaRef, ...]:
    voice = message.get("voice_url")
    heard = [MediaRef("voice", {"url": voice}, mime="audio/aac")] if isinstance(voice, str) and voice else []
    return (*(MediaRef("photo", {"url": url}, mime="image/jpeg") for url in photos_of(message)), *heard)


def photos_of(message: RAW) -> list[str]:
    """One address or a list, in either of two fields; the same address in both is one photo."""
    found: dict[str, None] = {}
    for field in PHOTO_FIELDS:
        value = message.get(field)
        for url in value if isinstance(value, list) else [value]:
            if isinstance(url, str) and url:
                found[url] = None
    return list(found)


def _answered(message: RAW) -> str:
    """No source documents how an answer names what it answers; these are the fields others of this house use."""
    for field in ("reply_to_message", "quote", "quote_message"):
        if number := _part(message, field).get("message_id"):
            return str(number)
    return str(message.get("reply_to_message_id") or message.get("quote_message_id") or "")


def _part(raw: RAW, name: str) -> RAW:
    value = raw.get(name)
    return value if isinstance(value, dict) else {}


def _id(raw: RAW) -> str:
    return str(raw.get("id") or "")


def _fingerprint(message: RAW) -> str:
    return hashlib.sha256(json.dumps(message, sort_keys=True).encode()).hexdigest()


def _moment(milliseconds: Any, now: datetime) -> datetime:
    try:
        said = datetime.fromtimestamp(float(milliseconds) / 1000, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return now
    return said if abs(now - said) < LATE else now
