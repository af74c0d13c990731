"""The Telegram channel: one bot account."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import structlog
from telegram import Bot, BotCommand, Update
from telegram.error import TelegramError

from bot.channels.contract import Outcome, Part, Proof, Receive, Seen, Sent
from bot.channels.envelope import STAND_IN, Envelope
from bot.channels.hook import Hear
from bot.channels.patience import Patience
from bot.channels.telegram import doctor, firstday
from bot.channels.telegram.download import fetch
from bot.channels.telegram.events import ALLOWED_UPDATES, NAME, Me, Reader
from bot.channels.telegram.limits import ABILITIES, Waits
from bot.channels.telegram.outcomes import Outcomes
from bot.channels.telegram.polling import poll
from bot.channels.telegram.request import ApiError, CarefulRequest
from bot.channels.telegram.sending import deliver
from bot.channels.telegram.webhook import HOOK
from bot.clock import Clock
from bot.settings import Telegram

log = structlog.get_logger()
LINK_CODE = re.compile(r"[A-Za-z0-9_-]{1,64}")  # what Telegram passes on after ?start=
HOME = BotCommand("start", "Trang chủ")


class TelegramChannel:
    """Implements ``Channel``, ``Checks`` and ``Mounted`` of the contract."""

    name = NAME
    abilities = ABILITIES

    def __init__(self, settings: Telegram, clock: Clock, public_url: str, *, waits: Waits | None = None) -> None:
        self._settings, self._clock, self._waits = settings, clock, waits or Waits()
        self._token = settings.token.get_secret_value().strip()
        self._secret = settings.webhook_secret.get_secret_value() or HOOK.secret(self._token)
        self._address = public_url.rstrip("/") + HOOK.path
        self.account = self._token.partition(":")[0]
        base = settings.api_base.rstrip("/")
        self._envelope = Envelope(self._token, settings.proxy)
        self._request = CarefulRequest(self._envelope, self._waits)
        self._bot = Bot(
            STAND_IN,
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            request=self._request,
            get_updates_request=self._request,
        )
        self._files = httpx.AsyncClient(transport=self._envelope, timeout=self._waits.read)
        self._outcomes = Outcomes(clock)
        self._reader: Reader | None = None
        self._me: Me | None = None

    # Who we are

    @property
    def username(self) -> str:
        """Without the @; empty until ``prepare`` has succeeded."""
        return self._me.username if self._me else ""

    async def prepare(self) -> bool:
        """Learn the bot's name from Telegram, once. False, and a line in the log, when that was not possible."""
        try:
            await self._known()
        except TelegramError as error:
            log.warning("telegram.not_prepared", error=type(error.__cause__ or error).__name__)
            return False
        return True

    async def _known(self) -> Reader:
        if self._reader is None:
            self._me = await self._asked_who()
            self._reader = Reader(self._me)
        return self._reader

    async def _asked_who(self) -> Me:
        user = await self._bot.get_me()
        return Me(user.id, user.username or "", bool(user.can_read_all_group_messages))

    def link(self, code: str, *, group: bool = False) -> str:
        if not self.username or not LINK_CODE.fullmatch(code):
            return ""
        return f"https://t.me/{self.username}?{'startgroup' if group else 'start'}={code}"

    def secrets(self) -> list[str]:
        password = urlsplit(self._settings.proxy).password or ""
        named = [self._token, self._token.partition(":")[2], self._secret, password]
        return [secret for secret in named if secret]

    # Hearing

    async def listen(self, receive: Receive) -> None:
        await self._begin()
        if self._settings.mode == "poll":
            await poll(self._bot, self._waits, self._hearing(receive))
        else:
            await self._keep_webhook()

    async def _keep_webhook(self) -> None:
        """Telegram calls us; all there is to do is to notice when somebody else takes the bot away."""
        while True:
            await asyncio.sleep(self._waits.webhook_check)
            try:
                lost = (await self._bot.get_webhook_info()).url != self._address
            except TelegramError as error:
                log.warning("telegram.unreachable", error=type(error.__cause__ or error).__name__)
                continue
            if lost:
                log.error("telegram.webhook_lost", hint=doctor.OTHER_ADDRESS)
                await self._begin()

    def routes(self, receive: Receive) -> list[Any]:
        if self._settings.mode != "webhook":
            return []
        return [HOOK.route(self._secret, self._hearing(receive))]

    def _hearing(self, receive: Receive) -> Hear:
        """What polling and the webhook do with one raw update. Raises when it could not be stored."""

        async def hear(raw: dict[str, Any]) -> None:
            reader = await self._known()
            try:
                event = reader.read(Update.de_json(raw, None), self._clock.now())
            except (TypeError, ValueError, KeyError, AttributeError) as error:
                # Asking again would bring the same: one strange update must not make the bot deaf.
                log.error("telegram.unreadable", update=raw.get("update_id"), error=type(error).__name__)
                return
            if event is not None:
                await receive(event)

        return hear

    async def _begin(self) -> None:
        """Tell Telegram how we want to hear, however long it takes to reach it. Waiting updates are always kept."""
        patience = Patience(self._waits.first_pause, self._waits.longest_pause)
        while True:
            try:
                await self._known()
                await self._arrange()
                break
            except TelegramError as error:
                log.error("telegram.not_listening", hint=doctor.check_error(error), error=type(error).__name__)
                asked = error.retry_after if isinstance(error, ApiError) else 0
                await asyncio.sleep(max(patience.failed(), asked))
        await self._show_menu()

    async def _show_menu(self) -> None:
        """One entry behind the menu button. Its absence hinders nobody."""
        try:
            await self._bot.set_my_commands([HOME])
        except TelegramError as error:
            log.info("telegram.no_menu", error=type(error).__name__)

    async def _arrange(self) -> None:
        if self._settings.mode == "poll":
            await self._bot.delete_webhook(drop_pending_updates=False)
            return
        await self._bot.set_webhook(
            self._address,
            allowed_updates=list(ALLOWED_UPDATES),
            secret_token=self._secret,
            drop_pending_updates=False,
        )

    # Speaking and fetching

    async def send(self, part: Part) -> Outcome:
        try:
            ids = await deliver(self._bot, part)
        except Exception as error:
            return self._outcomes.of(error, part)
        self._outcomes.answered()
        return Sent(ids)

    async def download(self, ref: dict[str, Any], into: Path) -> None:
        await fetch(self._bot, self._files, ref, into)

    async def close(self) -> None:
        await self._request.shutdown()
        await self._files.aclose()

    # For the operator

    async def diagnose(self) -> list[str]:
        """Ends with a note about data abroad, unless the bot runs over a server of one's own."""
        found = doctor.check_settings(self._settings, self._address.removesuffix(HOOK.path))
        if not self._token:
            return found
        try:
            self._me = await self._asked_who()
            found += doctor.check_me(self._me)
            if self._settings.mode == "webhook":
                found += await doctor.check_webhook(self._bot, self._address)
        except TelegramError as error:
            found.append(doctor.check_error(error))
        return found + doctor.note(self._settings)

    async def first_day(self, seen: Seen) -> list[Proof]:
        known = (doctor.PRIVACY, doctor.ABROAD)  # lines of their own
        troubles = [line for line in await self.diagnose() if line not in known]
        return firstday.checklist(seen, self._me, troubles[0] if troubles else "")
