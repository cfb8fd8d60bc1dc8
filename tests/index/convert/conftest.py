"""Converts in the test's own process, which is faster; `test_sandbox.py` is about the sandboxed one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from index.convert import Limits, _sandbox
from index.convert._conversion import make_article
from index.types import Article


def run_here(content: bytes, request: dict[str, Any], name: str, limits: Limits) -> Article:
    return make_article(content, **request)


@pytest.fixture(autouse=True)
def in_process() -> Iterator[pytest.MonkeyPatch]:
    """Replaces the sandboxed process; `undo()` puts it back."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_sandbox, "run", run_here)
        yield patch
