"""Questions by @mention, by replying to the bot, and in direct messages, which Discord shows to any bot."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Final

import aiohttp
import discord
from discord.ext import commands
from discord.utils import MISSING

from bot import interactions as failures
from bot.discord_io.message_text import question
from bot.discord_io.views import view
from bot.errors import TooOften
from bot.features.follow_up import before
from bot.messages.answers import render
from bot.messages.language import gettext, gettext_noop, set_language
from bot.messages.reply import Reply
from bot.services.asking import EngineService
from bot.services.in_progress import Answering
from bot.services.recording import note

if TYPE_CHECKING:
    from bot.client import FootnoteBot

_log = logging.getLogger(__name__)

HELP: Final = gettext_noop(
    "Ask me something: mention me and write your question behind it, or use `/ask`. "
    "I answer with sentences from the articles."
)
UNREADABLE: Final = gettext_noop(
    "I cannot read that message: Discord shows me only messages that mention me, not my role. "
    "Please mention me by my name and write your question behind it, or use `/ask`."
)
PRIVATE: Final = gettext_noop(
    "Answers are private in this channel. Please use `/ask`, so that only you see mine."
)
_KINDS: Final = (discord.MessageType.default, discord.MessageType.reply)
_PAUSES: Final = (0.5, 2.0)  # seconds between tries to post an answer
_PATIENCE: Final = 0.7  # seconds before the bot shows that it is typing; most answers take less


class Mention(commands.Cog):
    """Questions by message.

    Args:
        bot: Who is mentioned.
        engine_service: Answers them.
        answering: Knows who is being answered.
    """

    def __init__(self, bot: FootnoteBot, engine_service: EngineService, answering: Answering) -> None:
        self.bot = bot
        self.engine_service = engine_service
        self.answering = answering

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Answer a message that asks the bot something."""
        if message.author.bot or message.webhook_id is not None or message.type not in _KINDS:
            return
        if not self._is_asked(message):
            return
        set_language(message.guild.preferred_locale.value if message.guild is not None else None)
        with self.answering:
            try:
                await _send(message, await self._answer(message))
            except TooOften as error:
                if error.first:  # once until the wait is over, or the bot would flood the channel, too
                    await _send(message, Reply(failures.sentence(error)), gone_after=error.wait)
            except Exception as error:  # the library would only log it
                await _send(message, Reply(failures.sentence(error)))
                self.bot.access.leave_if_unknown(error)

    def _is_asked(self, message: discord.Message) -> bool:
        if message.guild is None:
            return True
        me = message.guild.self_role
        return self.bot.user in message.mentions or (me is not None and me in message.role_mentions)

    async def _answer(self, message: discord.Message) -> Reply:
        self.bot.rates.take(message.author.id, message.channel.id)
        held = await self.bot.access.rules_for_message(message)
        asked = question(message, self.bot.application_id or 0)
        if not asked:
            readable = message.guild is None or self.bot.user in message.mentions
            return Reply(gettext(HELP if readable else UNREADABLE))
        if held.private:
            return Reply(gettext(PRIVATE))
        async with typing(message.channel):
            earlier = await before(message, self.bot)
            answer = await self.engine_service.ask(asked, earlier.collection, earlier.turns, held)
            await note(self.bot, message.author.id, getattr(message.guild, "id", None), answer)
            return render(
                answer,
                earlier=earlier.questions,
                collection=earlier.collection,
                human=bool(held.human),
            )


@asynccontextmanager
async def typing(channel: discord.abc.Messageable) -> AsyncIterator[None]:
    """Shows that the bot is typing where an answer takes a while; never holds the answer up."""

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


async def _send(message: discord.Message, reply: Reply, gone_after: float | None = None) -> None:
    """Reply to a message, even if it was deleted meanwhile; a reply that is refused is only logged.

    Where Discord is down or the line is cut, it is sent again: Discord takes a message of one nonce once.
    """
    for pause in (*_PAUSES, None):
        try:
            sent = await message.channel.send(
                reply.content,
                view=view(reply) or MISSING,
                reference=message.to_reference(fail_if_not_exists=False),
                mention_author=False,
                suppress_embeds=True,
                nonce=message.id,
            )
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            refused = isinstance(error, discord.HTTPException) and error.status < 500
            if pause is None or refused:
                _log.warning("An answer could not be posted: %s", error)
                return
            await asyncio.sleep(pause)
        else:
            if gone_after is not None:
                await sent.delete(delay=gone_after)
            return


async def setup(bot: FootnoteBot) -> None:
    """Listen to messages."""
    await bot.add_cog(Mention(bot, bot.engine_service, bot.answering))
