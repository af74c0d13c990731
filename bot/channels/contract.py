"""The whole of what a channel is. Adding one = one new folder + one line in ``bot.app``.

A channel translates: platform updates into ``Event``, a ``Part`` into one platform request, the platform's answer
into one
of four outcomes. It never retries, never paces and never touches the database; delivery does that for all of them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal, Protocol, runtime_checkable

from sqlmodel import Session

from campaign.message import Choice, FilePart, Span
from campaign.organisation.circles import Circle
from campaign.text import clean, clean_id, clean_name
from campaign.work.reach import Reach

EventKind = Literal[
    "message", "edited", "button", "joined", "left", "renamed", "migrated",
    "echo",  # a message of our own appeared there: proof for a send whose answer was lost
    "reacted",  # somebody put a mark on our message (``reply_to``)
    "details",  # somebody gave name and phone when the platform asked for them
    "erase",  # somebody told the platform that we must forget them
    "entered", "exited", "asked",  # ``members`` came into a group, left it, or wait to be let in
    "other",  # nothing we know; kept, and nothing follows
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class MediaRef:
    """Something a person sent, not fetched yet. ``ref`` is whatever the channel needs to fetch it."""

    kind: Literal["photo", "document", "video", "voice"]
    ref: dict[str, Any]
    file_name: str = ""
    mime: str = ""
    size: int | None = None  # bytes, where the platform says

    def cleaned(self) -> MediaRef:
        return replace(self, file_name=clean_name(self.file_name, 200), mime=clean_name(self.mime, 100))


@dataclass(frozen=True, slots=True)
class Event:
    """Something heard. Ids are strings, texts clean NFC; ``chat`` and ``sender`` are the platform's own ids.

    ``addressed``: in a group, the message mentions the bot, answers one of its messages or is a command for it.
    ``joined``/``left``: the bot was added to or removed from a group, or unblocked or blocked by a person.
    """

    channel: str
    account: str
    event_id: str
    kind: EventKind
    chat: str
    at: datetime
    group: bool = False
    chat_title: str = ""
    sender: str = ""
    sender_name: str = ""
    message_id: str = ""
    text: str = ""
    media: tuple[MediaRef, ...] = ()
    album: str = ""
    reply_to: str = ""
    addressed: bool = False
    action: str = ""  # of the button
    press: str = ""  # the platform's id of the button press, for a toast
    new_chat: str = ""  # migrated: the chat's new id
    hears_all: bool | None = None  # in a group: does the platform show the bot ordinary messages?
    members: tuple[str, ...] = ()  # entered, exited, asked: the platform's ids of those people
    details: dict[str, str] = field(default_factory=dict)
    """details: name, phone; reacted: icon; joined: ``made_by`` us, when the group is the account's own, or ``silent``
    yes, when a person came without a word and so sees nothing until we speak; other: what came.
    """

    def cleaned(self) -> Event:
        """The event as it may enter the inbox, whatever the platform passed on."""
        named = ("event_id", "chat", "sender", "message_id", "reply_to", "press", "new_chat")
        ids: dict[str, Any] = {name: clean_id(getattr(self, name)) for name in named}
        return replace(
            self,
            **ids,
            members=tuple(map(clean_id, self.members)),
            text=clean(self.text),
            sender_name=clean_name(self.sender_name),
            chat_title=clean_name(self.chat_title),
            album=clean_name(self.album),
            action=clean_name(self.action),
            media=tuple(item.cleaned() for item in self.media),
        )

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "at": self.at.isoformat()}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Event:
        media = tuple(MediaRef(**item) for item in value.get("media", ()))
        at, members = datetime.fromisoformat(value["at"]), tuple(value.get("members", ()))
        return cls(**{**value, "at": at, "media": media, "members": members})


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a platform can do, as data: people are warned from the same table that the sender obeys."""

    text_limit: int
    caption_limit: int  # 0: a photo carries no words
    measure: Callable[[str], int]  # counts a text in the platform's own unit
    buttons: int  # per message; 0: choices are written as "1. …" and answered as "1" or in words
    album_limit: int  # photos in one request
    album_buttons: bool  # may a request with several photos carry buttons?
    upload_bytes: int
    download_bytes: int
    can_edit: bool
    can_toast: bool
    hears_groups: Literal["all", "addressed"]
    group_buttons: int | None = None  # where groups differ: as ``buttons``, for messages to groups
    can_delete: bool = False
    can_pin: bool = False
    can_react: bool = False
    can_admit: bool = False  # people wait at the door of a group until the bot lets them in
    bold: bool = False
    links: bool = False  # an address can hide behind words; else it is written out after them
    photo_buttons: bool = True  # may a photo carry buttons?
    file_words: bool = True  # may a file carry words (or buttons)?
    unfit: Callable[[Path, str, str], str] = lambda path, name, kind: ""  # why a file cannot be sent; empty: it can
    group_photos: bool = True  # False: photos that people post in a group do not come to the bot

    def buttons_for(self, *, group: bool) -> int:
        return self.buttons if not group or self.group_buttons is None else self.group_buttons


