"""Whether Discord knows the commands that this version has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import discord
from discord.ext import commands

from bot.finding import FAILED, Finding, listed


async def registered(visitor: commands.AutoShardedBot, guild: int | None) -> list[Finding]:
    """Compare the commands that Discord offers to members with ours.

    Args:
        visitor: Logged in, with the features.
        guild: Id of the one server that has them; None for all.
    """
    where = discord.Object(guild) if guild is not None else None
    ours = {_key(each): each for each in (one.to_dict(visitor.tree) for one in visitor.tree.get_commands())}
    theirs = {
        _key(each): each for each in (one.to_dict() for one in await visitor.tree.fetch_commands(guild=where))
    }
    if not theirs:
        return [Finding("commands", "none is registered yet; the bot does that when it starts")]
    same = [key for key in ours.keys() & theirs.keys() if _shape(ours[key]) == _shape(theirs[key])]
    parts = [
        f"{what} {listed(sorted(name for _, name in keys))}"
        for what, keys in (
            ("missing:", ours.keys() - theirs.keys()),
            ("gone since:", theirs.keys() - ours.keys()),
            ("changed since:", (ours.keys() & theirs.keys()) - set(same)),
        )
        if keys
    ]
    if parts:
        text = f"{'; '.join(parts)}. Start the bot (again): it registers them."
        return [Finding("commands", f"Discord knows those of another version. {text}", FAILED)]
    return [Finding("commands", f"all {len(ours)} are registered")]


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
    )
    return own, [_shape(each) for each in below]
