"""The pages people open. GET never uses anything up: link previews fetch an invitation before its owner does."""

from __future__ import annotations

import re
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import structlog
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from bot.channels.contract import Receive
from bot.channels.webchat import lines, people, shape, words
from bot.channels.webchat.guard import Endpoint, Limiter, Sorry, client_address, from_our_page, read_body
from bot.channels.webchat.people import RoomInfo, Visitor
from bot.channels.webchat.site import Site

log = structlog.get_logger()
JOINS, JOIN_SECONDS = 20, 60.0
COOKIE_SECONDS = 400 * 86_400  # the longest a browser keeps one
CODE = re.compile(r"[A-Za-z0-9_-]{1,64}")
NONCE = re.compile(r"[0-9a-f]{16}")
FORM_BYTES = 10_000


class Pages:
    def __init__(self, site: Site, receive: Receive) -> None:
        self._site, self._receive = site, receive
        self._joins = Limiter(JOINS, JOIN_SECONDS)
        templates = FileSystemLoader(Path(__file__).parent / "templates")
        self._templates = Environment(loader=templates, autoescape=True, undefined=StrictUndefined)
        self._templates.policies["json.dumps_kwargs"] = {"ensure_ascii": False}  # half the bytes of Vietnamese

    async def landing(self, request: Request) -> Response:
        if self._site.doors is not None and "door" not in request.path_params:
            return self._hall()
        visitor = await self._site.visitor(request)
        if visitor is not None:
            return RedirectResponse(f"{visitor.base}/chat", 303)
        return self._page("landing.html", base=self._site.base(request))

    # joining

    async def invitation(self, request: Request) -> Response:
        code = _code(request.path_params["code"])
        return self._page("join.html", base=self._site.base(request), code=code, nonce=secrets.token_hex(8))

    async def join(self, request: Request) -> Response:
        """Opens a session where there is none and says "/start CODE" for the person; the bot does the rest."""
        if not from_our_page(request, self._site.settings.address, script=False):
            raise Sorry(403, words.FOREIGN_PAGE)
        if not self._joins.allows(client_address(request)):
            raise Sorry(429, words.TOO_MANY)
        form = await _form(request)
        code = _code(request.path_params.get("code") or form.get("code", ""))
        nonce = form.get("nonce", "")
        visitor, token = await self._let_in(request)
        # The nonce of the page makes one event of a button that was pressed twice.
        key = f"w:{visitor.user}:{nonce if NONCE.fullmatch(nonce) else secrets.token_hex(8)}"
        room = visitor.rooms[0]
        await self._receive(self._site.event(visitor, room, key, "message", message_id=key, text=f"/start {code}"))
        answer = RedirectResponse(f"{visitor.base}/chat", 303)
        self._set_cookie(answer, visitor.base, token)
        return answer

    async def _let_in(self, request: Request) -> tuple[Visitor, str]:
        """The visitor, and the token of the browser (empty: a sample person needs none)."""
        visitor = await self._site.visitor(request)
        if visitor is not None:
            return visitor, self._site.token(request)
        token, user = await self._site.database.write(people.open_session, self._site.clock.now())
        own = RoomInfo(people.private_room(user), people.PRIVATE_TITLE, "private")
        return Visitor(user, "", self._site.base(request), (own,)), token

    def _set_cookie(self, answer: Response, base: str, token: str) -> None:
        if token:
            answer.set_cookie(
                self._site.cookie(base),
                token,
                max_age=COOKIE_SECONDS,
                path=base or "/",
                httponly=True,
                samesite="lax",
                secure=self._site.settings.address.startswith("https://"),
            )

    # the chat

    async def chat(self, request: Request) -> Response:
        visitor = await self._site.visitor(request)
        if visitor is None:
            return RedirectResponse(f"{self._site.base(request)}/", 303)
        room = visitor.room(request.query_params.get("room", visitor.own_room))
        if room is None:
            raise Sorry(403, words.NO_ROOM)
        token = self._site.token(request)
        await self._site.database.write(people.touch, token, self._site.clock.now())
        state = await self._site.database.read(self._state, visitor, room)
        answer = self._page("chat.html", base=visitor.base, room=room, visitor=visitor, state=state)
        self._set_cookie(answer, visitor.base, token)
        return answer

    def _state(self, session: Session, visitor: Visitor, room: RoomInfo) -> dict[str, Any]:
        found = lines.page_before(session, room.id, None)
        return {
            "base": visitor.base,
            "room": room.id,
            "group": room.kind != "private",
            "user": visitor.user,
            "joined": bool(visitor.name),
            "cursor": lines.cursor(session, room.id),
            "rooms": shape.rooms(session, visitor),
            "messages": shape.messages(session, visitor, found, self._site.hours),
            "more": len(found) == lines.PAGE,
        }

    # the hall of the demo

    def _hall(self) -> Response:
        doors = self._site.doors() if self._site.doors is not None else []
        return self._page("hall.html", doors=doors, clock=self._clock())

    async def hall_clock(self, request: Request) -> Response:
        return JSONResponse(self._clock())

    def _clock(self) -> dict[str, Any]:
        """``shown``: local time as milliseconds, as if it were UTC, so that the page needs no time zones."""
        local = self._site.hours.local(self._site.clock.now())
        offset = local.utcoffset()
        assert offset is not None
        shown = round((local.timestamp() + offset.total_seconds()) * 1000)
        return {
            "shown": shown,
            "speed": self._site.clock.speed,
            "text": f"{shape.day_text(local.date())}, {local:%H:%M}",
        }

    # common

    def _page(self, name: str, status: int = 200, **values: Any) -> HTMLResponse:
        values = {"federation": self._site.federation, **values}
        return HTMLResponse(self._templates.get_template(name).render(**values), status)

    def shown(self, page: Endpoint) -> Endpoint:
        """The page, or what went wrong as a page with a way on."""

        async def inside(request: Request) -> Response:
            try:
                return await page(request)
            except Sorry as sorry:
                return self._page("sorry.html", sorry.status, sentence=sorry.sentence)
            except (OSError, SQLAlchemyError) as error:
                # Not its address: that of an invitation is a way in.
                log.error("webchat.trouble", page=page.__name__, error=type(error).__name__)
                return self._page("sorry.html", 503, sentence=words.BUSY)

        return inside


def _code(typed: str) -> str:
    code = "".join(typed.split())
    if not CODE.fullmatch(code):
        raise Sorry(422, words.BAD_CODE)
    return code


async def _form(request: Request) -> dict[str, str]:
    return dict(parse_qsl((await read_body(request, FORM_BYTES)).decode("utf-8", errors="replace")))
