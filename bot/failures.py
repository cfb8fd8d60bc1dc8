"""What members are told when something fails, and what the log is told: the one place for both."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

import discord
from discord import app_commands

from bot.errors import AskError, StateError
from bot.language import mark, say
from bot.logs import refer, told
from bot.places import speak_to
from index.errors import FootnoteError

if TYPE_CHECKING:
    from bot.app import Footnote

_log = logging.getLogger(__name__)

_CHANGED: Final = mark(
    "This command has changed. Please restart Discord, so that it shows the new one, and try again."
)
_EXPIRED: Final = (10003, 10008, 10015, 10062, 50027)
"""Unknown channel, message, webhook or interaction; a token older than 15 minutes. Nobody waits any more."""


class Tree(app_commands.CommandTree["Footnote"]):
    """The commands, with one handler for all that fails in them."""

    async def interaction_check(self, interaction: discord.Interaction[Footnote], /) -> bool:
        """Answer each command in the language of the member."""
        speak_to(interaction)
        return True

    async def on_error(
        self, interaction: discord.Interaction[Footnote], error: app_commands.AppCommandError, /
    ) -> None:
        """Tell the member a sentence and the log the rest."""
        await explain(interaction, error)


@asynccontextmanager
async def explained(interaction: discord.Interaction[Any]) -> AsyncIterator[Footnote]:
    """Around the answer to a button or form: says what fails, which the library would only log."""
    bot: Footnote = interaction.client
    speak_to(interaction)
    with bot.answering:
        try:
            yield bot
        except Exception as error:
            await explain(interaction, error)


async def explain(interaction: discord.Interaction[Footnote], error: Exception) -> None:
    """Answer an interaction that failed with a sentence."""
    if isinstance(error, app_commands.CommandInvokeError):
        error = error.original
    if isinstance(error, discord.HTTPException) and error.code in _EXPIRED:
        _log.warning("Discord did not wait for an answer any longer: %s", error)
        return
    text = sentence(error)
    response = interaction.response
    try:
        if response.type is discord.InteractionResponseType.deferred_channel_message:
            await interaction.edit_original_response(content=text, view=None, attachments=[])
        elif response.is_done():
            await interaction.followup.send(text, ephemeral=True)
        else:
            await response.send_message(text, ephemeral=True)
    except Exception as another:  # this is the last one that could tell
        _log.warning("A member could not be told that something failed: %s", told(another))


def sentence(error: Exception) -> str:
    """What to tell a member about a failure, which is logged here."""
    if isinstance(error, AskError):
        _log.info("A question got no answer: %s", type(error).__name__)
        return say(error.args[0])
    if isinstance(error, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch):
        _log.warning("Discord offers a command that is not, or no longer, ours: %s", error)
        return say(_CHANGED)
    if isinstance(error, StateError):
        what = say("I cannot look into my own notes right now, so nothing was changed.")
    elif isinstance(error, FootnoteError):
        what = say("I cannot look into the articles right now.")
    else:
        what = say("Something went wrong on my side.")
    where = say(
        "The people who run me can look it up by the reference `{reference}`.", reference=refer(error)
    )
    return f"{what} {where}"
