"""The first day with real credentials: what has been proved, and what to try next.

What the tables show is remembered as a fact of the account, because the inbox forgets what people wrote.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from bot.channels.contract import Channel, Proof, Proves, Seen
from storage import grants
from storage.database import Database
from storage.models import Incoming, Item, Outgoing
from storage.models.messages import OutgoingState

FACT = "first_day"
LOOKED_AT = 3000  # newest rows: a first day has few, and what was seen once is remembered


async def first_day(channel: Channel, database: Database, now: datetime) -> list[Proof]:
    """The channel's checklist, with what an operator has confirmed by hand; empty for a channel that has none."""
    if not isinstance(channel, Proves):
        return []
    seen, confirmed = await database.write(remembered, channel.name, channel.account, now)
    return [_confirmed(proof, confirmed) for proof in await channel.first_day(seen)]


def _confirmed(proof: Proof, confirmed: dict[str, str]) -> Proof:
    day = confirmed.get(proof.key) if proof.by_hand else None
    return replace(proof, state="proved", found=f"đã xác nhận ngày {day}") if day else proof


def confirm(session: Session, channel: str, account: str, key: str, day: str, now: datetime) -> None:
    """The operator tried it and saw it work."""
    known = _fact(session, channel, account)
    value = known | {"confirmed": known.get("confirmed", {}) | {key: day}}
    grants.note_fact(session, channel, account, FACT, value, now)


def remembered(session: Session, channel: str, account: str, now: datetime) -> tuple[Seen, dict[str, str]]:
    """What was ever seen, together with what the tables show now; and what was confirmed by hand."""
    known = _fact(session, channel, account)
    before = set(known.get("seen", []))
    seen = before | set(traces(session, channel, account))
    if seen != before:
        grants.note_fact(session, channel, account, FACT, known | {"seen": sorted(seen)}, now)
    return frozenset(seen), dict(known.get("confirmed", {}))


def _fact(session: Session, channel: str, account: str) -> dict[str, Any]:
    row = grants.fact(session, channel, account, FACT)
    return dict(row.value) if row is not None else {}


def traces(session: Session, channel: str, account: str) -> Iterator[str]:
    """Names of everything the newest rows bear witness to."""
    came = select(Incoming.payload).where(Incoming.channel == channel, Incoming.account == account)
    for payload in session.exec(came.order_by(col(Incoming.id).desc()).limit(LOOKED_AT)):
        yield from _heard(payload)
    left = select(Outgoing.message, Outgoing.group, Outgoing.push_id).where(Outgoing.channel == channel)
    left = left.where(Outgoing.state == OutgoingState.SENT).order_by(col(Outgoing.id).desc()).limit(LOOKED_AT)
    for message, group, push in session.exec(left):
        yield from _sent(message, group)
        if push is not None:
            yield "push"
    fetched = select(Item.id).where(Item.channel == channel, col(Item.sha256).is_not(None)).limit(1)
    if session.exec(fetched).first() is not None:
        yield "fetched"


def _heard(payload: Mapping[str, Any]) -> Iterator[str]:
    kind = payload.get("kind", "")
    if kind and kind != "message":
        yield f"heard.{kind}"
    if kind != "message":
        return
    where = "group" if payload.get("group") else "private"
    media = payload.get("media") or []
    if not media and payload.get("text"):
        yield f"heard.{where}.text"
    for item in media:
        yield f"heard.{where}.{item.get('kind', '')}"
    if media and payload.get("text"):
        yield f"heard.{where}.caption"
    if len(media) > 1 or payload.get("album"):
        yield f"heard.{where}.album"


def _sent(message: Mapping[str, Any], group: bool) -> Iterator[str]:
    where = "group" if group else "private"
    for part, name in (("photos", "photo"), ("files", "file"), ("choices", "choices"), ("reacts", "reaction")):
        if message.get(part):
            yield f"sent.{where}.{name}"
    if message.get("text"):
        yield f"sent.{where}.text"
