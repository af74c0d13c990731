"""A Zalo Official Account before the contract suite."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.channels.contract import Refused, RetryAt, Unknown
from bot.channels.zalo_oa.limits import ABILITIES
from bot.channels.zalo_oa.sending import CS_PATH
from tests.channels import zalo_oa_office
from tests.contract.office import Inbox, Kind, Office, Seen, Trouble
from tests.fakes.zalo_oa import FakeZaloOa, Group, Message, Person, faults

FAULTS = {
    Trouble.FLOOD: faults.rate_limited(),
    Trouble.FORBIDDEN: faults.error(-213),
    Trouble.GATEWAY: faults.server_error(502),
    Trouble.HANG: faults.hang(),
    Trouble.DROP: faults.accept_then_drop(),
}


@dataclass
class ZaloOaOffice(Office):
    desk: zalo_oa_office.Office
    oa: FakeZaloOa
    lan: Person
    work: Group

    async def writes(self, text: str, *, group: bool = False) -> None:
        if group:
            self.oa.write_in_group(self.lan, self.work, text)
        else:
            self.oa.write(self.lan, text)

    async def sends_photo(self, data: bytes) -> None:
        self.oa.send_photo(self.lan, data)

    async def sends_huge_file(self) -> None:
        self.oa.send_file(self.lan, "phim.mp4", bytes(ABILITIES.download_bytes + 1))

    async def presses(self, label: str, *, group: bool = False) -> None:
        self.oa.press(self.lan, self.oa.last(self.lan), label)

    async def again(self) -> None:
        self.oa.webhook.again(self.oa.deliveries[-1])

    async def seen(self, *, group: bool = False) -> list[Seen]:
        return [seen(one) for one in self.oa.sent(self.work if group else self.lan)]

    def reacted(self, message_id: str) -> bool:
        return bool(self.oa.messages[message_id].reactions)

    def asks_to_join(self) -> str:
        tam = self.oa.user("Tâm", follows=True)
        self.oa.enter(tam, self.work)
        return tam.id

    def is_inside(self, member: str) -> bool:
        return member in self.work.members

    async def suffers(self, trouble: Trouble) -> None:
        if trouble is Trouble.DOWN:
            await self.oa.close()
        else:
            self.oa.script(FAULTS[trouble], path=CS_PATH)

    async def recovers(self) -> None:
        """A pause that the platform asked for, a minute of real seconds, is over."""
        self.desk.channel.client.rate._until = 0.0
        self.oa.calm()
        await self.oa.close()
        await self.oa.open()


def seen(message: Message) -> Seen:
    return Seen(
        id=message.id,
        text=message.text,
        labels=tuple(message.labels),
        photos=int(message.kind == "image"),
        files=((message.file_name, message.uploaded),) if message.kind == "file" else (),
        reply_to=message.quote.id if message.quote else "",
    )


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[ZaloOaOffice]:
    async with zalo_oa_office.office(folder) as desk:
        oa, inbox = desk.oa, Inbox()
        lan = oa.user("Lan", follows=True)
        work = oa.group("CĐCS May 10", [lan])
        desk.inbox = inbox  # type: ignore[assignment]
        credentials = (oa.app_secret, oa.oa_secret, oa.access_token, oa.refresh_token)
        async with desk.hearing(scale=0.0001, calls_again=True):
            yield ZaloOaOffice(desk.channel, desk.clock, inbox, lan.id, work.id, credentials, desk, oa, lan, work)


ZALO_OA = Kind(
    "zalo_oa",
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
        "link": "Zalo OA không mang mã mời theo đường dẫn: người ta gõ mã vào khung chat.",
        "names": "Zalo OA không kèm tên người viết: tên lấy khi người đó đồng ý cho biết.",
    },
)
