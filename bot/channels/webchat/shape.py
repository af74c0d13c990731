"""Lines and rooms as the page's script reads them. Times are written out here: a phone's own clock may be wrong, and
the server's may run fast in a rehearsal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from bot.channels.webchat import lines, words
from bot.channels.webchat.people import Visitor
from campaign.hours import Hours
from storage.models import WebMessage

QUOTE = 90


def day_text(day: date) -> str:
    return f"{words.weekday(day.weekday())}, {day:%d/%m/%Y}"


def clock_text(hours: Hours, moment: datetime) -> str:
    return f"{hours.local(moment):%H:%M}"


def rooms(session: Session, visitor: Visitor) -> list[dict[str, Any]]:
    """The rooms as tabs; ``last`` is the number of the last line there, for the mark of what was not read, and
    ``pinned`` the line that stays at the top."""
    ids = [room.id for room in visitor.rooms]
    last, pinned = lines.newest(session, ids), lines.pinned(session, ids)
    return [
        {
            "id": room.id,
            "title": room.title,
            "kind": room.kind,
            "last": last.get(room.id, 0),
            "pinned": _pinned(pinned.get(room.id)),
        }
        for room in visitor.rooms
    ]


def _pinned(line: WebMessage | None) -> dict[str, Any] | None:
    return None if line is None else {"id": line.id, "text": _short(line.body.get("text", ""))}


def messages(session: Session, visitor: Visitor, found: Sequence[WebMessage], hours: Hours) -> list[dict[str, Any]]:
    return [message(session, visitor, line, hours) for line in found]


def message(session: Session, visitor: Visitor, line: WebMessage, hours: Hours) -> dict[str, Any]:
    if line.only_for:
        return {"toast": line.body["toast"], "text": line.body["text"], "changed": line.changed}
    mine = line.author == visitor.user
    day = hours.day(line.at)
    return {
        "id": line.id,
        "changed": line.changed,
        "mine": mine,
        "bot": not line.author,
        "name": line.author_name,
        "client_id": line.key.rpartition(":")[2] if mine else "",
        "text": line.body.get("text", ""),
        "spans": line.body.get("spans", []),
        "choices": line.body.get("choices", []),
        "files": [_file(number, file) for number, file in enumerate(line.body.get("files", []))],
        "reply": _quote(session, line),
        "at": clock_text(hours, line.at),
        "day": day.isoformat(),
        "day_text": day_text(day),
        "edited": line.edited,
        "gone": bool(line.body.get("gone")),  # taken back; the text says so
    }


def _file(number: int, file: dict[str, Any]) -> dict[str, Any]:
    return {
        "n": number,
        "kind": file["kind"],
        "name": file["name"],
        "size": words.size_text(file["size"]),
        "width": file.get("width"),
        "height": file.get("height"),
    }


def _quote(session: Session, line: WebMessage) -> dict[str, Any] | None:
    key = line.body.get("reply_to", "")
    earlier = lines.answered(session, line.room, key) if key else None
    if earlier is None:
        return None
    text = _short(earlier.body.get("text", "")) or ("Ảnh" if earlier.body.get("files") else "")
    return {"id": earlier.id, "name": earlier.author_name, "text": text}


def _short(text: str) -> str:
    """On one line."""
    line = " ".join(text.split())
    return line[:QUOTE] + ("…" if len(line) > QUOTE else "")
