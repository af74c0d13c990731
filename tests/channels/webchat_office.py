"""A union office with nothing but the web chat: the real pages over real HTTP, an inbox in memory, people by hand."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from PIL import Image
from sqlmodel import Session, col, select

from bot.channels.contract import Event, Outcome, Part
from bot.channels.webchat import DemoDoor, RoomInfo, WebChatChannel
from bot.clock import clock_at
from bot.settings import Web
from bot.web import QuietServer, make_server, make_web
from campaign.hours import Hours
from campaign.message import Choice
from storage.database import Database
from storage.media import Media
from storage.models import WebMessage
from tests.databases import fresh_database

FEDERATION = "LĐLĐ tỉnh Lam Giang"
MORNING = datetime(2027, 4, 20, 2, 35, tzinfo=UTC)  # 09:35 in Việt Nam, a Tuesday
HOURS = Hours.parse("20:30-07:00", "11:30-13:30", "14:00", ZoneInfo("Asia/Ho_Chi_Minh"))
GROUP = RoomInfo("g:cum-so-1", "Cụm thi đua số 1", "group")


class Office:
    """``heard`` is what reached the inbox, each event once; ``members`` and ``names`` stand for the campaign."""

    def __init__(
        self,
        folder: Path,
        doors: Callable[[], list[DemoDoor]] | None = None,
        speed: float = 1,
        database: Database | None = None,
    ) -> None:
        self.database = database or fresh_database(folder)
        self.media = Media(f"file://{folder}/media")
        self.clock = clock_at(MORNING, speed)
        self.heard: dict[str, Event] = {}
        self.members: dict[str, list[RoomInfo]] = {}
        self.names: dict[str, str] = {}
        self.serving: asyncio.Task[None] | None = None
        self.trouble: Exception | None = None
        self.answer: Callable[[Event], Coroutine[Any, Any, None]] | None = None
        self.head_start = 0.0  # seconds the bot may answer in before the page learns that it was heard
        self.browsers: list[httpx.AsyncClient] = []
        self._answers: set[asyncio.Task[None]] = set()
        self.channel = WebChatChannel(
            self.database, self.media, self.clock, HOURS, Web(), self._rooms, self._name,
            federation=FEDERATION, thumbs=folder / "thumbs", demo_links=doors,
        )  # fmt: skip
        self.server: QuietServer = make_server(
            make_web(self.channel.routes(self.receive), lambda: True), "127.0.0.1", 0
        )

    def _rooms(self, session: Session, user: str) -> list[RoomInfo]:
        return self.members.get(user, [])

    def _name(self, session: Session, user: str) -> str:
        return self.names.get(user, "")

    async def receive(self, event: Event) -> None:
        if self.trouble is not None:
            raise self.trouble
        if event.event_id in self.heard:
            return
        self.heard[event.event_id] = event
        if self.answer is not None:
            task = asyncio.create_task(self.answer(event))
            self._answers.add(task)
            task.add_done_callback(self._answers.discard)
            if self.head_start:
                await asyncio.wait({task}, timeout=self.head_start)

    async def answered(self) -> None:
        """Until the bot has said all it had to say."""
        await asyncio.gather(*self._answers)

    async def stopped(self) -> None:
        assert self.serving is not None
        await self.serving

    @property
    def events(self) -> list[Event]:
        return list(self.heard.values())

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.servers[0].sockets[0].getsockname()[1]}"

    def browser(self) -> httpx.AsyncClient:
        client = httpx.AsyncClient(verify=False, base_url=self.address, headers={"origin": self.address}, timeout=10)
        self.browsers.append(client)
        return client

    async def says(self, room: str, text: str, key: str, **parts: Any) -> Outcome:
        """The bot speaks."""
        return await self.channel.send(Part(key=key, to=room, text=text, **parts))

    def lines(self) -> list[WebMessage]:
        with self.database.transaction() as session:
            return list(session.exec(select(WebMessage).order_by(col(WebMessage.id))))


@asynccontextmanager
async def open_office(folder: Path, *, kind: type[Office] = Office, **options: Any) -> AsyncIterator[Office]:
    office = kind(folder, **options)
    office.serving = asyncio.create_task(office.server.serve())
    while not office.server.started:
        await asyncio.sleep(0.01)
    try:
        yield office
    finally:
        await office.channel.close()
        for browser in office.browsers:
            await browser.aclose()
        office.server.should_exit = True
        await office.stopped()
        office.database.close()


class Cadre:
    """Somebody with a browser."""

    def __init__(self, office: Office, name: str, base: str = "") -> None:
        self.office, self.name, self.base = office, name, base
        self.http = office.browser()
        self.user = ""
        self._sent = 0

    @property
    def room(self) -> str:
        return f"u:{self.user}"

    async def joins(self, code: str = "LG-2027", rooms: tuple[RoomInfo, ...] = ()) -> httpx.Response:
        """By the link of an invitation; the campaign then knows name and rooms."""
        page = await self.http.get(f"{self.base}/w/{code}")
        nonce = re.search(r'name="nonce" value="(\w+)"', page.text)
        answer = await self.http.post(f"{self.base}/w/{code}", data={"nonce": nonce.group(1) if nonce else ""})
        started = [event for event in self.office.events if event.text == f"/start {code}"]
        self.user = started[-1].sender if started else ""
        self.office.names[self.user] = self.name
        self.office.members[self.user] = list(rooms)
        return answer

    async def posts(self, path: str, client_id: str = "", **fields: Any) -> httpx.Response:
        self._sent += 1
        body = {"client_id": client_id or f"client-{self._sent:04}", **fields}
        return await self.http.post(f"{self.base}/chat/{path}", json=body, headers={"x-loa": "1"})

    async def sends(self, text: str, room: str = "", **fields: Any) -> httpx.Response:
        return await self.posts("send", text=text, room=room or self.room, **fields)

    async def uploads(self, *files: tuple[str, bytes, str], text: str = "", **fields: Any) -> httpx.Response:
        """``files``: name, bytes, type."""
        self._sent += 1
        return await self.http.post(
            f"{self.base}/chat/upload",
            data={"room": self.room, "client_id": f"client-{self._sent:04}", "text": text, **fields},
            files=[("files", file) for file in files],
            headers={"x-loa": "1"},
        )

    async def sees(self, room: str = "", after: int = 0) -> list[dict[str, Any]]:
        answer = await self.http.get(f"{self.base}/chat/messages", params={"room": room or self.room, "after": after})
        found: list[dict[str, Any]] = answer.raise_for_status().json()["messages"]
        return found

    async def pinned(self) -> dict[str, Any]:
        """The line at the top of each room, as the page is told."""
        answer = await self.http.get(f"{self.base}/chat/messages", params={"room": self.room, "after": 0})
        return {room["id"]: room["pinned"] for room in answer.raise_for_status().json()["rooms"]}


def jpeg(colour: str = "red", size: tuple[int, int] = (1200, 900), *, place: bool = False, turn: int = 1) -> bytes:
    """A photo; with ``place`` it says where it was taken, with ``turn`` how the phone was held, as phones do."""
    exif = Image.Exif()
    exif[0x0112] = turn
    if place:
        exif[0x8825] = {1: "N", 2: (12.0, 0.0, 0.0)}
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "JPEG", exif=exif)
    return file.getvalue()


def two_buttons() -> tuple[Choice, ...]:
    return (Choice("Đã nhận", "seen:7"), Choice("Nộp ảnh/tin", "submit:7"))
