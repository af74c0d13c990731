"""Telegram before the contract suite."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.channels.contract import Refused, RetryAt, Unknown
from bot.channels.telegram.limits import ABILITIES
from tests.channels import telegram_office
from tests.contract.office import Inbox, Kind, Office, Seen, Trouble
from tests.fakes.telegram import Chat, FakeTelegram, Message, User, faults
from tests.fakes.telegram.text import JSON

FAULTS = {
    Trouble.FLOOD: faults.too_many_requests(8),
    Trouble.FORBIDDEN: faults.blocked(),
    Trouble.GATEWAY: faults.bad_gateway(),
    Trouble.HANG: faults.hang(),
    Trouble.DROP: faults.accept_then_drop(),
}


@dataclass
class TelegramOffice(Office):
    tg: FakeTelegram
    lan: User
    work: Chat

    async def writes(self, text: str, *, group: bool = False) -> None:
        self.tg.say(self.lan, text, self.work if group else None)

    async def sends_photo(self, data: bytes) -> None:
        self.tg.send_photo(self.lan, data)

    async def sends_huge_file(self) -> None:
        self.tg.send_document(self.lan, "phim.mp4", bytes(ABILITIES.download_bytes + 1))

    async def presses(self, label: str, *, group: bool = False) -> None:
        self.tg.press(self.lan, label, self.work if group else None)

    async def again(self) -> None:
        self.tg.repeat()

    async def seen(self, *, group: bool = False) -> list[Seen]:
        return [seen(one) for one in self.tg.sent(self.work if group else self.lan) if not one.deleted]

    def reacted(self, message_id: str) -> bool:
        return bool(self.tg.chats[self.lan.id].history[int(message_id)].reactions)

    async def suffers(self, trouble: Trouble) -> None:
        if trouble is Trouble.DOWN:
            await self.tg.close()
        else:
            self.tg.script(FAULTS[trouble], method="sendMessage")

    async def recovers(self) -> None:
        self.tg.calm()
        if self.tg._loopback is None:
            await self.tg.open(self.tg.port)


def seen(message: Message) -> Seen:
    formatted = message.content.text or message.content.caption
    return Seen(
        id=str(message.id),
        text=formatted.text,
        bold=tuple(_words(formatted.text, one) for one in formatted.entities if one["type"] == "bold"),
        links=tuple(
            (_words(formatted.text, one), one["url"]) for one in formatted.entities if one["type"] == "text_link"
        ),
        labels=tuple(button.text for button in message.buttons),
        photos=int(message.media is not None and message.media.kind == "photo"),
        files=((message.file_name, message.uploaded),) if message.media and message.media.kind == "document" else (),
        reply_to=str(message.reply_to.id) if message.reply_to else "",
        pinned=message.pinned,
    )


def _words(text: str, entity: JSON) -> str:
    units = text.encode("utf-16-le")
    return units[2 * entity["offset"] : 2 * (entity["offset"] + entity["length"])].decode("utf-16-le")


@asynccontextmanager
async def opened(_: Path) -> AsyncIterator[TelegramOffice]:
    async with telegram_office.office() as here:
        lan = here.tg.user("Lan")
        with here.tg.holding():
            here.tg.start(lan)
        work = here.tg.group("CĐCS May 10", [lan], bot="administrator")
        inbox = Inbox()
        here.inbox = inbox  # type: ignore[assignment]
        credentials = (here.tg.token, here.channel._secret)
        async with here.listening():
            yield TelegramOffice(
                here.channel, here.clock, inbox, str(lan.id), str(work.id), credentials, here.tg, lan, work
            )


TELEGRAM = Kind(
    "telegram",
    opened,
    {
        Trouble.FLOOD: RetryAt,
        Trouble.FORBIDDEN: Refused,
        Trouble.GATEWAY: Unknown,
        Trouble.HANG: Unknown,
        Trouble.DROP: Unknown,
        Trouble.DOWN: RetryAt,
    },
)
