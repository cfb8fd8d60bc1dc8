"""The button Ask a human on answers that found nothing: notifies the role set for the place, once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Final, cast

import aiohttp
import discord

from bot.context import BotContext, Interaction, bot_of
from bot.discord_io.origin import before_all
from bot.discord_io.sending import buttons, defer, post, respond, update
from bot.errors import Undelivered
from bot.features.history import UNKNOWN, answered
from bot.interactions import rules_of
from bot.messages import custom_ids
from bot.messages.escape import one_line
from bot.messages.localization import gettext, gettext_noop
from bot.messages.question_header import head
from bot.messages.reply import Button, Reply

NOBODY: Final = gettext_noop("Nobody can be notified from here anymore.")
GONE: Final = gettext_noop(
    "The role that I would notify no longer exists. Someone who manages this server can choose another one "
    "with `/footnote setup`."
)
CALLED: Final = gettext_noop("I have notified {role}.")
EMPTY: Final = gettext_noop("I have posted your question, but nobody has the role {role} right now.")
UNHEARD: Final = gettext_noop("I have posted your question, but I am not allowed to notify {role}.")
ALREADY: Final = gettext_noop("Somebody was already notified about this question.")
READER: Final = gettext_noop("You can't write here, so I can't notify anyone for you.")
NOT_POSTED: Final = gettext_noop("I could not post your question here, so nobody was notified.")
CONFIRM: Final = gettext_noop(
    "This posts your question here for everyone to see, with your name, and notifies {role}."
)
POST: Final = gettext_noop("Post it")
_QUESTION, _NAME = 300, 80  # UTF-16 units
_PATIENCE: Final = 3.0  # seconds


async def ask_a_human(interaction: Interaction, answer: int | None) -> None:
    """Notify the role about the question of the message, or ask whether to.

    Args:
        interaction: The press. Below an answer that only one member sees, the bot asks first.
        answer: Id of that answer: on the button that says yes, and on a copy of the answer that was shared.
    """
    message, guild = interaction.message, interaction.guild
    called = rules_of(interaction).human
    role = guild.get_role(called) if guild is not None and called is not None else None
    if message is None or role is None:
        await respond(interaction, Reply(gettext(NOBODY if called is None else GONE)))
        return
    if not _may_write(interaction):
        await respond(interaction, Reply(gettext(READER)))
        return
    confirms = message.flags.ephemeral and answer is None
    await defer(interaction, update=not confirms)
    asked = (await answered(message, bot_of(interaction))).questions
    if not asked:
        await respond(interaction, Reply(gettext(UNKNOWN)))
    elif confirms:
        await respond(interaction, confirmation(asked, role, message.id))
    else:
        try:
            told = await _call(interaction, message, role, asked, answer or message.id)
        except Undelivered:
            await respond(interaction, Reply(gettext(NOT_POSTED)))
            return
        human = custom_ids.HUMAN
        there = tuple(
            replace(each, disabled=each.disabled or human.parse(each.action or "") is not None)
            for each in buttons(message)
        )
        await update(interaction, Reply("", there))
        await respond(interaction, Reply(told))


def _may_write(interaction: Interaction) -> bool:
    """Whether the member could have notified the role without the bot."""
    granted = interaction.permissions
    if isinstance(interaction.channel, discord.Thread):
        return granted.send_messages_in_threads
    return granted.send_messages


async def _call(
    interaction: Interaction, message: discord.Message, role: discord.Role, asked: Sequence[str], answer: int
) -> str:
    """Post the call, unless there was one for that answer; returns what to tell the member.

    Raises:
        Undelivered: It could not be posted.
    """
    bot = bot_of(interaction)
    channel = cast("discord.abc.Messageable", interaction.channel)
    bot.call_rates.check(interaction.user.id, role.id)
    if not await bot.state.calls.claim(answer):
        return gettext(ALREADY)
    address = None if message.flags.ephemeral else message.jump_url
    with before_all(interaction):
        reply = call(asked, role, interaction.user.display_name, address)
    try:
        await post(channel, reply, pings=discord.AllowedMentions(everyone=False, users=False, roles=[role]))
    except Undelivered:
        await bot.state.calls.release(answer)
        raise
    bot.call_rates.take(interaction.user.id, role.id)
    heard = role.mentionable or interaction.app_permissions.mention_everyone
    told = EMPTY if await _is_empty(role) else CALLED if heard else UNHEARD
    return gettext(told, role=role.mention)


async def _is_empty(role: discord.Role) -> bool:
    """Whether Discord says in time that no member has a role."""
    with suppress(discord.HTTPException, aiohttp.ClientError, OSError):
        async with asyncio.timeout(_PATIENCE):
            return (await role.guild.role_member_counts()).get(role) == 0
    return False


def call(asked: Sequence[str], role: discord.Role, name: str, answer: str | None = None) -> Reply:
    """The message that notifies; nothing in it mentions anyone but the role.

    Args:
        asked: The questions of the conversation, the one that found no answer last.
        role: Who is notified.
        name: Of the member who asks for it.
        answer: Address of the answer that found nothing, if others can see it.
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
    """Ask whether to notify, with the question on top, from where it is read when the member says yes."""
    *earlier, question = asked
    lines = [*head(question, earlier), gettext(CONFIRM, role=role.mention)]
    return Reply("\n".join(lines), (Button(gettext(POST), action=custom_ids.HUMAN.encode(answer)),))


async def setup(bot: BotContext) -> None:
    """Add the button."""
    bot.on_press(custom_ids.HUMAN, ask_a_human)
