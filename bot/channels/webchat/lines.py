"""The lines of the rooms: written once under their key, read by number of change."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from storage.insert import execute_counted, insert_new
from storage.models import WebMessage
from storage.models.webchat import WebRoom

PAGE = 50
CHANGES = 100  # told at once; a page that slept long asks again


def post(session: Session, line: WebMessage) -> WebMessage:
    """Add ``line``; when its key is already there nothing changes. Returns the line that is there."""
    number = _next_change(session, line.room)
    kept = by_key(session, line.key)
    if kept is not None:
        return kept
    line.changed = number
    session.add(line)
    session.flush()
    return line


def edit(session: Session, room: str, key: str, changes: dict[str, Any]) -> bool:
    """Replace parts of the body of the bot's line ``key``; False when the room has no such line."""
    number = _next_change(session, room)
    line = by_key(session, key)
    if line is None or line.room != room or line.author:
        return False
    line.body = {**line.body, **changes}
    line.edited, line.changed = True, number
    session.add(line)
    return True


def empty(session: Session, room: str, key: str, words: str) -> None:
    """Take the bot's line ``key`` back: ``words`` stand in its place, so that answers to it do not hang in the air."""
    number = _next_change(session, room)
    line = by_key(session, key)
    if line is not None and line.room == room and not line.author:
        line.body, line.edited, line.changed = {"text": words, "gone": True}, True, number
        session.add(line)
        pin(session, room, key, up=False)


def pin(session: Session, room: str, key: str, *, up: bool) -> None:
    """Put a line to the top of its room, or take it down; doing it twice changes nothing."""
    _next_change(session, room)
    kept = session.exec(select(WebRoom).where(WebRoom.room == room)).one()
    others = [other for other in kept.pinned if other != key]
    kept.pinned = [*others, key] if up else others
    session.add(kept)


def pinned(session: Session, rooms: Collection[str]) -> dict[str, WebMessage]:
    """Room → the line that was pinned last there."""
    found = session.exec(select(WebRoom.room, WebRoom.pinned).where(col(WebRoom.room).in_(rooms))).all()
    keys = {keys[-1]: room for room, keys in found if keys}
    there = session.exec(select(WebMessage).where(col(WebMessage.key).in_(keys)))
    return {line.room: line for line in there if line.room == keys[line.key]}


def by_key(session: Session, key: str) -> WebMessage | None:
    return session.exec(select(WebMessage).where(WebMessage.key == key)).first()


def answered(session: Session, room: str, key: str) -> WebMessage | None:
    """The line a message id means; the further files of an album are called ``key/1``, ``key/2``…"""
    line = by_key(session, key) or by_key(session, key.rpartition("/")[0])
    return line if line is not None and line.room == room else None


def visible(session: Session, room: str, line_id: int) -> WebMessage | None:
    """A line that everybody in ``room`` sees."""
    line = session.get(WebMessage, line_id)
    return line if line is not None and line.room == room and not line.only_for else None


def cursor(session: Session, room: str) -> int:
    kept = session.get(WebRoom, room)
    return kept.changed if kept else 0


def cursors(session: Session, rooms: Collection[str]) -> dict[str, int]:
    """Room → number of its last change."""
    found = session.exec(select(WebRoom.room, WebRoom.changed).where(col(WebRoom.room).in_(rooms)))
    return dict(found.all())


def changes(session: Session, room: str, user: str, after: int) -> Sequence[WebMessage]:
    """What was written or edited in ``room`` after change ``after``, oldest first, at most CHANGES of them."""
    return session.exec(
        select(WebMessage)
        .where(
            WebMessage.room == room,
            WebMessage.changed > after,
            col(WebMessage.only_for).in_(("", user)),
        )
        .order_by(col(WebMessage.changed))
        .limit(CHANGES)
    ).all()


def page_before(session: Session, room: str, before: int | None) -> list[WebMessage]:
    """The last lines of ``room`` before line ``before``, oldest first."""
    found = select(WebMessage).where(WebMessage.room == room, WebMessage.only_for == "")
    if before is not None:
        found = found.where(col(WebMessage.id) < before)
    return list(reversed(session.exec(found.order_by(col(WebMessage.id).desc()).limit(PAGE)).all()))


def newest(session: Session, rooms: Collection[str]) -> dict[str, int]:
    """Room → id of its last line."""
    found = session.exec(
        select(WebMessage.room, func.max(WebMessage.id))
        .where(col(WebMessage.room).in_(rooms), WebMessage.only_for == "")
        .group_by(col(WebMessage.room))
    )
    return {room: last or 0 for room, last in found}


def _next_change(session: Session, room: str) -> int:
    """Takes the room's lock until commit (see WebRoom)."""
    step = update(WebRoom).where(col(WebRoom.room) == room).values(changed=col(WebRoom.changed) + 1)
    if not execute_counted(session, step):
        insert_new(session, WebRoom, [WebRoom(room=room)])
        session.execute(step)
    return session.exec(select(WebRoom.changed).where(WebRoom.room == room)).one()
