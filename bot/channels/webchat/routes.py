"""The addresses of the web chat. In the demo each also stands behind numbered doors (``/as/2/chat``), so that one
browser can be several people at once: a door's cookie is only sent to its own path."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.channels.contract import Receive
from bot.channels.webchat.api import Api
from bot.channels.webchat.guard import Endpoint, SafeHeaders, explained
from bot.channels.webchat.pages import Pages
from bot.channels.webchat.site import Site
from bot.channels.webchat.upload import Upload

STATIC = Path(__file__).parent / "static"


def routes_of(site: Site, receive: Receive) -> list[BaseRoute]:
    pages, api, upload = Pages(site, receive), Api(site, receive), Upload(site, receive)
    table: list[tuple[str, Endpoint, str]] = [
        ("/", pages.shown(pages.landing), "GET"),
        ("/w", pages.shown(pages.join), "POST"),
        ("/w/{code}", pages.shown(pages.invitation), "GET"),
        ("/w/{code}", pages.shown(pages.join), "POST"),
        ("/chat", pages.shown(pages.chat), "GET"),
        ("/chat/messages", explained(api.messages), "GET"),
        ("/chat/events", explained(api.events), "GET"),
        ("/chat/send", explained(api.send), "POST"),
        ("/chat/press", explained(api.press), "POST"),
        ("/chat/upload", explained(upload.upload), "POST"),
        ("/chat/media/{message}/{n}", explained(api.media), "GET"),
        ("/chat/media/{message}/{n}/thumb", explained(api.thumb), "GET"),
    ]
    doors = ["", "/as/{door}"] if site.doors else [""]
    found: list[BaseRoute] = [
        Route(door + path, endpoint, methods=[method], middleware=_safe())
        for door in doors
        for path, endpoint, method in table
    ]
    if site.doors:
        found.append(Route("/hall/clock", explained(pages.hall_clock), middleware=_safe()))
    files: Any = SafeHeaders(StaticFiles(directory=STATIC), cache="no-cache")
    return [Mount("/chat/static", app=files), *found]


def _safe() -> list[Middleware]:
    return [Middleware(SafeHeaders)]