@dataclass(frozen=True, slots=True)
class Part:
    """One request to a platform: it fits the channel's abilities.

    ``key`` is unique and stays the same when the part is sent again. ``edits``, ``deletes``, ``pins`` and ``unpins``
    are the platform's id of the bot's own earlier message; ``reacts`` that of somebody else's. ``lets_in`` and
    ``turns_away`` are people who wait to enter the group ``to``.
    """

    key: str
    to: str
    group: bool = False
    text: str = ""
    spans: tuple[Span, ...] = ()
    choices: tuple[Choice, ...] = ()
    photos: tuple[Path, ...] = ()
    file: FilePart | None = None
    file_path: Path | None = None
    reply_to: str = ""
    edits: str = ""
    toast: str = ""
    deletes: str = ""
    pins: str = ""
    unpins: str = ""
    reacts: str = ""
    lets_in: tuple[str, ...] = ()
    turns_away: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sent:
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RetryAt:
    """It provably did not arrive. ``whole_account``: the platform asks every sender of this account to pause until
    then.

    ``moved_to``: the chat has a new id there (a group that was upgraded).
    """

    when: datetime
    reason: str
    whole_account: bool = False
    moved_to: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """It will never arrive. ``gone``: nothing else will arrive in this chat either, until somebody there writes
    again.

    ``closes_channel``: the platform refuses everything from this account until a person mends it (a grant that was
    withdrawn, a package that ran out). The row waits, the whole account stops, and the admins are told.
    """

    reason: str
    gone: bool = False
    closes_channel: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """The request left, the answer did not come: it may have arrived."""

    reason: str


Outcome = Sent | RetryAt | Refused | Unknown
Receive = Callable[[Event], Awaitable[None]]


class FetchFailed(Exception):
    """A file could not be fetched. ``sentence`` is for the sender when it is final."""

    def __init__(self, code: str, sentence: str = "", *, final: bool = False) -> None:
        super().__init__(code)
        self.code, self.sentence, self.final = code, sentence, final


