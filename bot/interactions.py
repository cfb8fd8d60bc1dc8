"""What members are told when something fails, and what the log is told: the one place for both."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import TYPE_CHECKING, Any, Final, TypeVar

import discord
from discord import app_commands

from bot.access import authorize
from bot.discord_io.origin import set_language_of
from bot.errors import AskError, StateError
from bot.messages.language import gettext, gettext_noop
from bot.monitoring.logs import describe_error, refer
from index.errors import FootnoteError

if TYPE_CHECKING:
    from bot.client import FootnoteBot

_log = logging.getLogger(__name__)

Handler = TypeVar("Handler")

_CHANGED: Final = gettext_noop(
    "This command has changed. Please restart Discord, so that it shows the new one, and try again."
)
_EXPIRED: Final = (10003, 10008, 10015, 10062, 50027)
"""Unknown channel, message, webhook or interaction; a token older than 15 minutes. Nobody waits any more."""


class Tree(app_commands.CommandTree["FootnoteBot"]):
    """The commands: who may run them, and one handler for all that fails in them."""

    async def interaction_check(self, interaction: discord.Interaction[FootnoteBot], /) -> bool:
        """Let in a command or a request for suggestions, or tell the member why not."""
        set_language_of(interaction)
        try:
            await authorize(interaction)
        except Exception as error:
            if interaction.type is discord.InteractionType.autocomplete:
                await suggest_nothing(interaction, error)
            else:
                await explain(interaction, error)
            return False
        return True

    async def on_error(
        self, interaction: discord.Interaction[FootnoteBot], error: app_commands.AppCommandError, /
    ) -> None:
        """Tell the member a sentence and the log the rest."""
        await explain(interaction, error)


def answers(
    handler: Callable[[Handler, discord.Interaction[Any]], Coroutine[Any, Any, None]],
) -> Callable[[Handler, discord.Interaction[Any]], Coroutine[Any, Any, None]]:
    """Decorates what answers a press or a form: it is let in first, and what fails is told to the member.

    The library asks no command tree about presses and forms, and would only log what fails in them.
    """

    @wraps(handler)
    async def answer(self: Handler, interaction: discord.Interaction[Any]) -> None:
        bot: FootnoteBot = interaction.client
        set_language_of(interaction)
        with bot.answering:
            try:
                await authorize(interaction)
                await handler(self, interaction)
            except Exception as error:
                await explain(interaction, error)

    return answer


async def suggest_nothing(interaction: discord.Interaction[FootnoteBot], error: Exception) -> None:
    """Answer a request for suggestions that is not let in."""
    sentence(error)
    try:
        await interaction.response.autocomplete([])
    except discord.HTTPException as another:
        _log.warning("Discord did not wait for suggestions any longer: %s", another)


async def explain(interaction: discord.Interaction[FootnoteBot], error: Exception) -> None:
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
        _log.warning("A member could not be told that something failed: %s", describe_error(another))
    interaction.client.access.leave_if_unknown(error)


def sentence(error: Exception) -> str:
    """What to tell a member about a failure, which is logged here."""
    if isinstance(error, AskError):
        _log.info("A question got no answer: %s", type(error).__name__)
        return gettext(error.args[0])
    if isinstance(error, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch):
        _log.warning("Discord offers a command that is not, or no longer, ours: %s", error)
        return gettext(_CHANGED)
    if isinstance(error, StateError):
        what = gettext("I cannot read my database right now, so nothing was changed.")
    elif isinstance(error, FootnoteError):
        what = gettext("I cannot read the articles right now.")
    else:
        what = gettext("Something went wrong on my side.")
    where = gettext("My operators can look it up by the reference `{reference}`.", reference=refer(error))
    return f"{what} {where}"
