"""The two routes behind signed links. Whatever is wrong with an address, the answer is the same empty 404."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import structlog
from sqlalchemy import or_
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from bot.channels.zalo_bot.links import FILES, PHOTOS, Links
from bot.channels.zalo_bot.pictures import Pictures
from reports.unreadable import NotAPicture
from storage.database import Database
from storage.models import Item

log = structlog.get_logger()
SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
    "X-Robots-Tag": "noindex, nofollow",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Referrer-Policy": "no-referrer",
}


class Showing:
    def __init__(self, links: Links, database: Database, open_media: Callable[[str], Path], pictures: Pictures) -> None:
        self._links, self._database, self._open, self._pictures = links, database, open_media, pictures

    def routes(self) -> list[Any]:
        return [
            Route(PHOTOS + "/{stamp}/{sha256}.jpg", self.photo),
            Route(FILES + "/{stamp}/{sha256}/{name}", self.file),
        ]

    async def photo(self, request: Request) -> Response:
        sha256 = request.path_params["sha256"]
        if not self._links.opens_photo(request.path_params["stamp"], sha256):
            return _nothing()
        path = await self._path(sha256)
        if path is None:
            return _nothing()
        try:
            data = await asyncio.to_thread(self._pictures.of, sha256, path)
        except (NotAPicture, OSError) as error:
            log.error("zalo_bot.photo_not_shown", error=type(error).__name__)
            return _nothing()
        return Response(data, media_type="image/jpeg", headers=SAFE)

    async def file(self, request: Request) -> Response:
        sha256, name = request.path_params["sha256"], request.path_params["name"]
        if not self._links.opens_file(request.path_params["stamp"], sha256, name):
            return _nothing()
        path = await self._path(sha256)
        if path is None:
            return _nothing()
        named = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
        return FileResponse(path, media_type="application/octet-stream", headers=SAFE | named)

    async def _path(self, sha256: str) -> Path | None:
        """None for what is not there, and for originals: they may name the place where they were taken."""
        try:
            if await self._database.read(is_original, sha256):
                return None
            return await asyncio.to_thread(self._open, sha256)
        except FileNotFoundError:
            return None
        except (OSError, SQLAlchemyError) as error:
            log.error("zalo_bot.not_shown", error=type(error).__name__)
            return None


def is_original(session: Session, sha256: str) -> bool:
    """Somebody sent exactly these bytes, and what may be passed on of them is something else, or nothing."""
    other = or_(col(Item.share_sha256).is_(None), col(Item.share_sha256) != sha256)
    if session.exec(select(Item.id).where(Item.sha256 == sha256, other).limit(1)).first() is None:
        return False
    return session.exec(select(Item.id).where(Item.share_sha256 == sha256).limit(1)).first() is None


def _nothing() -> Response:
    return Response(status_code=404, headers=SAFE)
