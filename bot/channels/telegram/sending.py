"""One Part as one request."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from telegram import (
    Bot,
    InputFile,
    InputMediaDocument,
    InputMediaPhoto,
    LinkPreviewOptions,
    Message,
    MessageEntity,
    ReplyParameters,
)

from bot.channels.contract import Part
from bot.channels.markup import utf16_spans, utf16_units
from bot.channels.split import split_text
from bot.channels.telegram.keyboard import keyboard
from bot.channels.telegram.limits import ABILITIES, MEGABYTE, PHOTO_BYTES, PHOTO_RATIO, PHOTO_SIDES, TOAST_UNITS
from bot.channels.telegram.refusals import Unsendable
from bot.channels.telegram.request import ApiError

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_TOO_LARGE = "Tệp {size} MB lớn hơn mức {limit} MB Telegram cho phép gửi. Gửi bản nhỏ hơn hoặc đường liên kết."
_NOT_A_CHAT = "Mã cuộc trò chuyện Telegram không đúng: phải là một số. Kiểm tra lại rồi gắn lại."
_SHOWN = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}  # what Telegram shows as a photo


@dataclass(frozen=True, slots=True)
class Picture:
    """``as_photo``: small enough for Telegram to show it; else it goes as a file, unchanged."""

    path: Path
    name: str
    as_photo: bool


async def deliver(bot: Bot, part: Part) -> tuple[str, ...]:
    """The ids of the messages that appeared. No markup is ever parsed: people's words go out as they are.

    Raises what python-telegram-bot raises, OSError for a file that cannot be read, Unsendable.
    """
    if part.toast:
        return await _toast(bot, part)
    if part.edits:
        return await _edit(bot, part)
    if part.deletes:
        return await _delete(bot, part)
    if part.pins or part.unpins:
        return await _pin(bot, part)
    with ExitStack() as files:
        if part.photos:
            return await _photos(bot, part, files)
        if part.file_path is not None:
            return _ids(await _file(bot, part, part.file_path, files))
        return await _text(bot, part)


async def _text(bot: Bot, part: Part) -> tuple[str, ...]:
    """As a raw request: making objects of what comes back costs a tenth of a delivery, and one that this version of
    the library cannot read would leave a message that arrived in doubt. (The capital letter as in ``polling``.)
    """
    said: dict[str, Any] = {
        "chat_id": _chat(part),
        "text": part.text,
        "entities": entities(part),
        "reply_markup": keyboard(part.choices),
        "reply_parameters": _reply(part),
        "link_preview_options": NO_PREVIEW,
    }
    answer = await bot.do_api_request("SendMessage", api_kwargs={name: value for name, value in said.items() if value})
    return (str(answer["message_id"]),)


async def _toast(bot: Bot, part: Part) -> tuple[str, ...]:
    """Too late is not a failure: the mark on the button has gone by itself."""
    shown = split_text(part.text, TOAST_UNITS, utf16_units)
    try:
        await bot.answer_callback_query(part.toast, text=shown[0] if shown else None)
    except ApiError as error:
        if not error.says("query is too old", "query id is invalid"):
            raise
    return ()


async def _edit(bot: Bot, part: Part) -> tuple[str, ...]:
    """Nothing to change is not a failure: a double tap asks for the same thing twice."""
    try:
        await _change(bot, part)
    except ApiError as error:
        if not error.says("message is not modified"):
            raise
    return (part.edits,)


async def _change(bot: Bot, part: Part) -> None:
    where: dict[str, Any] = {"chat_id": _chat(part), "message_id": int(part.edits)}
    buttons = keyboard(part.choices)
    if not part.text:
        await bot.edit_message_reply_markup(**where, reply_markup=buttons)
        return
    try:
        await bot.edit_message_text(
            part.text, **where, entities=entities(part), reply_markup=buttons, link_preview_options=NO_PREVIEW
        )
    except ApiError as error:
        if not error.says("no text in the message"):
            raise
        await bot.edit_message_caption(
            **where, caption=part.text, caption_entities=entities(part), reply_markup=buttons
        )


async def _delete(bot: Bot, part: Part) -> tuple[str, ...]:
    """That it is not there any more is what was wanted."""
    try:
        await bot.delete_message(_chat(part), int(part.deletes))
    except ApiError as error:
        if not error.says("message to delete not found"):
            raise
    return ()


async def _pin(bot: Bot, part: Part) -> tuple[str, ...]:
    """Silently: the message itself has rung already."""
    if part.pins:
        await bot.pin_chat_message(_chat(part), int(part.pins), disable_notification=True)
        return ()
    try:
        await bot.unpin_chat_message(_chat(part), message_id=int(part.unpins))
    except ApiError as error:
        if not error.says("message to unpin not found"):
            raise
    return ()


async def _photos(bot: Bot, part: Part, files: ExitStack) -> tuple[str, ...]:
    pictures = [await asyncio.to_thread(look_at, path, number) for number, path in enumerate(part.photos, 1)]
    if len(pictures) > 1:
        return _ids(*await _album(bot, part, pictures, files))
    picture = pictures[0]
    words = _words(part)
    upload = await _upload(picture.path, picture.name, files)
    send = bot.send_photo if picture.as_photo else bot.send_document
    return _ids(await send(_chat(part), upload, **words))


async def _album(bot: Bot, part: Part, pictures: list[Picture], files: ExitStack) -> tuple[Message, ...]:
    """Telegram does not mix photos and files in an album: one picture that is too big makes all of them files."""
    kind = InputMediaPhoto if all(picture.as_photo for picture in pictures) else InputMediaDocument
    uploads = [await _upload(picture.path, picture.name, files, attach=True) for picture in pictures]
    media = [kind(upload) for upload in uploads]
    words: dict[str, Any] = {"caption": part.text or None, "caption_entities": entities(part)}
    return await bot.send_media_group(_chat(part), media, **words, reply_parameters=_reply(part))


async def _file(bot: Bot, part: Part, path: Path, files: ExitStack) -> Message:
    kind, name = (part.file.kind, part.file.name) if part.file else ("document", "")
    upload = await _upload(path, name or path.name, files)
    words = _words(part)
    if kind == "video":
        return await bot.send_video(_chat(part), upload, supports_streaming=True, **words)
    if kind == "voice":
        return await bot.send_voice(_chat(part), upload, **words)
    return await bot.send_document(_chat(part), upload, **words)


async def _upload(path: Path, name: str, files: ExitStack, *, attach: bool = False) -> InputFile:
    """Read while it is sent and not before: four files of 50 MB may be under way at once."""
    size = (await asyncio.to_thread(path.stat)).st_size
    if size > ABILITIES.upload_bytes:
        raise Unsendable(_TOO_LARGE.format(size=-(-size // MEGABYTE), limit=ABILITIES.upload_bytes // MEGABYTE))
    handle = files.enter_context(await asyncio.to_thread(path.open, "rb"))
    return InputFile(handle, filename=name, attach=attach, read_file_handle=False)


def look_at(path: Path, number: int) -> Picture:
    """Whether Telegram will show this file as a photo. ``number`` names it for those who download it."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as image:
            width, height, suffix = image.width, image.height, _SHOWN.get(image.format or "", "")
            real_suffix = suffix or (image.format or "bin").lower()
    except (UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return Picture(path, f"anh-{number}.jpg", as_photo=False)
    fits = width + height <= PHOTO_SIDES and max(width, height) <= PHOTO_RATIO * min(width, height)
    small = path.stat().st_size <= PHOTO_BYTES
    return Picture(path, f"anh-{number}.{real_suffix}", as_photo=bool(suffix) and fits and small)


def _chat(part: Part) -> int:
    if not part.to.removeprefix("-").isdecimal():
        raise Unsendable(_NOT_A_CHAT)
    return int(part.to)


def _words(part: Part) -> dict[str, Any]:
    return {
        "caption": part.text or None,
        "caption_entities": entities(part),
        "reply_markup": keyboard(part.choices),
        "reply_parameters": _reply(part),
    }


def entities(part: Part) -> list[MessageEntity] | None:
    """The spans as Telegram counts them. No parse_mode: letters of the text are never looked at for mark-up."""
    return [
        MessageEntity(MessageEntity.BOLD, offset, length)
        if span.kind == "bold"
        else MessageEntity(MessageEntity.TEXT_LINK, offset, length, url=span.url)
        for span, offset, length in utf16_spans(part.text, part.spans)
    ] or None


def _reply(part: Part) -> ReplyParameters | None:
    """A message deleted meanwhile must not stop the answer to it."""
    if not part.reply_to.isdecimal():
        return None
    return ReplyParameters(int(part.reply_to), allow_sending_without_reply=True)


def _ids(*messages: Message) -> tuple[str, ...]:
    return tuple(str(message.message_id) for message in messages)
