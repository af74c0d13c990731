"""What the page's script asks for: lines, live changes, sending, pressing, pictures."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse

from bot.channels.contract import Receive
from bot.channels.webchat import lines, shape, words
from bot.channels.webchat.guard import Sorry, read_body
from bot.channels.webchat.live import HEARTBEAT_SECONDS, Ear, sse
from bot.channels.webchat.people import RoomInfo, Visitor
from bot.channels.webchat.site import Sending, Site, client_id, number, room_of
from campaign.text import fold
from reports.unreadable import NotAPicture
from storage.models import WebMessage

BODY_LIMIT = 200_000  # bytes of a JSON request
# Played inside the page; whatever else people send is only ever downloaded, never opened as a page of ours.
PLAYABLE = frozenset(f"video/{kind}" for kind in ("mp4", "webm", "quicktime")) | frozenset(
    f"audio/{kind}" for kind in ("mpeg", "mp4", "ogg", "webm", "aac", "wav")
)
BROKEN = Path(__file__).parent / "static" / "broken.svg"


class Api:
    def __init__(self, site: Site, receive: Receive) -> None:
        self._site, self._receive = site, receive

    # reading

    async def messages(self, request: Request) -> Response:
        """What changed after ``after``, or with ``before`` the page of lines before that one."""
        visitor = await self._site.must_visit(request)
        room = room_of(visitor, request.query_params.get("room"))
        before = request.query_params.get("before")
        if before is not None:
            return JSONResponse(await self._site.database.read(self._older, visitor, room, number(before, 0)))
        after = number(request.query_params.get("after"), 0)
        return JSONResponse(await self._site.database.read(self._newer, visitor, room, after))

    def _older(self, session: Session, visitor: Visitor, room: RoomInfo, before: int) -> dict[str, Any]:
        found = lines.page_before(session, room.id, before)
        return {
            "messages": shape.messages(session, visitor, found, self._site.hours),
            "more": len(found) == lines.PAGE,
        }

    def _newer(self, session: Session, visitor: Visitor, room: RoomInfo, after: int) -> dict[str, Any]:
        found = lines.changes(session, room.id, visitor.user, after)
        return {
            "messages": shape.messages(session, visitor, found, self._site.hours),
            "cursor": found[-1].changed if found else after,
            "rooms": shape.rooms(session, visitor),
        }

    async def events(self, request: Request) -> Response:
        """Server-sent events: ``line`` for each change in the room, ``rooms`` when tabs change, ``bye`` at the end."""
        visitor = await self._site.must_visit(request)
        room = room_of(visitor, request.query_params.get("room"))
        after = number(request.headers.get("last-event-id") or request.query_params.get("after"), 0)
        stream = self._stream(visitor, self._site.token(request), room.id, after)
        return StreamingResponse(stream, media_type="text/event-stream", headers={"x-accel-buffering": "no"})

    async def _stream(self, visitor: Visitor, token: str, room_id: str, after: int) -> AsyncIterator[str]:
        tabs: list[dict[str, Any]] = []
        yield "retry: 3000\n\n"
        with self._site.bell.ear([room.id for room in visitor.rooms]) as ear:
            self._site.watch_others()
            while not self._site.bell.is_closed:
                ear.rung.clear()
                found = await self._site.database.read(self._heard, visitor, token, room_id, after, ear)
                if found is None:
                    break
                for line in found["messages"]:
                    after = line["changed"]
                    yield sse("line", line, after)
                if found["rooms"] != tabs:
                    tabs = found["rooms"]
                    yield sse("rooms", tabs)
                elif not found["messages"]:
                    yield ": still here\n\n"
                if len(found["messages"]) < lines.CHANGES:
                    await ear.wait(HEARTBEAT_SECONDS)
        yield sse("bye", {})

    def _heard(
        self, session: Session, visitor: Visitor, token: str, room_id: str, after: int, ear: Ear
    ) -> dict[str, Any] | None:
        """The news of an open page; None when its session or its right to the room has ended."""
        now = self._site.visit(session, visitor.base, token)
        room = now.room(room_id) if now and now.user == visitor.user else None
        if now is None or room is None:
            return None
        ear.rooms = {one.id for one in now.rooms}
        return self._newer(session, now, room, after)

    # writing

    async def send(self, request: Request) -> Response:
        visitor = await self._site.may_post(request)
        sending = Sending.of(visitor, await _fields(request))
        if not sending.text:
            raise Sorry(422, words.EMPTY)
        async with self._site.writing_in(sending.room.id):
            reply_key, to_bot = await self._site.database.read(reply_of, sending)
            event = self._site.event(
                visitor,
                sending.room,
                sending.key,
                "message",
                message_id=sending.key,
                text=sending.text,
                reply_to=reply_key,
                addressed=is_addressed(sending.text, to_bot),
            )
            await self._receive(event)
            line = await self._site.show(visitor, sending.room, sending.key, _body(sending.text, reply_key))
        return JSONResponse(await self._site.database.read(shape.message, visitor, line, self._site.hours))

    async def press(self, request: Request) -> Response:
        """A button. Only what the bot still offers there is passed on; pressing again is harmless."""
        visitor = await self._site.may_post(request)
        fields = await _fields(request)
        room = room_of(visitor, fields.get("room"))
        press = f"p:{visitor.user}:{client_id(fields)}"
        key, actions = await self._site.database.read(_offered, room, number(fields.get("message"), 0))
        action = str(fields.get("action", ""))
        if action not in actions:
            raise Sorry(409, words.BUTTON_GONE)
        await self._receive(
            self._site.event(visitor, room, press, "button", message_id=key, action=action, press=press)
        )
        return JSONResponse({"press": press})

    # pictures and files

    async def media(self, request: Request) -> Response:
        """A photo at screen size and without EXIF; anything else as it was sent."""
        file = await self._file(request)
        if file["kind"] == "photo":
            return await self._picture(self._site.pictures.screen, file)
        path = await self._site.off_loop(self._site.media.path, file["sha256"])
        if file["mime"] in PLAYABLE:
            return FileResponse(path, media_type=file["mime"])
        name = quote(file["name"] or "tep")
        return FileResponse(
            path,
            media_type="application/octet-stream",
            headers={"content-disposition": f"attachment; filename*=UTF-8''{name}"},
        )

    async def thumb(self, request: Request) -> Response:
        file = await self._file(request)
        return await self._picture(self._site.pictures.thumb, file)

    async def _picture(self, copy: Any, file: dict[str, Any]) -> Response:
        try:
            path = await self._site.off_loop(copy, file["sha256"])
        except (NotAPicture, FileNotFoundError):
            return FileResponse(BROKEN, media_type="image/svg+xml")
        return FileResponse(path, media_type="image/jpeg", headers={"cache-control": "private, max-age=86400"})

    async def _file(self, request: Request) -> dict[str, Any]:
        visitor = await self._site.must_visit(request)
        line_id, place = (number(request.path_params[name], 0) for name in ("message", "n"))
        files = await self._site.database.read(_files_of, visitor, line_id)
        if place >= len(files):
            raise Sorry(404, words.NO_FILE_THERE)
        return files[place]


def reply_of(session: Session, sending: Sending) -> tuple[str, bool]:
    """(key of the line that is answered, is it one of the bot's); ("", False) when none is."""
    line = lines.visible(session, sending.room.id, number(sending.reply_to, 0))
    return (line.key, not line.author) if line else ("", False)


def is_addressed(text: str, reply_to_bot: bool) -> bool:
    return reply_to_bot or text.startswith("/") or "@loa" in fold(text)


def _offered(session: Session, room: RoomInfo, line_id: int) -> tuple[str, list[str]]:
    """Key of one of the bot's lines and the actions its buttons have now."""
    line = lines.visible(session, room.id, line_id)
    if line is None or line.author:
        return "", []
    return line.key, [choice["action"] for choice in line.body.get("choices", [])]


def _files_of(session: Session, visitor: Visitor, line_id: int) -> list[dict[str, Any]]:
    """The files of a line in any room of the visitor."""
    line = session.get(WebMessage, line_id)
    if line is None or line.only_for or not visitor.room(line.room):
        return []
    files: list[dict[str, Any]] = line.body.get("files", [])
    return files


def _body(text: str, reply_to: str) -> dict[str, Any]:
    return {"text": text, "reply_to": reply_to} if reply_to else {"text": text}


async def _fields(request: Request) -> dict[str, Any]:
    try:
        fields = json.loads(await read_body(request, BODY_LIMIT))
    except ValueError as error:
        raise Sorry(422, words.NOT_UNDERSTOOD) from error
    if not isinstance(fields, dict):
        raise Sorry(422, words.NOT_UNDERSTOOD)
    return fields
