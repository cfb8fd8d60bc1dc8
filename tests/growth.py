"""Measures how the CPU time of a call grows with its input: as a ratio over doublings, never in seconds."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

FLOOR: Final = 0.002
"""CPU seconds from which a call is judged: shorter ones are noise."""
BUDGET: Final = 0.6
"""CPU seconds that the next doubling may be expected to take: one that would exceed them is not tried."""
STEEP: Final = 3.0
"""Ratio over a doubling from which growth is not near linear: 2 is linear, 4 is quadratic."""
_FIRST: Final = (8, 12, 16, 20, 24, 28, 32, 48, 64)
"""Few repetitions in small steps, so that exponential growth is caught before a call hangs."""
_FEWEST: Final = 2048
"""Repetitions of a long piece that are tried, however many characters they are."""


@dataclass(frozen=True, slots=True)
class Hostile:
    """An input of any size: a piece that is repeated, between a head and a tail."""

    piece: str
    head: str = ""
    tail: str = ""

    def times(self, count: int) -> str:
        """The input with so many repetitions."""
        return f"{self.head}{self.piece * count}{self.tail}"

    def __str__(self) -> str:
        return f"{self.head!r} + {self.piece!r} * n + {self.tail!r}"


def repetitions(longest: int, piece: str) -> list[int]:
    """Numbers of repetitions of a piece: from a few, by doubling, up to so many characters."""
    found = [*_FIRST]
    while found[-1] * len(piece) < longest or found[-1] < _FEWEST:
        found.append(found[-1] * 2)
    return found


def doublings(shortest: int, longest: int, piece: str) -> list[int]:
    """Numbers of repetitions of a piece that make so many characters at least and at most."""
    found = [max(1, shortest // len(piece))]
    while found[-1] * 2 * len(piece) <= longest:
        found.append(found[-1] * 2)
    return found


def steepness(
    call: Callable[[Any], object],
    make: Callable[[int], Any],
    sizes: Iterable[int],
    *,
    floor: float = FLOOR,
    budget: float = BUDGET,
    enough: float = BUDGET,
) -> float:
    """How steeply the CPU time of a call grows where its input gets long.

    Args:
        call: Takes the input.
        make: Makes the input of a size.
        sizes: Sizes to try, growing.
        floor: CPU seconds from which a call is judged.
        budget: CPU seconds that a further doubling may be expected to take.
        enough: CPU seconds of a call that has grown linearly up to there, from which no longer one is tried.

    Returns:
        The ratio of the CPU times over the last doubling, if it exceeds `STEEP` and goes on to do so until a
        further doubling would take too long; 0 where growth is near linear.
    """
    ratio = 0.0
    rest = list(sizes)
    size = rest[0]
    while rest or ratio:
        size = rest.pop(0) if rest else size * 2  # as long as it looks steep
        ratio, spent = _growth(call, make, size, floor)
        if spent * ratio > budget or (not ratio and spent > enough):
            break
    return ratio


def _growth(
    call: Callable[[Any], object], make: Callable[[int], Any], size: int, floor: float
) -> tuple[float, float]:
    """The ratio of the CPU times of a size and its half, or 0 where it is not steep; and the CPU time."""
    given = make(size)
    spent = _cpu(call, given)
    if spent < floor:
        return 0.0, spent
    half = make(size // 2)
    before = _cpu(call, half)
    if spent > STEEP * before:  # perhaps noise
        spent = min(spent, _cpu(call, given)) if spent < BUDGET else spent
        before = max(before, _cpu(call, half), _cpu(call, half))
    ratio = spent / max(before, 1e-9)
    return (ratio if ratio > STEEP else 0.0), spent


def _cpu(call: Callable[[Any], object], given: object) -> float:
    """The CPU time of a call, in seconds."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        start = time.thread_time()
        call(given)
        return time.thread_time() - start
    finally:
        if collecting:
            gc.enable()
