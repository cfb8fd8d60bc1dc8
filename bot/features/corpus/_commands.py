"""The commands of editors."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

import discord
from discord import app_commands
from discord.ext import commands, tasks

from bot.access import require_editor, rules_of
from bot.discord_io import suggestions
from bot.discord_io.views import view
from bot.errors import EditRefused
from bot.features.corpus._forms import form
from bot.features.corpus._rights import chosen
from bot.features.corpus.rendering import render_overview, render_proposal
from bot.messages.language import gettext, gettext_noop, phrase
from bot.messages.reply import Reply
from bot.monitoring.logs import refer
from bot.services.asking import EngineService
from bot.services.drafts import Proposal, Source
from bot.services.editing import ArticleService
from bot.services.gaps import SHOWN, SWITCHED_OFF, Gap, render_gaps
from index.types import Article, Declined

if TYPE_CHECKING:
    from bot.client import FootnoteBot

LARGEST: Final = 8 * 1024 * 1024
"""Bytes of a file."""
TOO_LARGE: Final = phrase("That file is larger than {size} MiB. Please split it.", size=LARGEST // 1024**2)
FORMATS: Final = gettext_noop(
    "I can read Markdown, text, HTML, PDF and DOCX: `.md`, `.txt`, `.html`, `.pdf`, `.docx`."
)
NOT_FETCHED: Final = gettext_noop("I could not get the file from Discord. Please attach it again.")
_SUFFIXES: Final = frozenset({".md", ".markdown", ".txt", ".html", ".htm", ".xhtml", ".pdf", ".docx"})


@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
class Corpus(
    commands.GroupCog, group_name="corpus", group_description=gettext_noop("For editors: change the articles")
):
    """The commands of those who look after the articles.

    Args:
        engine_service: Knows the articles.
        article_service: Changes them.
    """

    def __init__(self, engine_service: EngineService, article_service: ArticleService) -> None:
        self.engine_service = engine_service
        self.article_service = article_service

    async def cog_load(self) -> None:
        """Begin to delete old drafts."""
        self.purge.start()

    async def cog_unload(self) -> None:
        """Leave the drafts alone."""
        self.purge.cancel()

    @tasks.loop(hours=1)
    async def purge(self) -> None:
        """Delete drafts that are older than a day; a failure is logged, and tried again the next hour."""
        try:
            await self.article_service.purge()
        except Exception as error:  # the loop would end
            refer(error)

    @app_commands.command(
        description=gettext_noop("Add an article: attach a file, or leave it out to type the article")
    )
    @app_commands.describe(
        file=gettext_noop("Markdown, text, HTML, PDF or DOCX, up to 8 MiB"),
        collection=gettext_noop("The collection that it belongs to"),
        title=gettext_noop("Its title, instead of the one in the file"),
        link=gettext_noop("Where readers can open it"),
        date=gettext_noop("When it was published, as 2026-09-01"),
    )
    async def add(
        self,
        interaction: discord.Interaction[FootnoteBot],
        file: discord.Attachment | None = None,
        collection: app_commands.Range[str, 1, 80] = "",
        title: app_commands.Range[str, 1, 300] = "",
        link: app_commands.Range[str, 1, 1000] = "",
        date: app_commands.Range[str, 1, 40] = "",
    ) -> None:
        """Answer `/corpus add`."""
        with interaction.client.answering:
            held = require_editor(interaction)
            where = chosen(held, collection)
            if file is None:
                await interaction.response.send_modal(
                    form("add", where, Article("", title, "", link, None, date))
                )
                return
            await interaction.response.defer(ephemeral=True, thinking=True)
            source = await _fetched(file, title, link, date)
            guild = interaction.guild_id or 0
            await _show(
                interaction, await self.article_service.propose(guild, held, source, collection=where)
            )

    @app_commands.command(
        description=gettext_noop("Replace an article: attach a file, or edit the text in a form")
    )
    @app_commands.describe(
        article=gettext_noop("The article, by the words of its title"),
        file=gettext_noop("Markdown, text, HTML, PDF or DOCX, up to 8 MiB"),
    )
    async def replace(
        self,
        interaction: discord.Interaction[FootnoteBot],
        article: str,
        file: discord.Attachment | None = None,
    ) -> None:
        """Answer `/corpus replace`."""
        with interaction.client.answering:
            held = require_editor(interaction)
            if file is None:
                old, _ = await self.engine_service.article(article, held)
                await interaction.response.send_modal(form("replace", old.id, old))
                return
            await interaction.response.defer(ephemeral=True, thinking=True)
            old, _ = await self.engine_service.article(article, held)
            source = await _fetched(file, "", "", "")
            guild = interaction.guild_id or 0
            await _show(interaction, await self.article_service.propose(guild, held, source, replaces=old.id))

    @app_commands.command(description=gettext_noop("Remove an article"))
    @app_commands.describe(article=gettext_noop("The article, by the words of its title"))
    async def remove(self, interaction: discord.Interaction[FootnoteBot], article: str) -> None:
        """Answer `/corpus remove`."""
        with interaction.client.answering:
            held = require_editor(interaction)
            await interaction.response.defer(ephemeral=True, thinking=True)
            old, _ = await self.engine_service.article(article, held)
            guild = interaction.guild_id or 0
            await _show(interaction, await self.article_service.propose_removal(guild, held, old))

    @app_commands.command(
        description=gettext_noop("See how many articles there are, how old they are, and what was left out")
    )
    async def status(self, interaction: discord.Interaction[FootnoteBot]) -> None:
        """Answer `/corpus status`."""
        with interaction.client.answering:
            held = require_editor(interaction)
            await interaction.response.defer(ephemeral=True, thinking=True)
            await _answer(interaction, render_overview(await self.article_service.overview(held)))

    @app_commands.command(description=gettext_noop("See what several people asked that I found no answer to"))
    async def gaps(self, interaction: discord.Interaction[FootnoteBot]) -> None:
        """Answer `/corpus gaps`."""
        bot = interaction.client
        with bot.answering:
            held = require_editor(interaction)
            await interaction.response.defer(ephemeral=True, thinking=True)
            if not bot.keep_unanswered:
                await _answer(interaction, Reply(gettext(SWITCHED_OFF)))
                return
            missed = await bot.state.unanswered.of(interaction.guild_id or 0)
            found: list[Gap] = []
            for gap in await self.article_service.gaps(missed, bot.gap_people):
                answer = await self.engine_service.now(gap.questions[0].question, held)
                if isinstance(answer, Declined):  # an article may have been added since
                    found.append(gap)
                if len(found) == SHOWN:
                    break
            await _answer(interaction, render_gaps(found, bot.gap_people))

    @add.autocomplete("collection")
    async def suggest_collections(
        self, interaction: discord.Interaction[FootnoteBot], typed: str
    ) -> list[app_commands.Choice[str]]:
        """Suggest collections while one is being typed."""
        return await suggestions.collections(self.engine_service, typed, rules_of(interaction))

    @replace.autocomplete("article")
    @remove.autocomplete("article")
    async def suggest_articles(
        self, interaction: discord.Interaction[FootnoteBot], typed: str
    ) -> list[app_commands.Choice[str]]:
        """Suggest articles by their titles."""
        return await suggestions.articles(self.engine_service, typed, rules_of(interaction))


async def _fetched(file: discord.Attachment, title: str, url: str, published: str) -> Source:
    """What was attached, from Discord and from nowhere else.

    Raises:
        EditRefused: It is too large, of another kind, or gone.
    """
    if PurePosixPath(file.filename).suffix.lower() not in _SUFFIXES:
        raise EditRefused(FORMATS)
    if file.size > LARGEST:
        raise EditRefused(TOO_LARGE)
    try:
        data = await file.read()
    except discord.HTTPException as error:
        raise EditRefused(NOT_FETCHED) from error
    return Source(file.filename, data, title, url, published)


async def _show(interaction: discord.Interaction[FootnoteBot], proposal: Proposal) -> None:
    await _answer(interaction, render_proposal(proposal))


async def _answer(interaction: discord.Interaction[FootnoteBot], reply: Reply) -> None:
    await interaction.edit_original_response(content=reply.content, view=view(reply))
