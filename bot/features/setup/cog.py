"""`/footnote`, for those who manage a server: `/footnote setup` says how questions are answered where."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any, Final

import discord
from discord import app_commands
from discord.ext import commands

from bot.context import BotContext, Interaction, bot_of
from bot.discord_io.sending import defer, open_form, respond, update
from bot.errors import SettingRefused
from bot.features.history import fields as filled
from bot.features.setup.panel import NOWHERE, auto_reply_switch, certainty_field, controls, text
from bot.features.setup.status import report
from bot.interactions import command, require_manager
from bot.messages import custom_ids
from bot.messages.localization import gettext, gettext_noop
from bot.messages.reply import Reply
from bot.state import GuildSettings, Scope

OLD: Final = gettext_noop("This panel is old. Please open a new one: `/footnote setup`.")
_FRESH: Final = timedelta(minutes=15)
_PERCENT: Final = re.compile(r"\d{1,3}(\.\d+)?")
_CHOICES: Final = {"yes": True, "no": False, "unset": None}

Somewhere = discord.TextChannel | discord.ForumChannel | discord.VoiceChannel | discord.StageChannel


@app_commands.default_permissions(manage_guild=True)
@app_commands.allowed_contexts(guilds=True, dms=False)
class Manage(
    commands.GroupCog, group_name="footnote", group_description=gettext_noop("How I answer in this server")
):
    """The commands of those who manage a server."""

    @app_commands.command(
        description=gettext_noop("See and change how I answer in this server, or in one of its channels")
    )
    @app_commands.describe(
        channel=gettext_noop("Only this channel and its threads; the whole server if you leave it out")
    )
    @command
    async def setup(self, interaction: Interaction, channel: Somewhere | None = None) -> None:
        """Answer `/footnote setup`."""
        require_manager(interaction)
        await defer(interaction)
        await _show(interaction, Scope(interaction.guild_id, channel.id if channel is not None else 0))

    @app_commands.command(description=gettext_noop("See my status; only you see it"))
    @command
    async def status(self, interaction: Interaction) -> None:
        """Answer `/footnote status`."""
        bot = bot_of(interaction)
        require_manager(interaction)
        await defer(interaction)
        reading = await bot.health.read()
        owns_all = bot.access.owned(interaction.guild_id) is None
        await respond(interaction, Reply(report(reading, bot.engine_service.metrics, owns_all=owns_all)))


async def choose(interaction: Interaction, channel: int, name: str, value: str | None) -> None:
    """Change what was chosen on a panel, or open the form for it.

    Args:
        interaction: The press or choice.
        channel: The channel that is set up; 0 for the whole server.
        name: Of the setting.
        value: What the button says; None for a menu.
    """
    data: Any = interaction.data
    if name == "confidence":
        place = Scope(interaction.guild_id, channel)
        if await _may_change(interaction):
            own = bot_of(interaction).state.guild_settings.of(place)
            form = custom_ids.SETTING_FORM.encode(channel, name)
            await open_form(interaction, gettext("Certainty"), form, certainty_field(own))
        return
    await _change(interaction, channel, name, [value] if value else data.get("values", []))


async def take_form(interaction: Interaction, channel: int, name: str) -> None:
    """Change what was typed into the form."""
    await _change(interaction, channel, name, [filled(interaction)[name]])


async def _may_change(interaction: Interaction) -> bool:
    """Whether a panel is recent enough; what it shows may have changed since."""
    require_manager(interaction)
    message = interaction.message
    if message is not None and discord.utils.utcnow() - message.created_at <= _FRESH:
        return True
    await respond(interaction, Reply(gettext(OLD)))
    return False


async def _change(interaction: Interaction, channel: int, name: str, chosen: Sequence[str]) -> None:
    if await _may_change(interaction):
        place = Scope(interaction.guild_id, channel)
        values = _values(name, chosen, place)
        await defer(interaction, update=True)
        await bot_of(interaction).state.guild_settings.change(place, lambda own: replace(own, **values))
        await _show(interaction, place)


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
    """A percentage as a share; None if nothing was typed."""
    number = typed.strip().removesuffix("%").strip().replace(",", ".")
    if not number:
        return None
    if not _PERCENT.fullmatch(number) or float(number) > 100:
        raise SettingRefused(gettext_noop("A certainty is a number from 0 to 100, for example 80."))
    return float(number) / 100


async def _show(interaction: Interaction, place: Scope) -> None:
    """Show the panel: as a new message, or in place of the one that was pressed."""
    bot, guild = bot_of(interaction), interaction.guild
    if guild is None or guild.unavailable:
        raise SettingRefused(gettext_noop("I am not in this server. Please invite me first."))
    owned = bot.access.owned(guild.id)
    names = await bot.engine_service.collections(GuildSettings(collections=owned), patient=True)
    own, rules = bot.state.guild_settings.of(place).within_choice(owned), bot.access.rules_at(place)
    mode = auto_reply_switch(guild, place, own, reads=bot.settings.message_content)
    panel = Reply(text(guild, place, own, rules, names, mode))
    await update(interaction, panel, view=controls(place, own, names, mode))


async def setup(bot: BotContext) -> None:
    """Add the commands, and the menus, buttons and form of the panel."""
    await bot.add_cog(Manage())
    bot.on_press(custom_ids.SETTING, choose)
    bot.on_press(custom_ids.SETTING_FORM, take_form)
