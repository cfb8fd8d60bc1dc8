"""Whether Discord knows the commands that this version has."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import discord
from discord.ext import commands

from bot.check.finding import FAILED, Finding
from bot.discord_io.translator import Translator
from bot.messages.figures import first_names


async def registered(probe: commands.AutoShardedBot, guilds: Collection[int]) -> list[Finding]:
    """Compare the commands that Discord offers to members with ours.

    Args:
        probe: Logged in, with the features.
        guilds: Ids of the servers that may use the bot, and so have the commands.
    """
    found = [
        Finding("commands", f"{text}{f' (server {guild})' if len(guilds) > 1 else ''}", code)
        for guild in guilds
        for text, code in [await _compared(probe, guild)]
    ]
    if await _offered(probe, None):
        text = "some are registered in no particular server, so every server is offered them"
        found.append(Finding("commands", f"{text}. Start the bot (again): it deletes them.", FAILED))
    return found or [Finding("commands", "none is registered yet; the bot does that when it starts")]


async def _compared(probe: commands.AutoShardedBot, guild: int) -> tuple[str, int]:
    """What is wrong with the commands in a server, and what the process exits with for it."""
    translator = Translator()
    payloads = [await one.get_translated_payload(probe.tree, translator) for one in probe.tree.get_commands()]
    ours = {_key(each): each for each in payloads}
    theirs = {_key(each): each for each in await _offered(probe, guild)}
    if not theirs:
        return "none is registered yet; the bot does that when it starts", 0
    same = [key for key in ours.keys() & theirs.keys() if _shape(ours[key]) == _shape(theirs[key])]
    parts = [
        f"{what} {first_names(sorted(name for _, name in keys))}"
        for what, keys in (
            ("missing:", ours.keys() - theirs.keys()),
            ("gone since:", theirs.keys() - ours.keys()),
            ("changed since:", (ours.keys() & theirs.keys()) - set(same)),
        )
        if keys
    ]
    if parts:
        text = f"{'; '.join(parts)}. Start the bot (again): it registers them."
        return f"Discord knows those of another version. {text}", FAILED
    return f"all {len(ours)} are registered", 0


async def _offered(probe: commands.AutoShardedBot, guild: int | None) -> list[dict[str, Any]]:
    """The commands as Discord has them, in all languages: the library asks only for the English ones."""
    path = "/applications/{application_id}" + ("" if guild is None else "/guilds/{guild_id}") + "/commands"
    route = discord.http.Route("GET", path, application_id=probe.application_id, guild_id=guild)
    found: list[dict[str, Any]] = await probe.http.request(route, params={"with_localizations": "true"})
    return found


def _key(command: Mapping[str, Any]) -> tuple[int, str]:
    return command.get("type", 1), command["name"]


def _shape(command: Mapping[str, Any]) -> object:
    """What members see of a command or option, with the options below it in their order."""
    below: Sequence[Mapping[str, Any]] = command.get("options") or []
    own = (
        command.get("type", 1),
        command["name"],
        command.get("description", ""),
        bool(command.get("required")),
        command.get("name_localizations") or {},
        command.get("description_localizations") or {},
    )
    return own, [_shape(each) for each in below]
