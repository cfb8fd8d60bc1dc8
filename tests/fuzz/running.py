"""Runs a check on drawn inputs: the same few in the test suite, new ones as long as FUZZ_SECONDS says."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from typing import Any, Final

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

SECONDS: Final = float(os.environ.get("FUZZ_SECONDS", "0"))
"""How long each fuzzer runs; 0 in the test suite."""
_FEW: Final = 40
_MANY: Final = 250


def fuzzed(
    *strategies: st.SearchStrategy[Any], few: int = _FEW
) -> Callable[[Callable[..., None]], Callable[[], None]]:
    """Makes a test of a check that takes an input of each strategy; `few` inputs in the test suite."""

    def make(check: Callable[..., None]) -> Callable[[], None]:
        def run(examples: int, *, again: bool) -> None:
            chosen = settings(
                max_examples=examples,
                derandomize=again,
                database=None,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            )
            test = chosen(given(*strategies)(check))
            (test if again else seed(random.getrandbits(64))(test))()

        def test() -> None:
            end = time.monotonic() + SECONDS
            run(few, again=True)
            while time.monotonic() < end:
                run(_MANY if few == _FEW else few, again=False)

        test.__name__, test.__doc__ = check.__name__, check.__doc__
        return test

    return make
