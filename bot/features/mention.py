"""Questions by @mention, by replying to the bot, and in direct messages, which Discord shows to any bot."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Final

import aiohttp
import discord
from discord.ext import commands

from bot.context import BotContext
from bot.discord_io.origin import scope_of
from bot.discord_io.sending import delete_later, post
from bot.errors import TooBusy, TooOften, TooSlow
from bot.features.history import before, question, record
from bot.interactions import attempt
from bot.messages.answers import AnswerView, render
from bot.messages.localization import gettext, gettext_noop, set_language
from bot.messages.reply import Reply
from bot.messages.small_talk import HELP

UNREADABLE: Final = gettext_noop(
    "I cannot read that message: Discord shows me only messages that mention me, not my role. "
    "Please mention me by my name and write your question behind it, or use `/ask`."
)
PRIVATE: Final = gettext_noop(
    "Answers are private in this channel. Please use `/ask`, so that only you see mine."
)
_KINDS: Final = (discord.MessageType.default, discord.MessageType.reply)
_NOTICE: Final = 30.0  # seconds that everyone sees why one question was not answered
_PATIENCE: Final = 0.7  # seconds before the bot shows that it is typing; most answers take less


class Mention(commands.Cog):
    """Questions by message.

    Args:
        bot: Is mentioned, and answers.
    """

    def __init__(self, bot: BotContext) -> None:
        self.bot = bot
        self._deletions: set[asyncio.Task[None]] = set()

    async def cog_unload(self) -> None:
        """Leave the notices that are still there."""
        for task in self._deletions:
            task.cancel()

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Answer a message that asks the bot something."""
        if message.author.bot or message.webhook_id is not None or message.type not in _KINDS:
            return
        if self._is_asked(message):
            set_language(message.guild.preferred_locale.value if message.guild is not None else None)
            await attempt(self.bot, self._answer(message), partial(self._tell, message))

    def _is_asked(self, message: discord.Message) -> bool:
        if message.guild is None:
            return True
        me = message.guild.self_role
        return self.bot.user in message.mentions or (me is not None and me in message.role_mentions)

    async def _answer(self, message: discord.Message) -> None:
        self.bot.rates.take(message.author.id, message.channel.id)
        if message.guild is not None:
            self.bot.access.owned(message.guild.id)  # ask Discord nothing about an unknown server
        rules = await self.bot.access.rules_for(await scope_of(message), message.author.id)
        asked = question(message, self.bot.application_id or 0)
        if not asked:
            readable = message.guild is None or self.bot.user in message.mentions
            await _reply(message, Reply(gettext(HELP if readable else UNREADABLE)))
            return
        if rules.private:
            await _reply(message, Reply(gettext(PRIVATE)))
            return
        async with typing(message.channel):
            earlier = await before(message, self.bot)
            answer = await self.bot.engine_service.ask(asked, earlier.collection, earlier.turns, rules)
        await record(self.bot, answer, message.author.id, message.guild.id if message.guild else None)
        view = AnswerView(earlier=earlier.questions, collection=earlier.collection, human=bool(rules.human))
        await _reply(message, render(answer, view))

    async def _tell(self, message: discord.Message, error: Exception, text: str) -> None:
        """Say why there is no answer; in a channel, only for as long as that is true."""
        if isinstance(error, TooOften) and not error.first:  # the bot would flood the channel too
            return
        told = await _reply(message, Reply(text))
        stays = error.wait if isinstance(error, TooOften) else _NOTICE
        if message.guild is not None and isinstance(error, TooOften | TooBusy | TooSlow):
            task = asyncio.create_task(delete_later(told, stays))
            self._deletions.add(task)
            task.add_done_callback(self._deletions.discard)


@asynccontextmanager
async def typing(channel: discord.abc.Messageable) -> AsyncIterator[None]:
    """Show that the bot is typing once an answer takes a while; never delays the answer."""

    async def show() -> None:
        await asyncio.sleep(_PATIENCE)
        with suppress(discord.HTTPException, aiohttp.ClientError, OSError):
            async with channel.typing():
                await asyncio.Event().wait()

    task = asyncio.create_task(show())
    try:
        yield
    finally:
        task.cancel()


async def _reply(message: discord.Message, reply: Reply) -> discord.Message:
    """Reply to a message, or post into its channel if it has been deleted."""
    return await post(message.channel, reply, to=message.to_reference(fail_if_not_exists=False))


async def setup(bot: BotContext) -> None:
    """Listen to messages."""
    await bot.add_cog(Mention(bot))
