"""The web chat as a channel: its own platform, so sending is writing a line into a room."""

from __future__ import annotations

import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col

from bot.channels.contract import Abilities, FetchFailed, Outcome, Part, Proof, Receive, Refused, RetryAt, Seen, Sent
from bot.channels.webchat import firstday, lines, people, words
from bot.channels.webchat.people import Doors, Names, Rooms
from bot.channels.webchat.pictures import Pictures
from bot.channels.webchat.routes import routes_of
from bot.channels.webchat.site import ACCOUNT, NAME, Site
from bot.channels.webchat.upload import FILE_BYTES, described
from bot.clock import Clock
from bot.settings import Web
from campaign.hours import Hours
from storage.database import Database
from storage.media import Media
from storage.models import WebMessage, WebSession

RETRY_SECONDS = 10


class WebChatChannel:
    """``thumbs`` is a folder for copies of photos, which may be emptied at any time. With ``demo_links`` the front page
    is the hall of the demo."""

    name = NAME
    account = ACCOUNT
    abilities = Abilities(
        text_limit=4000,
        caption_limit=4000,
        measure=len,
        buttons=8,
        album_limit=10,
        album_buttons=True,
        upload_bytes=FILE_BYTES,
        download_bytes=FILE_BYTES,
        can_edit=True,
        can_toast=True,
        can_delete=True,
        can_pin=True,
        hears_groups="all",
        bold=True,
        links=True,
    )

    def __init__(
        self,
        database: Database,
        media: Media,
        clock: Clock,
        hours: Hours,
        settings: Web,
        rooms: Rooms,
        names: Names,
        *,
        federation: str,
        thumbs: Path,
        demo_links: Doors | None = None,
    ) -> None:
        pictures = Pictures(media, thumbs)
        self._site = Site(database, media, pictures, clock, hours, settings, federation, rooms, names, demo_links)

    def routes(self, receive: Receive) -> list[Any]:
        return routes_of(self._site, receive)

    async def listen(self, receive: Receive) -> None:
        """The pages hear; there is nothing to fetch."""
        await self._site.bell.closed()

    def forget(self, session: Session, user: str) -> None:
        """The lines stay, for those who were in the room; the name goes. The page stays open to read the farewell."""
        session.execute(update(WebMessage).where(col(WebMessage.author) == user).values(author_name=""))
        session.execute(update(WebSession).where(col(WebSession.user) == user).values(name=""))

    async def close(self) -> None:
        """End the open streams. Call it before the web server is asked to stop, which waits for them."""
        self._site.bell.close()

    async def send(self, part: Part) -> Outcome:
        site = self._site
        if part.reacts or part.lets_in or part.turns_away:
            return Refused(words.NO_DEED)
        try:
            if (name := await site.off_loop(_too_large, part)) is not None:
                return Refused(words.FILE_TOO_LARGE.format(name=name))
            files = await site.off_loop(self._files, part)
            async with site.writing_in(part.to):
                outcome = await site.database.write(self._write, part, files)
        except FileNotFoundError:
            return Refused(words.NO_SUCH_FILE)
        except (OSError, SQLAlchemyError) as error:  # rolled back: nothing was shown
            return RetryAt(site.clock.after(RETRY_SECONDS), type(error).__name__)
        site.bell.ring(part.to)
        return outcome

    async def download(self, ref: dict[str, Any], into: Path) -> None:
        try:
            kept = await self._site.off_loop(self._site.media.path, str(ref.get("sha256", "")))
            await self._site.off_loop(shutil.copyfile, kept, into)
        except FileNotFoundError as error:
            raise FetchFailed("missing", words.NO_FILE_THERE, final=True) from error
        except OSError as error:
            raise FetchFailed("disk") from error

    def link(self, code: str, *, group: bool = False) -> str:
        """A group has no link: its room is open to whoever the unit or cluster belongs to."""
        return "" if group else f"{self._site.settings.address}/w/{code}"

    def secrets(self) -> list[str]:
        return []

    async def first_day(self, seen: Seen) -> list[Proof]:
        return firstday.checklist(seen, self._site.settings.public_url)

    def _write(self, session: Session, part: Part, files: list[dict[str, Any]]) -> Outcome:
        if part.to.startswith("u:") and not people.exists(session, part.to.removeprefix("u:")):
            return Refused(words.NOBODY_THERE, gone=True)
        if part.toast:
            return self._toast(session, part)
        if part.deletes:
            lines.empty(session, part.to, part.deletes, words.TAKEN_BACK)
            return Sent(())
        if part.pins or part.unpins:
            lines.pin(session, part.to, part.pins or part.unpins, up=bool(part.pins))
            return Sent(())
        if not (part.text or part.choices or files or part.edits):
            return Refused(words.NOTHING)
        body: dict[str, Any] = {
            "text": part.text,
            "spans": [asdict(span) for span in part.spans],
            "choices": [{"label": choice.label, "action": choice.action} for choice in part.choices],
        }
        if files:
            body["files"] = files
        if part.edits and lines.edit(session, part.to, part.edits, body):
            return Sent((part.edits,))
        if part.reply_to:
            body["reply_to"] = part.reply_to
        return self._post(session, part, body)

    def _toast(self, session: Session, part: Part) -> Outcome:
        if not part.text:
            return Sent((part.key,))  # the page stopped waiting when its press was stored
        presser = part.toast.split(":")[1] if part.toast.count(":") == 2 else ""
        return self._post(session, part, {"toast": part.toast, "text": part.text}, only_for=presser or "nobody")

    def _post(self, session: Session, part: Part, body: dict[str, Any], only_for: str = "") -> Outcome:
        now = self._site.clock.now()
        line = WebMessage(room=part.to, key=part.key, only_for=only_for, body=body, at=now)
        return Sent((lines.post(session, line).key,))

    def _files(self, part: Part) -> list[dict[str, Any]]:
        """What the part carries, in the store (where it nearly always is already)."""
        found = [
            self._described(path, f"anh-{place}.jpg", "image/jpeg", "photo")
            for place, path in enumerate(part.photos, 1)
        ]
        if part.file is not None and part.file_path is not None:
            found.append(self._described(part.file_path, part.file.name, "", part.file.kind))
        return found

    def _described(self, path: Path, name: str, mime: str, kind: str) -> dict[str, Any]:
        return described(self._site, self._site.media.put(path), name, mime, path.stat().st_size, kind)


def _too_large(part: Part) -> str | None:
    """The name of a file above the limit, as people here cannot send one either."""
    files = [(path, path.name) for path in part.photos]
    if part.file_path is not None:
        files.append((part.file_path, part.file.name if part.file else part.file_path.name))
    return next((name[:60] for path, name in files if path.stat().st_size > FILE_BYTES), None)
