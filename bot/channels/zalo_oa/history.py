"""What the platform remembers of conversations: it makes up for webhooks that never came, and for lost answers.

There is no replay of events, only lists of recent messages, ten at a time and newest first. An item becomes the event
that the webhook would have brought, under the same id, so that it does no harm when the webhook comes after all.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog

from bot.channels.contract import Part
from bot.channels.zalo_oa.client import ApiError, NotSent, OaClient
from bot.channels.zalo_oa.errors import Act, any_rule
from bot.channels.zalo_oa.events import SAYABLE, Raw, moment
from bot.channels.zalo_oa.limits import PAGE, Waits
from bot.channels.zalo_oa.sending import spoken
from bot.clock import Clock
from campaign.text import clean

log = structlog.get_logger()
RECENT, TALK = "/v2.0/oa/listrecentchat", "/v2.0/oa/conversation"
GROUP_RECENT, GROUP_TALK = "/v3.0/oa/group/listrecentchat", "/v3.0/oa/group/conversation"
MOST_PAGES = 30  # of one list: three hundred messages of one talk in one outage
MARGIN = timedelta(seconds=5)  # what is stamped before it is answered
FROM_OA = "0"
T = TypeVar("T")
_NAMES = {"photo": "image", "voice": "audio", "links": "link", "nosupport": ""}  # a kind here → the webhook's word
_CARRIES = frozenset(("image", "gif", "audio", "video", "file", "link"))


@dataclass(frozen=True, slots=True)
class Item:
    """One message as a list shows it. ``kind`` in the words of the webhook; empty: one that cannot be rebuilt."""

    number: str
    at: datetime
    ours: bool
    kind: str
    text: str
    chat: str  # the person's or the group's id
    sender: str
    raw: Raw


class History:
    def __init__(self, client: OaClient, oa_id: str, clock: Clock, waits: Waits) -> None:
        self._client, self._oa, self._clock, self._waits = client, oa_id, clock, waits

    async def missed(self, since: datetime) -> AsyncIterator[Raw]:
        """Webhook events for what people said after ``since``, oldest first in each conversation.

        Raises what the client raises.
        """
        for group in (False, True):
            for chat in await self._or_nothing(self._talks(since, group), group):
                for item in reversed(await self._or_nothing(self._talk(chat, since, group), group)):
                    if not item.ours and item.kind:
                        yield self._event(item, group)

    async def _or_nothing(self, listed: AsyncIterator[T], group: bool) -> list[T]:
        """All of a list; nothing where the account has no right to it (no groups, or not this one any more)."""
        try:
            return [one async for one in listed]
        except ApiError as error:
            if not group or any_rule(error.code).act in (Act.MINUTE, Act.RENEW):
                raise
            log.info("zalo_oa.no_history", code=error.code)
            return []

    async def said(self, part: Part, since: datetime, others: Collection[str]) -> tuple[str, ...] | None:
        """As ``Remembers.said``: only a list that reaches back beyond ``since`` proves that nothing appeared.

        ``others``: ids of messages that are known to be something else, though they may say the same.
        """
        real = (self._clock.now() - since).total_seconds() / self._clock.speed
        if self._clock.speed != 1 or real < self._waits.settle:
            return None  # another clock than theirs, or too early to tell
        found, pages = [], _Pages()
        async for item in self._talk(part.to, since - MARGIN, part.group, pages):
            if item.ours and item.number not in others and _is_this(item, part):
                found.append(item.number)
        return tuple(found[-1:]) if found else () if pages.complete else None

    async def _talks(self, since: datetime, group: bool) -> AsyncIterator[str]:
        """Conversations in which something happened after ``since``, each once."""
        known: set[str] = set()
        async for item in self._listed(GROUP_RECENT if group else RECENT, {}, since, group, _Pages()):
            if item.chat and item.chat not in known:
                known.add(item.chat)
                yield item.chat

    async def _talk(self, chat: str, since: datetime, group: bool, pages: _Pages | None = None) -> AsyncIterator[Item]:
        path, whom = (GROUP_TALK, {"group_id": chat}) if group else (TALK, {"user_id": chat})
        async for item in self._listed(path, whom, since, group, pages or _Pages()):
            yield item

    async def _listed(
        self, path: str, whom: dict[str, str], since: datetime, group: bool, pages: _Pages
    ) -> AsyncIterator[Item]:
        """Page by page, newest first, down to ``since``, which is a moment of our clock."""
        for page in range(MOST_PAGES):
            asked: dict[str, Any] = {**whom, "offset": page * PAGE, "count": PAGE}
            rows = await self._ask(path, asked, group)
            down_to = since - self._ahead()
            items = [item for row in _rows(rows) if (item := self._item(row, group)) is not None]
            for item in items:
                if item.at > down_to:
                    yield item
            pages.complete = len(_rows(rows)) < PAGE or (bool(items) and min(item.at for item in items) <= down_to)
            if pages.complete:
                return

    def _ahead(self) -> timedelta:
        """By how much our clock is ahead of theirs, as the answer that has just come says. A server that is a minute
        ahead would else find every message older than its own request: nothing missed, and nothing arrived.
        """
        theirs = self._client.date
        if theirs is None or self._clock.speed != 1:
            return timedelta()
        return max(self._clock.now() - theirs, timedelta())

    async def _ask(self, path: str, asked: dict[str, Any], group: bool) -> Any:
        """At leisure, because people's answers need the same budget; when it is used up, after the pause."""
        await asyncio.sleep(self._waits.page)
        try:
            return await (self._client.get(path, **asked) if group else self._client.get(path, data=asked))
        except NotSent as error:
            if not error.seconds:
                raise
            await asyncio.sleep(error.seconds)
        return await (self._client.get(path, **asked) if group else self._client.get(path, data=asked))

    def _item(self, row: Raw, group: bool) -> Item | None:
        at = moment(str(row.get("time", "")), self._clock.now())
        number, ours = str(row.get("message_id") or ""), str(row.get("src")) == FROM_OA
        if at is None or not number:
            return None
        kind = str(row.get("type", "")).lower()
        kind = _NAMES.get(kind, kind)
        other = str(row.get("to_id" if ours else "from_id") or "")
        chat = str(row.get("group_id") or row.get("to_id") or "") if group else other
        words = row.get("message") or (row.get("description") if kind == "image" else "") or ""
        return Item(
            number, at, ours, kind if kind in SAYABLE else "", str(words), chat, str(row.get("from_id") or ""), row
        )

    def _event(self, item: Item, group: bool) -> Raw:
        message: Raw = {"msg_id": item.number, "text": item.text}
        if quoted := item.raw.get("quote_msg_id") or item.raw.get("quote_message_id"):
            message["quote_msg_id"] = str(quoted)
        if item.kind in _CARRIES:
            message["attachments"] = [{"type": item.kind, "payload": _payload(item.raw)}]
        return {
            "event_name": f"user_send_{'group_' if group else ''}{item.kind}", "oa_id": self._oa, "message": message,
            "sender": {"id": item.sender}, "recipient": {"id": item.chat if group else self._oa},
            "timestamp": str(round(item.at.timestamp() * 1000)),
        }  # fmt: skip


@dataclass(slots=True)
class _Pages:
    """Whether a list was read down to its goal."""

    complete: bool = False


def _rows(answer: Any) -> list[Raw]:
    """A bare list for people; groups may wrap it."""
    if isinstance(answer, dict):
        answer = next((value for value in answer.values() if isinstance(value, list)), [])
    return [row for row in answer if isinstance(row, dict)] if isinstance(answer, list) else []


def _payload(row: Raw) -> Raw:
    names = {"url": "url", "thumb": "thumbnail", "thumbnail": "thumbnail", "description": "description",
             "name": "name", "size": "size"}  # fmt: skip
    payload = {ours: row[theirs] for theirs, ours in names.items() if row.get(theirs)}
    links = row.get("links")
    if "url" not in payload and isinstance(links, list) and links and isinstance(links[0], dict):
        payload |= {key: links[0][key] for key in ("url", "description") if links[0].get(key)}
    return payload


def _is_this(item: Item, part: Part) -> bool:
    """The words decide; a picture without words is any picture without words, a file any file."""
    if part.file_path is not None:
        return item.kind == "file"
    if part.photos and item.kind not in ("image", "gif"):
        return False
    return clean(item.text) == clean(spoken(part.text))
