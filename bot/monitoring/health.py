"""The state of the bot, for operators: its connection, its index, and its queue."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import discord

from bot.errors import AskError
from bot.messages.formatting import duration
from bot.worker import Worker
from index.errors import FootnoteError
from index.types import IndexStatus

_PATIENCE: Final = 1.5  # seconds to wait for the engine; it may be answering
_MEMORY: Final = 300.0  # seconds for which the last look at the index is used while it cannot be read


@dataclass(frozen=True, slots=True)
class HealthReport:
    """The state of the bot at one moment.

    Attributes:
        connected: Whether every connection to the gateway is open.
        latency: Seconds that the gateway takes to acknowledge a heartbeat; None before the first.
        queue: How many questions are waiting or being answered.
        index: The index as it was last seen; None if it could not be read.
        problem: Why the bot cannot do its work, in a sentence; None if it can.
    """

    connected: bool
    latency: float | None
    queue: int
    index: IndexStatus | None
    problem: str | None


class Connection(Protocol):
    """A client's connection to the gateway.

    Attributes:
        online: Set once the gateway has let the bot in.
    """

    online: asyncio.Event

    @property
    def shards(self) -> Mapping[int, discord.ShardInfo]:
        """Its parts."""
        ...

    @property
    def latency(self) -> float:
        """Seconds that the gateway takes to acknowledge a heartbeat; NaN or infinity before the first."""
        ...


class Health:
    """Reports the state of a bot; reads the index in a thread of its own, so that no answer waits for it.

    Args:
        connection: To Discord.
        status: Looks at the index; may wait for the engine.
        engine_worker: Does the work that questions wait for.
    """

    def __init__(
        self, connection: Connection, status: Callable[[], IndexStatus], engine_worker: Worker
    ) -> None:
        self._client = connection
        self._status = status
        self._engine_worker = engine_worker
        self._worker = Worker(queue=10, time_limit=_PATIENCE)
        self._index: IndexStatus | None = None
        self._seen: float | None = None

    async def read(self) -> HealthReport:
        """Look at everything; takes two seconds at most."""
        connected, latency = self._connection()
        trouble = await self._look()
        if not connected:
            trouble = "There is no connection to Discord."
        return HealthReport(connected, latency, self._engine_worker.load, self._index, trouble)

    def close(self) -> None:
        """Let the thread end."""
        self._worker.close()

    def _connection(self) -> tuple[bool, float | None]:
        shards = self._client.shards.values()
        connected = (
            bool(shards) and self._client.online.is_set() and not any(each.is_closed() for each in shards)
        )
        latency = self._client.latency
        return connected, latency if connected and math.isfinite(latency) else None

    async def _look(self) -> str | None:
        """Read the index; returns what is wrong with it."""
        try:
            self._index = await self._worker.do(self._status)
        except AskError:
            if self._seen is None:
                return "The index has not been read yet."
            passed = time.monotonic() - self._seen
            if passed > _MEMORY:
                return f"The index has not been read for {duration(passed)}: reading it takes too long."
        except FootnoteError as error:
            self._index = self._seen = None
            return str(error)
        else:
            self._seen = time.monotonic()
        return None
