"""Who may use the bot, and which collections they see: the one place that decides it.

Commands, buttons, forms, menus and suggestions pass `authorize`; mentions and direct messages pass
`Access.rules_for_message`; what the bot does by itself in a channel passes `Access.rules_at`. Nothing else
hands out `Rules`, and without rules nothing is answered.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

import aiohttp
import discord

from bot.discord_io.members import Members
from bot.discord_io.origin import place, scope_of
from bot.errors import EditingOff, NotAManager, NotAMember, NotAnEditor, Starting, UnknownGuild
from bot.monitoring.logs import describe_error, refer
from bot.settings import GuildCollections, without_guilds
from bot.state import GuildSettings, Scope

if TYPE_CHECKING:
    from bot.client import FootnoteBot

_log = logging.getLogger(__name__)

GRACE: Final = 3.0
"""Seconds before the bot leaves a server that may not use it, for people to read why."""

_RULES: Final = "rules"
"""Under this key an interaction carries the rules that it was let in with."""


class Access:
    """Decides which servers may use the bot, and what each of them sees.

    Args:
        bot: The bot.
        named: The collections of each server that BOT_GUILDS names; None where it is not set. Then the first
            server that the bot was in may ask, from all collections, and nobody may edit.
        leave_unknown: Whether the bot leaves other servers.
        clock: Seconds that only grow.
    """

    def __init__(
        self,
        bot: FootnoteBot,
        named: GuildCollections | None,
        *,
        leave_unknown: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._bot = bot
        self._named = named
        self._leaves = leave_unknown
        self._members = Members(lambda guild, user: bot.http.get_member(guild, user), clock)
        self._leaving: dict[int, asyncio.Task[None]] = {}

    @property
    def is_set(self) -> bool:
        """Whether BOT_GUILDS names the servers, so that editors may change articles."""
        return self._named is not None

    @property
    def guilds(self) -> Mapping[int, tuple[str, ...] | None]:
        """The servers that may ask, with the collections that each owns; None stands for all."""
        if self._named is not None:
            return self._named
        first = self._bot.state.first_guild.id
        return {} if first is None else {first: None}

    def owned(self, guild: int | None) -> tuple[str, ...] | None:
        """The collections that a server owns; None for all.

        Raises:
            UnknownGuild: It may not use the bot.
            Starting: It is not decided yet which server may.
        """
        if guild is None or guild not in self.guilds:
            if self._named is None and self._bot.state.first_guild.id is None:
                raise Starting
            raise UnknownGuild(guild or 0, leaving=self._leaves)
        return self.guilds[guild]

    def rules_at(self, where: Scope) -> GuildSettings:
        """The rules of a place in a server, which allow no collection that the server does not own.

        Raises:
            UnknownGuild: The server may not use the bot.
            Starting: It is not decided yet which server may.
        """
        owned = self.owned(where.guild)
        return self._bot.state.guild_settings.at(where).within(owned)

    async def rules_for(self, where: Scope, user: int) -> GuildSettings:
        """The rules for a user in a place.

        In direct messages they allow what the servers together allow that may use the bot and that the user
        is a member of.

        Raises:
            UnknownGuild: The server may not use the bot.
            Starting: It is not decided yet which server may.
            NotAMember: The user is in no server that may use the bot.
            MembershipUnknown: Discord does not say which servers the user is in.
        """
        if where.guild is not None:
            return self.rules_at(where)
        guilds = await self._members.guilds_of(user, self.guilds.keys())
        if not guilds:
            raise NotAMember
        seen = [self.rules_at(Scope(guild)).collections for guild in guilds]
        names = {name for collections in seen for name in collections or ()}
        return GuildSettings(collections=None if None in seen else tuple(sorted(names)))

    async def rules_for_message(self, message: discord.Message) -> GuildSettings:
        """The rules for a message that asks the bot something.

        Raises:
            AskError: As `rules_for`.
        """
        if message.guild is not None:
            self.owned(message.guild.id)  # before anything is asked of Discord about an unknown server
        return await self.rules_for(await scope_of(self._bot, message), message.author.id)

    def leave_if_unknown(self, error: Exception) -> bool:
        """Leave the server that an error says is unknown, unless the operator wants to stay.

        Args:
            error: What is told there; the bot stays for some seconds more, for people to read it.

        Returns:
            Whether the bot leaves because of this call.
        """
        if not isinstance(error, UnknownGuild) or not self._leaves or error.guild in self._leaving:
            return False
        self._leaving[error.guild] = asyncio.create_task(self._leave(error.guild))
        return True

    def warn(self) -> None:
        """Log what the operator has to write into `.env`, where BOT_GUILDS is not set."""
        if not self.is_set:
            _log.warning("%s", without_guilds(self._bot.state.first_guild.id))

    def close(self) -> None:
        """Ask nothing more of Discord."""
        self._members.close()
        for task in self._leaving.values():
            task.cancel()

    async def _leave(self, guild: int) -> None:
        try:
            await asyncio.sleep(GRACE)
            await self._bot.http.leave_guild(guild)
        except discord.NotFound:
            _log.debug("The bot was no longer in server %d", guild)
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            _log.warning(
                "Server %d, which may not use the bot, cannot be left: %s", guild, describe_error(error)
            )
        except Exception as error:
            refer(error)
        else:
            _log.info("Left server %d, which may not use the bot", guild)
        finally:
            del self._leaving[guild]


async def authorize(interaction: discord.Interaction[Any]) -> None:
    """Let in a command, a press, a form or a request for suggestions; it carries its rules from then on.

    Raises:
        AskError: It may not be answered; as `Access.rules_for`.
    """
    bot: FootnoteBot = interaction.client
    if _RULES not in interaction.extras:
        rules = await bot.access.rules_for(place(interaction), interaction.user.id)
        interaction.extras[_RULES] = rules


def rules_of(interaction: discord.Interaction[Any]) -> GuildSettings:
    """The rules that an interaction was let in with."""
    rules: GuildSettings = interaction.extras[_RULES]
    return rules


def take_turn(interaction: discord.Interaction[Any]) -> GuildSettings:
    """Count a question, and return the rules for its answer.

    Raises:
        TooOften: The member or the channel has asked too much.
    """
    bot: FootnoteBot = interaction.client
    bot.rates.take(interaction.user.id, interaction.channel_id or 0)
    return rules_of(interaction)


def take_look(interaction: discord.Interaction[Any]) -> GuildSettings:
    """Count a look-up, and return the rules for it.

    Raises:
        TooOften: The member has looked up too much.
    """
    bot: FootnoteBot = interaction.client
    bot.rates.look_up(interaction.user.id)
    return rules_of(interaction)


def require_manager(interaction: discord.Interaction[Any]) -> GuildSettings:
    """Let in a member who may manage the server, and return the rules of the place.

    Raises:
        NotAManager: The member may not.
    """
    if interaction.guild_id is None or not interaction.permissions.manage_guild:
        raise NotAManager
    return rules_of(interaction)


def require_editor(interaction: discord.Interaction[Any]) -> GuildSettings:
    """Let in an editor, and return the rules of the place.

    Raises:
        NotAnEditor: The member may not manage the server, and has not the role of its editors.
        EditingOff: Nobody may change articles, because BOT_GUILDS is not set.
    """
    bot: FootnoteBot = interaction.client
    rules, member = rules_of(interaction), interaction.user
    has_role = isinstance(member, discord.Member) and any(role.id == rules.editors for role in member.roles)
    if interaction.guild_id is None or not (interaction.permissions.manage_guild or has_role):
        raise NotAnEditor
    if not bot.access.is_set:
        raise EditingOff(interaction.guild_id)
    return rules
