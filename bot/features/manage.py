"""`/footnote`, for those who manage a server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord import app_commands
from discord.ext import commands

if TYPE_CHECKING:
    from bot.app import Footnote


@app_commands.default_permissions(manage_guild=True)
@app_commands.allowed_contexts(guilds=True, dms=False)
class Manage(commands.GroupCog, group_name="footnote", group_description="How I answer in this server"):
    """The group of the commands of those who manage a server."""


async def setup(bot: Footnote) -> None:
    """Add the group."""
    await bot.add_cog(Manage())
