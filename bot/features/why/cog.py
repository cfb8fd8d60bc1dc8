"""The button Why this?: what an answer, or a no, rests on, for the one who pressed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord

from bot.access import take_turn
from bot.discord_io.views import Remade
from bot.features.follow_up import UNKNOWN, again
from bot.features.why.rendering import render_why
from bot.interactions import answers
from bot.messages.language import gettext

if TYPE_CHECKING:
    from bot.client import FootnoteBot


class Why(Remade, template="why"):
    """Asks the question of the message again, and says what the answer rests on."""

    @answers
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Explain, in private."""
        bot: FootnoteBot = interaction.client
        held = take_turn(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        heard = await again(interaction.message, bot, held)
        text = gettext(UNKNOWN) if heard is None else render_why(heard[1]).content
        await interaction.edit_original_response(content=text)


async def setup(bot: FootnoteBot) -> None:
    """Add the button."""
    bot.add_dynamic_items(Why)
