"""`/footnote`, for those who manage a server: `/footnote setup` says how questions are answered where."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, cast

import discord
from discord import app_commands
from discord.ext import commands

from bot.access import require_manager
from bot.errors import SettingRefused, StateError
from bot.features.setup.panel import NOWHERE, auto_reply_switch, certainty_form, controls, text
from bot.interactions import answers
from bot.messages.language import gettext, gettext_noop
from bot.monitoring.logs import refer
from bot.state import GuildSettings, Scope, State

if TYPE_CHECKING:
    from bot.client import FootnoteBot

OLD: Final = gettext_noop("This panel is old. Please open a new one: `/footnote setup`.")
_FRESH: Final = timedelta(minutes=15)  # what a panel shows may have changed since
_CUSTOM_ID: Final = re.compile(
    r"setup:(?P<channel>\d+):(?P<name>collections|private|confidence|human|editors|log|auto_reply|reset)"
    r"(?::(?P<value>[a-z]+))?"
)
_PERCENT: Final = re.compile(r"\d{1,3}(\.\d+)?")
_CHOICES: Final = {"yes": True, "no": False, "unset": None}

Somewhere = discord.TextChannel | discord.ForumChannel | discord.VoiceChannel | discord.StageChannel


@app_commands.default_permissions(manage_guild=True)
@app_commands.allowed_contexts(guilds=True, dms=False)
class Manage(
    commands.GroupCog, group_name="footnote", group_description=gettext_noop("How I answer in this server")
):
    """The commands of those who manage a server.

    Args:
        state: Keeps what was set.
    """

    def __init__(self, state: State) -> None:
        self.state = state

    @app_commands.command(
        description=gettext_noop("See and change how I answer in this server, or in one of its channels")
    )
    @app_commands.describe(
        channel=gettext_noop("Only this channel and its threads; the whole server if you leave it out")
    )
    async def setup(
        self, interaction: discord.Interaction[FootnoteBot], channel: Somewhere | None = None
    ) -> None:
        """Answer `/footnote setup`."""
        with interaction.client.answering:
            require_manager(interaction)
            await interaction.response.defer(ephemeral=True, thinking=True)
            await _show(interaction, _place(interaction, channel.id if channel is not None else 0))

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Change what was chosen on a panel, also on one that was opened before a restart."""
        data: Any = interaction.data or {}
        if _CUSTOM_ID.fullmatch(data.get("custom_id", "")):
            await self._change(interaction)

    @answers
    async def _change(self, interaction: discord.Interaction[Any]) -> None:
        require_manager(interaction)
        data: Any = interaction.data
        found = cast("re.Match[str]", _CUSTOM_ID.fullmatch(data["custom_id"]))
        message = interaction.message
        if message is None or discord.utils.utcnow() - message.created_at > _FRESH:
            await interaction.response.send_message(gettext(OLD), ephemeral=True)
            return
        place, guild_settings = _place(interaction, int(found["channel"])), self.state.guild_settings
        submitted = interaction.type is discord.InteractionType.modal_submit
        if found["name"] == "confidence" and not submitted:
            await interaction.response.send_modal(certainty_form(place, guild_settings.of(place)))
            return
        chosen = [found["value"]] if found["value"] else _chosen(data)
        values = _values(found["name"], chosen, place)
        await interaction.response.defer()
        await guild_settings.change(place, lambda own: replace(own, **values))
        await _show(interaction, place)

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Forget the settings of a server that the bot has left."""
        try:
            await self.state.guild_settings.forget(guild.id)
            await self.state.unanswered.leave(guild.id)
        except StateError as error:  # the library would log it with the server's name
            refer(error)


def _chosen(data: Mapping[str, Any]) -> list[str]:
    """What was chosen in a menu, or typed into a form."""
    if "components" in data:
        return [data["components"][0]["component"]["value"]]
    return list(data.get("values", []))


def _values(name: str, chosen: Sequence[str], place: Scope) -> dict[str, Any]:
    """The settings that a choice changes."""
    if name == "reset":
        return {each.name: None for each in fields(GuildSettings)}
    if name in ("private", "auto_reply"):
        return {name: _CHOICES[chosen[0]]}
    if name == "confidence":
        return {name: _share(chosen[0])}
    if name == "collections":
        return {name: () if NOWHERE in chosen else tuple(chosen) or None}
    if str(place.guild) in chosen:
        raise SettingRefused(gettext_noop("That role can't be @everyone. Please choose another one."))
    return {name: int(chosen[0]) if chosen else None}


def _share(typed: str) -> float | None:
    """A percentage as a share; None where nothing was typed."""
    number = typed.strip().removesuffix("%").strip().replace(",", ".")
    if not number:
        return None
    if not _PERCENT.fullmatch(number) or float(number) > 100:
        raise SettingRefused(gettext_noop("A certainty is a number from 0 to 100, for example 80."))
    return float(number) / 100


def _place(interaction: discord.Interaction[Any], channel: int) -> Scope:
    return Scope(interaction.guild_id, channel)


async def _show(interaction: discord.Interaction[Any], place: Scope) -> None:
    bot: FootnoteBot = interaction.client
    guild = interaction.guild
    if guild is None or guild.unavailable:
        raise SettingRefused(gettext_noop("I am not in this server. Please invite me first."))
    owned = bot.access.owned(guild.id)
    names = await bot.engine_service.collections(GuildSettings(collections=owned), patient=True)
    own, held = bot.state.guild_settings.of(place).within_choice(owned), bot.access.rules_at(place)
    mode = auto_reply_switch(guild, place, own, reads=bot.intents.message_content)
    await interaction.edit_original_response(
        content=text(guild, place, own, held, names, mode), view=controls(place, own, names, mode)
    )


async def setup(bot: FootnoteBot) -> None:
    """Add the commands."""
    await bot.add_cog(Manage(bot.state))
