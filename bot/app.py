"""The only place where things are wired, and the order in which they start and stop."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from bot import demo_clock, logs, places
from bot.alarms import Alarms
from bot.channels.contract import Channel, Forgets, Mounted, Remembers
from bot.channels.webchat import DemoDoor, WebChatChannel
from bot.core import Core, delivery_rules
from bot.delivery.pace import Gate, Pace
from bot.delivery.reconciling import take_echo
from bot.delivery.sender import Sender
from bot.fetcher import Fetcher
from bot.inbox import Inbox
from bot.reaching import reach_of, reaches_now
from bot.reading import Reader
from bot.scheduler import Scheduler
from bot.settings import CHANNEL_WORDS
from bot.settings import Pace as PaceSettings
from bot.web import QuietServer, make_server, make_web
from campaign import rules
from handlers import router
from handlers.context import House
from storage.leadership import Leadership
from storage.sealing import sealer_for

log = structlog.get_logger()
HANDLERS_SECONDS = 4.0
IN_FLIGHT_SECONDS = 4.0
STANDBY_SECONDS = 1.0
KNOWN_CHANNELS = ("webchat", "telegram", "zalo_oa")


def make_channels(
    core: Core, doors: Callable[[], list[DemoDoor]] | None = None, alarms: Alarms | None = None
) -> dict[str, Channel]:
    """The channels that are switched on. Adding a platform is one more line here."""
    settings = core.settings
    web = WebChatChannel(
        core.database, core.media, core.clock, core.hours, settings.web, places.rooms, places.name_of,
        federation=settings.federation.name, thumbs=_thumbs(core), demo_links=doors,
    )  # fmt: skip
    channels: list[Channel] = [web]
    if settings.telegram.enabled:
        from bot.channels.telegram.channel import TelegramChannel  # a second to import: only for those who use it

        channels.append(TelegramChannel(settings.telegram, core.clock, settings.web.public_url))
    if settings.zalo_oa.enabled:
        from bot.channels.zalo_oa.channel import ZaloOaChannel, only_log

        sealer = sealer_for(settings.secrets.key.get_secret_value(), core.database)
        ring = alarms.ring if alarms is not None else only_log
        channels.append(
            ZaloOaChannel(
                settings.zalo_oa, core.database, sealer, core.clock, core.hours, settings.web.public_url, ring
            )
        )
    for channel in channels:
        logs.hide(*channel.secrets())
    return {channel.name: channel for channel in channels}


def missing_channel(core: Core) -> str | None:
    """What stands in the way of a channel that is switched on, in a sentence; None when nothing does."""
    settings = core.settings
    for name, section in (("zalo_bot", settings.zalo_bot),):
        if section.enabled:
            return f"Bản này chưa có kênh {name}. Hãy đặt [{name}] enabled = false."
    oa = settings.zalo_oa
    if oa.enabled and not (oa.app_id and oa.app_secret.get_secret_value()):
        return "Zalo OA đang bật nhưng chưa có ứng dụng. Hãy đặt [zalo_oa] app_id và LOA_ZALO_OA__APP_SECRET."
    if settings.telegram.enabled and not settings.telegram.token.get_secret_value():
        return "Telegram đang bật nhưng chưa có token. Hãy đặt LOA_TELEGRAM__TOKEN."
    return None


def _thumbs(core: Core) -> Path:
    beside = core.database.file
    return (beside.parent if beside else Path("data")) / "thumbs"


def make_house(core: Core, channels: dict[str, Channel]) -> House:
    federation = core.settings.federation

    def limit(channel: str) -> int:
        return channels[channel].abilities.download_bytes if channel in channels else 0

    def forget(session: Session, channel: str, user: str) -> None:
        if isinstance(keeper := channels.get(channel), Forgets):
            keeper.forget(session, user)

    return House(
        name=federation.name,
        short_name=federation.short_name,
        you=federation.address_form,
        hours=core.hours,
        soon=core.clock.after,
        links=partial(links, channels),
        download_limit=limit,
        forget=forget,
        reach=reach_of(channels),
        can_edit=lambda channel: channel in channels and channels[channel].abilities.can_edit,
        channel_words=lambda channel: CHANNEL_WORDS.get(channel, channel),
        remembers=lambda name: isinstance(channels.get(name), Remembers),
        arrived=partial(take_echo, channels=channels, open_media=core.media.path, speed=core.clock.speed),
    )


def links(channels: dict[str, Channel], code: str) -> dict[str, str]:
    """The addresses that bring somebody in with ``code``, by channel."""
    return {name: link for name, channel in channels.items() if (link := channel.link(code))}


def pace_of(settings: PaceSettings) -> Pace:
    return Pace(settings.per_second, settings.per_chat, settings.per_group_minute)


@dataclass
class App:
    """One process: its web server always answers; only the leader listens, handles, sends and keeps time."""

    core: Core
    channels: dict[str, Channel]
    inbox: Inbox
    senders: list[Sender]
    fetcher: Fetcher
    reader: Reader
    scheduler: Scheduler
    leadership: Leadership
    server: QuietServer

    def __post_init__(self) -> None:
        self.broken = False  # stopped because a part died: a supervisor should start it again
        self._stop = asyncio.Event()
        self._tasks: list[asyncio.Task[Any]] = []

    async def run(self, started: Callable[[], None]) -> None:
        """Serve until SIGTERM or SIGINT. ``started`` is called once the web server listens."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        serving = asyncio.create_task(self._serve())
        try:
            while not self.server.started and not serving.done():  # noqa: ASYNC110  (uvicorn has no event for it)
                await asyncio.sleep(0.02)
            if not serving.done():
                started()
                await self._lead_when_possible()
        finally:
            await self._drain(serving)

    async def _serve(self) -> None:
        try:
            await self.server.serve()
        finally:
            self._stop.set()

    async def _lead_when_possible(self) -> None:
        while not self._stop.is_set():
            if await asyncio.to_thread(self.leadership.acquire):
                log.info("leader")
                self._start_work()
                await self._until_stopped_or_dethroned()
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), STANDBY_SECONDS)

    def _start_work(self) -> None:
        self.scheduler.start()
        work = [self.inbox.run(), self.fetcher.run(), self.reader.run(), self._keep_clock()]
        work += [sender.run() for sender in self.senders]
        work += [channel.listen(self.inbox.receive) for channel in self.channels.values()]
        self._tasks = [asyncio.create_task(coroutine) for coroutine in work]
        for task in self._tasks:
            task.add_done_callback(self._task_ended)

    def _task_ended(self, task: asyncio.Task[Any]) -> None:
        """A part that dies takes the process with it: a supervisor restarts all of it, half a loop helps nobody."""
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("part.died", error=repr(error))
            self.broken = True
            self._stop.set()

    async def _until_stopped_or_dethroned(self) -> None:
        while not self._stop.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), STANDBY_SECONDS)
            if not await asyncio.to_thread(self.leadership.still_held):
                log.error("leadership.lost")
                self.broken = True
                return

    async def _keep_clock(self) -> None:
        """Only the demo has a clock to keep. A database that is busy for a while must not end the program."""
        kept = True
        while kept:
            with suppress(SQLAlchemyError):
                kept = await self.core.database.read(demo_clock.is_kept)
                await self.core.database.write(demo_clock.remember, self.core.clock)
            await asyncio.sleep(1)

    async def _drain(self, serving: asyncio.Task[None]) -> None:
        """Hear no more, finish what is being handled, let requests in flight end, then close: within ten seconds."""
        self.scheduler.stop()
        self.fetcher.drain()
        self.reader.drain()
        await self.inbox.drain(HANDLERS_SECONDS)
        await asyncio.gather(*(sender.drain(IN_FLIGHT_SECONDS) for sender in self.senders))
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(channel.close() for channel in self.channels.values()), return_exceptions=True)
        self.server.should_exit = True
        await asyncio.gather(serving, return_exceptions=True)
        self.leadership.release()
        log.info("stopped")


