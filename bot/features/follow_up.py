"""The button Follow up, and what earlier turns a message goes on from: all of it read from messages."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import discord
from discord.ext import commands

from bot.access import take_turn
from bot.discord_io.message_text import question
from bot.discord_io.origin import set_language_of
from bot.discord_io.views import Remade, buttons, view
from bot.interactions import answers
from bot.messages.answers import render
from bot.messages.language import gettext, gettext_noop
from bot.messages.small_talk import SmallTalk
from bot.messages.turns import Asked, read
from bot.services.recording import note
from bot.state import GuildSettings
from index.types import Answer

if TYPE_CHECKING:
    from bot.client import FootnoteBot

UNKNOWN: Final = gettext_noop("I can no longer read what was asked here. Please ask again.")
_FORM: Final = "follow"


class FollowUp(Remade, template="follow"):
    """Asks for the next question in a form."""

    @answers
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Open the form."""
        await interaction.response.send_modal(form())


def form() -> discord.ui.Modal:
    """The form, which Discord sends back with the message that it was opened from."""
    made = discord.ui.Modal(title=gettext("Follow up"), custom_id=_FORM)
    made.add_item(
        discord.ui.Label(
            text=gettext("Your question"),
            description=gettext("It is read together with the question before it if it refers to that."),
            component=discord.ui.TextInput(
                custom_id="question", max_length=300, placeholder=gettext("And on Sundays?")
            ),
        )
    )
    made.stop()  # for the library need not remember it: `Forms` reads what is sent
    return made


class Forms(commands.Cog):
    """Answers what is asked in forms, also in those that were opened before a restart."""

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Answer a follow-up."""
        data: Any = interaction.data
        if interaction.type is discord.InteractionType.modal_submit and data["custom_id"] == _FORM:
            await self._answer(interaction)

    @answers
    async def _answer(self, interaction: discord.Interaction[Any]) -> None:
        bot: FootnoteBot = interaction.client
        data: Any = interaction.data
        message = interaction.message
        held = take_turn(interaction)
        private = bool(held.private) or (message is not None and message.flags.ephemeral)
        set_language_of(interaction, private=private)
        await interaction.response.defer(ephemeral=private, thinking=True)
        asked = Asked() if message is None else await answered(message, bot)
        typed = data["components"][0]["component"]["value"]
        answer = await bot.engine_service.ask(typed, asked.collection, asked.turns, held)
        reply = render(
            answer,
            asked=True,
            earlier=asked.questions,
            collection=asked.collection,
            private=private,
            human=bool(held.human),
        )
        await interaction.edit_original_response(content=reply.content, view=view(reply))
        await note(bot, interaction.user.id, interaction.guild_id, answer)


async def answered(message: discord.Message, bot: FootnoteBot) -> Asked:
    """What one of the bot's messages answers; where it does not say, by the message that it replies to."""
    asked = read(message.content)
    if asked.questions:
        return asked
    original = await referenced(message)
    text = "" if original is None else question(original, bot.application_id or 0)
    return Asked((text,), asked.answer) if text else asked


async def again(
    message: discord.Message | None, bot: FootnoteBot, held: GuildSettings
) -> tuple[Asked, Answer] | None:
    """Ask the question of one of the bot's messages once more, as it was asked.

    Args:
        message: The bot's.
        bot: Asks.
        held: The rules of the place that the message stands in.

    Returns:
        What the message answers, and the answer as the articles are now; None where it cannot be read any
        more what was asked.

    Raises:
        AskError: There is no answer now.
        FootnoteError: The index or the model cannot be used.
    """
    asked = Asked() if message is None else await answered(message, bot)
    if not asked.questions:
        return None
    *earlier, last = asked.questions
    answer = await bot.engine_service.ask(last, asked.collection, Asked(tuple(earlier)).turns, held)
    return None if isinstance(answer, SmallTalk) else (asked, answer)


async def before(message: discord.Message, bot: FootnoteBot) -> Asked:
    """What the bot's answer was asked that a member's message replies to, or follows in private."""
    earlier = await referenced(message)
    if message.reference is None and message.guild is None:
        with suppress(discord.HTTPException):
            earlier = await anext(aiter(message.channel.history(limit=1, before=message)), None)
    if earlier is None or earlier.author != bot.user:
        return Asked()
    if all(each.action != _FORM for each in buttons(earlier)):  # it answers nothing
        return Asked()
    return await answered(earlier, bot)


async def referenced(message: discord.Message) -> discord.Message | None:
    """The message that another replies to; None where there is none, or Discord does not show it."""
    if message.reference is None or message.reference.message_id is None:
        return None
    if isinstance(message.reference.resolved, discord.Message):
        return message.reference.resolved
    with suppress(discord.HTTPException):
        return await message.channel.fetch_message(message.reference.message_id)
    return None


async def setup(bot: FootnoteBot) -> None:
    """Add the button."""
    bot.add_dynamic_items(FollowUp)
    await bot.add_cog(Forms())
