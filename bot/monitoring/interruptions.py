"""Logs interruptions of the connection to Discord that last, once each, and their ends."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Final

from bot.messages.formatting import duration

_log = logging.getLogger(__name__)

_BRIEF: Final = 10.0  # seconds; Discord asks for a new connection now and then, which takes one or two


class Interruptions:
    """Logs that a shard has no connection, if it takes more than some seconds to connect again."""

    def __init__(self) -> None:
        self._since: dict[int, float] = {}
        self._warnings: dict[int, asyncio.Task[None]] = {}

    def begin(self, shard: int) -> None:
        """Note that a shard has lost its connection; it may try in vain to connect again."""
        if shard not in self._since:
            self._since[shard] = time.monotonic()
            self._warnings[shard] = asyncio.create_task(_warn(shard))

    def end(self, shard: int) -> None:
        """Note that a shard is connected."""
        since = self._since.pop(shard, None)
        if since is None:
            return
        warning = self._warnings.pop(shard)
        if warning.done():
            passed = duration(time.monotonic() - since)
            _log.info("Connected to Discord again after %s (shard %d)", passed, shard)
        warning.cancel()

    def close(self) -> None:
        """Log no more: the bot leaves."""
        for warning in self._warnings.values():
            warning.cancel()


async def _warn(shard: int) -> None:
    await asyncio.sleep(_BRIEF)
    _log.warning("There is no connection to Discord (shard %d); I keep trying to connect again", shard)
