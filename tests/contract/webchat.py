"""The web chat before the contract suite: its platform is our own pages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx

from bot.channels.contract import Event, Refused
from tests.channels import webchat_office
from tests.channels.webchat_office import GROUP, Cadre
from tests.contract.office import Inbox, Kind, Office, Seen, Trouble

OURS = "Lời nói của bot là một dòng trong cơ sở dữ liệu của chính ta: không có đường truyền nào để đứt."


class Pages(webchat_office.Office):
    """Tells the suite of every call."""

    suite: Inbox | None = None

    async def receive(self, event: Event) -> None:
        if self.suite is not None:
            await self.suite.receive(event)
        await super().receive(event)


@dataclass
class WebOffice(Office):
    lan: Cadre
    stranger: bool = False
    last: tuple[str, dict[str, Any]] = ("", {})

    async def writes(self, text: str, *, group: bool = False) -> None:
        """The page keeps what was not taken, and sends it again under its number."""
        self.lan._sent += 1
        self.last = (f"client-{self.lan._sent:04}", {"text": text, "room": self.group if group else self.person})
        for _ in range(5):
            if (await self.again()).status_code == 200:
                return

    async def again(self) -> httpx.Response:  # type: ignore[override]
        number, fields = self.last
        return await self.lan.posts("send", number, **fields)

    async def sends_photo(self, data: bytes) -> None:
        (await self.lan.uploads(("anh.jpg", data, "image/jpeg"))).raise_for_status()

    async def presses(self, label: str, *, group: bool = False) -> None:
        room = self.group if group else self.person
        line = next(line for line in reversed(await self.lan.sees(room)) if line["choices"])
        action = next(choice["action"] for choice in line["choices"] if choice["label"] == label)
        (await self.lan.posts("press", room=room, message=line["id"], action=action)).raise_for_status()

    async def seen(self, *, group: bool = False) -> list[Seen]:
        room = self.group if group else self.person
        lines = [line for line in await self.lan.sees(room) if line.get("bot") and not line["gone"]]
        pinned = (await self.lan.pinned())[room]
        return [replace(await self._seen(line, room), pinned=line["id"] == (pinned or {}).get("id")) for line in lines]

    async def _seen(self, line: dict[str, Any], room: str) -> Seen:
        kept = next(one for one in self.lan.office.lines() if one.id == line["id"])
        files = [
            (file["name"], (await self.lan.http.get(f"/chat/media/{line['id']}/{file['n']}?room={room}")).content)
            for file in line["files"]
            if file["kind"] != "photo"
        ]
        words = [(span, line["text"][span["start"] : span["end"]]) for span in line["spans"]]
        return Seen(
            id=kept.key,
            text=line["text"],
            bold=tuple(shown for span, shown in words if span["kind"] == "bold"),
            links=tuple((shown, span["url"]) for span, shown in words if span["kind"] == "link"),
            labels=tuple(choice["label"] for choice in line["choices"]),
            photos=sum(file["kind"] == "photo" for file in line["files"]),
            files=tuple(files),
            reply_to=kept.body.get("reply_to", "") if line["reply"] else "",
        )

    async def suffers(self, trouble: Trouble) -> None:
        self.person = "u:nobody"

    async def recovers(self) -> None:
        self.person = self.lan.room


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[WebOffice]:
    async with webchat_office.open_office(folder, kind=Pages) as pages:
        lan = Cadre(pages, "Trần Thị Hương")
        await lan.joins(rooms=(GROUP,))
        assert isinstance(pages, Pages)
        pages.suite = Inbox()
        yield WebOffice(pages.channel, pages.clock, pages.suite, lan.room, GROUP.id, (), lan)


WEBCHAT = Kind(
    "webchat",
    opened,
    {
        Trouble.FLOOD: OURS,
        Trouble.FORBIDDEN: Refused,
        Trouble.GATEWAY: OURS,
        Trouble.HANG: OURS,
        Trouble.DROP: OURS,
        Trouble.DOWN: OURS,
    },
    {
        "huge": "Trang không nhận tệp lớn quá mức ngay từ cửa, nên không có gì để tải.",
        "checks": "Trang web nằm trong chính chương trình: không có tài khoản hay mạng nào để kiểm tra.",
    },
)
