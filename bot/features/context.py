"""The button In context: the cited sentence in its paragraph, for the one who pressed."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any, Self

import discord
from discord.utils import MISSING

from bot.failures import explained
from bot.surround import render_context
from index.types import Context

if TYPE_CHECKING:
    from bot.app import Footnote


class InContext(
    discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"context:(?P<receipt>[0-9a-z.]{1,40})"
):
    """Works after a restart, too: all it has to know is the receipt in its custom id."""

    def __init__(self, receipt: str, label: str = "In context") -> None:
        super().__init__(discord.ui.Button(label=label, custom_id=f"context:{receipt}"))
        self.receipt = receipt

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Make the button again that was pressed."""
        return cls(match["receipt"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Show the sentence in its paragraph."""
        async with explained(interaction) as bot:
            await interaction.response.defer(ephemeral=True, thinking=True)
            await self._show(interaction, await bot.desk.context(self.receipt))

    async def _show(self, interaction: discord.Interaction[Any], context: Context) -> None:
        reply = render_context(context, link(context))
        files = []
        if reply.file is not None:
            name, text = reply.file
            files = [discord.File(io.BytesIO(text.encode("utf-8", "replace")), name)]
        await interaction.edit_original_response(content=reply.content, attachments=files or MISSING)


def link(context: Context) -> str | None:
    """Where the article opens at the sentence."""
    from index.link import text_fragment_link

    if context.article is None or context.start >= context.end:
        return None
    return text_fragment_link(context.article, context.start, context.end)


async def setup(bot: Footnote) -> None:
    """Add the button."""
    bot.add_dynamic_items(InContext)
