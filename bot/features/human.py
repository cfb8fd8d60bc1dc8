"""The button Ask a human on answers that found nothing: calls the role that was set for the place, once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, cast

import discord

from bot.access import rules_of
from bot.discord_io.origin import before_all
from bot.discord_io.views import Remade, buttons, view
from bot.features.follow_up import UNKNOWN, answered
from bot.interactions import answers
from bot.messages.escape import one_line
from bot.messages.language import gettext, gettext_noop
from bot.messages.reply import Button, Reply
from bot.messages.turns import head

if TYPE_CHECKING:
    from bot.client import FootnoteBot

NOBODY: Final = gettext_noop("Nobody can be notified from here any more.")
CALLED: Final = gettext_noop("I have notified {role}.")
UNHEARD: Final = gettext_noop("I have posted your question, but I am not allowed to notify {role}.")
ALREADY: Final = gettext_noop("Somebody was already notified about this question.")
READER: Final = gettext_noop("You may not write here, so I cannot notify anyone for you.")
NOT_POSTED: Final = gettext_noop("I could not post your question here, so nobody was notified.")
CONFIRM: Final = gettext_noop(
    "This posts your question here for everyone to see, with your name, and notifies {role}."
)
POST: Final = gettext_noop("Post it")
_ACTION: Final = "human"
_QUESTION, _NAME = 300, 80  # UTF-16 units


class Human(Remade, template=rf"{_ACTION}(?::\d{{1,20}})?"):
    """Calls for help with the question of the message that it stands on.

    Below an answer that only one member sees, it asks first; the button that says yes carries the id of that
    answer, and so does a copy of it that was shared.
    """

    @answers
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Call, or ask whether to call."""
        bot: FootnoteBot = interaction.client
        message, guild = interaction.message, interaction.guild
        called = rules_of(interaction).human
        role = guild.get_role(called) if guild is not None and called is not None else None
        if message is None or role is None:
            await interaction.response.send_message(gettext(NOBODY), ephemeral=True)
            return
        if not _may_write(interaction):
            await interaction.response.send_message(gettext(READER), ephemeral=True)
            return
        answer = (self.item.custom_id or "").partition(":")[2]
        private = message.flags.ephemeral
        await interaction.response.defer(ephemeral=True, thinking=private and not answer)
        asked = (await answered(message, bot)).questions
        if not asked:
            await interaction.followup.send(gettext(UNKNOWN), ephemeral=True)
        elif private and not answer:
            reply = confirmation(asked, role, message.id)
            await interaction.edit_original_response(content=reply.content, view=view(reply))
        else:
            told = await _call(interaction, message, role, asked, int(answer or message.id))
            await _close(interaction, message, told)


def _may_write(interaction: discord.Interaction[Any]) -> bool:
    """Whether the member could have called without the bot."""
    granted = interaction.permissions
    if isinstance(interaction.channel, discord.Thread):
        return granted.send_messages_in_threads
    return granted.send_messages


async def _call(
    interaction: discord.Interaction[Any],
    message: discord.Message,
    role: discord.Role,
    asked: Sequence[str],
    answer: int,
) -> str:
    """Post the call, unless there was one for that answer; returns what to tell the member."""
    bot: FootnoteBot = interaction.client
    channel = cast(discord.abc.Messageable, interaction.channel)
    bot.call_rates.check(interaction.user.id, role.id)
    if not await bot.state.calls.claim(answer):
        return gettext(ALREADY)
    address = None if message.flags.ephemeral else message.jump_url
    with before_all(interaction):
        reply = call(asked, role, interaction.user.display_name, address)
    try:
        await channel.send(
            reply.content,
            allowed_mentions=discord.AllowedMentions(everyone=False, users=False, roles=[role]),
            suppress_embeds=True,
        )
    except discord.HTTPException:
        await bot.state.calls.release(answer)
        return gettext(NOT_POSTED)
    bot.call_rates.take(interaction.user.id, role.id)
    heard = role.mentionable or interaction.app_permissions.mention_everyone
    return gettext(CALLED if heard else UNHEARD, role=role.mention)


async def _close(interaction: discord.Interaction[Any], message: discord.Message, told: str) -> None:
    """Tell the member; where there was a call, the button cannot be pressed again."""
    if told != gettext(NOT_POSTED):
        there = tuple(
            replace(each, disabled=each.disabled or (each.action or "").startswith(_ACTION))
            for each in buttons(message)
        )
        await interaction.edit_original_response(view=view(Reply("", there)))
    await interaction.followup.send(told, ephemeral=True)


def call(asked: Sequence[str], role: discord.Role, name: str, answer: str | None = None) -> Reply:
    """The message that calls; nothing in it mentions anyone but the role.

    Args:
        asked: The questions of the conversation, the one that found no answer last.
        role: Who is called.
        name: Of the one who calls.
        answer: Address of the answer that found nothing, where others can see it.
    """
    *earlier, question = (one_line(each, _QUESTION) for each in asked)
    foot = gettext("-# sent by {name}", name=one_line(f"@{name}", _NAME))
    if answer is not None:
        found = gettext("what I found")
        foot += f" · [{found}](<{answer}>)"
    lines = [
        gettext("{role} Can somebody answer this?", role=role.mention),
        *(f"> -# {each}" for each in earlier),
    ]
    return Reply("\n".join([*lines, f"> {question}", foot]))


def confirmation(asked: Sequence[str], role: discord.Role, answer: int) -> Reply:
    """Asks whether to call, with the question on top, from where it is read when the member says yes."""
    *earlier, question = asked
    lines = [*head(question, earlier), gettext(CONFIRM, role=role.mention)]
    return Reply("\n".join(lines), (Button(gettext(POST), action=f"{_ACTION}:{answer}"),))


async def setup(bot: FootnoteBot) -> None:
    """Add the button."""
    bot.add_dynamic_items(Human)
