"""`/ask`, and Ask about this in the menu of a message."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.access import rules_of, take_turn
from bot.discord_io import suggestions
from bot.discord_io.origin import set_language_of
from bot.discord_io.views import view
from bot.messages.answers import render
from bot.messages.language import gettext_noop
from bot.services.asking import EngineService
from bot.services.in_progress import Answering
from bot.services.recording import note

if TYPE_CHECKING:
    from bot.client import FootnoteBot


class Ask(commands.Cog):
    """Questions by command.

    Args:
        engine_service: Answers them.
        answering: Knows who is being answered.
    """

    def __init__(self, engine_service: EngineService, answering: Answering) -> None:
        self.engine_service = engine_service
        self.answering = answering
        self.menu = app_commands.ContextMenu(name=gettext_noop("Ask about this"), callback=self.ask_about)

    @app_commands.command(description=gettext_noop("Ask the articles; I answer with their own sentences"))
    @app_commands.describe(
        question=gettext_noop("What you would like to know, in your own words"),
        private=gettext_noop("Show the answer only to you"),
        collection=gettext_noop("Look only into this collection of articles"),
    )
    async def ask(
        self,
        interaction: discord.Interaction[FootnoteBot],
        question: str,
        private: bool | None = None,
        collection: str | None = None,
    ) -> None:
        """Answer `/ask`."""
        with self.answering:
            held = take_turn(interaction)
            private = bool(held.private) if private is None else private
            set_language_of(interaction, private=private)
            await interaction.response.defer(ephemeral=private, thinking=True)
            answer = await self.engine_service.ask(question, collection, rules=held)
            reply = render(answer, asked=True, collection=collection, private=private, human=bool(held.human))
            await interaction.edit_original_response(content=reply.content, view=view(reply))
            await note(interaction.client, interaction.user.id, interaction.guild_id, answer)

    @ask.autocomplete("collection")
    async def suggest_collections(
        self, interaction: discord.Interaction[FootnoteBot], typed: str
    ) -> list[app_commands.Choice[str]]:
        """Suggest collections while one is being typed."""
        return await suggestions.collections(self.engine_service, typed, rules_of(interaction))

    async def ask_about(
        self, interaction: discord.Interaction[FootnoteBot], message: discord.Message
    ) -> None:
        """Answer with the text of a message as the question."""
        with self.answering:
            held = take_turn(interaction)
            private = bool(held.private)
            set_language_of(interaction, private=private)
            await interaction.response.defer(ephemeral=private, thinking=True)
            answer = await self.engine_service.ask(message.clean_content, rules=held)
            reply = render(
                answer, asked=True, about=message.jump_url, private=private, human=bool(held.human)
            )
            await interaction.edit_original_response(content=reply.content, view=view(reply))


async def setup(bot: FootnoteBot) -> None:
    """Add the commands."""
    feature = Ask(bot.engine_service, bot.answering)
    await bot.add_cog(feature)
    bot.tree.add_command(feature.menu)
