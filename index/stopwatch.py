"""Where the time of an answer goes."""

from __future__ import annotations

import time


class Stopwatch:
    """Runs from when it is made.

    Attributes:
        parts: Seconds spent on each part so far, by name.
    """

    def __init__(self) -> None:
        self._begin = self._last = time.perf_counter()
        self.parts: dict[str, float] = {}

    @property
    def seconds(self) -> float:
        """Since it was made."""
        return time.perf_counter() - self._begin

    def lap(self, part: str) -> None:
        """Put the time since the last lap down to a part."""
        now = time.perf_counter()
        self.parts[part] = self.parts.get(part, 0.0) + now - self._last
        self._last = now
