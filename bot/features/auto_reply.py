"""Answers without a mention, if `/footnote setup` says so: to posts in a forum, to questions in a channel.

When in doubt, the bot stays silent: nobody has asked it.
"""

from __future__ import annotations

import re
from typing import Final

import discord
from discord.ext import commands

from bot.context import BotContext
from bot.discord_io.origin import scope_of
from bot.discord_io.sending import post
from bot.features.history import question, record
from bot.interactions import attempt
from bot.messages.answers import AnswerView, render
from bot.messages.localization import use_language
from bot.state import Scope
from index.types import Answered

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
    """Answers what was not addressed to the bot.

    Args:
        bot: Answers.
    """

    def __init__(self, bot: BotContext) -> None:
        self.bot = bot

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Answer a question in a channel that is set up for that."""
        if self.bot.settings.message_content and is_for_everyone(message):
            with use_language(message.guild.preferred_locale.value if message.guild else None):
                asked = question(message, self.bot.application_id or 0)
            if is_question(asked):
                await attempt(self.bot, self._answer_message(message, asked))

    @commands.Cog.listener()
    async def on_thread_create(self, thread: discord.Thread) -> None:
        """Answer a new post by its title, which Discord shows to any bot, and announces once."""
        if thread.owner_id != self.bot.application_id and isinstance(thread.parent, discord.ForumChannel):
            await attempt(self.bot, self._answer_post(thread))

    async def _answer_message(self, message: discord.Message, asked: str) -> None:
        place = await scope_of(message)
        if message.guild is None or isinstance(
            message.guild.get_channel(place.channel), discord.ForumChannel
        ):
            return
        answer = await self._ask(asked, message.author.id, place)
        if answer is not None:
            to = message.to_reference(fail_if_not_exists=False)
            await self._post(message.channel, message.guild, answer, self._view(place), to)

    async def _answer_post(self, thread: discord.Thread) -> None:
        place = Scope(thread.guild.id, thread.parent_id)
        answer = None if is_solved(thread) else await self._ask(thread.name, thread.owner_id, place)
        if answer is None or await self._is_taken(thread):
            return
        first = discord.MessageReference(  # a post shares its id with its first message
            message_id=thread.id, channel_id=thread.id, guild_id=thread.guild.id, fail_if_not_exists=False
        )
        await self._post(thread, thread.guild, answer, self._view(place, asked=True), first)

    async def _ask(self, asked: str, member: int, place: Scope) -> Answered | None:
        """The answer, if the place is answered in without a mention, and if there is one."""
        rules = self.bot.access.rules_at(place)
        if not self.bot.state.guild_settings.of(place).auto_reply or rules.private:
            return None
        self.bot.rates.take(member, place.channel)
        answer = await self.bot.engine_service.ask(asked, rules=rules)
        return answer if isinstance(answer, Answered) else None

    def _view(self, place: Scope, *, asked: bool = False) -> AnswerView:
        return AnswerView(asked=asked, human=bool(self.bot.access.rules_at(place).human))

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
            try:
                granted = thread.permissions_for(await thread.guild.fetch_member(other))
            except discord.NotFound:  # they have left
                continue
            if granted.manage_messages or granted.manage_threads:
                return True
        return False

    async def _post(
        self,
        where: discord.abc.Messageable,
        guild: discord.Guild,
        answer: Answered,
        view: AnswerView,
        to: discord.MessageReference,
    ) -> None:
        with use_language(guild.preferred_locale.value):
            reply = render(answer, view)
        await post(where, reply, to=to)
        await record(self.bot, answer, 0)


def is_for_everyone(message: discord.Message) -> bool:
    """Whether a member's message in a server is for nobody in particular: no reply, and mentions nobody."""
    if message.guild is None or message.author.bot or message.webhook_id is not None:
        return False
    if message.type is not discord.MessageType.default:
        return False
    return not (message.mentions or message.role_mentions or message.mention_everyone)


def is_question(text: str) -> bool:
    """Whether a text is no command, and has a question mark behind a word."""
    plain = _LINK.sub(" ", text)
    last = max(map(plain.rfind, _QUESTION_MARKS))
    return not _COMMAND.match(text) and bool(_WORD.search(plain, 0, max(last, 0)))


def is_solved(thread: discord.Thread) -> bool:
    """Whether a tag of a post says that it is solved."""
    return any(_SOLVED.search(tag.name) and not _NOT.search(tag.name) for tag in thread.applied_tags)


async def setup(bot: BotContext) -> None:
    """Listen to messages and posts."""
    await bot.add_cog(AutoReply(bot))
