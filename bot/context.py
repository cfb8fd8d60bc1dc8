"""What features need of the bot."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

import discord
from discord.ext import commands

from bot.access import Access
from bot.discord_io.rate_limits import CallRates, Rates
from bot.messages.custom_ids import Kind
from bot.monitoring.health import Health
from bot.services.asking import Answering, EngineService
from bot.services.editing import ArticleService
from bot.settings import BotSettings
from bot.state import State

Interaction = discord.Interaction[Any]
Handler = Callable[..., Awaitable[None]]


class BotContext(Protocol):
    """The bot as its features see it.

    Attributes:
        settings: What the operators chose.
        engine_service: Answers questions.
        article_service: Changes articles.
        state: What is remembered between starts.
        access: Who may ask, and from which collections.
        rates: How often members may ask.
        call_rates: How often members may call a role.
        answering: Counts the answers in progress.
        health: How the bot is right now.
        registered: Ids of the servers in which the commands are registered.
    """

    settings: BotSettings
    engine_service: EngineService
    article_service: ArticleService
    state: State
    access: Access
    rates: Rates
    call_rates: CallRates
    answering: Answering
    health: Health
    registered: set[int]

    @property
    def user(self) -> discord.ClientUser | None:
        """The bot's account; None before it has logged in."""
        ...

    @property
    def application_id(self) -> int | None:
        """Id of the application, which is also that of the account."""
        ...

    @property
    def guilds(self) -> Sequence[discord.Guild]:
        """The servers that the bot is in."""
        ...

    @property
    def tree(self) -> discord.app_commands.CommandTree[Any]:
        """The commands."""
        ...

    def is_ready(self) -> bool:
        """Whether Discord has sent all servers."""
        ...

    def get_guild(self, guild: int, /) -> discord.Guild | None:
        """The server of that id, if the bot is in it."""
        ...

    async def add_cog(self, cog: commands.Cog, /) -> None:
        """Add commands and listeners."""
        ...

    def on_press(self, kind: Kind, handler: Handler) -> None:
        """Answer a kind of button, menu or form.

        Args:
            kind: Read from the custom id.
            handler: Called with the interaction, and with the fields of the custom id by their names.
        """
        ...

    async def register(self, guild: int) -> None:
        """Register the commands in a server."""
        ...


def bot_of(interaction: Interaction) -> BotContext:
    """The bot that an interaction was sent to."""
    bot: BotContext = interaction.client
    return bot
