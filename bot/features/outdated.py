"""Presses that nothing answers, as of a button of an earlier version: told so, not left to time out."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import discord
from discord.ext import commands

from bot.interactions import answers
from bot.messages.language import gettext, gettext_noop

if TYPE_CHECKING:
    from bot.client import FootnoteBot

OUTDATED: Final = {
    discord.InteractionType.component: gettext_noop(
        "This button is from an earlier version of me and no longer works. Please ask again; the "
        "new answer has buttons that work."
    ),
    discord.InteractionType.modal_submit: gettext_noop(
        "This form is from an earlier version of me, so I can no longer read it. Please ask again."
    ),
}
_GRACE: Final = 1.0  # seconds that whoever else listens has to answer; Discord gives up after 3


class Outdated(commands.Cog):
    """Answers what no feature answers.

    Args:
        bot: Knows what its features answer.
    """

    def __init__(self, bot: FootnoteBot) -> None:
        self.bot = bot

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Tell who pressed an old button, or sent an old form, that it does nothing any more."""
        data: Any = interaction.data
        if interaction.type not in OUTDATED or self.bot.knows_button(data["custom_id"]):
            return
        await asyncio.sleep(_GRACE)
        if not interaction.response.is_done():
            await self._tell(interaction)

    @answers
    async def _tell(self, interaction: discord.Interaction[Any]) -> None:
        with suppress(discord.HTTPException):  # somebody answers at this very moment, or nobody waits
            await interaction.response.send_message(gettext(OUTDATED[interaction.type]), ephemeral=True)


async def setup(bot: FootnoteBot) -> None:
    """Listen to interactions."""
    await bot.add_cog(Outdated(bot))
