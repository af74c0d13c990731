"""One Part as one message: first what may be repeated at will (looking up, uploading), then the request that counts."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from bot.channels.contract import Part
from bot.channels.zalo_oa import reach
from bot.channels.zalo_oa.client import ApiError, OaClient
from bot.channels.zalo_oa.errors import Act, rule_of
from bot.channels.zalo_oa.events import PRESS
from bot.channels.zalo_oa.limits import BUTTON_TITLE, NAME, PAYLOAD
from bot.channels.zalo_oa.refusals import Unsendable
from bot.channels.zalo_oa.uploads import Uploads
from bot.clock import Clock
from bot.settings import ZaloOa
from campaign.message import Choice
from campaign.organisation import chats
from storage.database import Database

CS_PATH, GROUP_PATH, REACT_PATH = "/v3.0/oa/message/cs", "/v3.0/oa/group/message", "/v2.0/oa/message"
TEMPLATE_PATH = "/v3.0/oa/message/template"
WRONG_FIELD = 201
RECEIVED_ICON = "/-strong"
_MENTION = re.compile(r"\[@[^\]]*\]")

NOTHING = "Tin không có chữ nào. Viết nội dung rồi gửi lại."
NO_REACTION = "Trong nhóm Zalo, trợ lý không bày tỏ cảm xúc được."
NO_DEED = "Zalo không cho sửa, thu hồi hay ghim tin của OA. Gửi tin mới thay vào."
ONLY_WORDS = "Người này ngoài hạn 7 ngày của Zalo nên chỉ nhận được mẫu tin bằng chữ. Gọi điện, hoặc gửi lại bằng chữ."
PHONE = "{why} Gọi điện nhờ họ nhắn cho Zalo OA một tin, rồi gửi lại."


@dataclass(frozen=True, slots=True)
class Request:
    """``upload``: how to make it anew when the platform has forgotten the file. ``template``: its own error table."""

    path: str
    body: dict[str, Any]
    has_upload: bool = False
    template: bool = False


class Speaker:
    """Makes and sends requests; raises what the client raises, Unsendable, and OSError for files."""

    def __init__(self, client: OaClient, uploads: Uploads, database: Database, settings: ZaloOa, clock: Clock) -> None:
        self._client, self._uploads, self._database = client, uploads, database
        self._settings, self._clock = settings, clock

    async def prepared(self, part: Part) -> Request:
        """Nothing here can be seen by the recipient."""
        if part.reacts:
            return _reaction(part)
        if part.edits or part.deletes or part.pins or part.unpins:
            raise Unsendable(NO_DEED)
        if not part.group and (by_template := await self._outside(part)) is not None:
            return by_template
        return await self._message(part)

    async def deliver(self, part: Part, request: Request) -> tuple[str, ...]:
        """The ids of what appeared. A file that was forgotten there is uploaded once more; whoever turns out to be
        outside the window gets the template where there is one."""
        try:
            return await self._ask(request)
        except ApiError as error:
            act = rule_of(error.code).act
            if abs(error.code) == WRONG_FIELD and (bare := _unquoted(request)) is not None:
                return await self._ask(bare)
            if act is Act.UPLOAD and request.has_upload:
                return await self._ask(await self._message(part, anew=True))
            if act is Act.TEMPLATE and self._settings.template_id and not (part.group or request.template):
                return await self._ask(self._template(part))
            raise

    async def _ask(self, request: Request) -> tuple[str, ...]:
        try:
            return _ids(await self._client.post(request.path, request.body))
        except ApiError as error:
            error.template = request.template
            raise

    # Windows

    async def _outside(self, part: Part) -> Request | None:
        """The template for a person who has been silent too long. Of strangers nothing is kept, so nothing is known:
        the platform decides."""
        heard_at = await self._database.read(_heard_at, part.to)
        now = self._clock.now()
        if heard_at is None or reach.is_open(heard_at, now):
            return None
        if self._settings.template_id:
            return self._template(part)
        raise Unsendable(PHONE.format(why=reach.why_not(heard_at, now)))

    def _template(self, part: Part) -> Request:
        words = " ".join(spoken(part.text).split())
        if not words or part.photos or part.file_path:
            raise Unsendable(ONLY_WORDS)
        limit, settings = self._settings.template_limit, self._settings
        short = words if len(words) <= limit else words[: limit - 1].rsplit(" ", 1)[0] + "…"
        whom: dict[str, Any] = {"user_id": part.to}
        body = {"template_id": settings.template_id, "template_data": {settings.template_field: short}}
        return Request(TEMPLATE_PATH, ({"recipient": whom} if settings.template_nested else whom) | body, template=True)

    # Messages

    async def _message(self, part: Part, *, anew: bool = False) -> Request:
        message: dict[str, Any] = {}
        if text := spoken(part.text):
            message["text"] = text
        if part.reply_to:
            message["quote_message_id"] = part.reply_to
        if attachment := await self._attachment(part, anew):
            message["attachment"] = attachment
        elif not text:
            raise Unsendable(NOTHING)
        whom = {"group_id": part.to} if part.group else {"user_id": part.to}
        body = {"recipient": whom, "message": message}
        return Request(GROUP_PATH if part.group else CS_PATH, body, has_upload=bool(part.photos or part.file_path))

    async def _attachment(self, part: Part, anew: bool) -> dict[str, Any] | None:
        if part.photos:
            image = await self._uploads.image(part.photos[0], anew=anew)
            element = {"media_type": "image", "attachment_id": image}
            return {"type": "template", "payload": {"template_type": "media", "elements": [element]}}
        if part.file_path is not None:
            name, kind = (part.file.name, part.file.kind) if part.file else (part.file_path.name, "document")
            token = await self._uploads.file(part.file_path, name or part.file_path.name, kind, anew=anew)
            return {"type": "file", "payload": {"token": token}}
        if part.choices and not part.group:
            return {"type": "template", "payload": {"buttons": [_button(choice) for choice in part.choices]}}
        return None


def spoken(text: str) -> str:
    """Composed, and without ``[@id]``: words that somebody wrote must never call a person or a whole group.

    Taking one out can bring two halves of another, or a letter and its accent, together: so it is done until nothing
    changes any more.
    """
    text = unicodedata.normalize("NFC", text)
    while (bare := unicodedata.normalize("NFC", _MENTION.sub("", text))) != text:
        text = bare
    return text.strip()


def _button(choice: Choice) -> dict[str, Any]:
    payload = PRESS + choice.action
    if len(payload) > PAYLOAD:
        raise Unsendable(f"Nút “{choice.label[:40]}” không dùng được trên Zalo. Báo người quản trị.")
    label = spoken(choice.label)
    title = label if len(label) <= BUTTON_TITLE else label[: BUTTON_TITLE - 1] + "…"
    return {"title": title, "type": "oa.query.hide", "payload": payload}


def _reaction(part: Part) -> Request:
    """A receipt that rings at nobody's phone."""
    if part.group:
        raise Unsendable(NO_REACTION)
    action = {"react_icon": RECEIVED_ICON, "react_message_id": part.reacts}
    return Request(REACT_PATH, {"recipient": {"user_id": part.to}, "sender_action": action})


def _unquoted(request: Request) -> Request | None:
    """The same without the quotation: what it quotes may be gone, and the answer must arrive all the same."""
    message = request.body.get("message", {})
    if "quote_message_id" not in message:
        return None
    bare = {name: value for name, value in message.items() if name != "quote_message_id"}
    return replace(request, body={**request.body, "message": bare})


def _ids(answer: Any) -> tuple[str, ...]:
    found = answer.get("message_id") if isinstance(answer, dict) else None
    return (str(found),) if found else ()


def _heard_at(session: Session, chat: str) -> datetime | None:
    known = chats.find(session, NAME, chat)
    return known.heard_at if known is not None else None
