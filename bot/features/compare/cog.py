"""Is this in our articles?, in the menu of a message: what it says, beside what the articles say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import discord
from discord import app_commands

from bot.access import take_turn
from bot.discord_io.views import view
from bot.features.compare.rendering import NO_CLAIM, render_comparison
from bot.messages.language import gettext, gettext_noop
from bot.messages.reply import Reply

if TYPE_CHECKING:
    from bot.client import FootnoteBot

NAME: Final = gettext_noop("Is this in our articles?")


async def compare(interaction: discord.Interaction[FootnoteBot], message: discord.Message) -> None:
    """Compare a message with the articles, for the one who asked."""
    bot = interaction.client
    with bot.answering:
        held = take_turn(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        text = message.clean_content
        reply = Reply(gettext(NO_CLAIM))
        if any(char.isalnum() for char in text):
            reply = render_comparison(await bot.engine_service.compare(text, rules=held), message.jump_url)
        await interaction.edit_original_response(content=reply.content, view=view(reply))


async def setup(bot: FootnoteBot) -> None:
    """Add the menu."""
    bot.tree.add_command(app_commands.ContextMenu(name=NAME, callback=compare))
