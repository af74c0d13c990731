"""Labels the OA puts on its followers."""

from .params import Params
from .state import JSON
from .world import World


def add(world: World, params: Params) -> JSON:
    person, tag = world.person_of(params.id("user_id")), params.id("tag_name")
    if tag not in person.tags:
        person.tags.append(tag)
    return {}


def remove(world: World, params: Params) -> JSON:
    person, tag = world.person_of(params.id("user_id")), params.id("tag_name")
    person.tags = [one for one in person.tags if one != tag]
    return {}


def drop(world: World, params: Params) -> JSON:
    tag = params.id("tag_name")
    for person in world.people.values():
        person.tags = [one for one in person.tags if one != tag]
    return {}


def everything(world: World, params: Params) -> list[str]:
    return sorted({tag for person in world.people.values() for tag in person.tags})
