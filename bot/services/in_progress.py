"""Who is being answered right now, so that the bot can finish before it leaves."""

from __future__ import annotations

import asyncio
from types import TracebackType


class Answering:
    """Counts those who are being answered; `with answering:` around each."""

    def __init__(self) -> None:
        self._count = 0
        self._nobody = asyncio.Event()
        self._nobody.set()

    def __enter__(self) -> None:
        self._count += 1
        self._nobody.clear()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._count -= 1
        if not self._count:
            self._nobody.set()

    async def finished(self, within: float) -> bool:
        """Wait until nobody is being answered any more, at most so many seconds; says whether it is so."""
        try:
            async with asyncio.timeout(within):
                await self._nobody.wait()
        except TimeoutError:
            return False
        return True
