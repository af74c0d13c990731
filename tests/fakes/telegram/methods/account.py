"""The bot's own card and its command menu."""

import re
from typing import Any

from ..errors import bad_request
from ..params import Params
from ..text import JSON
from ..world import World


def get_me(world: World, params: Params) -> JSON:
    return world.me.to_json() | {
        "can_join_groups": True,
        "can_read_all_group_messages": not world.privacy,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
        "has_topics_enabled": False,
        "allows_users_to_create_topics": False,
        "can_manage_bots": False,
        "supports_guest_queries": False,
    }


def get_my_name(world: World, params: Params) -> JSON:
    return {"name": world.me.first_name}


def set_my_commands(world: World, params: Params) -> bool:
    commands = params.items("commands")
    if len(commands) > 100:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    world.commands[_scope(params)] = [_command(entry) for entry in commands]
    return True


def get_my_commands(world: World, params: Params) -> list[JSON]:
    return world.commands.get(_scope(params), [])


def delete_my_commands(world: World, params: Params) -> bool:
    world.commands.pop(_scope(params), None)
    return True


def _scope(params: Params) -> tuple[str, str]:
    scope = params.parsed("scope") or {"type": "default"}
    key = ":".join(str(scope.get(part, "")) for part in ("type", "chat_id", "user_id"))
    return key, params.text("language_code")


def _command(entry: Any) -> JSON:
    name, description = str(entry.get("command", "")).removeprefix("/"), str(entry.get("description", ""))
    if not re.fullmatch(r"[a-z0-9_]{1,32}", name):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= len(description) <= 256:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name, "description": description}


METHODS = {
    "getMe": get_me,
    "getMyName": get_my_name,
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
}
