"""The platform's webhook events as events of the contract.

What an event is about is decided by its name, never guessed from ids. Field names that differ between sources are all
read; whatever is not known becomes an event of kind ``other``, so that nothing is lost and nothing follows.
"""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from bot.channels.contract import Event, EventKind, MediaRef
from bot.channels.zalo_oa.limits import NAME
from campaign.text import clean_name

Raw = dict[str, Any]
KEPT = timedelta(days=7)  # a greater distance between its time and ours means that our clock is not the wall's
SAYABLE = ("text", "image", "link", "audio", "video", "sticker", "gif", "location", "file", "business_card")
PRESS = "#loa:"  # a button's payload comes back as if its presser had typed it
_PRESSED = re.compile(r"#loa:([!-~]{1,60})")
_MEDIA: dict[str, Literal["photo", "document", "video", "voice"]] = {
    "image": "photo", "photo": "photo", "gif": "photo", "video": "video", "audio": "voice", "voice": "voice",
    "file": "document",
}  # fmt: skip
_GROUP: dict[str, EventKind] = {
    "create_group": "joined", "delete_group": "left", "update_group_info": "renamed",
    "user_join_group": "entered", "accept_request_join_group": "entered", "react_request_join_group_accept": "entered",
    "user_out_group": "exited", "user_leave_group": "exited", "user_request_join_group": "asked",
}  # fmt: skip
_PERSON: dict[str, EventKind] = {
    "follow": "joined", "user_click_chatnow": "joined", "unfollow": "left", "user_submit_info": "details",
    "user_withdraw": "erase", "user_reacted_message": "reacted",
}  # fmt: skip
_DETAILS = {"name": "name", "phone": "phone", "address": "address", "district": "district", "city": "city"}


class Reader:
    """Reads for one account. ``name``: of the OA, by which it is mentioned in groups; empty while it is unknown."""

    def __init__(self, oa_id: str, name: str = "") -> None:
        self._oa, self.name = oa_id, name

    def read(self, raw: Raw, now: datetime) -> Event | None:
        """None for what concerns another OA of the same app, and for what is no event at all."""
        what = _text(raw, "event_name")
        if not what or ((owner := owner_of(raw, what)) and self._oa and owner != self._oa):
            return None
        said = _said(what)
        if said == "user":
            return self._message(raw, what, now)
        if said == "oa":
            return self._echo(raw, what, now)
        if what in _GROUP:
            return self._in_group(raw, what, now)
        if what in _PERSON:
            return self._of_person(raw, what, now)
        return self._event("other", raw, what, now, chat=_subject(raw), details={"what": what})

    def _event(self, kind: EventKind, raw: Raw, what: str, now: datetime, *, chat: str, **more: Any) -> Event:
        return Event(
            channel=NAME, account=self._oa, event_id=event_id(raw, what), kind=kind, chat=chat or "-",
            at=moment_of(raw, now), **more,
        )  # fmt: skip

    def _message(self, raw: Raw, what: str, now: datetime) -> Event:
        message, sender, group = _part(raw, "message"), _id(raw, "sender"), "_group_" in what
        chat = group_of(raw) if group else sender
        text = _words(message)
        if (pressed := _PRESSED.fullmatch(text.strip())) is not None:
            return self._event(
                "button", raw, what, now, chat=chat, group=group, sender=sender, action=pressed[1],
                message_id=_text(message, "msg_id"), reply_to=_text(message, "quote_msg_id"), addressed=group,
            )  # fmt: skip
        return self._event(
            "message", raw, what, now, chat=chat, group=group, sender=sender, text=text, media=media_of(message),
            message_id=_text(message, "msg_id"), reply_to=_text(message, "quote_msg_id"),
            addressed=group and self._is_addressed(text), hears_all=True if group else None,
        )  # fmt: skip

    def _is_addressed(self, text: str) -> bool:
        return text.startswith("/") or (bool(self.name) and f"@{self.name}".casefold() in text.casefold())

    def _echo(self, raw: Raw, what: str, now: datetime) -> Event:
        message, group = _part(raw, "message"), "_group_" in what
        details = {"what": what}
        if admin := _text(_part(raw, "sender"), "admin_id"):
            details["admin"] = admin  # somebody wrote it by hand in the console
        return self._event(
            "echo", raw, what, now, chat=group_of(raw) if group else _id(raw, "recipient"), group=group,
            text=_words(message), message_id=_text(message, "msg_id"), details=details,
        )  # fmt: skip

    def _in_group(self, raw: Raw, what: str, now: datetime) -> Event:
        kind, chat, title = _GROUP[what], group_of(raw), _title(raw)
        members = tuple(member for member in _users(raw) if member != self._oa)
        if kind == "renamed" and not title:
            return self._event("other", raw, what, now, chat=chat, group=True, details={"what": what})
        if kind in ("entered", "exited", "asked") and not members:
            kind = "joined" if kind == "entered" else "left" if kind == "exited" else "other"
        details = {"made_by": "us"} if what == "create_group" else {}
        return self._event(
            kind, raw, what, now, chat=chat, group=True, chat_title=title, members=members, hears_all=True,
            details=details,
        )  # fmt: skip

    def _of_person(self, raw: Raw, what: str, now: datetime) -> Event:
        who, kind, message = _subject(raw), _PERSON[what], _part(raw, "message")
        details: dict[str, str] = {}
        if kind == "details":
            info = _part(raw, "info")
            details = {name: words for name, key in _DETAILS.items() if (words := clean_name(_text(info, key)))}
        elif kind == "reacted":
            details = {"icon": _text(message, "react_icon")}
        elif what == "follow":
            details = {"silent": "yes"}
        return self._event(
            kind, raw, what, now, chat=who, sender=who, reply_to=_text(message, "msg_id"), details=details
        )


