"""In context shows a cited sentence in its article, part by part; Check says whether it still stands."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any, Self

import discord

from bot.access import take_look
from bot.discord_io.views import view
from bot.features.context.paging import render_check, render_part
from bot.interactions import answers
from bot.messages.answers import IN_CONTEXT
from bot.messages.reply import Reply
from bot.messages.turns import quotation, stressed
from index.types import Context

if TYPE_CHECKING:
    from bot.client import FootnoteBot


class InContext(
    discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"context:(?P<citation_id>[0-9a-z.]{1,40})"
):
    """Works after a restart, too: all it has to know is the citation id in its custom id."""

    def __init__(self, citation_id: str, label: str = IN_CONTEXT) -> None:
        super().__init__(discord.ui.Button(label=label, custom_id=f"context:{citation_id}"))
        self.citation_id = citation_id

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Make the button again that was pressed."""
        label = item.label if isinstance(item, discord.ui.Button) else None
        return cls(match["citation_id"], label or IN_CONTEXT)

    @answers
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Show the sentence in its paragraph, to the one who pressed."""
        bot: FootnoteBot = interaction.client
        rules = take_look(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        words = quotation(_content(interaction), self.item.label or "")
        context = await bot.engine_service.context(self.citation_id, words, rules)
        await _show(interaction, render_part(context, self.citation_id, link=link(context)))


class Page(
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"page:(?P<citation_id>[0-9a-z.]{1,40}):(?P<number>-?[0-9]{1,6})",
):
    """Turns to another part of the article, in the same message."""

    def __init__(self, citation_id: str, number: int) -> None:
        super().__init__(discord.ui.Button(custom_id=f"page:{citation_id}:{number}"))
        self.citation_id = citation_id
        self.number = number

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Make the button again that was pressed."""
        return cls(match["citation_id"], int(match["number"]))

    @answers
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Show the part."""
        bot: FootnoteBot = interaction.client
        rules = take_look(interaction)
        await interaction.response.defer()
        context = await bot.engine_service.context(self.citation_id, rules=rules)
        await _show(interaction, render_part(context, self.citation_id, self.number, link(context)))


class Check(
    discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"check:(?P<citation_id>[0-9a-z.]{1,40})"
):
    """Compares the article as it is now with what was quoted."""

    def __init__(self, citation_id: str) -> None:
        super().__init__(discord.ui.Button(custom_id=f"check:{citation_id}"))
        self.citation_id = citation_id

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Make the button again that was pressed."""
        return cls(match["citation_id"])

    @answers
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Say what became of the sentence, to the one who pressed."""
        bot: FootnoteBot = interaction.client
        rules = take_look(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        words = stressed(_content(interaction))
        context = await bot.engine_service.context(self.citation_id, words, rules)
        await _show(interaction, render_check(context, self.citation_id, link(context)))


def link(context: Context) -> str | None:
    """Where the article opens at the sentence."""
    from index.answering.links import text_fragment_link

    if context.article is None or context.start >= context.end:
        return None
    return text_fragment_link(context.article, context.start, context.end)


def _content(interaction: discord.Interaction[Any]) -> str:
    """The text of the message that the button stands on."""
    return interaction.message.content if interaction.message is not None else ""


async def _show(interaction: discord.Interaction[Any], reply: Reply) -> None:
    files = []
    if reply.file is not None:
        name, text = reply.file
        files = [discord.File(io.BytesIO(text.encode("utf-8", "replace")), name)]
    await interaction.edit_original_response(content=reply.content, view=view(reply), attachments=files)


async def setup(bot: FootnoteBot) -> None:
    """Add the buttons."""
    bot.add_dynamic_items(InContext, Page, Check)
