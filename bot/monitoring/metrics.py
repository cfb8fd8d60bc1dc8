"""Counts questions, their outcomes and errors since the start; who asked what is not kept."""

from __future__ import annotations

import logging
import math
import time
from collections import deque
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram

from bot.errors import AskError, Stopping, TooBusy, TooSlow
from bot.messages.small_talk import SmallTalk
from bot.monitoring import logs
from index.types import Answer, Answered

_BUCKETS: Final = (0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, float("inf"))  # seconds
_REMEMBERED: Final = 1000  # answers that percentiles are taken of


class Outcome(StrEnum):
    """What can become of a question. One without words, or for no collection, is none."""

    ANSWERED = "answered"
    DECLINED = "declined"
    BUSY = "busy"
    LATE = "late"
    FAILED = "failed"


class Metrics:
    """Counts questions, their time and errors.

    Attributes:
        registry: All of it, as Prometheus takes it.
        began: When counting began, in seconds since 1970.
    """

    def __init__(self) -> None:
        self.began = time.time()
        self.registry = CollectorRegistry()
        self._questions = Counter(
            "footnote_questions", "Questions by outcome.", ["outcome"], registry=self.registry
        )
        self._seconds = Histogram(
            "footnote_question_seconds",
            "From a question to its answer, waiting included.",
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self._parts = Histogram(
            "footnote_question_part_seconds",
            "Where that time goes: waiting, and finding, reading and ranking sentences.",
            ["part"],
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self._errors = Counter(
            "footnote_errors", "Errors in the log by kind.", ["kind"], registry=self.registry
        )
        self._recent: deque[float] = deque(maxlen=_REMEMBERED)
        for outcome in Outcome:
            self._questions.labels(outcome)  # so that each is there from the start, as 0

    async def follow(self, question: str, answering: Awaitable[Answer | SmallTalk]) -> Answer | SmallTalk:
        """Wait for an answer and count it; small talk is not counted."""
        begin = time.perf_counter()
        try:
            answer = await answering
        except Exception as error:
            outcome = _outcome(error)
            if outcome is not None:
                self._count(question, outcome, time.perf_counter() - begin)
            raise
        if isinstance(answer, SmallTalk):
            return answer
        seconds = time.perf_counter() - begin
        self._seconds.observe(seconds)
        waited = max(0.0, seconds - answer.seconds)
        for part, took in {"wait": waited, **answer.parts}.items():
            self._parts.labels(part).observe(took)
        self._recent.append(seconds)
        answered = isinstance(answer, Answered)
        self._count(question, Outcome.ANSWERED if answered else Outcome.DECLINED, seconds)
        return answer

    def counts(self) -> dict[Outcome, int]:
        """How many questions came to which outcome."""
        name = "footnote_questions_total"
        return {each: int(self.registry.get_sample_value(name, {"outcome": each}) or 0) for each in Outcome}

    def failures(self) -> dict[str, int]:
        """How many errors of each kind the log has."""
        samples = [sample for metric in self._errors.collect() for sample in metric.samples]
        return {each.labels["kind"]: int(each.value) for each in samples if each.name.endswith("_total")}

    def percentile(self, share: float) -> float | None:
        """Seconds within which that share of the last 1,000 answers came; None before the first."""
        ranked = sorted(self._recent)
        return ranked[math.ceil(share * len(ranked)) - 1] if ranked else None

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Count errors in the log within a block."""
        counter = _Errors(self._errors)
        logging.getLogger().addHandler(counter)
        try:
            yield
        finally:
            logging.getLogger().removeHandler(counter)

    def _count(self, question: str, outcome: Outcome, seconds: float) -> None:
        self._questions.labels(outcome).inc()
        logs.question(question, outcome, seconds)


class _Errors(logging.Handler):
    """Counts records by the kind of their error, or by their logger if they have none."""

    def __init__(self, counter: Counter) -> None:
        super().__init__(logging.ERROR)
        self._counter = counter

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        self._counter.labels(record.name if error is None else type(error).__name__).inc()


def _outcome(error: Exception) -> Outcome | None:
    if isinstance(error, TooBusy | Stopping):
        return Outcome.BUSY
    if isinstance(error, TooSlow):
        return Outcome.LATE
    return None if isinstance(error, AskError) else Outcome.FAILED
