"""ZBS templates: approved words with gaps, by the person's id at the OA's host or by phone at the business host."""

import re

from . import windows
from .errors import ZaloError
from .messages import Draft
from .params import Params
from .sending import say
from .state import JSON, Message, Person
from .world import World


def by_uid(world: World, params: Params) -> JSON:
    """POST /v3.0/oa/message/template; sources differ on where ``user_id`` stands."""
    if world.template_nested:
        params.only("recipient", "template_id", "template_data")
        user = params.object("recipient").id("user_id")
    else:
        params.only("user_id", "template_id", "template_data")
        user = params.id("user_id")
    person = world.person_of(user)
    template = _wanted(world, params, -201)
    _check_data(template, params, -201, -201)
    if not template.get("uid", True):
        raise ZaloError(-249)
    if template["tag"] == 3 and windows.is_night(world):
        raise ZaloError(-234)
    windows.require_alive(world, person, "template")
    if not person.follower and person.interacted is None:
        raise ZaloError(-213)
    windows.pay(world, template["price"])
    message = _say_template(world, person, template, params)
    stamp = str(int(message.at.timestamp() * 1000))
    return {"message_id": message.id, "user_id": person.id, "sent_time": stamp, "quota": {"quota_type": "purchase"}}


def by_phone(world: World, params: Params) -> JSON:
    """POST business /message/template: another host with another table of errors."""
    params.only("phone", "template_id", "template_data", "tracking_id", "mode")
    phone = params.text("phone", "")
    if not re.fullmatch(r"84\d{9,10}", phone):
        raise ZaloError(-108, "phone")
    template = _wanted(world, params, -109)
    _check_data(template, params, -1122, -1121)
    person = next((p for p in world.people.values() if p.phone == phone), None)
    if person is None or person.banned:
        raise ZaloError(-118)
    if params.text("mode", "") == "development" and not person.is_admin:
        raise ZaloError(-127)
    if "template" in person.restricts:
        raise ZaloError(-139)
    if world.wallet < template["price"]:
        raise ZaloError(-115)
    windows.pay(world, template["price"])
    message = _say_template(world, person, template, params)
    quota = {"dailyQuota": "500", "remainingQuota": "499"}
    return {"msg_id": message.id, "sent_time": str(int(message.at.timestamp() * 1000)), "quota": quota}


def _wanted(world: World, params: Params, unknown: int) -> JSON:
    template = world.templates.get(params.id("template_id"))
    if template is None:
        raise ZaloError(unknown, "template_id")
    if not template["approved"]:
        raise ZaloError(-131 if unknown != -201 else -201, "template_id")
    return template


def _check_data(template: JSON, params: Params, missing: int, long: int) -> None:
    data = params.object("template_data").values
    for name, most in template["params"].items():
        if not isinstance(data.get(name), str) or not data[name]:
            raise ZaloError(missing, name)
        if len(data[name]) > most:
            raise ZaloError(long, name)


def _say_template(world: World, person: Person, template: JSON, params: Params) -> Message:
    data = params.object("template_data").values
    message = say(world, person, Draft("template", " ".join(data.values())), "purchase", template["price"])
    message.template = {"id": params.text("template_id"), "data": data, "tracking": params.values.get("tracking_id")}
    return message


# Questions at the business host


def info(world: World, params: Params) -> JSON:
    """``listParams`` says what may stand in the gaps."""
    template = world.templates.get(params.id("template_id"))
    if template is None:
        raise ZaloError(-109, "template_id")
    gaps = [
        {"name": name, "require": True, "type": "STRING", "maxLength": most, "minLength": 0, "acceptNull": False}
        for name, most in template["params"].items()
    ]
    return {
        "templateId": params.text("template_id"), "templateName": template["name"], "listParams": gaps,
        "status": "ENABLE" if template["approved"] else "PENDING_REVIEW", "templateTag": str(template["tag"]),
        "price_sdt": str(template["price"]), "price_uid": str(template["price"]),
    }  # fmt: skip


def everything(world: World, params: Params) -> list[JSON]:
    return [{"templateId": id, "templateName": one["name"]} for id, one in world.templates.items()]


def status(world: World, params: Params) -> JSON:
    """-1 unknown, 0 pushed, 1 delivered."""
    message = world.messages.get(params.id("message_id"))
    known = message is not None and message.kind == "template"
    return {"status": 1 if known else -1, "message": ""}


def quota(world: World, params: Params) -> JSON:
    return {"dailyQuota": "500", "remainingQuota": "499"}


def quality(world: World, params: Params) -> JSON:
    return {"oaCurrentQuality": "UNDEFINED", "oa7dayQuality": "UNDEFINED"}
