"""One Part as one request."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.channels.contract import Part
from bot.channels.zalo_bot.api import Api, Values
from bot.channels.zalo_bot.limits import ABILITIES, MEGABYTE, Waits
from bot.channels.zalo_bot.links import Links, short_name
from bot.channels.zalo_bot.pictures import Pictures
from bot.channels.zalo_bot.styles import styles
from reports.unreadable import NotAPicture
from storage.media import sha256_of

CANNOT = "Bot Zalo không sửa, thu hồi, ghim tin hay bày tỏ cảm xúc được."
EMPTY = "Tin không có chữ nào. Viết nội dung rồi gửi lại."
BROKEN = "Ảnh kèm theo không mở được. Lưu lại thành ảnh JPG rồi gửi lại."
LARGE = f"Tệp lớn hơn {ABILITIES.upload_bytes // MEGABYTE} MB nên không gửi. Gửi bản nhỏ hơn hoặc đường liên kết."
NO_FILES = "Bot Zalo không gửi được tệp hoặc video. Người vận hành khai public_url bắt đầu bằng https để gửi đường tải."
ON_WEB = "(Có ảnh kèm theo, mở xem tại {address})"
NOT_HERE = "(Có ảnh kèm theo mà bot Zalo chưa gửi được. Anh/chị hỏi công đoàn cấp trên để xem ảnh.)"
FILE_LINK = "Tệp {name} (mở trong 7 ngày): {link}"
SHOWN_LETTERS = 80  # of a file's name


class Unsendable(Exception):
    """Nothing was asked of the platform, because it cannot be done. ``sentence`` is for the admin."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Speaker:
    def __init__(self, api: Api, links: Links, pictures: Pictures, public_url: str, waits: Waits) -> None:
        self._api, self._links, self._pictures = api, links, pictures
        self._public_url, self._waits = public_url.rstrip("/"), waits

    async def deliver(self, part: Part) -> tuple[str, ...]:
        """The ids of the messages that appeared. No mark-up is ever parsed: people's words go out as they are.

        Raises what ``Api.call`` raises, OSError for a file that cannot be read, Unsendable.
        """
        if part.toast:
            return ()
        if part.edits or part.deletes or part.pins or part.unpins or part.reacts:
            raise Unsendable(CANNOT)
        if part.photos:
            return await self._photo(part, part.photos[0])
        if part.file_path is not None:
            return await self._file(part, part.file_path)
        return await self._text(part)

    async def _text(self, part: Part) -> tuple[str, ...]:
        if not part.text.strip():
            raise Unsendable(EMPTY)
        values: Values = {"chat_id": part.to, "text": part.text}
        if marks := styles(part.text, part.spans):
            values["text_styles"] = marks
        return _ids(await self._api.call("sendMessage", values))

    async def _photo(self, part: Part, path: Path) -> tuple[str, ...]:
        sha256 = await asyncio.to_thread(sha256_of, path)
        try:
            await asyncio.to_thread(self._pictures.of, sha256, path)  # a broken one must not cost a message
        except NotAPicture:
            raise Unsendable(BROKEN) from None
        if not self._links.possible:
            place = ON_WEB.format(address=self._public_url) if self._public_url else NOT_HERE
            return await self._words(part, place)
        values: Values = {"chat_id": part.to, "photo": self._links.photo(sha256)}
        if part.text.strip():
            values["caption"] = part.text
        return _ids(await self._api.call("sendPhoto", values, read=self._waits.photo))

    async def _file(self, part: Part, path: Path) -> tuple[str, ...]:
        """The platform takes no files. A link opens on every phone, and a plan that is not sent helps nobody."""
        if not self._links.possible:
            raise Unsendable(NO_FILES)
        if (await asyncio.to_thread(path.stat)).st_size > ABILITIES.upload_bytes:
            raise Unsendable(LARGE)
        name = part.file.name if part.file else ""
        link = self._links.file(await asyncio.to_thread(sha256_of, path), short_name(name))
        return await self._words(part, FILE_LINK.format(name=f"“{name[-SHOWN_LETTERS:]}”" if name else "", link=link))

    async def _words(self, part: Part, below: str) -> tuple[str, ...]:
        text = f"{part.text}\n\n{below}" if part.text.strip() else below
        values: Values = {"chat_id": part.to, "text": text}
        if marks := styles(part.text, part.spans):
            values["text_styles"] = marks
        return _ids(await self._api.call("sendMessage", values))


def _ids(result: Values) -> tuple[str, ...]:
    number = result.get("message_id")
    return (str(number),) if number else ()