class Channel(Protocol):
    """One account on one platform."""

    name: str
    account: str
    abilities: Abilities

    async def listen(self, receive: Receive) -> None:
        """Hear until cancelled. ``receive`` returns when the event is stored; only then tell the platform it was
        heard.
        """

    async def send(self, part: Part) -> Outcome:
        """One request. Never raises for what a platform or a network can do."""

    async def download(self, ref: dict[str, Any], into: Path) -> None:
        """Write the bytes of a MediaRef to ``into``, bounded by ``abilities.download_bytes``. Raises FetchFailed."""

    async def close(self) -> None: ...

    def link(self, code: str, *, group: bool = False) -> str:
        """The address that brings a person (or a group) in with an invitation code; empty when there is none."""

    def secrets(self) -> list[str]:
        """What must never be seen in a log."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """A chat as the rules of reach see it. ``heard_at``: when the person there last did something; ``said``: how
    many messages they have been sent since.
    """

    chat: str
    group: bool
    heard_at: datetime | None
    said: int = 0


@runtime_checkable
class Reaches(Protocol):
    """A channel on which not everybody can be written to, or not for nothing. Others reach everybody, for nothing."""

    def reach(self, recipient: Recipient, at: datetime) -> Reach:
        """Whether a message that leaves at ``at`` arrives, and what it costs. Asks no network."""


@runtime_checkable
class Rations(Protocol):
    """A channel on which an account may send so many messages a month."""

    def left(self, at: datetime) -> int | None:
        """Messages that can still be queued for the month of ``at``; None: no limit. Asks no network."""

    def used_up(self, at: datetime) -> str:
        """Why nothing more leaves in the month of ``at``, for the admin."""


@runtime_checkable
class Remembers(Protocol):
    """A channel whose platform can be asked what was said in a chat, so that a lost answer can be made up for."""

    async def said(self, part: Part, since: datetime) -> tuple[str, ...] | None:
        """The ids under which ``part`` appeared after ``since``; empty: it provably did not; None: nobody can say."""


@runtime_checkable
class Prepares(Protocol):
    """A channel that must ask its platform something before it can write links to itself."""

    async def prepare(self) -> bool:
        """Ask once; False when the platform could not be reached. Listening asks by itself."""


class GroupTrouble(Exception):
    """A platform did not do what was asked of it about a group. ``sentence`` is for the operator."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Package:
    """Something bought that keeps one group alive. ``used_by``: the group that uses it; empty: it is free."""

    id: str
    kind: str
    valid_until: date | None
    used_by: str = ""
    renews: bool = False


class GroupOffice(Protocol):
    """What can be done with groups that the account itself owns. Everything raises GroupTrouble."""

    async def packages(self, kind: str = "") -> list[Package]: ...

    async def create(self, title: str, about: str, package_id: str, admin: str = "") -> Circle:
        """A new group with an invitation link and approval at the door. ``admin``: the platform's id of the person
        whom the platform wants in every group; empty: the one in the settings.
        """

    async def describe(self, chat: str) -> Circle: ...

    async def invite(self, chat: str, members: Sequence[str]) -> dict[str, str]:
        """Those of ``members`` who cannot be invited, and why; everybody else has been."""

    async def members(self, chat: str) -> list[tuple[str, str]]:
        """Id and name of each, to be shown and not kept."""

    async def waiting(self, chat: str) -> list[tuple[str, str]]:
        """Id and name of those who wait to be let in."""

    async def answer(self, chat: str, members: Sequence[str], *, let_in: bool) -> None: ...


@runtime_checkable
class OwnsGroups(Protocol):
    """A channel whose account creates its groups itself."""

    @property
    def groups(self) -> GroupOffice: ...


@runtime_checkable
class Checks(Protocol):
    """A channel that can say what is wrong with it, for ``loa doctor``."""

    async def diagnose(self) -> list[str]:
        """Sentences for the operator, in Vietnamese; empty when all is well."""


Seen = frozenset[str]
"""What has come and gone on an account so far, as the tables show it: ``heard.group.photo``, ``sent.private.choices``,
``heard.left``, ``fetched``, ``push``. See ``bot.firstday``.
"""


@dataclass(frozen=True, slots=True)
class Proof:
    """One line of the checklist for the first day with real credentials.

    ``found`` says what was seen, ``hint`` what to do next and on which screen. ``by_hand``: nothing in the tables can
    show it, so the operator says that it was tried. ``key`` is unique within the channel.
    """

    key: str
    title: str
    state: Literal["proved", "open", "failed"]
    hint: str = ""
    found: str = ""
    by_hand: bool = False


@runtime_checkable
class Proves(Protocol):
    """A channel that knows what must be seen once before it may be relied on, for ``loa doctor --first-day``."""

    async def first_day(self, seen: Seen) -> list[Proof]:
        """In the order in which an operator goes through it. Asks the platform where that is the proof; never raises
        for what a platform or a network can do.
        """


@runtime_checkable
class Forgets(Protocol):
    """A channel that keeps messages itself, and so must forget a person who asks for it."""

    def forget(self, session: Session, user: str) -> None:
        """Take the person's name out of what the channel keeps, in the caller's transaction."""


@runtime_checkable
class Mounted(Protocol):
    """A channel that is reached through our own web server (a webhook, pages of its own)."""

    def routes(self, receive: Receive) -> list[Any]:
        """Starlette routes. ``receive`` as for ``listen``."""
