"""Finds the command a user names and fills in its options, as strictly as Discord's own client."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.integration.discord_server import permissions
from tests.integration.discord_server.errors import Refused
from tests.integration.discord_server.form_commands import CHAT, GROUP, INTEGER, NUMBER, STRING, SUBCOMMAND
from tests.integration.discord_server.model import Channel, Json, Role, Upload, User
from tests.integration.discord_server.payloads import channel_json, member_json, role_json, user_json
from tests.integration.discord_server.world import World

BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, ATTACHMENT = 5, 6, 7, 8, 9, 11
KINDS: dict[int, Any] = {
    STRING: str,
    INTEGER: int,
    BOOLEAN: bool,
    USER: User,
    CHANNEL: Channel,
    ROLE: Role,
    MENTIONABLE: (User, Role),
    NUMBER: (int, float),
    ATTACHMENT: Upload,
}


class Invoking:
    """Turns "user runs /name with these options" into interaction data."""

    def __init__(self, world: World, attach: Callable[[Channel, Upload], Json]) -> None:
        self.world = world
        self.attach = attach

    def find(self, user: User, channel: Channel, name: str, kind: int = CHAT) -> Json | None:
        """Returns the command of that name (or its translation for the user) offered to the user here."""
        for command in self.world.commands_for(channel.guild):
            names = {command["name"], (command.get("name_localizations") or {}).get(user.locale)}
            if command["type"] == kind and name in names and _offered(command, user, channel):
                return command
        return None

    def registered(self, channel: Channel, name: str, kind: int) -> bool:
        """Says whether there is a command of that name here, offered to the user or not."""
        return any(
            name in (each["name"], *(each.get("name_localizations") or {}).values()) and each["type"] == kind
            for each in self.world.commands_for(channel.guild)
        )

    def offered(self, user: User, channel: Channel) -> list[str]:
        """Returns the names of everything offered to the user here."""
        return [
            each["name"] for each in self.world.commands_for(channel.guild) if _offered(each, user, channel)
        ]

    def fill(
        self,
        channel: Channel,
        command: Json,
        path: list[str],
        given: Mapping[str, Any],
        focused: str | None = None,
    ) -> Json:
        """Returns the interaction's ``data`` for a command with its options.

        Args:
            channel: Where it is run.
            command: The registered command.
            path: Names of the subcommand group and subcommand, if any.
            given: The options' values by name.
            focused: The option being typed, for autocomplete: its value is partial, nothing is required.

        Raises:
            Refused: For an unknown, missing or impossible option.
        """
        data: Json = {"id": command["id"], "name": command["name"], "type": command["type"]}
        if command.get("guild_id"):
            data["guild_id"] = command["guild_id"]
        level, node = data, command
        for name in path:
            nested = [each for each in node.get("options") or [] if each["type"] in (SUBCOMMAND, GROUP)]
            node = next((each for each in nested if each["name"] == name), {})
            if not node:
                raise Refused(
                    f"/{command['name']} has no {name!r}; it has {[each['name'] for each in nested]}"
                )
            inner: Json = {"name": node["name"], "type": node["type"]}
            level["options"] = [inner]
            level = inner
        declared: list[Json] = node.get("options") or []
        if any(each["type"] in (SUBCOMMAND, GROUP) for each in declared):
            raise Refused(f"/{command['name']} needs one of {[each['name'] for each in declared]}")
        unknown = set(given) - {each["name"] for each in declared}
        if unknown:
            raise Refused(
                f"unknown option {sorted(unknown)}; there are {[each['name'] for each in declared]}"
            )
        resolved: Json = {}
        level["options"] = []
        for option in declared:
            self._fill_option(channel, option, given, focused, level["options"], resolved)
        return data | ({"resolved": resolved} if resolved else {})

    def _fill_option(
        self,
        channel: Channel,
        option: Json,
        given: Mapping[str, Any],
        focused: str | None,
        out: list[Json],
        resolved: Json,
    ) -> None:
        name = option["name"]
        if given.get(name) is None:
            if option.get("required") and focused is None:
                raise Refused(f"option {name!r} is required")
            return
        entry: Json = {"name": name, "type": option["type"]}
        if name == focused:
            if not option.get("autocomplete"):
                raise Refused(f"option {name!r} has no autocomplete")
            entry |= {"value": str(given[name]), "focused": True}
        else:
            entry["value"] = self.value(channel, option, given[name], resolved)
        out.append(entry)

    def value(self, channel: Channel, option: Json, value: Any, resolved: Json) -> Any:
        """Returns an option's value as sent, noting objects under ``resolved``.

        Raises:
            Refused: If it is of the wrong kind or outside what the option allows.
        """
        kind, name = option["type"], option["name"]
        if not isinstance(value, KINDS[kind]) or (isinstance(value, bool) and kind != BOOLEAN):
            raise Refused(f"option {name!r} does not take {value!r}")
        choices = {each["name"]: each["value"] for each in option.get("choices") or []}
        if choices:
            if value not in choices and value not in choices.values():
                raise Refused(f"option {name!r} takes one of {list(choices)}, not {value!r}")
            return choices.get(value, value)
        if kind == STRING:
            low, high = option.get("min_length") or 0, option.get("max_length") or 6000
            if not low <= len(value) <= high:
                raise Refused(f"option {name!r} takes {low} to {high} characters, not {len(value)}")
        elif kind in (INTEGER, NUMBER):
            low, high = option.get("min_value", -(2**53)), option.get("max_value", 2**53)
            if not low <= value <= high:
                raise Refused(f"option {name!r} takes {low} to {high}, not {value}")
        elif kind != BOOLEAN:
            return self.resolve(channel, value, resolved)
        return value

    def resolve(self, channel: Channel, value: User | Role | Channel | Upload, resolved: Json) -> str:
        """Notes an object under ``resolved`` and returns its id."""
        if isinstance(value, Upload):
            attachment = self.attach(channel, value)
            resolved.setdefault("attachments", {})[attachment["id"]] = attachment
            return str(attachment["id"])
        key = str(value.id)
        if isinstance(value, Role):
            resolved.setdefault("roles", {})[key] = role_json(value)
        elif isinstance(value, Channel):
            granted = permissions.in_channel(self.world.bot, value)
            resolved.setdefault("channels", {})[key] = channel_json(value) | {"permissions": str(granted)}
        else:
            resolved.setdefault("users", {})[key] = user_json(value)
            member = self.world.member(value, channel)
            if member is not None:
                own = str(permissions.in_channel(value, channel))
                resolved.setdefault("members", {})[key] = member_json(member, with_user=False) | {
                    "permissions": own
                }
        return key


def _offered(command: Json, user: User, channel: Channel) -> bool:
    contexts = command.get("contexts")
    if channel.guild is None:
        return 1 in contexts if contexts is not None else bool(command.get("dm_permission", True))
    if contexts is not None and 0 not in contexts:
        return False
    granted = permissions.in_channel(user, channel)
    needed = command.get("default_member_permissions")
    if not granted & permissions.USE_APPLICATION_COMMANDS:
        return False
    if needed is None or granted == permissions.ALL:
        return True
    return int(needed) != 0 and int(needed) & ~granted == 0
