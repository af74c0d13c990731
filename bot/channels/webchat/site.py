"""What all pages of the web chat share: who asks, what a line looks like, how an event is made."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from sqlmodel import Session
from starlette.requests import Request

from bot.channels.contract import Event, EventKind
from bot.channels.webchat import lines, people, words
from bot.channels.webchat.guard import CLIENT_ID, Sorry, from_our_page
from bot.channels.webchat.live import Bell, Watch
from bot.channels.webchat.people import Doors, Names, RoomInfo, Rooms, Visitor
from bot.channels.webchat.pictures import Pictures
from bot.clock import Clock
from bot.settings import Web
from campaign.hours import Hours
from campaign.text import clean
from storage.database import Database
from storage.media import Media
from storage.models import WebMessage

T = TypeVar("T")
NAME, ACCOUNT = "webchat", "web"
COOKIE = "loa_web"
TEXT_LIMIT = 20_000
DECODERS = 2  # pictures decoded at once: each may take 100 MB for a moment


@dataclass
class Site:
    database: Database
    media: Media
    pictures: Pictures
    clock: Clock
    hours: Hours
    settings: Web
    federation: str
    rooms: Rooms
    names: Names
    doors: Doors | None = None
    bell: Bell = field(default_factory=Bell)

    def __post_init__(self) -> None:
        self._decoders = ThreadPoolExecutor(DECODERS, thread_name_prefix="webchat-pictures")
        self._watch = Watch(self.bell, partial(self.database.read, lines.cursors))
        self._writing: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def off_loop(self, work: Callable[..., T], *args: Any) -> T:
        """Slow work on files and pictures, a few at a time."""
        return await asyncio.get_running_loop().run_in_executor(self._decoders, work, *args)

    def watch_others(self) -> None:
        """While pages are open: on a shared database other processes write into the rooms too."""
        if not self.database.is_sqlite:
            self._watch.begin()

    @asynccontextmanager
    async def writing_in(self, room: str) -> AsyncIterator[None]:
        """One writer at a time in a room: the bot's answer must not slip in between hearing and showing a message."""
        lock = self._writing.setdefault(room, asyncio.Lock())
        async with lock:
            yield

    # who asks

    def base(self, request: Request) -> str:
        """The door the request came through: "" is the front door."""
        door = request.path_params.get("door")
        if door is None:
            return ""
        if self.doors is None or not any(_leads_through(one.url, door) for one in self.doors()):
            raise Sorry(404, words.NO_ROOM)
        return f"/as/{door}"

    async def visitor(self, request: Request) -> Visitor | None:
        """Rights are read anew for every request."""
        return await self.database.read(self.visit, self.base(request), self.token(request))

    async def must_visit(self, request: Request) -> Visitor:
        visitor = await self.visitor(request)
        if visitor is None:
            raise Sorry(401, words.NO_SESSION)
        return visitor

    async def may_post(self, request: Request) -> Visitor:
        if not from_our_page(request, self.settings.address, script=True):
            raise Sorry(403, words.FOREIGN_PAGE)
        return await self.must_visit(request)

    def token(self, request: Request) -> str:
        return request.cookies.get(self.cookie(self.base(request)), "")

    def cookie(self, base: str) -> str:
        return COOKIE + base.replace("/", "_")

    def visit(self, session: Session, base: str, token: str) -> Visitor | None:
        """Who stands behind ``token`` at the door ``base``, with the rooms that are theirs now."""
        user = people.user_of(session, token) or self._sample_person(base)
        if not user:
            return None
        return Visitor(user, self.names(session, user), base, people.rooms_of(session, user, self.rooms))

    def _sample_person(self, base: str) -> str:
        if not base or self.doors is None:
            return ""
        return next((door.user for door in self.doors() if door.user and door.url.startswith(f"{base}/")), "")

    # what is said

    def event(self, visitor: Visitor, room: RoomInfo, event_id: str, kind: EventKind, **parts: Any) -> Event:
        group = room.kind != "private"
        return Event(
            channel=NAME,
            account=ACCOUNT,
            event_id=event_id,
            kind=kind,
            chat=room.id,
            at=self.clock.now(),
            group=group,
            chat_title=room.title if group else "",
            sender=visitor.user,
            sender_name=visitor.name or words.STRANGER,
            hears_all=True if group else None,
            **parts,
        )

    async def show(self, visitor: Visitor, room: RoomInfo, key: str, body: dict[str, Any]) -> WebMessage:
        """Put what was received into the room."""
        line = WebMessage(
            room=room.id,
            key=key,
            author=visitor.user,
            author_name=visitor.name or words.STRANGER,
            body=body,
            at=self.clock.now(),
        )
        kept = await self.database.write(lines.post, line)
        self.bell.ring(room.id)
        return kept


@dataclass(frozen=True, slots=True)
class Sending:
    """What a page sent, checked: ``key`` is the same when the page sends it again."""

    room: RoomInfo
    key: str
    text: str
    reply_to: str  # a line's number, or empty

    @classmethod
    def of(cls, visitor: Visitor, fields: dict[str, Any]) -> Sending:
        room = room_of(visitor, fields.get("room"))
        text = fields.get("text") or ""
        if not isinstance(text, str):
            raise Sorry(422, words.NOT_UNDERSTOOD)
        if len(text) > TEXT_LIMIT:
            raise Sorry(413, words.TEXT_TOO_LONG)
        key = f"w:{visitor.user}:{client_id(fields)}"
        return cls(room, key, clean(text), str(fields.get("reply_to") or ""))


def room_of(visitor: Visitor, room_id: Any) -> RoomInfo:
    room = visitor.room(str(room_id or visitor.own_room))
    if room is None:
        raise Sorry(403, words.NO_ROOM)
    return room


def client_id(fields: dict[str, Any]) -> str:
    found = str(fields.get("client_id", ""))
    if not CLIENT_ID.fullmatch(found):
        raise Sorry(422, words.NOT_UNDERSTOOD)
    return found


def number(text: Any, default: int) -> int:
    """A number out of an address; ``default`` where there is none that fits a column."""
    return int(text) if isinstance(text, str | int) and str(text).isdecimal() and len(str(text)) < 16 else default


def _leads_through(url: str, door: str) -> bool:
    return url.startswith(f"/as/{door}/")
