"""Who may use the bot, and which collections they see: the one place that decides it.

`bot.interactions` asks it about commands, buttons, forms and suggestions; mentions and direct messages ask it
themselves; what the bot does on its own in a channel uses `Access.rules_at`. Nothing else hands out
`GuildSettings`, and without them nothing is answered.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from typing import Final

import aiohttp
import discord
from discord.http import HTTPClient

from bot.discord_io.memberships import Members
from bot.errors import NotAMember, Starting, UnknownGuild
from bot.monitoring.logs import describe_error, refer
from bot.settings import GuildCollections, without_guilds
from bot.state import GuildSettings, Scope, State

_log = logging.getLogger(__name__)

GRACE: Final = 3.0
"""Seconds before the bot leaves a server that may not use it, so that people can read why."""


class Access:
    """Decides which servers may use the bot, and what each of them sees.

    Args:
        state: Holds the settings of servers and channels.
        http: Asks Discord about members, and leaves servers.
        named: The collections of each server that BOT_GUILDS names. None if it is not set: then the first
            server that the bot was in may ask, from all collections, and nobody may edit.
        leave_unknown: Whether the bot leaves other servers.
        clock: A monotonic clock, in seconds.
    """

    def __init__(
        self,
        state: State,
        http: HTTPClient,
        named: GuildCollections | None,
        *,
        leave_unknown: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._state = state
        self._http = http
        self._named = named
        self._leaves = leave_unknown
        self._members = Members(http.get_member, clock)
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
        first = self._state.first_guild.id
        return {} if first is None else {first: None}

    def owned(self, guild: int | None) -> tuple[str, ...] | None:
        """The collections that a server owns; None for all.

        Raises:
            UnknownGuild: It may not use the bot.
            Starting: It is not decided yet which server may.
        """
        if guild is None or guild not in self.guilds:
            if self._named is None and self._state.first_guild.id is None:
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
        return self._state.guild_settings.at(where).within(owned)

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

    def leave_if_unknown(self, error: Exception) -> bool:
        """Leave the server that an error says is unknown, unless the operator wants to stay.

        Args:
            error: What members are told; the bot stays for some seconds, so that they can read it.

        Returns:
            Whether the bot leaves because of this call.
        """
        if not isinstance(error, UnknownGuild) or not self._leaves or error.guild in self._leaving:
            return False
        self._leaving[error.guild] = asyncio.create_task(self._leave(error.guild))
        return True

    def warn(self) -> None:
        """If BOT_GUILDS is not set, log what the operator has to write into `.env`."""
        if not self.is_set:
            _log.warning("%s", without_guilds(self._state.first_guild.id))

    def close(self) -> None:
        """Send Discord no more requests."""
        self._members.close()
        for task in self._leaving.values():
            task.cancel()

    async def _leave(self, guild: int) -> None:
        try:
            await asyncio.sleep(GRACE)
            await self._http.leave_guild(guild)
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
