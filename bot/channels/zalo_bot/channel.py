"""The Zalo Bot channel: one bot account."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import structlog

from bot.channels.contract import Outcome, Part, Proof, Receive, Recipient, Seen, Sent
from bot.channels.hook import Hear
from bot.channels.zalo_bot import doctor, firstday
from bot.channels.zalo_bot.api import Api, ApiError, ForeignAnswer
from bot.channels.zalo_bot.download import Files
from bot.channels.zalo_bot.events import Me, Reader, message_of, photos_of, unwrapped
from bot.channels.zalo_bot.facts import SHAPE, Learnt
from bot.channels.zalo_bot.limits import ABILITIES, NAME, Waits
from bot.channels.zalo_bot.links import Links
from bot.channels.zalo_bot.outcomes import Outcomes
from bot.channels.zalo_bot.pictures import Pictures
from bot.channels.zalo_bot.polling import poll
from bot.channels.zalo_bot.quota import Quota, Ring, account_of
from bot.channels.zalo_bot.sending import Speaker
from bot.channels.zalo_bot.showing import Showing
from bot.channels.zalo_bot.troubles import TAKEN, Troubles
from bot.channels.zalo_bot.webhook import HOOK
from bot.clock import Clock
from bot.settings import ZaloBot
from campaign.work.reach import Reach
from storage.database import Database

log = structlog.get_logger()


@dataclass(frozen=True)
class Surroundings:
    """What the channel needs of the house. ``key`` signs links; ``ring`` tells the admins, None in a command."""

    database: Database
    open_media: Callable[[str], Path]
    clock: Clock
    public_url: str
    key: Callable[[], bytes]
    ring: Ring | None = None


class ZaloBotChannel:
    """Implements ``Channel``, ``Checks``, ``Mounted``, ``Reaches`` and ``Rations`` of the contract."""

    name = NAME
    abilities = ABILITIES

    def __init__(self, settings: ZaloBot, around: Surroundings, *, waits: Waits | None = None) -> None:
        self._settings, self._around, self._waits = settings, around, waits or Waits()
        self._token = settings.token.get_secret_value().strip()
        self._secret = settings.webhook_secret.get_secret_value() or HOOK.secret(self._token)
        self._address = around.public_url.rstrip("/") + HOOK.path
        self.account = account_of(self._token)
        self._api = Api(self._token, settings.api_base, self._waits)
        self._files = Files(settings.file_hosts, self._waits)
        self._reader = Reader(self.account)
        self._learnt = Learnt(around.database, around.clock, self.account)
        self.quota = Quota(settings.monthly_quota, self.account, around.database, around.clock, around.ring)
        self._outcomes = Outcomes(around.clock, self.quota, self._waits)
        self._troubles = Troubles(self._waits, around.ring)
        links, pictures = Links(around.public_url, around.key, around.clock), Pictures()
        self._speaker = Speaker(self._api, links, pictures, around.public_url, self._waits)
        self._showing = Showing(links, around.database, around.open_media, pictures)

    def link(self, code: str, *, group: bool = False) -> str:
        """The bot's own chat: the platform passes no code on, people type it there."""
        return "" if group else self._settings.link

    def secrets(self) -> list[str]:
        named = [self._token, self._token.partition(":")[2], self._secret]
        return [secret for secret in named if secret]

    # Hearing

    async def listen(self, receive: Receive) -> None:
        await self._begin()
        if self._settings.mode == "poll":
            await poll(self._api, self._troubles, self._hearing(receive))
        else:
            await self._keep_webhook()

    async def _begin(self) -> None:
        """However long it takes to reach the platform. Polling deletes no webhook: it may be somebody's."""
        while True:
            try:
                await self._introduce()
                if self._settings.mode == "webhook":
                    await self._hook()
                return self._troubles.passed()
            except (ApiError, ForeignAnswer, httpx.HTTPError) as error:
                await asyncio.sleep(await self._troubles.failed(error))

    async def _introduce(self) -> None:
        if self._reader.me is None:
            self._reader.me = Me.of(await self._api.call("getMe"))

    async def _hook(self) -> None:
        await self._api.call("setWebhook", {"url": self._address, "secret_token": self._secret})

    async def _keep_webhook(self) -> None:
        """The platform calls us; all there is to do is to notice when somebody else takes the bot away."""
        while True:
            await asyncio.sleep(self._waits.webhook_check)
            try:
                lost = await self._api.webhook() != self._address
            except (ApiError, ForeignAnswer, httpx.HTTPError) as error:
                await self._troubles.failed(error)
                continue
            self._troubles.passed()
            if lost:
                log.error("zalo_bot.webhook_lost")
                await self._troubles.call("taken", TAKEN)
                await self._begin()

    def routes(self, receive: Receive) -> list[Any]:
        hears = self._settings.mode == "webhook"
        return [*self._showing.routes(), *([HOOK.route(self._secret, self._hearing(receive))] if hears else [])]

    def _hearing(self, receive: Receive) -> Hear:
        """What polling and the webhook do with one raw update. Raises when it could not be stored."""

        async def hear(raw: dict[str, Any]) -> None:
            await self._try_to_introduce()
            try:
                events = self._reader.read(raw, self._around.clock.now())
            except (TypeError, ValueError, KeyError, AttributeError, RecursionError) as error:
                # It would not become readable by coming again: one strange update must not make the bot deaf.
                log.error("zalo_bot.unreadable", error=type(error).__name__, name=str(raw.get("event_name"))[:60])
                return
            for event in events:
                await receive(event)
            if events:
                await self._learn(raw, group=events[-1].group)

        return hear

    async def _try_to_introduce(self) -> None:
        """A webhook may call a process that has not met the platform yet. What it brings must neither be lost for that
        nor wait long: the platform gives up on who is slow to answer.
        """
        try:
            async with asyncio.timeout(self._waits.introduce):
                await self._introduce()
        except (ApiError, ForeignAnswer, httpx.HTTPError, TimeoutError) as error:
            log.warning("zalo_bot.nameless", error=type(error).__name__)

    async def _learn(self, raw: dict[str, Any], *, group: bool) -> None:
        """What reality shows about the points on which sources disagree."""
        message, way = message_of(raw), "wrapped" if unwrapped(raw) is not raw else "flat"
        if photos_of(message):
            field = next(name for name in ("photo_url", "photo") if message.get(name))
            await self._learnt.saw("group_photo" if group else "photo", field)
        by_webhook = self._settings.mode == "webhook"
        await self._learnt.saw("group" if group else "heard", way if by_webhook else "poll")
        if by_webhook:
            await self._learnt.saw(SHAPE, way)

    # Speaking and fetching

    async def send(self, part: Part) -> Outcome:
        if self.quota.is_closed and not part.toast:
            return self._outcomes.of_used_up()
        try:
            ids = await self._speaker.deliver(part)
        except Exception as error:
            return await self._outcomes.of(error, part)
        self._outcomes.answered()
        await self._note(part, len(ids))
        return Sent(ids)

    async def _note(self, part: Part, messages: int) -> None:
        await self.quota.accepted()
        await self.quota.sent(messages)
        if messages:
            await self._learnt.saw("sent_photo" if part.photos else "sent")
            await self._learnt.sent_to(part.to)

    def reach(self, recipient: Recipient, at: datetime) -> Reach:
        return self.quota.reach(recipient, at)

    def left(self, at: datetime) -> int | None:
        return self.quota.left(at)

    def used_up(self, at: datetime) -> str:
        return self.quota.used_up

    async def download(self, ref: dict[str, Any], into: Path) -> None:
        await self._files.fetch(ref, into)

    async def close(self) -> None:
        await self._api.close()
        await self._files.close()

    # For the operator

    async def diagnose(self) -> list[str]:
        found = doctor.check_settings(self._settings, self._around.public_url)
        if found:
            return found
        try:
            await self._introduce()
            found += await doctor.check_webhook(self._api, self._settings.mode, self._address)
        except (ApiError, ForeignAnswer, httpx.HTTPError) as error:
            found.append(doctor.check_error(error))
        found += doctor.check_key(self._around.key) + doctor.notes(self._settings, self._around.public_url)
        return found + await self._around.database.read(lambda session: self._standing(self._learnt.unproved(session)))

    async def first_day(self, seen: Seen) -> list[Proof]:
        troubles = [line for line in await self.diagnose() if not line.startswith(doctor.NOTE)]
        unproved = await self._around.database.read(self._learnt.unproved)
        shape = await self._around.database.read(self._learnt.shape) if self._settings.mode == "webhook" else None
        return firstday.checklist(seen, unproved, troubles[0] if troubles else "", self.quota.line, shape)

    def _standing(self, unproved: list[str]) -> list[str]:
        found = [doctor.QUOTA.format(line=self.quota.line)]
        return [*found, doctor.TRY.format(things="; ".join(unproved))] if unproved else found

    async def unhook(self) -> str:
        """Take the webhook away, whoever set it; the address it had. Raises what ``Api.call`` raises."""
        address = await self._api.webhook()
        if address:
            await self._api.call("deleteWebhook")
        return address
