"""The OA's groups (GMF): created by it, paid for by a package each, and full of rules about who may be pulled in."""

from datetime import timedelta

from . import windows
from .errors import ZaloError, invalid, too_much
from .params import Params
from .state import GROUP_SIZES, JSON, Group, Package, Person
from .world import World

_SETTINGS = ("lock_send_msg", "join_appr", "enable_msg_history", "enable_link_join")
_DEFAULT_PAGE, _PAGE = 5, 50


def create(world: World, params: Params) -> JSON:
    params.only("group_name", "group_description", "asset_id", "member_user_ids")
    if not world.verified:
        raise ZaloError(-221)
    name, package = params.text("group_name"), _free_package(world, params.id("asset_id"))
    if not name.strip():
        raise invalid("group_name")
    people = _people(world, params)
    if len(people) > world.limits.members_at_once or len(people) > GROUP_SIZES[package.kind]:
        raise too_much("member_user_ids")
    if not any(person.is_admin for person in people):
        raise invalid("member_user_ids: an admin of the OA is missing")
    _require_invitable(world, people)
    group = found(world, name, package, people, params.text("group_description", ""))
    world.tell_group("create_group", group, *people)
    return {"group_id": group.id, "group_link": group.link, "name": group.name, "status": "enabled"}


def found(world: World, name: str, package: Package, people: list[Person], description: str = "") -> Group:
    """The group itself, without asking who may."""
    group = Group(world.hex_id("group"), name, package, description, members={p.id: p for p in people})
    package.group = group
    world.groups[group.id] = group
    return group


def info(world: World, params: Params) -> JSON:
    group = world.group_of(params.id("group_id"))
    on = world.enabled(group)
    dissolves = group.package.valid_through + timedelta(days=world.limits.dissolve_after.days)
    shown = {
        "name": group.name, "avatar": group.avatar, "group_id": group.id, "group_link": group.link,
        "group_description": group.description, "status": "enabled" if on else "disabled",
        "total_member": len(group.members) + 1, "max_member": GROUP_SIZES[group.package.kind],
        "auto_delete_date": "" if on else f"{dissolves:%d/%m/%Y}",
    }  # fmt: skip
    return {"group_info": shown, "asset_info": group.package.to_json(), "group_setting": dict(group.settings)}


def update_info(world: World, params: Params) -> JSON:
    params.only("group_id", "group_name", "group_avatar", "group_description", *_SETTINGS)
    group = world.group_of(params.id("group_id"))
    settings = {name: params.flag(name) for name in _SETTINGS if name in params.values}
    group.name = params.text("group_name", group.name)
    group.avatar = params.text("group_avatar", group.avatar)
    group.description = params.text("group_description", group.description)
    group.settings |= settings
    world.tell_group("update_group_info", group, group_name=group.name)
    return {"group_id": group.id}


def update_asset(world: World, params: Params) -> JSON:
    params.only("group_id", "asset_id")
    group = world.group_of(params.id("group_id"))
    package = _free_package(world, params.id("asset_id"))
    if len(group.members) > GROUP_SIZES[package.kind]:
        raise too_much("members")
    group.package.group = None
    group.package, package.group = package, group
    return {"group_id": group.id, "asset_id": package.id}


def _free_package(world: World, id: str) -> Package:
    package = world.packages.get(id)
    if package is None:
        raise invalid("asset_id")
    if package.disabled or package.valid_through < world.today():
        raise ZaloError(-238)
    if package.group is not None and not package.group.gone:
        raise ZaloError(-241)
    return package


# Coming and going


def _people(world: World, params: Params) -> list[Person]:
    ids = params.ids("member_user_ids")
    return [world.person_of(id) for id in dict.fromkeys(ids)]


def _require_invitable(world: World, people: list[Person]) -> None:
    """Followers, or those who did something in the last seven days; nobody who blocks invitations."""
    for person in people:
        if person.blocks_invites:
            raise ZaloError(-217)
        if not person.follower:
            windows.require_window(world, person)


def _managed(world: World, params: Params) -> Group:
    group = world.group_of(params.id("group_id"))
    if not world.enabled(group):
        raise ZaloError(-237)
    return group


def _require_room(group: Group, people: list[Person]) -> None:
    if len(group.members.keys() | {p.id for p in people}) > GROUP_SIZES[group.package.kind]:
        raise too_much("members")


