"""What the OA may ask: people, chats, itself, its quotas."""

from datetime import datetime, timedelta

from .errors import invalid
from .limits import LOCAL
from .params import Params
from .state import JSON, Group, Message, Package, Person, Place
from .world import World

_TYPES = {"image": "photo", "gif": "GIF", "audio": "voice"}
_PERIODS = {"TODAY": (0, 0), "YESTERDAY": (1, 1), "L7D": (7, 0), "L30D": (30, 0)}


def getoa(world: World, params: Params) -> JSON:
    return {
        "oaid": world.oa_id, "oa_id": world.oa_id, "name": world.name, "description": "", "oa_alias": "",
        "is_verified": world.verified, "oa_type": 4, "cate_name": "Tổ chức chính trị - xã hội",
        "num_follower": sum(p.follower for p in world.people.values()), "avatar": "", "cover": "",
        "package_name": world.package_name, "package_valid_through_date": f"{world.package_until:%d/%m/%Y}",
        "package_auto_renew_date": "", "linked_ZCA": "ZCA-1" if world.zca_linked else "",
    }  # fmt: skip


def user_detail(world: World, params: Params) -> JSON:
    person = world.person_of(params.id("user_id"))
    seen = f"{person.interacted.astimezone(LOCAL):%d/%m/%Y}" if person.interacted else ""
    return {
        "user_id": person.id, "user_id_by_app": person.by_app, "user_external_id": "",
        "display_name": person.name, "user_alias": person.alias or person.name, "is_sensitive": False,
        "user_last_interaction_date": seen, "user_is_follower": person.follower,
        "avatar": "https://s120-ava-talk.zadn.vn/default", "avatars": {"120": "", "240": ""},
        "tags_and_notes_info": {"notes": [], "tag_names": person.tags}, "shared_info": person.shared,
    }  # fmt: skip


def user_list(world: World, params: Params) -> JSON:
    limits = world.limits
    offset = params.number("offset", 0, limits.people_offset)
    count = params.number("count", limits.people_page, limits.people_page)
    found = [p for p in world.people.values() if _listed(world, p, params)]
    page = [{"user_id": p.id} for p in found[offset : offset + count]]
    return {"total": len(found), "count": len(page), "offset": offset, "users": page}


def _listed(world: World, person: Person, params: Params) -> bool:
    """Strangers are never shown."""
    if not person.follower and person.interacted is None:
        return False
    wanted = params.values.get("is_follower")
    if wanted is not None and str(wanted).lower() != str(person.follower).lower():
        return False
    tag, period = params.values.get("tag_name"), params.values.get("last_interaction_period")
    return (not tag or tag in person.tags) and (not period or _within(world, person, str(period)))


def _within(world: World, person: Person, period: str) -> bool:
    if person.interacted is None:
        return False
    day, today = person.interacted.astimezone(LOCAL).date(), world.today()
    if period in _PERIODS:
        first, last = (today - timedelta(days=days) for days in _PERIODS[period])
        return first <= day <= last
    try:
        begin, end = (datetime.strptime(part, "%Y_%m_%d").date() for part in period.split(":"))  # noqa: DTZ007
    except ValueError:
        raise invalid("last_interaction_period") from None
    return begin <= day <= end


# Chats


def recent_chats(world: World, params: Params) -> list[JSON]:
    """The newest message of each private chat."""
    newest: dict[str, Message] = {}
    for message in world.messages.values():
        if isinstance(message.place, Person):
            newest.pop(message.place.id, None)
            newest[message.place.id] = message
    return _page(world, params, list(newest.values()))


def conversation(world: World, params: Params) -> list[JSON]:
    return _page(world, params, _said_in(world, world.person_of(params.id("user_id"))))


def recent_group_chats(world: World, params: Params) -> list[JSON]:
    newest: dict[str, Message] = {}
    for message in world.messages.values():
        if isinstance(message.place, Group) and not message.place.gone:
            newest.pop(message.place.id, None)
            newest[message.place.id] = message
    return _page(world, params, list(newest.values()))


def group_conversation(world: World, params: Params) -> list[JSON]:
    return _page(world, params, _said_in(world, world.group_of(params.id("group_id"))))


def _said_in(world: World, place: Place) -> list[Message]:
    return [message for message in world.messages.values() if message.place is place]


def _page(world: World, params: Params, messages: list[Message]) -> list[JSON]:
    """Newest first."""
    offset = params.number("offset", 0)
    count = params.number("count", world.limits.page, world.limits.page)
    return [_item(world, message) for message in messages[::-1][offset : offset + count]]


def _item(world: World, message: Message) -> JSON:
    by_oa, place = message.sender is None, message.place
    sender = (world.oa_id, world.name) if message.sender is None else (message.sender.id, message.sender.name)
    other = place if by_oa or isinstance(place, Group) else None
    receiver = (other.id, other.name) if other else (world.oa_id, world.name)
    body: JSON = {
        "src": 0 if by_oa else 1, "time": int(message.at.timestamp() * 1000),
        "type": _TYPES.get(message.kind, message.kind), "message": message.text, "message_id": message.id,
        "from_id": sender[0], "from_display_name": sender[1], "to_id": receiver[0], "to_display_name": receiver[1],
    }  # fmt: skip
    if isinstance(place, Group):
        body["group_id"] = place.id
    for attachment in message.attachments[:1]:
        payload = attachment["payload"]
        body |= {"url": payload.get("url", ""), "thumb": payload.get("thumbnail", "")}
    return body


# Quotas


def quota_message(world: World, params: Params) -> JSON | list[JSON]:
    """Two questions under one address: about a person's window, or about the packages of the OA."""
    if "user_id" in params.values:
        return _window_of(world, world.person_of(params.id("user_id")))
    if params.text("quota_owner", "") not in ("OA", "APP") or params.text("product_type", "") not in (
        "cs",
        "transaction",
    ):
        raise invalid("quota_owner, product_type")
    left = str(world.package_messages)
    return [
        {"asset_id": "cs-1", "valid_through": f"{world.package_until:%d/%m/%Y}", "total": "500", "remain": left,
         "product_type": "cs", "quota_type": "sub_quota"}
    ]  # fmt: skip


def _window_of(world: World, person: Person) -> JSON:
    total, moment = world.limits.free_messages, person.interacted
    last = str(int(moment.timestamp() * 1000)) if moment else ""
    body: JSON = {"last_interaction": last, "promotion": {"daily_total": "1", "daily_remain": "1"}}
    if total is None:
        return body
    is_open = moment is not None and world.now() - moment <= world.limits.free_window
    remain = max(total - person.free_used, 0) if is_open else 0
    return body | {"cs_reply": {"remain": str(remain), "total": str(total)}}


def quota_group(world: World, params: Params) -> list[JSON]:
    if params.text("quota_owner", "") != "OA":
        raise invalid("quota_owner")
    kind, quota = params.text("product_type", ""), params.text("quota_type", "")
    if kind not in ("", "gmf10", "gmf50", "gmf100", "gmf1000"):
        raise invalid("product_type")
    known = [p for p in world.packages.values() if kind in ("", p.kind) and quota in ("", p.quota_type)]
    return [_package(package) for package in known]


def _package(package: Package) -> JSON:
    used = package.group is not None
    return {
        "product_type": package.kind, "quota_type": package.quota_type, "asset_id": package.id,
        "valid_through": f"{package.valid_through:%d/%m/%Y}", "auto_renew": package.auto_renew,
        "status": "used" if used else "available", "used_id": package.group.id if package.group else "",
    }  # fmt: skip
