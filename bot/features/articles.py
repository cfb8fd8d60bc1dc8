"""`/articles`, `/article` and `/privacy`: what there is to be asked, and what becomes of questions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import discord
from discord import app_commands
from discord.ext import commands

from bot.access import rules_of, take_look
from bot.discord_io import suggestions
from bot.discord_io.origin import set_language_of
from bot.discord_io.views import Remade, view
from bot.interactions import answers
from bot.messages.article_list import LISTED, render_card, render_list
from bot.messages.language import gettext, gettext_noop
from bot.messages.reply import Reply
from bot.messages.turns import read
from bot.monitoring import logs
from bot.services.asking import EngineService
from bot.services.in_progress import Answering

if TYPE_CHECKING:
    from bot.client import FootnoteBot

PRIVACY: Final = gettext_noop(
    """\
**What I keep**
- Your question goes through Discord, like any message, to the machine that I run on. I look for it in the \
articles there and forget it. It goes nowhere else: I ask no other service.
- I store no answers, no names and no user ids, and questions only in these cases: where you press 👍 or 👎, \
I keep the question, the quoted sentences and what you say of them{gaps}. All that for {days} days. In place \
of your name stands a code that only my database can make from your id. `/forget-me` deletes all of it.
- If *Ask a human* is pressed, I keep which of my messages that was, so that nobody is called twice.
- Of a server I keep what its managers have set by `/footnote setup`; of an article, how many answers cite it.
- How often you asked within a minute, and called people within an hour, I know only for so long, in memory. \
Where you write to me directly, I know for ten minutes which of my servers you are in.
- Where editors change an article, I keep for a day what they propose and what was there before, without \
their names; a server may have a channel in which each change is told with the editor's name.
- {log}
- What you see in Discord, Discord keeps: my answers, and the buttons below them, which name sentences of \
articles and nobody.
- I read only messages that mention me, reply to me or are sent to me directly, those that you ask me \
about by the menu of a message, and in forums that are set up so, the titles of new posts.{reads}\
"""
)
GAPS: Final = gettext_noop(
    "; and, in a server, questions that I find no answer to. Its editors see them, without names, "
    "once {people} or more people have asked something similar"
)
READS: Final = gettext_noop(
    " **Discord also shows me all other messages**, because my operators chose that: I only look for "
    "questions in the channels set up for that, and keep none of the other messages."
)
LOG: Final = gettext_noop("My log says when something failed, not who asked or what.")
LOG_WITH_QUESTIONS: Final = gettext_noop(
    "**But my log has the text of questions**, without who asked, because my operators chose that."
)


class Articles(commands.Cog):
    """The articles, to browse.

    Args:
        engine_service: Knows them.
        answering: Knows who is being answered.
    """

    def __init__(self, engine_service: EngineService, answering: Answering) -> None:
        self.engine_service = engine_service
        self.answering = answering

    @app_commands.command(description=gettext_noop("See which articles I answer from; only you see the list"))
    @app_commands.describe(
        search=gettext_noop("Only articles whose titles have words that start like this"),
        collection=gettext_noop("Only this collection of articles"),
    )
    async def articles(
        self,
        interaction: discord.Interaction[FootnoteBot],
        search: str = "",
        collection: str | None = None,
    ) -> None:
        """Answer `/articles`."""
        with self.answering:
            rules = take_look(interaction)
            await interaction.response.defer(ephemeral=True, thinking=True)
            found = await self.engine_service.articles(search, collection, LISTED + 1, rules)
            await _answer(interaction, render_list(found, searched=search))

    @app_commands.command(description=gettext_noop("See the details of an article"))
    @app_commands.describe(
        title=gettext_noop("Its title, or words from it"), private=gettext_noop("Show it only to you")
    )
    async def article(
        self, interaction: discord.Interaction[FootnoteBot], title: str, private: bool = True
    ) -> None:
        """Answer `/article`."""
        with self.answering:
            rules = take_look(interaction)
            set_language_of(interaction, private=private)
            await interaction.response.defer(ephemeral=private, thinking=True)
            article, sentences = await self.engine_service.article(title, rules)
            answers = await interaction.client.state.cited.of(article.id)
            await _answer(interaction, render_card(article, sentences, answers))

    @app_commands.command(description=gettext_noop("See what I keep of what you ask"))
    async def privacy(self, interaction: discord.Interaction[FootnoteBot]) -> None:
        """Answer `/privacy`."""
        days = interaction.client.state.keep_days
        log = LOG_WITH_QUESTIONS if logs.keeps_questions() else LOG
        people = interaction.client.gap_people
        gaps = gettext(GAPS, people=people) if interaction.client.keep_unanswered else ""
        reads = gettext(READS) if interaction.client.intents.message_content else ""
        text = gettext(PRIVACY, log=gettext(log), days=days, gaps=gaps, reads=reads)
        await interaction.response.send_message(text, ephemeral=True)

    @articles.autocomplete("search")
    async def suggest_titles(
        self, interaction: discord.Interaction[FootnoteBot], typed: str
    ) -> list[app_commands.Choice[str]]:
        """Suggest titles while words of one are being typed."""
        found = await suggestions.articles(self.engine_service, typed, rules_of(interaction))
        names = dict.fromkeys(each.name for each in found)
        return [app_commands.Choice(name=name, value=name) for name in names]

    @articles.autocomplete("collection")
    async def suggest_collections(
        self, interaction: discord.Interaction[FootnoteBot], typed: str
    ) -> list[app_commands.Choice[str]]:
        """Suggest collections while one is being typed."""
        return await suggestions.collections(self.engine_service, typed, rules_of(interaction))

    @article.autocomplete("title")
    async def suggest_articles(
        self, interaction: discord.Interaction[FootnoteBot], typed: str
    ) -> list[app_commands.Choice[str]]:
        """Suggest articles by their titles."""
        return await suggestions.articles(self.engine_service, typed, rules_of(interaction))


class SeeArticles(Remade, template="articles"):
    """Opens the same list as `/articles`."""

    @answers
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Show the list to the one who pressed."""
        bot: FootnoteBot = interaction.client
        rules = take_look(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        collection = read(interaction.message.content).collection if interaction.message else None
        found = await bot.engine_service.articles("", collection, LISTED + 1, rules)
        await _answer(interaction, render_list(found))


async def _answer(interaction: discord.Interaction[FootnoteBot], reply: Reply) -> None:
    await interaction.edit_original_response(content=reply.content, view=view(reply))


async def setup(bot: FootnoteBot) -> None:
    """Add the commands and the button."""
    bot.add_dynamic_items(SeeArticles)
    await bot.add_cog(Articles(bot.engine_service, bot.answering))
