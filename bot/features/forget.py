"""What the bot forgets: what a member tells it to by `/forget-me`, and every day what has become too old."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

import discord
from discord import app_commands
from discord.ext import commands, tasks

from bot.messages.language import gettext, gettext_noop, ngettext
from bot.monitoring.logs import refer
from bot.services.in_progress import Answering
from bot.state import State

if TYPE_CHECKING:
    from bot.client import FootnoteBot

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
        state: Where it is stored.
        answering: Knows who is being answered.
    """

    def __init__(self, state: State, answering: Answering) -> None:
        self.state = state
        self.answering = answering

    async def cog_load(self) -> None:
        """Begin to delete what is too old."""
        self.daily.start()

    async def cog_unload(self) -> None:
        """Leave that to the next start."""
        self.daily.cancel()

    @app_commands.command(name="forget-me", description=gettext_noop("Delete what I have stored about you"))
    async def forget_me(self, interaction: discord.Interaction[FootnoteBot]) -> None:
        """Answer `/forget-me`."""
        with self.answering:
            await interaction.response.defer(ephemeral=True, thinking=True)
            verdicts = await self.state.feedback.forget(interaction.user.id)
            questions = await self.state.unanswered.forget(interaction.user.id)
            text = forgotten(verdicts, questions)
            await interaction.edit_original_response(content=text)

    @tasks.loop(hours=24)
    async def daily(self) -> None:
        """Delete what is older than it may be; a failure is logged, and tried again the next day."""
        try:
            count = await self.state.purge()
        except Exception as error:  # the loop would end
            refer(error)
            return
        if count:
            _log.info("Deleted %d verdicts older than %d days", count, self.state.keep_days)


def forgotten(verdicts: int, questions: int) -> str:
    """What was deleted, in words."""
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


async def setup(bot: FootnoteBot) -> None:
    """Add the command, and delete what is too old."""
    await bot.add_cog(Forget(bot.state, bot.answering))
