"""Reading the ``message`` object of a request: every shape that is documented, and a refusal for every other."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from .errors import ZaloError, invalid, too_much
from .params import Params
from .state import JSON, Asset, Button, Message, Place
from .world import World

MENTION = re.compile(r"\[@([^\]\s]+)\]")
BUTTON_TYPES = ("oa.open.url", "oa.query.show", "oa.query.hide", "oa.open.phone", "oa.open.sms")


@dataclass
class Draft:
    """What a request wants to say."""

    kind: str
    text: str = ""
    asset: Asset | None = None
    url: str = ""
    buttons: list[Button] = field(default_factory=list)
    quote: Message | None = None
    attachments: list[JSON] = field(default_factory=list)


def read(world: World, message: Params, place: Place, *, group: bool) -> Draft:
    """Raises -201 with the field's name, -210, -100, -233 or -248."""
    message.only("text", "attachment", "quote_message_id")
    text = message.text("text", "")
    if len(text) > world.limits.text:
        raise too_much("text")
    if any(word in text for word in world.forbidden_words):
        raise ZaloError(-248)
    draft = _attached(world, message, text, group=group) if "attachment" in message.values else _plain(text)
    draft.quote = _quoted(world, message, place)
    return draft


def _plain(text: str) -> Draft:
    if not text.strip():
        raise invalid("text")
    return Draft("text", text)


def _quoted(world: World, message: Params, place: Place) -> Message | None:
    if "quote_message_id" not in message.values:
        return None
    quoted = world.messages.get(message.id("quote_message_id"))
    if quoted is None or quoted.place is not place:
        raise invalid("quote_message_id")
    return quoted


def _attached(world: World, message: Params, text: str, *, group: bool) -> Draft:
    attachment = message.object("attachment")
    attachment.only("type", "payload")
    kind, payload = attachment.text("type"), attachment.object("payload")
    if kind == "file":
        return _file(world, payload, text)
    if kind != "template":
        raise invalid("attachment")  # {"type": "image", …} looks right and is not
    template = payload.text("template_type", "")
    if template == "media":
        return _media(world, payload, text, group=group)
    if group:
        raise ZaloError(-233, "groups take no buttons and no templates")
    if template == "request_user_info":
        return _asking(payload, text)
    if template == "" and "buttons" in payload.values:
        return _with_buttons(world, payload, text)
    raise ZaloError(-233, template)


def _file(world: World, payload: Params, text: str) -> Draft:
    payload.only("token")
    if text:
        raise invalid("text")
    asset = _asset(world, payload.id("token"), "file")
    shown = {"name": asset.upload.name, "size": str(len(asset.upload.data)), "url": f"{world.media_url}/oa/{asset.id}"}
    return Draft("file", asset=asset, attachments=[{"type": "file", "payload": shown}])


def _asset(world: World, id: str, kind: str) -> Asset:
    asset = world.assets.get(id)
    if asset is None or world.now() - asset.at > world.limits.asset_life:
        raise ZaloError(-100)
    if asset.kind != kind:
        raise invalid("attachment_id")
    return asset


def _elements(payload: Params) -> Params:
    payload.only("template_type", "elements")
    elements = payload.values.get("elements")
    if not isinstance(elements, list) or len(elements) != 1 or not isinstance(elements[0], dict):
        raise invalid("elements")
    return Params(elements[0])


def _media(world: World, payload: Params, text: str, *, group: bool) -> Draft:
    element = _elements(payload)
    kind = element.text("media_type")
    if kind not in ("image", "gif", "sticker"):
        raise ZaloError(-233, kind)
    element.only("media_type", "attachment_id", "url", *(("width", "height") if kind == "gif" else ()))
    if ("url" in element.values) == ("attachment_id" in element.values):
        raise invalid("attachment_id or url, one of them")
    if kind == "gif" and not (element.number("width", 0) and element.number("height", 0)):
        raise invalid("width, height")
    if kind == "sticker":
        return Draft(kind, text, attachments=[{"type": kind, "payload": {"id": element.id("attachment_id")}}])
    return _picture(world, element, kind, text, group=group)


def _picture(world: World, element: Params, kind: str, text: str, *, group: bool) -> Draft:
    if "url" in element.values:
        url = element.text("url")
        if urlsplit(url).scheme not in ("http", "https") or (group and not world.limits.group_image_urls):
            raise invalid("url")
        return Draft(kind, text, url=url, attachments=[{"type": kind, "payload": {"url": url, "thumbnail": url}}])
    asset = _asset(world, element.id("attachment_id"), kind)
    shown = f"{world.media_url}/oa/{asset.id}"
    return Draft(kind, text, asset, attachments=[{"type": kind, "payload": {"url": shown, "thumbnail": shown}}])


def _asking(payload: Params, text: str) -> Draft:
    element = _elements(payload)
    element.only("title", "subtitle", "image_url")
    for name in ("title", "subtitle", "image_url"):
        if not element.text(name):
            raise invalid(name)
    if urlsplit(element.text("image_url")).scheme not in ("http", "https"):
        raise invalid("image_url")
    return Draft("request_user_info", text or element.text("title"))


def _with_buttons(world: World, payload: Params, text: str) -> Draft:
    payload.only("buttons")
    if not text.strip():
        raise invalid("text")
    buttons = payload.values["buttons"]
    if not isinstance(buttons, list) or not buttons:
        raise invalid("buttons")
    if len(buttons) > world.limits.buttons:
        raise too_much("buttons")
    return Draft(
        "text", text, buttons=[_button(world, Params(one if isinstance(one, dict) else {})) for one in buttons]
    )


def _button(world: World, button: Params) -> Button:
    button.only("title", "type", "payload", "image_icon")
    title, kind = button.text("title"), button.text("type")
    if not title.strip():
        raise invalid("title")
    if len(title) > world.limits.button_title:
        raise too_much("title")
    if kind not in BUTTON_TYPES:
        raise invalid("type")
    _check_payload(world, kind, button)
    return Button(title, kind, button.values["payload"])


def _check_payload(world: World, kind: str, button: Params) -> None:
    if kind.startswith("oa.query."):
        payload = button.text("payload")
        if not payload:
            raise invalid("payload")
        if len(payload) > world.limits.payload:
            raise too_much("payload")
        return
    inner = button.object("payload")
    if kind == "oa.open.url" and urlsplit(inner.text("url")).scheme not in ("http", "https"):
        raise invalid("url")
    if kind != "oa.open.url" and not re.fullmatch(r"84\d{8,10}", inner.text("phone_code")):
        raise invalid("phone_code")
    if kind == "oa.open.sms":
        inner.text("content")


def mentions(text: str) -> list[str]:
    """Ids of ``[@id]`` in a text for a group."""
    return MENTION.findall(text)
