"""From an outbox row to the requests that are still to be made for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlmodel import Session, select

from bot.channels.contract import Abilities, Part
from bot.channels.split import parts_of
from campaign.message import Message
from storage.models import Outgoing

NOT_THERE = "Tin trước chưa tới nơi này."
TOO_LONG = "Tin cũ hoặc nội dung mới quá dài nên không sửa tại chỗ được."
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
    if message.edits and row.corrects_id is not None:
        return [_put_right(session, row, message, abilities, open_media)]
    parts = parts_of(row.key, row.to, message, abilities, open_media, group=row.group)
    if message.edits and abilities.can_edit and len(parts) == 1 and (earlier := _sent_ids(session, message.edits)):
        return [_as_edit(parts[0], earlier[-1])]
    return parts


def _put_right(
    session: Session, row: Outgoing, message: Message, abilities: Abilities, open_media: Callable[[str], Path]
) -> Part:
    """The request that puts new words into an earlier message, where it stands. Raises Impossible: then it is said in
    another way, never as a message that looks like a second announcement."""
    _demand(abilities.can_edit, "sửa tin")
    ids, earlier = ids_of(session, message.edits), _row_of(session, message.edits)
    if earlier is None or not earlier.message:
        raise Impossible(NOT_THERE)
    old = parts_of(earlier.key, row.to, Message.from_json(earlier.message), abilities, open_media, group=row.group)
    worded = [place for place, part in enumerate(old) if part.text]
    new = parts_of(row.key, row.to, message, abilities, open_media, group=row.group)
    if len(worded) != 1 or len(new) != 1:
        raise Impossible(TOO_LONG)
    under_photos = bool(old[worded[0]].photos or old[worded[0]].file)
    if under_photos and abilities.measure(new[0].text) > abilities.caption_limit:
        raise Impossible(TOO_LONG)
    return _as_edit(new[0], _id_at(ids, old, worded[0]))


def _id_at(ids: list[str], parts: list[Part], place: int) -> str:
    """The id of the part at ``place``: an album has one for each photo, or one for all, as the platform likes."""
    before = sum(max(1, len(part.photos)) for part in parts[:place])
    each = len(ids) == sum(max(1, len(part.photos)) for part in parts)
    return ids[before] if each else ids[min(place, len(ids) - 1)]


def ids_of(session: Session, key: str) -> list[str]:
    """The platform's ids of the message that was queued under ``key``. Raises Impossible when there are none."""
    ids = _sent_ids(session, key)
    if not ids:
        raise Impossible(NOT_THERE)
    return ids


def _sent_ids(session: Session, key: str) -> list[str]:
    earlier = _row_of(session, key)
    return list(earlier.external_ids) if earlier is not None else []


def _row_of(session: Session, key: str) -> Outgoing | None:
    return session.exec(select(Outgoing).where(Outgoing.key == key)).first()


def _demand(able: bool, deed: str) -> None:
    if not able:
        raise Impossible(CANNOT.format(deed=deed))


def _as_edit(part: Part, external_id: str) -> Part:
    return Part(
        key=part.key, to=part.to, group=part.group, text=part.text, spans=part.spans, choices=part.choices,
        edits=external_id,
    )  # fmt: skip
