"""The commands a bot offers, kept by scope and language, and which of them a phone sees."""

import json
import re

from bot.sandbox.wire import Call, as_number, refusal
from bot.sandbox.world import JSON, World

_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_MOST_COMMANDS = 100
_SCOPES = {"default", "all_private_chats", "all_group_chats", "all_chat_administrators",
           "chat", "chat_administrators", "chat_member"}  # fmt: skip


def set_commands(call: Call) -> bool:
    commands = call.nested("commands")
    if not isinstance(commands, list):
        raise refusal(400, "expected an Array of BotCommand")
    if len(commands) > _MOST_COMMANDS:
        raise refusal(400, "BOT_COMMANDS_TOO_MUCH")
    return _keep(call, [_checked(command) for command in commands])


def delete_commands(call: Call) -> bool:
    return _keep(call, [])


def get_commands(call: Call) -> list[JSON]:
    return _all(call.world).get(_key(_scope(call), call.text("language_code")), [])


def commands_on(world: World, phone: int) -> list[JSON]:
    """What stands in the menu of a private chat: Telegram takes the narrowest scope that has any."""
    kept, language = _all(world), world.phones[phone].language
    for scope in ({"type": "chat", "chat_id": phone}, {"type": "all_private_chats"}, {"type": "default"}):
        for wanted in (language, ""):
            if commands := kept.get(_key(scope, wanted)):
                return commands
    return []


def _all(world: World) -> dict[str, list[JSON]]:
    kept: dict[str, list[JSON]] = world.setting("commands", {})
    return kept


def _keep(call: Call, commands: list[JSON]) -> bool:
    key = _key(_scope(call), call.text("language_code"))
    kept = {other: theirs for other, theirs in _all(call.world).items() if other != key}
    call.world.set("commands", kept | ({key: commands} if commands else {}))
    menus = {str(phone): commands_on(call.world, phone) for phone in call.world.phones}
    call.world.tell({"type": "commands", "menus": menus})
    return True


def _scope(call: Call) -> JSON:
    scope = call.nested("scope") or {"type": "default"}
    if not isinstance(scope, dict) or scope.get("type") not in _SCOPES:
        raise refusal(400, "can't parse BotCommandScope: unsupported type specified")
    ids = {name: as_number(value) for name, value in scope.items() if name.endswith("_id")}
    if "chat_id" in ids and call.world.chat(ids["chat_id"]) is None:
        raise refusal(400, "chat not found")
    return scope | ids


def _key(scope: JSON, language: str) -> str:
    return json.dumps([scope, language], sort_keys=True)


def _checked(command: JSON) -> JSON:
    if not isinstance(command, dict):
        raise refusal(400, "can't parse BotCommand: BotCommand must be an Object")
    name, description = str(command.get("command", "")).removeprefix("/"), str(command.get("description", ""))
    if not _COMMAND.fullmatch(name):
        raise refusal(400, "BOT_COMMAND_INVALID")
    if not 1 <= len(description) <= 256:
        raise refusal(400, "BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name, "description": description}
