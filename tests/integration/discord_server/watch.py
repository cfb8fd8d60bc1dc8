"""Waiting for something to become true, woken by every change of the server's state and never by polling."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from tests.integration.discord_server.errors import NoAnswer

T = TypeVar("T")


class Watch:
    """Lets tests wait for a condition over the server's state."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def changed(self) -> None:
        """Wakes everyone who waits, to look again."""
        for each in self._waiting:
            if not each.done():
                each.set_result(None)
        self._waiting.clear()

    async def until(self, look: Callable[[], T | None], within: float, missing: Callable[[], str]) -> T:
        """Waits until ``look`` returns something other than None or False, and returns it.

        Args:
            look: Looks at the state; called after every change.
            within: Seconds to wait at most.
            missing: Says what did not happen, for the failure.

        Raises:
            NoAnswer: After that many seconds.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + within
        while True:
            found = look()
            if found is not None and found is not False:
                return found
            waiter: asyncio.Future[None] = loop.create_future()
            self._waiting.add(waiter)
            try:
                await asyncio.wait_for(waiter, deadline - loop.time())
            except TimeoutError:
                raise NoAnswer(f"within {within:g} s: {missing()}") from None
            finally:
                self._waiting.discard(waiter)
