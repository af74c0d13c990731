"""What the OA says: consultation messages, reactions, broadcasts, messages to groups."""

from . import windows
from .errors import ZaloError, invalid
from .messages import Draft, mentions, read
from .params import Params
from .state import JSON, Group, Message, Place
from .world import World

ICONS = ("/-strong", "/-heart", ":>", ":o", ":-((", ":-h", "/-remove")
_MOST_REACTIONS = 50


def consult(world: World, params: Params) -> JSON:
    """POST /v3.0/oa/message/cs"""
    params.only("recipient", "message")
    recipient = params.object("recipient")
    recipient.only("user_id")
    person = world.person_of(recipient.id("user_id"))
    draft = read(world, params.object("message"), person, group=False)
    windows.require_alive(world, person, "cs")
    windows.require_window(world, person)
    kind, price, quota = windows.pay_reply(world, person)
    message = say(world, person, draft, kind, price)
    stamp = str(int(message.at.timestamp() * 1000))
    return {"message_id": message.id, "user_id": person.id, "sent_time": stamp, "quota": quota}


def to_group(world: World, params: Params) -> JSON:
    """POST /v3.0/oa/group/message"""
    params.only("recipient", "message")
    recipient = params.object("recipient")
    recipient.only("group_id")
    group = world.group_of(recipient.id("group_id"))
    draft = read(world, params.object("message"), group, group=True)
    if not world.enabled(group):
        raise ZaloError(-237)
    return {"message_id": say(world, group, draft).id, "group_id": group.id}


def say(world: World, place: Place, draft: Draft, quota: str = "", price: int = 0) -> Message:
    message = Message(
        world.hex_id("message"), place, None, world.now(), draft.kind, draft.text,
        draft.attachments, draft.asset, draft.url, draft.buttons, draft.quote, price=price, quota=quota,
    )  # fmt: skip
    if isinstance(place, Group):
        message.mentions = mentions(draft.text)
    world.keep(message)
    if world.echoes:
        world.tell(message)
    return message


def v2_message(world: World, params: Params) -> JSON:
    """POST /v2.0/oa/message: reactions and broadcasts live here; messages to a person no longer do."""
    if "sender_action" in params.values:
        return _react(world, params)
    if "target" in params.object("recipient").values:
        return _broadcast(world, params)
    raise ZaloError(-240)


def _react(world: World, params: Params) -> JSON:
    params.only("recipient", "sender_action")
    person = world.person_of(params.object("recipient").id("user_id"))
    action = params.object("sender_action")
    action.only("react_icon", "react_message_id")
    icon, message = action.text("react_icon"), world.messages.get(action.id("react_message_id"))
    if icon not in ICONS:
        raise invalid("react_icon")
    if message is None or message.place is not person:
        raise invalid("react_message_id")
    if len(message.reactions) >= _MOST_REACTIONS:
        raise ZaloError(-210, "reactions")
    message.reactions.append(("OA", icon))
    if icon == "/-remove":
        message.reactions = [one for one in message.reactions if one[0] != "OA"]
    world.touch()
    return {"message_id": message.id, "user_id": person.id}


def _broadcast(world: World, params: Params) -> JSON:
    payload = params.object("message").object("attachment").object("payload")
    elements = payload.values.get("elements") or [{}]
    if payload.text("template_type", "") != "media" or elements[0].get("media_type") != "article":
        raise ZaloError(-233, "article only")
    if windows.is_night(world):
        raise ZaloError(-234)
    return {"message_id": world.hex_id("message")}
