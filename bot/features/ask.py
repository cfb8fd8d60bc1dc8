"""`/ask`, Ask about this in the menu of a message, and the button Follow up with its form."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.context import BotContext, Interaction, bot_of
from bot.discord_io.origin import set_language_of
from bot.discord_io.sending import defer, open_form, respond
from bot.features.autocomplete import suggest_collections
from bot.features.history import answered, fields, record, text_of, typed
from bot.interactions import command, take_turn
from bot.messages import custom_ids
from bot.messages.answers import AnswerView, render
from bot.messages.localization import gettext, gettext_noop
from bot.messages.question_header import Asked


class Ask(commands.Cog):
    """The command `/ask`."""

    @app_commands.command(description=gettext_noop("Ask the articles; I answer with their own sentences"))
    @app_commands.describe(
        question=gettext_noop("What you would like to know, in your own words"),
        private=gettext_noop("Show the answer only to you"),
        collection=gettext_noop("Look only into this collection of articles"),
    )
    @app_commands.autocomplete(collection=suggest_collections)
    @command
    async def ask(
        self,
        interaction: Interaction,
        question: str,
        private: bool | None = None,
        collection: str | None = None,
    ) -> None:
        """Answer `/ask`."""
        rules = take_turn(interaction)
        private = bool(rules.private) if private is None else private
        view = AnswerView(asked=True, collection=collection, private=private, human=bool(rules.human))
        await _acknowledge(interaction, view)
        bot, asked = bot_of(interaction), typed(interaction, question)
        answer = await bot.engine_service.ask(asked, collection, rules=rules)
        await respond(interaction, render(answer, view))
        await record(bot, answer, interaction.user.id, interaction.guild_id)


@command
async def ask_about(interaction: Interaction, message: discord.Message) -> None:
    """Answer with the text of a message as the question."""
    rules = take_turn(interaction)
    view = AnswerView(
        asked=True, about=message.jump_url, private=bool(rules.private), human=bool(rules.human)
    )
    await _acknowledge(interaction, view)
    asked = text_of(message, interaction.application_id, interaction.user)
    answer = await bot_of(interaction).engine_service.ask(asked, rules=rules)
    await respond(interaction, render(answer, view))


async def follow_up(interaction: Interaction) -> None:
    """Open the form for the next question."""
    field = discord.ui.Label[Any](
        text=gettext("Your question"),
        description=gettext("It is read together with the question before it if it refers to that."),
        component=discord.ui.TextInput(
            custom_id="question", max_length=300, placeholder=gettext("And on Sundays?")
        ),
    )
    await open_form(interaction, gettext("Follow up"), custom_ids.FOLLOW_UP_FORM.encode(), field)


async def answer_follow_up(interaction: Interaction) -> None:
    """Answer what was asked in the form."""
    bot, message = bot_of(interaction), interaction.message
    rules = take_turn(interaction)
    private = bool(rules.private) or (message is not None and message.flags.ephemeral)
    await _acknowledge(interaction, AnswerView(private=private))
    asked: Asked = await answered(message, bot)
    answer = await bot.engine_service.ask(
        typed(interaction, fields(interaction)["question"]), asked.collection, asked.turns, rules
    )
    view = AnswerView(True, None, asked.questions, asked.collection, private, bool(rules.human))
    await respond(interaction, render(answer, view))
    await record(bot, answer, interaction.user.id, interaction.guild_id)


async def _acknowledge(interaction: Interaction, view: AnswerView) -> None:
    """Promise an answer, in the language of those who will see it."""
    set_language_of(interaction, private=view.private)
    await defer(interaction, private=view.private)


async def setup(bot: BotContext) -> None:
    """Add the commands, the button and the form."""
    await bot.add_cog(Ask())
    bot.tree.add_command(app_commands.ContextMenu(name=gettext_noop("Ask about this"), callback=ask_about))
    bot.on_press(custom_ids.FOLLOW_UP, follow_up)
    bot.on_press(custom_ids.FOLLOW_UP_FORM, answer_follow_up)
