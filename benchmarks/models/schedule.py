"""How long a run lasts, how its learning rate goes, and what it says meanwhile."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Mapping
from typing import Final

_TELL_EVERY: Final = 15.0
"""Seconds between two lines of a run."""
_KEPT: Final = 0.95
"""What a moving average keeps at each step."""

_log = logging.getLogger(__name__)


class Length:
    """The length of a run: a number of steps where that is given, else a time from now on.

    Args:
        seconds: The time.
        steps: The number of steps; 0 for as many as there is time for.
    """

    def __init__(self, seconds: float, steps: int = 0) -> None:
        self._seconds = seconds
        self._steps = steps
        self._started = time.monotonic()

    def progress(self, step: int) -> float:
        """The share of the run that is done after so many steps; from 1 on it is over."""
        if self._steps:
            return step / self._steps
        return (time.monotonic() - self._started) / self._seconds


def learning_rate(step: int, progress: float, warm_up: int) -> float:
    """The share of the highest learning rate: a linear warm-up of so many steps, under half a cosine.

    Loshchilov and Hutter 2017, "SGDR", https://arxiv.org/abs/1608.03983, without restarts.
    """
    return min(1.0, (step + 1) / warm_up) * 0.5 * (1 + math.cos(math.pi * progress))


class Diary:
    """Moving averages of a run's losses, told now and then.

    Args:
        name: The run.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._averages: dict[str, float] = {}
        self._told = time.monotonic()
        self._steps = 0

    def note(self, progress: float, losses: Mapping[str, float]) -> None:
        """Note the losses of a step."""
        self._steps += 1
        for name, loss in losses.items():
            before = self._averages.get(name, loss)
            self._averages[name] = _KEPT * before + (1 - _KEPT) * loss
        if time.monotonic() - self._told > _TELL_EVERY:
            self._told = time.monotonic()
            self.tell(progress)

    def tell(self, progress: float) -> None:
        """Say how far the run is, and its averages."""
        averages = ", ".join(f"{name} {value:.3f}" for name, value in sorted(self._averages.items()))
        _log.info("  %s: step %d, %.0f %%, %s", self._name, self._steps, 100 * progress, averages)
