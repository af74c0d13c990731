"""The methods of the platform, names case-sensitive. What it does not have (edit, delete, buttons, files) is 404."""

import ipaddress
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import httpx

from . import styles
from .errors import ApiError, bad_request
from .state import JSON, Chat, Message
from .webhook import Webhook
from .world import TEXT_LIMIT, World

MARKS = {"markdown": ("**", "__", "`", "#"), "html": ("<b>", "</b>", "<i>", "</i>")}


class Account(World):
    """A world whose bot may also be called."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.webhook = Webhook(self)


async def get_me(world: Account, _: JSON) -> JSON:
    return {
        "id": world.me.id, "account_name": "bot." + world.me.id[:6], "account_type": "BASIC",
        "can_join_groups": False, "display_name": world.me.name,
    }  # fmt: skip


async def get_updates(world: Account, values: JSON) -> JSON:
    """One update, gone from here the moment it is handed out. Nothing new is 408, in one of the two ways seen."""
    if world.webhook.url:
        raise bad_request("can't use getUpdates while a webhook is set")
    try:
        seconds = float(values.get("timeout", 30))
    except (TypeError, ValueError):
        raise bad_request("timeout is not a number") from None
    world.pollers += 1
    world.most_pollers = max(world.most_pollers, world.pollers)
    world.touch()
    try:
        await world.until(lambda: world.waiting, min(max(seconds, 0.0), world.longest_poll))
    except TimeoutError:
        world.empty_polls += 1
        raise ApiError(408, "Request timeout", http=408 if world.empty_polls % 2 else 200) from None
    finally:
        world.pollers -= 1
    update = world.waiting.popleft()
    world.handed_out.append(update)
    return update


async def set_webhook(world: Account, values: JSON) -> JSON:
    """The address is kept even if nobody answers there."""
    url, secret = str(values.get("url", "")), str(values.get("secret_token", ""))
    if not 8 <= len(secret) <= 256:
        raise bad_request("secret_token must have 8 to 256 characters")
    if not is_public(world, url):
        raise bad_request("url must be a public https address")
    world.webhook.set(url, secret)
    return {"url": url, "updated_at": world.milliseconds()}


async def delete_webhook(world: Account, _: JSON) -> JSON:
    world.webhook.clear()
    return {"url": "", "updated_at": world.milliseconds()}


async def get_webhook_info(world: Account, _: JSON) -> JSON:
    if not world.webhook.url:
        raise ApiError(404, "Not Found")
    return {"url": world.webhook.url, "updated_at": world.milliseconds()}


async def send_message(world: Account, values: JSON) -> JSON:
    message = _message(world, values)
    message.text = _words(values, "text", required=True)
    mode = values.get("parse_mode")
    if mode is not None:
        message.text = _parsed(message.text, mode)
    elif "text_styles" in values:
        message.styles = styles.check(message.text, values["text_styles"])
    world.admit()
    return world.keep(message)


async def send_photo(world: Account, values: JSON) -> JSON:
    """The platform fetches the picture itself, now, from the open internet."""
    message = _message(world, values)
    message.text = _words(values, "caption", required=False)
    message.photo_url = str(values.get("photo", ""))
    world.admit()
    message.photo = await _fetch(world, message.photo_url)
    return world.keep(message)


async def send_sticker(world: Account, values: JSON) -> JSON:
    message = _message(world, values)
    message.sticker = str(values.get("sticker") or "")
    if not message.sticker:
        raise bad_request("sticker is required")
    world.admit()
    return world.keep(message)


async def send_voice(world: Account, values: JSON) -> JSON:
    """In a group it is answered with ok and shown to nobody."""
    message = _message(world, values)
    message.voice_url = str(values.get("voice_url", ""))
    if not urlsplit(message.voice_url).path.endswith(".aac"):
        raise bad_request("voice_url must end with .aac")
    world.admit()
    message.dropped = message.chat.is_group
    return world.keep(message)


async def send_chat_action(world: Account, values: JSON) -> JSON:
    world.chat(str(values.get("chat_id", "")))
    if values.get("action") != "typing":
        raise bad_request("unknown action")
    return {"ok": True}


METHODS: dict[str, Callable[[Account, JSON], Awaitable[JSON]]] = {
    "getMe": get_me,
    "getUpdates": get_updates,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
    "sendMessage": send_message,
    "sendPhoto": send_photo,
    "sendSticker": send_sticker,
    "sendVoice": send_voice,
    "sendChatAction": send_chat_action,
}


def _message(world: World, values: JSON) -> Message:
    chat: Chat = world.chat(str(values.get("chat_id", "")))
    return Message(world.new_id("said"), chat, world.me, world.milliseconds())


def _words(values: JSON, name: str, *, required: bool) -> str:
    if not required and name not in values:
        return ""
    words = values.get(name)
    if not isinstance(words, str) or not 1 <= len(words) <= TEXT_LIMIT:
        raise bad_request(f"{name} must have 1 to {TEXT_LIMIT} characters")
    return words


def _parsed(text: str, mode: Any) -> str:
    """Marks vanish, whoever wrote them: enough to see that a bot let people's words be parsed."""
    if mode not in MARKS:
        raise bad_request("unknown parse_mode")
    for mark in MARKS[mode]:
        text = text.replace(mark, "")
    return text


def is_public(world: World, url: str) -> bool:
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        local = not ipaddress.ip_address(host).is_global
    except ValueError:
        local = host == "localhost" or "." not in host
    if local:
        return world.loopback and parts.scheme in ("http", "https")
    return parts.scheme == "https"


async def _fetch(world: World, url: str) -> bytes:
    if not is_public(world, url):
        raise bad_request("photo must be a public https address")
    try:
        async with httpx.AsyncClient(verify=False, trust_env=False, timeout=5) as client:
            answer = await client.get(reachable(world, url))
    except httpx.HTTPError:
        raise bad_request("photo could not be fetched") from None
    if answer.status_code != 200 or not answer.headers.get("content-type", "").startswith("image/"):
        raise bad_request("photo could not be fetched")
    return answer.content


def reachable(world: World, url: str) -> str:
    """The address behind a public name; a name nobody registered leads nowhere."""
    parts = urlsplit(url)
    if parts.hostname in world.names:
        return world.names[parts.hostname].rstrip("/") + parts._replace(scheme="", netloc="").geturl()
    return url if world.loopback else "http://127.0.0.1:9/"
