"""Runs in the test's own process, which is faster; `test_process.py` is about the other one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from index.editing import _editing
from index.types import Encoder


def run_here(function: Callable[..., object], *arguments: object, encoder: Encoder | None = None) -> object:
    return function(*arguments) if encoder is None else function(encoder, *arguments)


@pytest.fixture(autouse=True)
def in_process() -> Iterator[pytest.MonkeyPatch]:
    """Replaces the other process; `undo()` puts it back."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_editing, "run_apart", run_here)
        yield patch
