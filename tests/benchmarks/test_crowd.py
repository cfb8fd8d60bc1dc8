from __future__ import annotations

from pathlib import Path

from benchmarks.crowd import Outcome, crowd


async def test_everyone_in_a_crowd_is_answered_or_told_to_wait(tmp_path: Path) -> None:
    outcome = await crowd(
        tmp_path,
        ["Please ponder: when does the last ferry leave?", "Who is the president?"],
        members=6,
        module="tests.integration.with_stand_in",
        BOT_QUEUE="1",
    )
    assert (len(outcome.answered) + len(outcome.told), outcome.lost) == (6, 0)
    assert outcome.told, "only two fit in"
    assert outcome.answered
    assert 0 < outcome.before <= outcome.after
    assert 0.5 < outcome.silence < 3


def test_the_figures_of_an_outcome() -> None:
    figures = list(Outcome([1.0, 2.0, 9.0], [], 0, 1.04, 700, 712.4).figures().values())
    assert figures == ["3", "3", "0", "0", "2.0 s", "9.0 s", "–", "1.0 s", "700 MiB", "712 MiB"]
