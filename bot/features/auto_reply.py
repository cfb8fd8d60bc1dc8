"""Answers without a mention, where `/footnote setup` says so: to posts in a forum, to questions in a channel.

Whatever is in doubt, the bot stays silent: nobody has asked it.
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Final

import aiohttp
import discord
from discord.ext import commands
from discord.utils import MISSING

from bot.discord_io.message_text import question
from bot.discord_io.origin import scope_of
from bot.discord_io.views import view
from bot.errors import AskError
from bot.messages.answers import render
from bot.messages.language import use_language
from bot.monitoring.logs import refer
from bot.state import Scope
from index.types import Answered

if TYPE_CHECKING:
    from bot.client import FootnoteBot

_log = logging.getLogger(__name__)

_LINK: Final = re.compile(r"<?\bhttps?://\S+")
_COMMAND: Final = re.compile(r"\s*[!/.?$%&+=~>;-]")
_QUESTION_MARKS: Final = "?？؟"
_WORD: Final = re.compile(r"\w")
_SOLVED: Final = re.compile(
    r"\b(solved|resolved|answered|fixed|done|closed|gelöst|erledigt|beantwortet|résolue?s?|resuelt[oa]|"
    r"solucionad[oa]|respondid[oa]|risolt[oa]|resolvid[oa]|opgelost|rozwiązane|решено)\b|(?<!未)(解决|解決)",
    re.IGNORECASE,
)
_NOT: Final = re.compile(r"\b(not|nicht|non|no|não|niet|nie|не)\b", re.IGNORECASE)
_READ: Final = 50  # messages of a post


class AutoReply(commands.Cog):
    """Answers to what was not said to the bot.

    Args:
        bot: Answers.
    """

    def __init__(self, bot: FootnoteBot) -> None:
        self.bot = bot

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Answer a question in a channel that is set up for that."""
        if not self.bot.intents.message_content or not asks_everyone(message):
            return
        with self.bot.answering:
            try:
                place = await scope_of(self.bot, message)
                in_forum = isinstance(self._channel(place), discord.ForumChannel)
                asked = question(message, self.bot.application_id or 0)
                answer = None if in_forum else await self._answer(asked, message.author.id, place)
                if answer is not None:
                    to = message.to_reference(fail_if_not_exists=False)
                    await self._send(message.channel, answer, place, to)
            except Exception as error:  # the library would log the question with it
                refer(error)

    @commands.Cog.listener()
    async def on_thread_create(self, thread: discord.Thread) -> None:
        """Answer a new post by its title; Discord tells of a new post once, and shows any bot its title."""
        place = Scope(thread.guild.id, thread.parent_id)
        if thread.owner_id == self.bot.application_id or not isinstance(thread.parent, discord.ForumChannel):
            return
        with self.bot.answering:
            try:
                answer = (
                    None if is_solved(thread) else await self._answer(thread.name, thread.owner_id, place)
                )
                if answer is not None and not await self._is_taken(thread):
                    first = discord.MessageReference(  # a post shares its id with its first message
                        message_id=thread.id,
                        channel_id=thread.id,
                        guild_id=thread.guild.id,
                        fail_if_not_exists=False,
                    )
                    await self._send(thread, answer, place, first, title=True)
            except Exception as error:  # as above
                refer(error)

    def _channel(self, place: Scope) -> object:
        guild = self.bot.get_guild(place.guild or 0)
        return guild and guild.get_channel(place.channel)

    async def _answer(self, asked: str, member: int, place: Scope) -> Answered | None:
        """An answer, where one may be given auto_reply and there is one."""
        try:
            held = self.bot.access.rules_at(place)
            if not self.bot.state.guild_settings.of(place).auto_reply or held.private:
                return None
            self.bot.rates.take(member, place.channel)
            answer = await self.bot.engine_service.ask(asked, rules=held)
        except AskError:
            return None
        return answer if isinstance(answer, Answered) else None

    async def _is_taken(self, thread: discord.Thread) -> bool:
        """Whether people take care of a post, or the bot has answered it."""
        others = {
            message.author.id
            async for message in thread.history(limit=_READ)
            if message.author.id != thread.owner_id
            and (message.author == self.bot.user or not message.author.bot)
        }
        if self.bot.application_id in others or thread.locked or is_solved(thread):
            return True
        for other in others:
            granted = thread.permissions_for(await thread.guild.fetch_member(other))
            if granted.manage_messages or granted.manage_threads:
                return True
        return False

    async def _send(
        self,
        where: discord.abc.Messageable,
        answer: Answered,
        place: Scope,
        to: discord.MessageReference,
        *,
        title: bool = False,
    ) -> None:
        guild = self.bot.get_guild(place.guild or 0)
        with use_language(guild.preferred_locale.value if guild is not None else None):
            reply = render(answer, asked=title, human=bool(self.bot.access.rules_at(place).human))
        try:
            await where.send(
                reply.content,
                view=view(reply) or MISSING,
                reference=to,
                mention_author=False,
                suppress_embeds=True,
            )
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            _log.warning("An answer could not be posted: %s", error)
            return
        await self.bot.state.cited.note(each.article_id for each in answer.citations)


def asks_everyone(message: discord.Message) -> bool:
    """Whether a member's message in a server asks something, and nobody in particular.

    That is one with a question mark behind a word, no reply, no command, and without a mention.
    """
    if message.guild is None or message.author.bot or message.webhook_id is not None:
        return False
    if message.type is not discord.MessageType.default or message.reference is not None:
        return False
    if message.mentions or message.role_mentions or message.mention_everyone:
        return False
    text = _LINK.sub(" ", message.content)
    last = max(map(text.rfind, _QUESTION_MARKS))
    return not _COMMAND.match(message.content) and bool(_WORD.search(text, 0, max(last, 0)))


def is_solved(thread: discord.Thread) -> bool:
    """Whether a tag of a post says that it is solved."""
    return any(_SOLVED.search(tag.name) and not _NOT.search(tag.name) for tag in thread.applied_tags)


async def setup(bot: FootnoteBot) -> None:
    """Listen to messages and posts."""
    await bot.add_cog(AutoReply(bot))
