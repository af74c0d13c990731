"""The rules of reach of all channels behind one question, with what our own rows know of each chat."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlmodel import Session

from bot.channels.contract import Channel, Rations, Reaches, Recipient
from bot.clock import Clock
from campaign.work.reach import Reach, ReachOf, Way
from storage import outbox
from storage.models import Chat

SWITCHED_OFF = "Kênh nhắn tin của người này đang tắt."


def reach_of(channels: Mapping[str, Channel]) -> ReachOf:
    """Whom the channels that are switched on reach. Asks no network."""

    def reach(session: Session, chats: Sequence[Chat], at: datetime) -> list[Reach]:
        limited = [chat.id for chat in chats if isinstance(channels.get(chat.channel), Reaches) and chat.id]
        said = outbox.said_since_heard(session, limited)
        found = [_of_chat(channels.get(chat.channel), chat, said.get(chat.id or 0, 0), at) for chat in chats]
        return _rationed(channels, chats, found, at)

    return reach


def _rationed(
    channels: Mapping[str, Channel], chats: Sequence[Chat], found: Sequence[Reach], at: datetime
) -> list[Reach]:
    """A month's messages do not suffice for all: who comes first in the list is reached, the others are not."""
    left: dict[str, int | None] = {}
    rationed = []
    for chat, reach in zip(chats, found, strict=True):
        channel = channels.get(chat.channel)
        if reach.way is not Way.NONE and isinstance(channel, Rations):
            some = left[chat.channel] = left[chat.channel] if chat.channel in left else channel.left(at)
            if some is not None:
                reach = reach if some > 0 else Reach(Way.NONE, reason=channel.used_up(at))
                left[chat.channel] = some - 1
        rationed.append(reach)
    return rationed


def _of_chat(channel: Channel | None, chat: Chat, said: int, at: datetime) -> Reach:
    group = chat.kind == "group"
    if channel is None:
        return Reach(Way.NONE, reason=SWITCHED_OFF)
    if isinstance(channel, Reaches):
        return channel.reach(Recipient(chat.external_id, group, chat.heard_at, said), at)
    return Reach(Way.GROUP if group else Way.FREE)


def reaches_now(reach: ReachOf, clock: Clock) -> Callable[[Session, Sequence[Chat]], list[bool]]:
    """For the choice between the channels of a person: whether each chat can be written to at this moment."""

    def reaches(session: Session, chats: Sequence[Chat]) -> list[bool]:
        return [found.way is not Way.NONE for found in reach(session, chats, clock.now())]

    return reaches