def invite(world: World, params: Params) -> JSON:
    params.only("group_id", "member_user_ids")
    group, people = _managed(world, params), _people(world, params)
    if len(people) > world.limits.members_at_once:
        raise too_much("member_user_ids")
    _require_invitable(world, people)
    _require_room(group, people)
    new = [person for person in people if person.id not in group.members]
    enter(world, group, new, "user_join_group")
    return {"group_id": group.id, "member_user_ids": [p.id for p in people]}


def enter(world: World, group: Group, people: list[Person], event: str) -> None:
    for person in people:
        group.waiting.pop(person.id, None)
        group.members[person.id] = person
    if people:
        world.tell_group(event, group, *people)
    world.touch()


def pending(world: World, params: Params) -> JSON:
    group = world.group_of(params.id("group_id"))
    return _members_page(list(group.waiting.values()), params, [])


def accept_pending(world: World, params: Params) -> JSON:
    params.only("group_id", "member_user_ids")
    group = _managed(world, params)
    people = _waiting(world, group, params)
    _require_room(group, people)
    enter(world, group, people, world.dialect.accepted)
    return {"group_id": group.id}


def reject_pending(world: World, params: Params) -> JSON:
    params.only("group_id", "member_user_ids")
    group = _managed(world, params)
    people = _waiting(world, group, params)
    for person in people:
        del group.waiting[person.id]
    world.tell_group(world.dialect.rejected, group, *people)
    return {"group_id": group.id}


def _waiting(world: World, group: Group, params: Params) -> list[Person]:
    people = _people(world, params)
    if any(person.id not in group.waiting for person in people):
        raise invalid("member_user_ids")
    return people


def members(world: World, params: Params) -> JSON:
    group = world.group_of(params.id("group_id"))
    itself: list[JSON] = [{"oa_id": world.oa_id, "name": world.name, "avatar": ""}]
    return _members_page(list(group.members.values()), params, itself)


def _members_page(people: list[Person], params: Params, before: list[JSON]) -> JSON:
    offset = params.number("offset", 0)
    count = params.number("count", _DEFAULT_PAGE, _PAGE)
    everyone = before + [{"user_id": p.id, "name": p.name, "avatar": ""} for p in people]
    page = everyone[offset : offset + count]
    return {"total": len(everyone), "member_count": len(page), "members": page, "offset": offset}


def add_admins(world: World, params: Params) -> JSON:
    return _deputies(world, params, "add_group_admin")


def remove_admins(world: World, params: Params) -> JSON:
    return _deputies(world, params, "remove_group_admin")


def _deputies(world: World, params: Params, event: str) -> JSON:
    params.only("group_id", "member_user_ids")
    group, people = _managed(world, params), _members(world, params)
    ids = {person.id for person in people}
    group.deputies = group.deputies | ids if event == "add_group_admin" else group.deputies - ids
    world.tell_group(event, group, *people)
    return {"group_id": group.id}


def _members(world: World, params: Params) -> list[Person]:
    group, people = world.group_of(params.id("group_id")), _people(world, params)
    if any(person.id not in group.members for person in people):
        raise invalid("member_user_ids")
    return people


def remove_members(world: World, params: Params) -> JSON:
    params.only("group_id", "member_user_ids")
    group, people = _managed(world, params), _members(world, params)
    leave(world, group, people)
    return {"group_id": group.id}


def leave(world: World, group: Group, people: list[Person]) -> None:
    for person in people:
        del group.members[person.id]
        group.deputies.discard(person.id)
    world.tell_group(world.dialect.left, group, *people)
    world.touch()


def delete(world: World, params: Params) -> JSON:
    params.only("group_id")
    group = world.group_of(params.id("group_id"))
    dissolve(world, group)
    return {"group_id": group.id}


def dissolve(world: World, group: Group) -> None:
    group.gone, group.package.group = True, None
    world.tell_group("delete_group", group)


def all_groups(world: World, params: Params) -> JSON:
    offset, count = params.number("offset", 0), params.number("count", _DEFAULT_PAGE, _PAGE)
    groups = [group for group in world.groups.values() if not group.gone]
    page = [_listed(world, group) for group in groups[offset : offset + count]]
    return {"groups": page, "total": len(groups), "offset": offset, "count": len(page)}


def _listed(world: World, group: Group) -> JSON:
    return {
        "name": group.name, "group_id": group.id, "group_link": group.link,
        "total_member": len(group.members) + 1, "status": "enabled" if world.enabled(group) else "disabled",
    }  # fmt: skip
