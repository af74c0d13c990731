"""Photos and files from the page: kept first, then heard, then shown."""

from __future__ import annotations

import mimetypes
from contextlib import ExitStack
from dataclasses import replace
from typing import Any, Literal

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.channels.contract import Event, MediaRef, Receive
from bot.channels.webchat import shape, words
from bot.channels.webchat.api import is_addressed, reply_of
from bot.channels.webchat.guard import Sorry
from bot.channels.webchat.multipart import Form, Received, read_form
from bot.channels.webchat.people import Visitor
from bot.channels.webchat.site import Sending, Site

FILES = 10
FILE_BYTES = 50_000_000
Kind = Literal["photo", "document", "video", "voice"]


class Upload:
    def __init__(self, site: Site, receive: Receive) -> None:
        self._site, self._receive = site, receive

    async def upload(self, request: Request) -> Response:
        """1–10 files with words: one event a file, all with one album id, and one line in the room."""
        visitor = await self._site.may_post(request)
        if not visitor.name:
            raise Sorry(403, words.NOT_JOINED)
        with ExitStack() as stack:

            def new_file() -> Any:
                return stack.enter_context(self._site.media.spool())

            form = await read_form(request, new_file, stack, files=FILES, file_bytes=FILE_BYTES)
            sending = _checked(visitor, form)
            files = [await self._site.off_loop(self._keep, file) for file in form.files]
        return await self._pass_on(visitor, sending, files)

    def _keep(self, file: Received) -> dict[str, Any]:
        sha256 = self._site.media.put(file.path)
        return described(self._site, sha256, file.name, file.mime, file.size)

    async def _pass_on(self, visitor: Visitor, sending: Sending, files: list[dict[str, Any]]) -> Response:
        async with self._site.writing_in(sending.room.id):
            reply_key, to_bot = await self._site.database.read(reply_of, sending)
            first = self._site.event(
                visitor,
                sending.room,
                sending.key,
                "message",
                album=sending.key if len(files) > 1 else "",
                reply_to=reply_key,
                addressed=is_addressed(sending.text, to_bot),
            )
            for number, file in enumerate(files):
                await self._receive(_one(first, number, file, sending.text))
            body = {"text": sending.text, "files": files, "reply_to": reply_key}
            line = await self._site.show(visitor, sending.room, sending.key, body)
        return JSONResponse(await self._site.database.read(shape.message, visitor, line, self._site.hours))


def described(site: Site, sha256: str, name: str, mime: str, size: int, kind: str = "") -> dict[str, Any]:
    """A stored file as a line remembers it; a photo is what can really be shown as one."""
    shown = site.pictures.size(sha256) if kind in ("", "photo") else None
    mime = mime or mimetypes.guess_type(name)[0] or ""
    file: dict[str, Any] = {"sha256": sha256, "kind": kind or kind_of(mime, is_picture=shown is not None), "name": name}
    if shown:
        file |= {"width": shown[0], "height": shown[1]}
    return {**file, "mime": mime, "size": size}


def kind_of(mime: str, *, is_picture: bool) -> Kind:
    if is_picture:
        return "photo"
    if mime.startswith("video/"):
        return "video"
    return "voice" if mime.startswith("audio/") else "document"


def _checked(visitor: Visitor, form: Form) -> Sending:
    sending = Sending.of(visitor, dict(form.fields))
    if not form.files:
        raise Sorry(422, words.NO_FILE)
    empty = next((file for file in form.files if not file.size), None)
    if empty is not None:
        raise Sorry(422, words.FILE_EMPTY.format(name=empty.name[:60]))
    return sending


def _one(first: Event, number: int, file: dict[str, Any], text: str) -> Event:
    """The event of one file; the words go with the first."""
    event_id = f"{first.event_id}/{number}" if number else first.event_id
    ref = MediaRef(file["kind"], {"sha256": file["sha256"]}, file["name"], file["mime"], file["size"])
    return replace(first, event_id=event_id, message_id=event_id, text="" if number else text, media=(ref,))
