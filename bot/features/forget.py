"""What the bot deletes: on `/forget-me` what a member has stored, and every hour what is too old."""

from __future__ import annotations

import logging
from typing import Final

from discord import app_commands
from discord.ext import commands, tasks

from bot.context import BotContext, Interaction
from bot.discord_io.sending import defer, respond
from bot.interactions import attempt, command
from bot.messages.localization import gettext, gettext_noop, ngettext
from bot.messages.reply import Reply

_log = logging.getLogger(__name__)

NOTHING: Final = gettext_noop("There was nothing to forget: I have stored nothing about you.")
FORGOTTEN: Final = gettext_noop(
    "I have deleted {what}. "
    "Nothing about you is left in my database. "
    "What was posted in Discord stays there until somebody deletes it."
)


class Forget(commands.Cog):
    """Deletes what is stored.

    Args:
        bot: Has stored it.
    """

    def __init__(self, bot: BotContext) -> None:
        self.bot = bot

    @commands.Cog.listener()
    async def on_shard_connect(self, _: int) -> None:
        """Start deleting what is too old; `check --online` has the features, but never connects."""
        if not self.purge.is_running():
            self.purge.start()

    async def cog_unload(self) -> None:
        """Leave the rest to the next start."""
        self.purge.cancel()

    @app_commands.command(name="forget-me", description=gettext_noop("Delete what I have stored about you"))
    @command
    async def forget_me(self, interaction: Interaction) -> None:
        """Answer `/forget-me`."""
        await defer(interaction)
        verdicts = await self.bot.state.feedback.forget(interaction.user.id)
        questions = await self.bot.state.unanswered.forget(interaction.user.id)
        await respond(interaction, Reply(forgotten(verdicts, questions)))

    @tasks.loop(hours=1)
    async def purge(self) -> None:
        """Delete what is older than it may be; a failure is logged, and tried again the next hour."""
        await attempt(self.bot, self._purge_state())
        await attempt(self.bot, self.bot.article_service.purge())

    async def _purge_state(self) -> None:
        count = await self.bot.state.purge()
        if count:
            _log.info("Deleted %d verdicts older than %d days", count, self.bot.state.keep_days)


def forgotten(verdicts: int, questions: int) -> str:
    """Render what was deleted."""
    first = ngettext(
        "your verdict on an answer, with the question and sentences that came with it",
        "your {count} verdicts on answers, with the questions and sentences that came with them",
        verdicts,
    )
    second = ngettext(
        "your question without an answer", "your {count} questions without an answer", questions
    )
    if verdicts and questions:
        return gettext(FORGOTTEN, what=gettext("{first}, and {second}", first=first, second=second))
    if verdicts or questions:
        return gettext(FORGOTTEN, what=first if verdicts else second)
    return gettext(NOTHING)


async def setup(bot: BotContext) -> None:
    """Add the command, and delete what is too old."""
    await bot.add_cog(Forget(bot))