def make_app(core: Core, doors: Callable[[], list[DemoDoor]] | None = None) -> App:
    alarms = Alarms(core.database, core.clock)
    channels = make_channels(core, doors, alarms)
    house = alarms.house = make_house(core, channels)
    core.database.info[rules.NAME] = replace(
        delivery_rules(core.settings), reaches=reaches_now(house.reach, core.clock)
    )
    senders = [
        Sender(
            core.database,
            channel,
            Gate(pace_of(getattr(core.settings.pace, name))),
            core.clock,
            core.hours,
            core.media.path,
            alarms.ring,
        )
        for name, channel in channels.items()
    ]

    def poke() -> None:
        for sender in senders:
            sender.poke()

    alarms.after = poke
    inbox = Inbox(
        core.database,
        core.clock,
        handle=partial(_with_house, router.handle, house),
        sorry=partial(_with_house, router.apologise, house),
        after=poke,
    )
    app: App
    mounted = [
        route
        for channel in channels.values()
        if isinstance(channel, Mounted)
        for route in channel.routes(inbox.receive)
    ]
    settings = core.settings.web
    web = make_web(mounted, is_ready=lambda: app.server.started, hosts=_demo_hosts(core) if doors else ())
    app = App(
        core=core,
        channels=channels,
        inbox=inbox,
        senders=senders,
        fetcher=Fetcher(core.database, core.media, channels, core.clock, core.settings.zone),
        reader=Reader(core.database, core.media, channels, core.clock, house, poke),
        scheduler=Scheduler(core.database, core.clock, house, poke),
        leadership=Leadership(core.database),
        server=make_server(web, settings.host, settings.port),
    )
    return app


def _demo_hosts(core: Core) -> list[str]:
    """The doors of the demo ask for no password, so a page elsewhere must not reach them under a name of its own."""
    web = core.settings.web
    if web.host not in ("127.0.0.1", "localhost", "::1"):
        return []  # somebody opened the demo to a network on purpose
    return ["127.0.0.1", "localhost", "[::1]", *filter(None, [urlsplit(web.public_url).hostname])]


def _with_house(handle: Callable[..., None], house: House, *event: Any) -> None:
    handle(*event, house)
