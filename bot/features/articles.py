"""`/articles`, `/article` and `/privacy`: which articles there are, and what becomes of questions."""

from __future__ import annotations

from typing import Final

from discord import app_commands
from discord.ext import commands

from bot.context import BotContext, Interaction, bot_of
from bot.discord_io.origin import set_language_of
from bot.discord_io.sending import defer, respond
from bot.features.autocomplete import suggest_articles, suggest_collections, suggest_titles
from bot.interactions import command, take_look
from bot.messages import custom_ids
from bot.messages.article_list import LISTED, render_card, render_list
from bot.messages.localization import gettext, gettext_noop
from bot.messages.question_header import read
from bot.messages.reply import Reply
from bot.monitoring import logs

PRIVACY: Final = gettext_noop(
    """\
**What I keep**
- Your question goes through Discord, like any message, to the machine that I run on. I look for it in \
the articles there, then forget it. It goes nowhere else: I use no other service.
- I store no answers, names or user ids, and questions only in these cases: if you press 👍 or 👎, I keep \
the question, the quoted sentences and your feedback{gaps}. I keep all of that for {days} days. Instead \
of your name I keep a code that only my database can make from your id. `/forget-me` deletes all of it.
- If *Ask a human* is pressed, I remember which of my messages it was on, so that nobody is notified \
twice.
- I keep what the managers of a server set with `/footnote setup`, and how many answers cite each \
article.
- How often you asked within the last minute, and notified people within the last hour, I keep in memory \
only. If you write to me directly, I remember for ten minutes which of my servers you are in.
- When editors change an article, I keep their draft and the previous version for a day, without their \
names. A server may have a channel that shows each change with the editor's name.
- {log}
- Discord keeps what you see in Discord: my answers and their buttons, which name sentences of articles \
and nobody.
- I read only messages that mention me, reply to me or are sent to me directly, messages that you ask me \
about from their menu and, in forums set up for it, the titles of new posts.{reads}\
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
    """The commands that show what can be asked, and what is kept."""

    @app_commands.command(description=gettext_noop("See which articles I answer from; only you see the list"))
    @app_commands.describe(
        search=gettext_noop("Only articles whose titles have words that start like this"),
        collection=gettext_noop("Only this collection of articles"),
    )
    @app_commands.autocomplete(search=suggest_titles, collection=suggest_collections)
    @command
    async def articles(
        self, interaction: Interaction, search: str = "", collection: str | None = None
    ) -> None:
        """Answer `/articles`."""
        await _list(interaction, search, collection)

    @app_commands.command(description=gettext_noop("See the details of an article"))
    @app_commands.describe(
        title=gettext_noop("Its title, or words from it"), private=gettext_noop("Show it only to you")
    )
    @app_commands.autocomplete(title=suggest_articles)
    @command
    async def article(self, interaction: Interaction, title: str, private: bool = True) -> None:
        """Answer `/article`."""
        bot = bot_of(interaction)
        rules = take_look(interaction)
        set_language_of(interaction, private=private)
        await defer(interaction, private=private)
        article, sentences = await bot.engine_service.article(title, rules)
        answers = await bot.state.cited.of(article.id)
        await respond(interaction, render_card(article, sentences, answers))

    @app_commands.command(description=gettext_noop("See what I keep of what you ask"))
    @command
    async def privacy(self, interaction: Interaction) -> None:
        """Answer `/privacy`."""
        bot = bot_of(interaction)
        text = gettext(
            PRIVACY,
            log=gettext(LOG_WITH_QUESTIONS if logs.keeps_questions() else LOG),
            days=bot.state.keep_days,
            gaps=gettext(GAPS, people=bot.settings.gap_people) if bot.settings.keep_unanswered else "",
            reads=gettext(READS) if bot.settings.message_content else "",
        )
        await respond(interaction, Reply(text))


async def see_articles(interaction: Interaction) -> None:
    """Open the same list as `/articles`, for the one who pressed."""
    collection = read(interaction.message.content).collection if interaction.message else None
    await _list(interaction, "", collection)


async def _list(interaction: Interaction, search: str, collection: str | None) -> None:
    rules = take_look(interaction)
    await defer(interaction)
    found = await bot_of(interaction).engine_service.articles(search, collection, LISTED + 1, rules)
    await respond(interaction, render_list(found, searched=search))


async def setup(bot: BotContext) -> None:
    """Add the commands and the button."""
    await bot.add_cog(Articles())
    bot.on_press(custom_ids.ARTICLES, see_articles)
