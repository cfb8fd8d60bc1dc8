from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from bot.errors import NothingAsked, Stopping, TooBusy, TooSlow
from bot.monitoring.metrics import Metrics, Outcome
from index.types import Answer
from tests.bot.stand_in import StandIn


async def given(question: str, error: Exception | None = None) -> Answer:
    """Returns an answer, or fails."""
    if error is not None:
        raise error
    return replace(StandIn().ask(question), seconds=0.0, parts={"find": 0.01, "read": 0.02})


async def test_questions_are_counted_by_what_became_of_them() -> None:
    metrics = Metrics()
    assert set(metrics.counts().values()) == {0}
    assert metrics.percentile(0.5) is None
    await metrics.follow("The last ferry?", given("The last ferry?"))
    await metrics.follow("The bus?", given("The bus?"))
    errors = (TooBusy(), Stopping(), TooSlow(), ValueError("x"), NothingAsked())
    for error in errors:
        with pytest.raises(type(error)):
            await metrics.follow("The last ferry?", given("", error))
    assert metrics.counts() == {
        Outcome.ANSWERED: 1,
        Outcome.DECLINED: 1,
        Outcome.BUSY: 2,
        Outcome.LATE: 1,
        Outcome.FAILED: 1,
    }
    value = metrics.registry.get_sample_value
    assert value("footnote_question_seconds_count") == 2
    parts = {
        part: value("footnote_question_part_seconds_sum", {"part": part}) for part in ("find", "read", "wait")
    }
    assert parts["find"] == pytest.approx(0.02)
    assert parts["read"] == pytest.approx(0.04)
    assert parts["wait"] == value("footnote_question_seconds_sum")
    half = metrics.percentile(0.5)
    assert half is not None
    assert 0 <= half < 1


async def test_percentiles_are_of_those_within_which_that_share_came(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    metrics, clock = Metrics(), iter([each for n in range(1, 101) for each in (0.0, float(n))])
    monkeypatch.setattr("bot.monitoring.metrics.time.perf_counter", lambda: next(clock))
    for _ in range(100):
        await metrics.follow("The last ferry?", given("The last ferry?"))
    assert (metrics.percentile(0.5), metrics.percentile(0.95), metrics.percentile(1)) == (50, 95, 100)


def test_errors_in_the_log_are_counted_by_kind_while_wanted() -> None:
    metrics, log = Metrics(), logging.getLogger("bot.interactions")
    with metrics.errors():
        log.error("One", exc_info=ValueError("x"))
        log.warning("None", exc_info=ValueError("x"))
        log.error("Another")
    log.error("Too late", exc_info=ValueError("x"))
    value = metrics.registry.get_sample_value
    assert value("footnote_errors_total", {"kind": "ValueError"}) == 1
    assert value("footnote_errors_total", {"kind": "bot.interactions"}) == 1
    assert metrics.failures() == {"ValueError": 1, "bot.interactions": 1}
