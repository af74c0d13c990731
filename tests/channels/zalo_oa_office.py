"""A union office with a Zalo Official Account: the strict fake, the channel under test, and what it heard and rang."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import SecretStr
from starlette.applications import Starlette

from bot.channels.contract import Part
from bot.channels.zalo_oa.channel import ZaloOaChannel
from bot.channels.zalo_oa.limits import Waits
from bot.clock import Clock
from bot.settings import ZaloOa
from campaign.hours import Hours
from campaign.organisation import chats
from storage.database import Database
from storage.sealing import Sealer
from tests.channels.telegram_office import Inbox, eventually, picture, served
from tests.databases import fresh_database
from tests.fakes.zalo_oa import OPENING, FakeZaloOa

__all__ = ["HOURS", "QUICK", "Office", "eventually", "hand", "office", "part", "picture"]
QUICK = Waits(
    connect=1, read=0.3, write=1, upload=1, pool=1, lock=2, lock_look=0.005, chore=0.02, page=0, settle=0
)  # fmt: skip
HOURS = Hours.parse("20:30-07:00", "11:30-13:30", "14:00", ZoneInfo("Asia/Ho_Chi_Minh"))


class Hand:
    """A clock that is moved by hand; real seconds do not pass for it."""

    def __init__(self) -> None:
        self.passed = 0.0

    def __call__(self) -> float:
        return self.passed


def hand() -> tuple[Hand, Clock]:
    moved = Hand()
    return moved, Clock(OPENING, 0.0, monotonic=moved)


@dataclass
class Office:
    oa: FakeZaloOa
    database: Database
    hand: Hand
    clock: Clock
    channel: ZaloOaChannel
    settings: ZaloOa
    rung: list[tuple[str, str]]
    folder: Path
    inbox: Inbox = field(default_factory=Inbox)
    webhook: str = ""

    def pass_time(self, **ahead: float) -> None:
        """For the office and for Zalo."""
        self.hand.passed += timedelta(**ahead).total_seconds()
        self.oa.advance()

    def another(self, **settings: Any) -> ZaloOaChannel:
        """The same account in another process."""
        return make_channel(
            self.settings.model_copy(update=settings), self.database, self.clock, self.rung, self.folder / "key"
        )

    @asynccontextmanager
    async def hearing(self, **webhook: Any) -> AsyncIterator[Inbox]:
        """Our web server, its address saved in the console."""
        async with served(Starlette(routes=self.channel.routes(self.inbox.receive))) as url:
            self.webhook = f"{url}/zalo/oa/webhook"
            assert await self.oa.webhook.save(self.webhook)
            for name, value in webhook.items():
                setattr(self.oa.webhook, name, value)
            yield self.inbox

    def met(self, person: Any) -> None:
        """The person is known here, and was heard just now."""
        with self.database.transaction() as session:
            chats.meet(session, "zalo_oa", person.id, self.clock.now(), group=False)

    @property
    def alarms(self) -> list[str]:
        return [code for code, _ in self.rung]


def make_channel(
    settings: ZaloOa, database: Database, clock: Clock, rung: list[tuple[str, str]], key_file: Path
) -> ZaloOaChannel:
    async def ring(_: str, code: str, sentence: str) -> None:
        rung.append((code, sentence))

    sealer = Sealer("", key_file)
    return ZaloOaChannel(settings, database, sealer, clock, HOURS, "https://loa.example.vn", ring, waits=QUICK)


@asynccontextmanager
async def office(
    folder: Path,
    settings: dict[str, Any] | None = None,
    database: Database | None = None,
    real: Clock | None = None,
    **fake: Any,
) -> AsyncIterator[Office]:
    """Seeded with the pair in force, unless ``settings`` say otherwise. ``real``: a clock instead of the hand."""
    moved, clock = hand()
    clock = real or clock
    async with FakeZaloOa(**({"clock": clock.now, "monotonic": monotonic} | fake)) as oa:
        known: dict[str, Any] = {
            "enabled": True, "app_id": oa.app_id, "app_secret": SecretStr(oa.app_secret), "oa_id": oa.oa_id,
            "oa_secret_key": SecretStr(oa.oa_secret), "access_token": SecretStr(oa.access_token),
            "refresh_token": SecretStr(oa.refresh_token), "api_base": oa.base_url, "oauth_base": oa.oauth_url,
            "business_base": oa.business_url, "file_hosts": ("127.0.0.1",),
        }  # fmt: skip
        made, rung = ZaloOa(**(known | (settings or {}))), list[tuple[str, str]]()
        database = database or fresh_database(folder)
        channel = make_channel(made, database, clock, rung, folder / "key")
        try:
            yield Office(oa, database, moved, clock, channel, made, rung, folder)
        finally:
            await channel.close()
            database.close()


def part(to: Any, text: str = "", **more: Any) -> Part:
    """``to``: a person or a group of the fake."""
    return Part(**({"key": "thong-bao-1", "to": to.id, "group": hasattr(to, "members"), "text": text} | more))
