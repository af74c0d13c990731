"""A fifth channel, platform and all, in under a hundred lines of code: the loudspeaker on the pole of ward 5."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse

from bot.channels.contract import Abilities, Event, FetchFailed, Outcome, Part, Receive, Refused, RetryAt, Sent, Unknown
from bot.clock import Clock, wall_clock
from tests.contract.office import Inbox, Kind, Office, Seen, Trouble
from tests.contract.stories import STORIES, Scene, Story
from tests.fakes.telegram.loopback import Loopback

KEY, LIMIT, STATUS = "khoa-loa-phuong-5", 160, {Trouble.FLOOD: 429, Trouble.FORBIDDEN: 410, Trouble.GATEWAY: 502}
WORDS, GONE = "Loa phường chỉ đọc lời. Viết thành lời rồi gửi lại.", "Loa này đã tháo. Gọi điện cho tổ trưởng."
DOUBT, BUSY = "Chưa rõ loa đã đọc hay chưa. Hỏi người trong tổ.", "Loa phường đang bận, hệ thống sẽ tự gửi lại."


class LoaChannel:
    name, account, abilities = "loa", "phuong-5", Abilities(LIMIT, 0, len, 0, 1, False, 0, 0, False, False, "all")

    def __init__(self, url: str, clock: Clock) -> None:
        self._http, self._clock = httpx.AsyncClient(base_url=url, headers={"key": KEY}, timeout=0.3), clock

    async def listen(self, receive: Receive) -> None:
        while True:
            with suppress(Exception):  # not reached, or not stored: the box keeps it
                for said in (await self._http.get("/box")).json():
                    await receive(Event(self.name, self.account, kind="message", at=self._clock.now(), **said))
                    await self._http.delete("/box")
            await asyncio.sleep(0.005)

    async def send(self, part: Part) -> Outcome:
        if part.edits or not part.text:
            return Refused(WORDS)
        later = RetryAt(self._clock.after(5), BUSY)
        try:
            answer = await self._http.post("/pole", json={"to": part.to, "text": part.text, "id": part.key})
        except httpx.ConnectError:
            return later
        except httpx.HTTPError:
            return Unknown(DOUBT)
        known: dict[int, Outcome] = {200: Sent((part.key,)), 429: later, 410: Refused(GONE, gone=True)}
        return known.get(answer.status_code, Unknown(DOUBT))

    async def download(self, ref: dict[str, Any], into: Path) -> None:
        raise FetchFailed("loa.deaf", WORDS, final=True)

    async def close(self) -> None:
        await self._http.aclose()

    def link(self, code: str, *, group: bool = False) -> str:
        return ""

    def secrets(self) -> list[str]:
        return [KEY]


@dataclass
class Pole(Office):
    """The platform reads out 160 letters at a time; at its foot is a box to speak into."""

    server: Loopback
    box: list[dict[str, Any]] = field(default_factory=list)
    spoken: list[tuple[str, Seen]] = field(default_factory=list)
    trouble: Trouble | None = None

    async def answers(self, request: Any) -> JSONResponse:
        if request.method != "POST":
            return JSONResponse(self.box[:1] if request.method == "GET" else self.box.pop(0))
        said = await request.json()
        if self.trouble in STATUS or request.headers["key"] != KEY or not 0 < len(said["text"]) <= LIMIT:
            return JSONResponse("", STATUS.get(self.trouble, 400) if self.trouble else 400)
        if self.trouble is not Trouble.HANG:
            self.spoken.append((said["to"], Seen(said["id"], said["text"])))
        await asyncio.sleep(0.4 if self.trouble else 0)
        return JSONResponse("")

    async def writes(self, text: str, *, group: bool = False) -> None:
        said = {"text": text, "chat": self.group if group else self.person, "group": group, "message_id": f"{id(text)}"}
        self.box.append(said | {"event_id": f"lời-{self.inbox.tried}", "sender": "tam", "sender_name": "Bà Tám"})
        self.last = self.box[-1]

    async def again(self) -> None:
        self.box.append(self.last)

    async def seen(self, *, group: bool = False) -> list[Seen]:
        return [seen for to, seen in self.spoken if to == (self.group if group else self.person)]

    async def suffers(self, trouble: Trouble | None) -> None:
        if Trouble.DOWN in (trouble, self.trouble):
            await (self.server.close() if trouble else self.server.open(self.server.port))
        self.trouble = trouble

    async def recovers(self) -> None:
        await self.suffers(None)


@asynccontextmanager
async def opened(_: Path) -> AsyncIterator[Pole]:
    server = await Loopback(app := Starlette(), {}).open()
    channel = LoaChannel(f"http://127.0.0.1:{server.port}", wall_clock())
    pole = Pole(channel, wall_clock(), Inbox(), "cot-12", "to-5", (KEY,), server)
    app.add_route("/{it}", pole.answers, methods=["GET", "POST", "DELETE"])
    listening = asyncio.create_task(channel.listen(pole.inbox.receive))
    yield pole
    listening.cancel()
    await asyncio.gather(server.close(), channel.close())


KNOWN = dict(zip(Trouble, (RetryAt, Refused, Unknown, Unknown, Unknown, RetryAt), strict=True))
LOA = Kind("loa", opened, KNOWN, dict.fromkeys(("photos", "files", "huge", "reply", "link", "checks"), WORDS))


@pytest.mark.parametrize("story", [one for one in STORIES if one.needs not in LOA.lacks], ids=str)
async def test_the_loudspeaker_lives_through_the_same_stories(story: Story, tmp_path: Path) -> None:
    async with opened(tmp_path) as pole:
        await story.act(Scene(pole, LOA, tmp_path))


def test_it_took_fewer_than_a_hundred_lines_of_code() -> None:
    assert len([line for line in Path(__file__).read_text("utf-8").splitlines() if line.strip()]) < 100
