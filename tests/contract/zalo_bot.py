"""The Zalo Bot Platform before the contract suite."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from bot.channels.contract import Refused, RetryAt, Unknown
from bot.channels.zalo_bot.limits import ABILITIES
from storage.media import Media
from tests.channels import zalo_bot_office
from tests.contract.office import Inbox, Kind, Office, Seen, Trouble
from tests.fakes.zalo_bot import Chat, FakeZaloBot, Message, Person, faults

FAULTS = {
    Trouble.FLOOD: lambda: faults.error(429),
    Trouble.FORBIDDEN: lambda: faults.error(400, "chat not found"),
    Trouble.GATEWAY: lambda: faults.page(502),
    Trouble.HANG: faults.hang,
    Trouble.DROP: faults.accept_then_drop,
}
LINK = re.compile(r"\n*Tệp “([^”]*)” \(mở trong 7 ngày\): (https://\S+)")


@dataclass
class ZaloBotOffice(Office):
    zalo: FakeZaloBot
    lan: Person
    work: Chat
    media: Media
    port: int = 0
    http: httpx.AsyncClient = field(default_factory=lambda: httpx.AsyncClient(verify=False, trust_env=False))

    def kept(self, file: Path) -> Path:
        """Photos and files leave as links into the store."""
        return self.media.path(self.media.put(file)) if file.exists() else file

    async def writes(self, text: str, *, group: bool = False) -> None:
        """In a group the bot hears only what names it."""
        self.zalo.say(self.lan, text, self.work if group else None, mention=group)

    async def sends_photo(self, data: bytes) -> None:
        self.zalo.send_photo(self.lan, data)

    async def sends_huge_file(self) -> None:
        self.zalo.send_photo(self.lan, bytes(ABILITIES.download_bytes + 1))

    async def again(self) -> None:
        self.zalo.repeat()

    async def seen(self, *, group: bool = False) -> list[Seen]:
        said = self.zalo.sent(self.work if group else self.lan)
        return [await self._seen(one) for one in said if not one.dropped]

    async def _seen(self, message: Message) -> Seen:
        """A link to a file is opened as a phone would."""
        files = [(name, await self._fetched(address)) for name, address in LINK.findall(message.text)]
        return Seen(
            id=message.id,
            text=LINK.sub("", message.text),
            bold=tuple(message.bold),
            photos=int(bool(message.photo)),
            files=tuple(files),
        )

    async def _fetched(self, address: str) -> bytes:
        ours = self.zalo.names[httpx.URL(address).host]
        return (await self.http.get(address.replace(zalo_bot_office.PUBLIC, ours))).content

    async def suffers(self, trouble: Trouble) -> None:
        if trouble is Trouble.DOWN:
            self.port = self.zalo.port
            await self.zalo.close()
        else:
            self.zalo.script(FAULTS[trouble](), method="sendMessage")

    async def recovers(self) -> None:
        self.zalo.calm()
        if self.port:
            await self.zalo.open(self.port)
            self.port = 0


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[ZaloBotOffice]:
    async with zalo_bot_office.office(folder) as here:
        lan = here.zalo.person("Lan")
        here.zalo.private(lan)
        work = here.zalo.group("CĐCS May 10", lan)
        inbox = Inbox()
        here.inbox = inbox  # type: ignore[assignment]
        credentials = (here.zalo.token, here.channel._secret)
        async with here.listening():
            office = ZaloBotOffice(
                here.channel, here.clock, inbox, lan.id, work.id, credentials, here.zalo, lan, work, here.media
            )  # fmt: skip
            try:
                yield office
            finally:
                await office.http.aclose()


ZALO_BOT = Kind(
    "zalo_bot",
    opened,
    {
        Trouble.FLOOD: RetryAt,
        Trouble.FORBIDDEN: Refused,
        Trouble.GATEWAY: Unknown,
        Trouble.HANG: Unknown,
        Trouble.DROP: Unknown,
        Trouble.DOWN: RetryAt,
    },
    {
        "reply": "Zalo Bot không có cách trả lời dưới một tin: tin mới đứng cuối cuộc trò chuyện.",
        "link": "Zalo Bot không mang mã mời theo đường dẫn: người ta gõ mã vào khung chat.",
    },
)
