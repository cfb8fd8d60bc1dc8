"""What the bot was asked in a message, and the conversation before it, both read from messages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final

import discord

from bot.context import BotContext, Interaction, bot_of
from bot.discord_io.sending import buttons
from bot.interactions import attempt
from bot.messages import custom_ids
from bot.messages.localization import gettext_noop
from bot.messages.marks import readable
from bot.messages.question_header import Asked, read
from bot.messages.small_talk import SmallTalk
from bot.state import GuildSettings
from index.types import Answer, Answered

UNKNOWN: Final = gettext_noop("I can no longer read what was asked here. Please ask again.")
_LONGEST: Final = 300  # characters of a question that is kept


def text_of(message: discord.Message, me: int, reader: discord.abc.User | None = None) -> str:
    """What a message says: its text, its embeds and what it forwards, a blank line between them.

    Args:
        message: Anyone's message. Previews of links do not count.
        me: Id of the bot, whose name is left out.
        reader: Who is shown the names of channels; the author of the message if left out.
    """
    parts: list[str | None] = []
    said: list[discord.Message | discord.MessageSnapshot] = [message, *message.message_snapshots]
    for each in said:
        parts.append(each.content)
        for embed in each.embeds:
            if embed.type == "rich":
                parts += [embed.title, embed.description]
                parts += [text for field in embed.fields for text in (field.name, field.value)]
    name_of = _names(message.guild, reader or message.author, message.mentions, me)
    return readable("\n\n".join(filter(None, parts)), name_of).strip()


def question(message: discord.Message, me: int) -> str:
    """What a message asks, on one line."""
    return " ".join(text_of(message, me).split())


def typed(interaction: Interaction, text: str) -> str:
    """What was typed into an option or a form."""
    return readable(text, _names(interaction.guild, interaction.user))


def _names(
    guild: discord.Guild | None,
    reader: discord.abc.User,
    mentioned: Sequence[discord.abc.User] = (),
    me: int = 0,
) -> Callable[[int], str]:
    """Look up names of members, roles, and channels that the reader may see."""
    names = {each.id: each.display_name for each in mentioned} | {me: ""}

    def name_of(number: int) -> str:
        if number in names or guild is None:
            return names.get(number, "")
        if role := guild.get_role(number):
            return "" if role.is_bot_managed() else role.name
        if member := guild.get_member(number):
            return member.display_name
        channel = guild.get_channel_or_thread(number)
        is_seen = (
            channel is not None
            and isinstance(reader, discord.Member)
            and channel.permissions_for(reader).view_channel
        )
        return channel.name if channel is not None and is_seen else ""

    return name_of


def fields(interaction: Interaction) -> dict[str, Any]:
    """What was filled into a form, by the custom ids of its parts: a text, or a list of choices."""
    data: Any = interaction.data
    parts = [each["component"] for each in data["components"] if "component" in each]
    return {each["custom_id"]: each.get("values", each.get("value")) for each in parts}


async def answered(message: discord.Message | None, bot: BotContext) -> Asked:
    """What a message of the bot answers; if it does not say, what the message asks that it replies to."""
    if message is None:
        return Asked()
    asked = read(message.content)
    if asked.questions:
        return asked
    original = await referenced(message)
    text = "" if original is None else question(original, bot.application_id or 0)
    return Asked((text,), asked.answer) if text else asked


async def again(interaction: Interaction, rules: GuildSettings) -> tuple[Asked, Answer] | None:
    """Ask the question of the message that was pressed once more.

    Args:
        interaction: The press.
        rules: The settings of the place.

    Returns:
        What the message answers, and the answer as the articles are now; None if it can no longer be read
        what was asked.

    Raises:
        AskError: There is no answer now.
        FootnoteError: The index or the model cannot be used.
    """
    bot = bot_of(interaction)
    asked = await answered(interaction.message, bot)
    if not asked.questions:
        return None
    *earlier, last = asked.questions
    answer = await bot.engine_service.ask(last, asked.collection, Asked(tuple(earlier)).turns, rules)
    return None if isinstance(answer, SmallTalk) else (asked, answer)


async def before(message: discord.Message, bot: BotContext) -> Asked:
    """What the bot's answer was asked that a member's message replies to, or follows in direct messages."""
    earlier = await referenced(message)
    if not _is_reply(message) and message.guild is None:
        with suppress(discord.HTTPException):
            earlier = await anext(aiter(message.channel.history(limit=1, before=message)), None)
    if earlier is None or earlier.author != bot.user:
        return Asked()
    if custom_ids.FOLLOW_UP.encode() not in [each.action for each in buttons(earlier)]:  # it is no answer
        return Asked()
    return await answered(earlier, bot)


async def referenced(message: discord.Message) -> discord.Message | None:
    """The message that another replies to; None if there is none, or Discord does not show it."""
    if message.reference is None or message.reference.message_id is None or not _is_reply(message):
        return None
    if isinstance(message.reference.resolved, discord.Message):
        return message.reference.resolved
    with suppress(discord.HTTPException):
        return await message.channel.fetch_message(message.reference.message_id)
    return None


def _is_reply(message: discord.Message) -> bool:
    """Whether a message refers to another of its channel, and does not forward one."""
    return message.reference is not None and message.reference.type is discord.MessageReferenceType.reply


async def record(bot: BotContext, answer: Answer | SmallTalk, member: int, guild: int | None = None) -> None:
    """Count the articles that an answer cites; keep a question without an answer, if that is switched on.

    Args:
        bot: Keeps it.
        answer: What was said.
        member: Who asked.
        guild: The server; None in direct messages, and where questions are never kept.
    """
    if isinstance(answer, SmallTalk):
        return
    if isinstance(answer, Answered):
        await attempt(bot, bot.state.cited.note(each.article_id for each in answer.citations))
    elif bot.settings.keep_unanswered and guild is not None and not answer.follows:
        text = " ".join(answer.question.split())[:_LONGEST]
        await attempt(bot, bot.state.unanswered.note(member, guild, text))