def event_id(raw: Raw, what: str) -> str:
    """The same for every delivery of one event, and for the same message found again in the history."""
    if number := _text(_part(raw, "message"), "msg_id"):
        return f"{number}:{what}"
    about = [what, _text(raw, "timestamp"), _subject(raw), group_of(raw), *_users(raw)]
    return hashlib.sha256("|".join(about).encode()).hexdigest()[:40]


def owner_of(raw: Raw, what: str) -> str:
    """The OA an event belongs to: said aloud in groups and services, else the other side of the talk."""
    for key in ("oa_id", "oaId", "oaid"):
        if named := _text(raw, key):
            return named
    said = _said(what)
    if "_group" in what or not said:
        return ""
    return _id(raw, "recipient" if said == "user" else "sender")


def group_of(raw: Raw) -> str:
    """At the top for what happens to a group; as the recipient for what is said in it."""
    return (
        _text(raw, "group_id")
        or _text(_part(raw, "recipient"), "group_id")
        or _text(_part(raw, "message"), "conversation_id")
        or ("" if _text(raw, "user_id") else _id(raw, "recipient"))
    )


def moment_of(raw: Raw, now: datetime) -> datetime:
    return moment(_text(raw, "timestamp"), now) or now


def moment(milliseconds: str, now: datetime) -> datetime | None:
    """A time of the platform; None for one that cannot belong to our clock."""
    try:
        at = datetime.fromtimestamp(int(milliseconds) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return at if abs(now - at) < KEPT else None


def media_of(message: Raw) -> tuple[MediaRef, ...]:
    """All that hangs on one event, in its order. Stickers, places and cards carry nothing to keep."""
    found = []
    for item in _list(message, "attachments"):
        kind, payload = _MEDIA.get(_text(item, "type")), _part(item, "payload")
        url = _text(payload, "url")
        if kind is not None and url:
            size = _text(payload, "size")
            found.append(
                MediaRef(
                    kind=kind, ref={"url": url}, file_name=_text(payload, "name"),
                    size=int(size) if size.isascii() and size.isdigit() else None,
                )
            )  # fmt: skip
    return tuple(found)


def _said(what: str) -> str:
    """``user`` or ``oa`` for a message of either side; empty for everything else."""
    for side in ("user", "oa"):
        if what.startswith(f"{side}_send_") and "anonymous" not in what and "consent" not in what:
            return side
    return ""


def _words(message: Raw) -> str:
    """What was written; of a shared link its address too, where the text does not hold it already."""
    text = _text(message, "text")
    for item in _list(message, "attachments"):
        if _text(item, "type") != "link":
            continue
        url, about = _text(_part(item, "payload"), "url"), _text(_part(item, "payload"), "description")
        if url.startswith("http") and url not in text and not _is_card(about):
            text = f"{text}\n{url}".strip()
    return text


def _is_card(description: str) -> bool:
    """A business card comes as a link whose description is JSON: it is about somebody who was not asked."""
    try:
        return isinstance(json.loads(description), dict)
    except (ValueError, RecursionError):
        return False


def _title(raw: Raw) -> str:
    for place in (raw, _part(raw, "group_info"), _part(raw, "group"), _part(raw, "data")):
        for key in ("group_name", "name"):
            if title := _text(place, key):
                return title
    return ""


def _users(raw: Raw) -> tuple[str, ...]:
    listed = [_text(user, "id") or _text(user, "user_id") for user in _list(raw, "users")]
    return tuple(dict.fromkeys(user for user in [*listed, _text(raw, "user_id")] if user))


def _subject(raw: Raw) -> str:
    return _id(raw, "follower") or _text(raw, "user_id") or _id(raw, "sender") or _id(raw, "user") or group_of(raw)


def _id(raw: Raw, key: str) -> str:
    return _text(_part(raw, key), "id")


def _part(raw: Raw, key: str) -> Raw:
    value = raw.get(key)
    return value if isinstance(value, dict) else {}


def _list(raw: Raw, key: str) -> list[Raw]:
    value = raw.get(key)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _text(raw: Raw, key: str) -> str:
    """Ids and times are strings, but numbers have been seen."""
    value = raw.get(key)
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).encode("utf-8", "ignore").decode().replace("\0", "")  # no database takes the rest
