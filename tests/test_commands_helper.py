"""The helper that keeps logs and tracebacks out of the stderr of commands that succeed."""

from __future__ import annotations

import pytest

from tests.commands import assert_only_notes


@pytest.mark.parametrize(
    "line",
    [
        "Traceback (most recent call last):",
        "2026-11-28 01:08:33 ERROR   bot.monitoring.logs: [792cb588] ZeroDivisionError",
        "/usr/lib/python3/x.py:3: ResourceWarning: unclosed file",
    ],
)
def test_what_is_no_note_fails_a_success_only(line: str) -> None:
    with pytest.raises(AssertionError):
        assert_only_notes(0, f"4 articles\n{line}\n")
    assert_only_notes(1, line)
    assert_only_notes(0, "4 articles\n")
