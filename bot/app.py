"""The only place where things are wired.

Commands come here for the channels alone, so what only a running process needs is imported where it is made.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sqlmodel import Session

from bot import logs
from bot.accounts import Account, name_of
from bot.alarms import Alarms
from bot.channels.contract import Channel, Forgets, Mounted, Remembers
from bot.core import Core, delivery_rules
from bot.delivery.pace import Gate, Pace
from bot.delivery.reconciling import take_echo
from bot.delivery.sender import Sender
from bot.reaching import reach_of, reaches_now
from bot.settings import CHANNEL_WORDS
from bot.settings import Pace as PaceSettings
from bot.turns import Turns
from campaign import rules
from handlers.context import House
from storage.leadership import claims_on

if TYPE_CHECKING:
    from bot.channels.webchat import DemoDoor
    from bot.channels.zalo_bot.channel import ZaloBotChannel
    from bot.inbox import Inbox
    from bot.process import Process
    from bot.web import QuietServer


def make_channels(
    core: Core, doors: Callable[[], list[DemoDoor]] | None = None, alarms: Alarms | None = None
) -> dict[str, Channel]:
    """The channels that are switched on, each imported only for those who use it. Adding a platform is one more line
    here.
    """
    from bot import places
    from bot.channels.webchat import WebChatChannel

    settings = core.settings
    web = WebChatChannel(
        core.database, core.media, core.clock, core.hours, settings.web, places.rooms, places.name_of,
        federation=settings.federation.name, thumbs=_thumbs(core), demo_links=doors,
    )  # fmt: skip
    channels: list[Channel] = [web]
    if settings.telegram.enabled:
        from bot.channels.telegram.channel import TelegramChannel

        channels.append(TelegramChannel(settings.telegram, core.clock, settings.web.public_url))
    if settings.zalo_oa.enabled:
        from bot.channels.zalo_oa.channel import ZaloOaChannel, only_log
        from storage.sealing import sealer_for

        sealer = sealer_for(settings.secrets.key.get_secret_value(), core.database)
        ring = alarms.ring if alarms is not None else only_log
        channels.append(
            ZaloOaChannel(
                settings.zalo_oa, core.database, sealer, core.clock, core.hours, settings.web.public_url, ring
            )
        )
    if settings.zalo_bot.enabled:
        channels.append(zalo_bot(core, alarms))
    for channel in channels:
        logs.hide(*channel.secrets())
    return {channel.name: channel for channel in channels}


def zalo_bot(core: Core, alarms: Alarms | None = None) -> ZaloBotChannel:
    from bot.channels.zalo_bot.channel import Surroundings, ZaloBotChannel
    from storage.sealing import sealer_for

    web, ring = core.settings.web, alarms.ring if alarms else None
    sealer = sealer_for(core.settings.secrets.key.get_secret_value(), core.database)
    around = Surroundings(
        core.database, core.media.path, core.clock, web.public_url, partial(sealer.derived, "links"), ring
    )
    return ZaloBotChannel(core.settings.zalo_bot, around)


def quotas(core: Core) -> list[str]:
    """What has been used of limited quotas, a line for each."""
    settings = core.settings.zalo_bot
    if not settings.enabled:
        return []
    from bot.channels.zalo_bot.quota import Quota, account_of

    account = account_of(settings.token.get_secret_value().strip())
    return [Quota(settings.monthly_quota, account, core.database, core.clock).line]


def missing_channel(core: Core) -> str | None:
    """What stands in the way of a channel that is switched on, in a sentence; None when nothing does."""
    settings = core.settings
    oa = settings.zalo_oa
    if oa.enabled and not (oa.app_id and oa.app_secret.get_secret_value()):
        return "Zalo OA đang bật nhưng chưa có ứng dụng. Hãy đặt [zalo_oa] app_id và LOA_ZALO_OA__APP_SECRET."
    if oa.enabled and not (oa.oa_id or _signed_in_oa(core)):
        return "Zalo OA đang bật nhưng chưa biết là OA nào. Hãy chạy: loa zalo login, hoặc đặt [zalo_oa] oa_id."
    if settings.zalo_bot.enabled and not settings.zalo_bot.token.get_secret_value():
        return "Bot Zalo đang bật nhưng chưa có token. Hãy đặt LOA_ZALO_BOT__TOKEN."
    if settings.telegram.enabled and not settings.telegram.token.get_secret_value():
        return "Telegram đang bật nhưng chưa có token. Hãy đặt LOA_TELEGRAM__TOKEN."
    return None


def _signed_in_oa(core: Core) -> str:
    from bot.channels.zalo_oa.channel import known_oa

    return known_oa(core.database)


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

    def door(channel: str) -> str | None:
        found = channels.get(channel)
        return found.link("") if found is not None and not found.abilities.group_photos else None

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
        can_react=lambda channel: channel in channels and channels[channel].abilities.can_react,
        can_edit=lambda channel: channel in channels and channels[channel].abilities.can_edit,
        channel_words=lambda channel: CHANNEL_WORDS.get(channel, channel),
        remembers=lambda name: isinstance(channels.get(name), Remembers),
        arrived=partial(take_echo, channels=channels, open_media=core.media.path, speed=core.clock.speed),
        door=door,
        address=core.settings.web.public_url.rstrip("/"),
    )


def links(channels: dict[str, Channel], code: str) -> dict[str, str]:
    """The addresses that bring somebody in with ``code``, by channel."""
    return {name: link for name, channel in channels.items() if (link := channel.link(code))}


def pace_of(settings: PaceSettings) -> Pace:
    return Pace(settings.per_second, settings.per_chat, settings.per_group_minute)


def make_app(core: Core, doors: Callable[[], list[DemoDoor]] | None = None) -> Process:
    from bot.fetcher import Fetcher
    from bot.inbox import Inbox
    from bot.process import Process
    from bot.reading import Reader
    from bot.scheduler import Scheduler
    from handlers import router

    alarms = Alarms(core.database, core.clock)
    channels = make_channels(core, doors, alarms)
    house = alarms.house = make_house(core, channels)
    core.database.info[rules.NAME] = replace(
        delivery_rules(core.settings), reaches=reaches_now(house.reach, core.clock), can=partial(_can, channels)
    )
    turns = Turns(claims_on(core.database))
    accounts = [make_account(core, channel, turns, alarms) for channel in channels.values()]

    def poke() -> None:
        for account in accounts:
            account.sender.poke()

    alarms.after = poke
    inbox = Inbox(
        core.database,
        core.clock,
        handle=partial(_with_house, router.handle, house),
        sorry=partial(_with_house, router.apologise, house),
        after=poke,
    )
    return Process(
        core=core,
        turns=turns,
        accounts=accounts,
        inbox=inbox,
        fetcher=Fetcher(core.database, core.media, channels, core.clock, core.settings.zone, turns, alarms.ring),
        reader=Reader(core.database, core.media, channels, core.clock, house, poke, turns=turns),
        scheduler=Scheduler(core.database, core.clock, house, poke),
        server=_server(core, channels, inbox, _demo_hosts(core) if doors else []),
    )


def _server(core: Core, channels: dict[str, Channel], inbox: Inbox, hosts: list[str]) -> QuietServer:
    """``hosts``: the only names it answers to, when given."""
    from bot.web import make_server, make_web

    server: QuietServer
    mounted = [
        route
        for channel in channels.values()
        if isinstance(channel, Mounted)
        for route in channel.routes(inbox.receive)
    ]
    web = make_web(mounted, is_ready=lambda: server.started, hosts=hosts)
    server = make_server(web, core.settings.web.host, core.settings.web.port)
    return server


def make_account(core: Core, channel: Channel, turns: Turns, alarms: Alarms) -> Account:
    sender = Sender(
        core.database,
        channel,
        Gate(pace_of(getattr(core.settings.pace, channel.name))),
        core.clock,
        core.hours,
        core.media.path,
        alarms.ring,
        may_speak=partial(turns.holds, name_of(channel)),
    )
    return Account(channel, sender, turns)


def _can(channels: dict[str, Channel], channel: str, deed: str) -> bool:
    return channel in channels and bool(getattr(channels[channel].abilities, f"can_{deed}"))


def _demo_hosts(core: Core) -> list[str]:
    """The doors of the demo ask for no password, so a page elsewhere must not reach them under a name of its own."""
    web = core.settings.web
    if web.host not in ("127.0.0.1", "localhost", "::1"):
        return []  # somebody opened the demo to a network on purpose
    return ["127.0.0.1", "localhost", "[::1]", *filter(None, [urlsplit(web.public_url).hostname])]


def _with_house(handle: Callable[..., None], house: House, *event: Any) -> None:
    handle(*event, house)
