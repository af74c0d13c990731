"""From an outbox row to the requests that are still to be made for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlmodel import Session, select

from bot.channels.contract import Abilities, Part
from bot.channels.split import parts_of
from campaign.message import Message
from storage.models import Outgoing

CANNOT = "Kênh này không {deed} được."


class Impossible(Exception):
    """The platform has no such deed, or the message it is about never arrived there. ``sentence`` says which."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def requests_for(
    session: Session, row: Outgoing, message: Message, abilities: Abilities, open_media: Callable[[str], Path]
) -> list[Part]:
    """The requests in their order. Raises Impossible, and what ``open_media`` raises."""
    if message.reacts:
        _demand(abilities.can_react, "bày tỏ cảm xúc")
        return [Part(key=row.key, to=row.to, group=row.group, reacts=message.reacts)]
    if message.lets_in or message.turns_away:
        _demand(abilities.can_admit, "duyệt người vào nhóm")
        return [Part(row.key, row.to, row.group, lets_in=message.lets_in, turns_away=message.turns_away)]
    if message.withdraws:
        _demand(abilities.can_delete, "thu hồi tin")
        ids = ids_of(session, message.withdraws)
        return [Part(key=f"{row.key}/{one}", to=row.to, group=row.group, deletes=one) for one in ids]
    if message.pins or message.unpins:
        _demand(abilities.can_pin, "ghim tin")
        first = ids_of(session, message.pins or message.unpins)[0]
        pins, unpins = (first, "") if message.pins else ("", first)
        return [Part(row.key, row.to, row.group, pins=pins, unpins=unpins)]
    parts = parts_of(row.key, row.to, message, abilities, open_media, group=row.group)
    if message.edits and abilities.can_edit and len(parts) == 1 and (earlier := _sent_ids(session, message.edits)):
        return [_as_edit(parts[0], earlier[-1])]
    return parts


def ids_of(session: Session, key: str) -> list[str]:
    """The platform's ids of the message that was queued under ``key``. Raises Impossible when there are none."""
    ids = _sent_ids(session, key)
    if not ids:
        raise Impossible("Tin trước chưa tới nơi này.")
    return ids


def _sent_ids(session: Session, key: str) -> list[str]:
    earlier = session.exec(select(Outgoing).where(Outgoing.key == key)).first()
    return list(earlier.external_ids) if earlier is not None else []


def _demand(able: bool, deed: str) -> None:
    if not able:
        raise Impossible(CANNOT.format(deed=deed))


def _as_edit(part: Part, external_id: str) -> Part:
    return Part(
        key=part.key, to=part.to, group=part.group, text=part.text, spans=part.spans, choices=part.choices,
        edits=external_id,
    )  # fmt: skip
