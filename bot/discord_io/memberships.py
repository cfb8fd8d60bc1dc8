"""Looks up which servers somebody is a member of, and remembers it for ten minutes."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection
from typing import Final

import aiohttp
import discord

from bot.errors import MembershipUnknown
from bot.monitoring.logs import describe_error

_log = logging.getLogger(__name__)

REMEMBERED: Final = 600.0
"""Seconds for which an answer of Discord's is used."""

_PATIENCE: Final = 2.0  # seconds to wait for Discord, which itself waits three for an interaction's answer
_MOST: Final = 10_000  # answers that are kept before expired ones are deleted


class Members:
    """Looks up members of servers.

    Args:
        fetch: Asks Discord for a member, by the ids of server and user; raises `discord.HTTPException`.
        clock: A monotonic clock, in seconds.
    """

    def __init__(
        self, fetch: Callable[[int, int], Awaitable[object]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._fetch = fetch
        self._clock = clock
        self._known: dict[tuple[int, int], tuple[float, asyncio.Task[bool | None]]] = {}

    async def guilds_of(self, user: int, guilds: Collection[int]) -> list[int]:
        """The servers, out of some, that a user is a member of.

        Raises:
            MembershipUnknown: Discord does not answer in time. The request goes on, for the next try.
        """
        if not guilds:
            return []
        asked = {guild: self._ask(guild, user) for guild in guilds}
        await asyncio.wait(asked.values(), timeout=_PATIENCE)
        answers = {guild: task.result() if task.done() else None for guild, task in asked.items()}
        if None in answers.values():
            raise MembershipUnknown
        return [guild for guild, is_member in answers.items() if is_member]

    def close(self) -> None:
        """Send no more requests."""
        for _, task in self._known.values():
            task.cancel()

    def _ask(self, guild: int, user: int) -> asyncio.Task[bool | None]:
        now = self._clock()
        until, task = self._known.get((guild, user), (now, None))
        failed = task is not None and task.done() and (task.cancelled() or task.result() is None)
        if task is None or until <= now or failed:
            if len(self._known) >= _MOST:
                self._known = {key: value for key, value in self._known.items() if value[0] > now}
            task = asyncio.create_task(self._look(guild, user))
            self._known[guild, user] = (now + REMEMBERED, task)
        return task

    async def _look(self, guild: int, user: int) -> bool | None:
        """Whether a user is a member; None if Discord does not say."""
        try:
            await self._fetch(guild, user)
        except (discord.NotFound, discord.Forbidden):  # no such member; or the bot is not in the server
            return False
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            _log.warning(
                "Discord did not say whether somebody is a member of a server: %s", describe_error(error)
            )
            return None
        return True
