"""The button More: the sentences after those of an answer, for the one who pressed, page by page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Self

import discord

from bot.access import take_turn
from bot.discord_io.views import view
from bot.features.follow_up import UNKNOWN, again
from bot.features.more.rendering import render_more
from bot.interactions import answers
from bot.messages.language import gettext

if TYPE_CHECKING:
    from bot.client import FootnoteBot


class More(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"more(?::(?P<first>[0-9]{1,3}))?"):
    """Asks the question of the message again, and shows what comes next; nothing is remembered.

    On an answer it opens a message of its own; there it turns the page.
    """

    def __init__(self, first: int | None = None) -> None:
        custom_id = "more" if first is None else f"more:{first}"
        super().__init__(discord.ui.Button(custom_id=custom_id))
        self.first = first

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Make the button again that was pressed."""
        return cls(None if match["first"] is None else int(match["first"]))

    @answers
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Show the next sentences, in private."""
        bot: FootnoteBot = interaction.client
        held = take_turn(interaction)  # also to turn a page: it asks again
        if self.first is None:
            await interaction.response.defer(ephemeral=True, thinking=True)
        else:
            await interaction.response.defer()
        heard = await again(interaction.message, bot, held)
        if heard is None:
            await interaction.edit_original_response(content=gettext(UNKNOWN), view=None)
            return
        asked, answer = heard
        reply = render_more(
            answer, self.first or 0, earlier=asked.questions[:-1], collection=asked.collection
        )
        await interaction.edit_original_response(content=reply.content, view=view(reply))


async def setup(bot: FootnoteBot) -> None:
    """Add the button."""
    bot.add_dynamic_items(More)
