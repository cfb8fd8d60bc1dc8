"""What the bot forgets: what a member tells it to by `/forget-me`, and every day what has become too old."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

import discord
from discord import app_commands
from discord.ext import commands, tasks

from bot.answering import Answering
from bot.logs import refer
from bot.state import State

if TYPE_CHECKING:
    from bot.app import Footnote

_log = logging.getLogger(__name__)

NOTHING: Final = "There was nothing to forget: I have stored nothing about you."
FORGOTTEN: Final = (
    "I have deleted your {what}. "
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

    @app_commands.command(name="forget-me", description="Delete what I have stored about you")
    async def forget_me(self, interaction: discord.Interaction[Footnote]) -> None:
        """Answer `/forget-me`."""
        with self.answering:
            await interaction.response.defer(ephemeral=True, thinking=True)
            verdicts = await self.state.feedback.forget(interaction.user.id)
            questions = await self.state.unanswered.forget(interaction.user.id)
            text = FORGOTTEN.format(what=_what(verdicts, questions)) if verdicts or questions else NOTHING
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


def _what(verdicts: int, questions: int) -> str:
    """What was deleted, in words."""
    parts = []
    if verdicts == 1:
        parts.append("verdict on an answer, with the question and sentences that came with it")
    elif verdicts:
        parts.append(f"{verdicts} verdicts on answers, with the questions and sentences that came with them")
    if questions == 1:
        parts.append("question without an answer")
    elif questions:
        parts.append(f"{questions} questions without an answer")
    return ", and your ".join(parts)


async def setup(bot: Footnote) -> None:
    """Add the command, and delete what is too old."""
    await bot.add_cog(Forget(bot.state, bot.answering))
