"""The form in which an article is typed or pasted."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any, Final

import discord
from discord.ext import commands

from bot.access import require_editor
from bot.discord_io.views import view
from bot.errors import EditRefused
from bot.features.corpus._rights import article_service, chosen
from bot.features.corpus.rendering import render_proposal
from bot.interactions import answers, sentence
from bot.messages.language import gettext, gettext_noop
from bot.services.drafts import Source
from index.types import Article

TEXT: Final = 4000
"""Characters that a form takes."""

_TITLE, _URL, _DATE, _CUSTOM_ID = 300, 1000, 40, 100
_FORM: Final = re.compile(r"corpus-(?:add|replace):.*", re.DOTALL)


def form(action: str, target: str, article: Article, brief: str = "") -> discord.ui.Modal:
    """The form for an article, filled in with what is known.

    Args:
        action: `add` or `replace`.
        target: The collection of the new article, or the id of the one that it takes the place of.
        article: What is known.
        brief: What to write about, shown above.

    Raises:
        EditRefused: It does not fit into a form.
    """
    custom_id = f"corpus-{action}:{target}"
    url = article.url or ""
    if len(custom_id) > _CUSTOM_ID or len(article.text) > TEXT or len(url) > _URL:
        raise EditRefused(
            gettext_noop("That does not fit into a form. Please attach the article as a `file:`.")
        )
    made = discord.ui.Modal(
        title=gettext("New article") if action == "add" else gettext("The new version of the article"),
        custom_id=custom_id,
    )
    if brief:
        made.add_item(discord.ui.TextDisplay(brief))
    single, long = discord.TextStyle.short, discord.TextStyle.paragraph
    fields = (
        ("title", gettext("Title"), "", article.title[:_TITLE], _TITLE, single, True),
        ("url", gettext("Address"), gettext("Where readers can open it"), url, _URL, single, False),
        (
            "published",
            gettext("Date"),
            gettext("As 2026-09-01"),
            article.published or "",
            _DATE,
            single,
            False,
        ),
        (
            "text",
            gettext("Text"),
            gettext("Whole sentences; Markdown if you like"),
            article.text,
            TEXT,
            long,
            True,
        ),
    )
    for name, label, hint, value, most, style, required in fields:
        field = discord.ui.TextInput[Any](
            custom_id=name, style=style, default=value or None, max_length=most, required=required
        )
        made.add_item(discord.ui.Label(text=label, description=hint or None, component=field))
    made.stop()  # for the library need not remember it: `ArticleForms` reads what is sent
    return made


class ArticleForms(commands.Cog):
    """Reads forms, also those that were opened before a restart."""

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Show what would be indexed of what was typed."""
        data: Any = interaction.data or {}
        is_form = interaction.type is discord.InteractionType.modal_submit
        if is_form and _FORM.fullmatch(data.get("custom_id", "")):
            await self._propose(interaction)

    @answers
    async def _propose(self, interaction: discord.Interaction[Any]) -> None:
        held = require_editor(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        data: Any = interaction.data
        action, _, target = data["custom_id"].removeprefix("corpus-").partition(":")
        fields = [each["component"] for each in data["components"] if "component" in each]
        typed = {each["custom_id"]: each["value"] for each in fields}
        text = typed.pop("text")
        where = {"replaces": target}
        try:
            if action == "add":
                where = {"collection": chosen(held, target)}
            source = Source("", text.encode(), **typed)
            proposal = await article_service(interaction).propose(
                interaction.guild_id or 0, held, source, **where
            )
        except EditRefused as error:  # what was typed must not be lost
            file = discord.File(BytesIO(text.encode()), "article.md")
            await interaction.edit_original_response(content=sentence(error), attachments=[file])
            return
        reply = render_proposal(proposal)
        await interaction.edit_original_response(content=reply.content, view=view(reply))
