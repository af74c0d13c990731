"""Pictures and files the platform already holds: one upload serves a whole push."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path

from sqlmodel import Session, select

from bot.channels.zalo_oa.client import NotSent, OaClient
from bot.channels.zalo_oa.limits import NAME, UPLOAD_SECONDS, unfit
from bot.channels.zalo_oa.pictures import fitted
from bot.channels.zalo_oa.refusals import Unsendable
from bot.clock import Clock
from storage.database import Database
from storage.media import sha256_of
from storage.models import Upload

IMAGE_PATH, FILE_PATH = "/v2.0/oa/upload/image", "/v2.0/oa/upload/file"
MIME = {".pdf": "application/pdf", ".doc": "application/msword", ".csv": "text/csv"}
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class Uploads:
    """Ids by the SHA-256 of what was asked to be sent, for six of the seven days they live."""

    def __init__(self, client: OaClient, database: Database, account: str, clock: Clock) -> None:
        self._client, self._database, self._account, self._clock = client, database, account, clock
        self._doors: defaultdict[tuple[str, str], asyncio.Lock] = defaultdict(asyncio.Lock)

    async def image(self, path: Path, *, anew: bool = False) -> str:
        """The attachment id. ``anew``: the platform does not know the one we had any more."""

        async def send() -> str:
            content = await asyncio.to_thread(fitted, path)
            answer = await self._client.upload(IMAGE_PATH, "anh.jpg", content, "image/jpeg")
            return _id_in(answer, "attachment_id")

        return await self._known(path, "image", send, anew)

    async def file(self, path: Path, name: str, kind: str, *, anew: bool = False) -> str:
        """The token of a file; people see the name it was uploaded under. Raises Unsendable."""
        if sentence := await asyncio.to_thread(unfit, path, name, kind):
            raise Unsendable(sentence)

        async def send() -> str:
            content = await asyncio.to_thread(path.read_bytes)
            mime = MIME.get(Path(name).suffix.lower(), DOCX)
            return _id_in(await self._client.upload(FILE_PATH, name, content, mime), "token")

        return await self._known(path, f"file:{name}", send, anew)

    async def _known(self, path: Path, kind: str, send: Callable[[], Awaitable[str]], anew: bool) -> str:
        sha256 = await asyncio.to_thread(sha256_of, path)
        async with self._doors[(sha256, kind)]:  # several sends of one push ask for the same picture at once
            if not anew and (known := await self._database.read(self._find, sha256, kind)):
                return known
            made = await send()
            await self._database.write(self._keep, sha256, kind, made, self._clock.now())
            return made

    def _find(self, session: Session, sha256: str, kind: str) -> str:
        row = self._row(session, sha256, kind)
        if row is None:
            return ""
        age = (self._clock.now() - row.uploaded_at).total_seconds() / self._clock.speed
        return row.external_id if age < UPLOAD_SECONDS else ""

    def _keep(self, session: Session, sha256: str, kind: str, external_id: str, now: datetime) -> None:
        row = self._row(session, sha256, kind)
        if row is None:
            row = Upload(channel=NAME, account=self._account, sha256=sha256, kind=kind, external_id="", uploaded_at=now)
        row.external_id, row.uploaded_at = external_id, now
        session.add(row)

    def _row(self, session: Session, sha256: str, kind: str) -> Upload | None:
        statement = select(Upload).where(Upload.channel == NAME, Upload.account == self._account)
        return session.exec(statement.where(Upload.sha256 == sha256, Upload.kind == kind)).first()


def _id_in(answer: object, key: str) -> str:
    found = answer.get(key) if isinstance(answer, dict) else None
    if not isinstance(found, str) or not found:
        raise NotSent("upload without an id")
    return found
