"""Converts in the test's own process, which is faster; there an unexpected exception ends the test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from index.convert import _sandbox
from tests.index.convert.conftest import run_here


@pytest.fixture(autouse=True, scope="module")
def in_process() -> Iterator[None]:
    """Replaces the sandboxed process while the fuzzers run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_sandbox, "run", run_here)
        yield
