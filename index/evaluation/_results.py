"""Runs of an evaluation: shown as a table, saved, loaded, checked for failures and compared."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.errors import UnreadableFile, UsageError
from index.evaluation._metrics import (
    WANTED_RISK,
    Floats,
    QualityMetrics,
    Quoted,
    Row,
    auroc,
    coverage_at_risk,
    measure,
)
from index.evaluation._questions import Evidence
from index.files import write_text

_VERSION = 1

FIGURES: tuple[tuple[str, str], ...] = (
    ("questions", "Questions"),
    ("answerable", "of them answerable"),
    ("sentence_hit_1", "Sentence hit@1"),
    ("sentence_hit_3", "Sentence hit@3"),
    ("candidates_hit_10", "Gold among 10 candidates"),
    ("passage_hit_1", "Passage hit@1"),
    ("passage_hit_3", "Passage hit@3"),
    ("passage_hit_10", "Passage hit@10"),
    ("mrr_10", "Passage MRR@10"),
    ("auroc", "Answerability AUROC"),
    ("coverage_at_10_risk", "Coverage at 10 % risk"),
    ("coverage", "Coverage as decided"),
    ("risk", "Risk as decided"),
    ("accuracy", "Right decisions"),
    ("answered_right", "Answered right"),
    ("answered_wrong", "Answered wrong"),
    ("declined_right", "Declined rightly"),
    ("declined_wrong", "Declined though answerable"),
    ("ece_width", "Calibration error (equal width)"),
    ("ece_mass", "Calibration error (equal size)"),
    ("brier", "Brier score"),
    ("seconds_mean", "Seconds, mean"),
    ("seconds_median", "Seconds, median"),
    ("seconds_p95", "Seconds, 95th percentile"),
)
"""The single figures of `QualityMetrics`, with their labels, in the order in which they are shown."""


def table(sets: Mapping[str, QualityMetrics]) -> list[list[str]]:
    """Lay out figures as rows of cells: a header with the names of the sets, then a row for each figure."""
    rows = [["", *sets]]
    for name, label in FIGURES:
        rows.append([label, *(number(getattr(metrics, name)) for metrics in sets.values())])
    return rows


def number(value: float | None) -> str:
    """Format a count as it is, any other number with three decimals, and None as a dash."""
    if value is None:
        return "–"
    return str(value) if isinstance(value, int) else f"{value:.3f}"


def save(path: Path, sets: Mapping[str, QualityMetrics]) -> None:
    """Write a run as JSON: the figures of each set for people, and the rows for `load`.

    Raises:
        UsageError: The file cannot be written.
    """
    data = {
        "version": _VERSION,
        "sets": {
            name: {**metrics.as_dict(), "rows": [asdict(row) for row in metrics.rows]}
            for name, metrics in sets.items()
        },
    }
    try:
        write_text(path, json.dumps(data, indent=1) + "\n")
    except OSError as error:
        raise UsageError(f"Cannot write the run to {path}: {error.strerror}.") from error


def load(path: Path) -> dict[str, QualityMetrics]:
    """Read a run that `save` wrote; the result equals what was saved.

    Raises:
        UsageError: There is no such file.
        UnreadableFile: The file is not a run, or was saved by another version.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"Cannot read the run in {path}: {error.strerror}.") from error
    except ValueError as error:
        raise UnreadableFile(f"{path} is not a saved run (not JSON).") from error
    if not isinstance(data, dict) or data.get("version") != _VERSION:
        raise UnreadableFile(f"{path} is not a run saved by this version. Save it again with `evaluate`.")
    try:
        return {name: measure([_row(row) for row in one["rows"]]) for name, one in data["sets"].items()}
    except (KeyError, TypeError, AttributeError) as error:
        raise UnreadableFile(f"{path} is not a complete saved run. Save it again with `evaluate`.") from error


def _row(data: dict[str, Any]) -> Row:
    return Row(
        **{
            **data,
            "quoted": tuple(Quoted(**one) for one in data["quoted"]),
            "answers": tuple(data["answers"]),
            "evidence": tuple(Evidence(**one) for one in data["evidence"]),
        }
    )


@dataclass(frozen=True, slots=True)
class Failure:
    """A labelled question whose answer is wrong, and how."""

    row: Row
    reason: str


def gate(rows: Iterable[Row], *, before: Iterable[Row] = ()) -> list[Failure]:
    """Find the labelled questions whose answers are wrong.

    An unanswerable question must be declined. An answerable one must be answered and, if its evidence is
    known, one of the cited sentences must be gold. Questions that nobody has judged never fail.

    Args:
        rows: The run.
        before: An earlier run over the same questions; failures that it has, too, are left out.
    """
    failures = (Failure(row, reason) for row in rows if (reason := _fault(row)))
    known = {(row.id, row.question) for row in before if _fault(row)}
    return [one for one in failures if (one.row.id, one.row.question) not in known]


def _fault(row: Row) -> str | None:
    if row.answerable is None:
        return None
    if not row.answerable:
        return f"answered with “{_first(row)}”, though nothing answers it" if row.answered else None
    if not row.answered:
        return "declined, though an article answers it"
    if row.evidence and not row.hit(len(row.quoted)):
        return f"answered with “{_first(row)}”, which is not what was expected"
    return None


def _first(row: Row) -> str:
    return row.quoted[0].text if row.quoted else ""


class QuestionOutcome(IntEnum):
    """How well a question was answered; higher is better."""

    WRONG = 0
    DECLINED = 1
    DECLINED_NEAR = 2
    RIGHT = 3

    @property
    def label(self) -> str:
        """The outcome in words."""
        return _LABELS[self]


_LABELS = {
    QuestionOutcome.WRONG: "answered wrong",
    QuestionOutcome.DECLINED: "declined though answerable",
    QuestionOutcome.DECLINED_NEAR: "declined with the right sentence at hand",
    QuestionOutcome.RIGHT: "right",
}


@dataclass(frozen=True, slots=True)
class FigureDifference:
    """A figure before and after, over the questions of both runs.

    Attributes:
        name: The attribute of `QualityMetrics`.
        before: Its value in the first run.
        after: Its value in the second.
        low: Lower end of the 95 % interval of `after - before`.
        high: Its upper end.
    """

    name: str
    before: float
    after: float
    low: float
    high: float

    @property
    def clear(self) -> bool:
        """Whether the interval excludes 0."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class ChangedQuestion:
    """A question whose outcome changed."""

    before: Row
    after: Row


@dataclass(frozen=True, slots=True)
class RunComparison:
    """The differences between two runs.

    Attributes:
        questions: How many judged questions both runs have.
        left_out: How many judged questions only one of them has.
        differences: The figures that are defined for both runs.
        better: Questions with a better outcome, those that gained the most confidence first.
        worse: Questions with a worse outcome, those with the most confidence first.
    """

    questions: int
    left_out: int
    differences: tuple[FigureDifference, ...]
    better: tuple[ChangedQuestion, ...]
    worse: tuple[ChangedQuestion, ...]


def outcome(row: Row) -> QuestionOutcome:
    """Classify the answer to a judged question."""
    if row.decided_right:
        return QuestionOutcome.RIGHT
    if row.answered:
        return QuestionOutcome.WRONG
    return QuestionOutcome.DECLINED_NEAR if row.hit(1) else QuestionOutcome.DECLINED


def compare(
    before: Iterable[Row], after: Iterable[Row], *, seed: int = 0, resamples: int = 1000
) -> RunComparison:
    """Compare two runs question by question with the paired bootstrap (Efron and Tibshirani, 1993).

    Questions are drawn with replacement, the same ones from both runs; an interval holds the middle 95 % of
    the differences. The same runs and seed give the same result.

    Raises:
        UsageError: The runs have no judged question in common.
    """
    old = {row.id: row for row in before if row.answerable is not None}
    new = {row.id: row for row in after if row.answerable is not None}
    pairs = [
        ChangedQuestion(row, new[row.id]) for row in old.values() if row.id in new and _same(row, new[row.id])
    ]
    if not pairs:
        raise UsageError("The two runs have no question in common, so they cannot be compared.")
    changed = [pair for pair in pairs if outcome(pair.before) != outcome(pair.after)]
    better = [pair for pair in changed if outcome(pair.after) > outcome(pair.before)]
    worse = [pair for pair in changed if outcome(pair.after) < outcome(pair.before)]
    return RunComparison(
        questions=len(pairs),
        left_out=len(old) + len(new) - 2 * len(pairs),
        differences=tuple(_differences(pairs, seed, resamples)),
        better=tuple(sorted(better, key=lambda pair: pair.before.confidence - pair.after.confidence)),
        worse=tuple(sorted(worse, key=lambda pair: -pair.after.confidence)),
    )


def _same(before: Row, after: Row) -> bool:
    """Whether rows of the same id are about the same question: without ids, lines are numbered."""
    return (before.question, before.answerable) == (after.question, after.answerable)


def _differences(pairs: Sequence[ChangedQuestion], seed: int, resamples: int) -> list[FigureDifference]:
    old, new = _Figures([pair.before for pair in pairs]), _Figures([pair.after for pair in pairs])
    everything = np.arange(len(pairs))
    before, after = old.of(everything), new.of(everything)
    random = np.random.default_rng(seed)
    draws = [random.integers(len(pairs), size=len(pairs)) for _ in range(resamples)]
    seen = np.array([new.of(draw) - old.of(draw) for draw in draws])
    return [
        FigureDifference(name, float(before[i]), float(after[i]), *_interval(seen[:, i]))
        for i, name in enumerate(_Figures.NAMES)
        if not np.isnan(before[i])
    ]


def _interval(differences: Floats) -> tuple[float, float]:
    """Compute the middle 95 %, without draws for which the figure is undefined (one kind of question)."""
    low, high = np.nanquantile(differences, (0.025, 0.975))
    return float(low), float(high)


class _Figures:
    """A run as arrays, to compute its figures for thousands of resamples."""

    NAMES = (
        "sentence_hit_1",
        "sentence_hit_3",
        "candidates_hit_10",
        "passage_hit_1",
        "passage_hit_3",
        "passage_hit_10",
        "mrr_10",
        "accuracy",
        "brier",
        "auroc",
        "coverage_at_10_risk",
    )

    def __init__(self, rows: Sequence[Row]) -> None:
        self._answerable = np.array([row.answerable for row in rows], dtype=np.bool_)
        self._confidence = np.array([row.confidence for row in rows], dtype=np.float64)
        self._right = np.array([row.hit(1) for row in rows], dtype=np.bool_)
        self._of_answerable = np.array([_shares(row) for row in rows], dtype=np.float64)
        self._of_all = np.array(
            [(row.decided_right, (row.confidence - row.hit(1)) ** 2) for row in rows], dtype=np.float64
        )

    def of(self, questions: npt.NDArray[np.int64]) -> Floats:
        """Compute the figures of questions by position, in the order of `NAMES`; NaN if undefined."""
        answerable, confidence = self._answerable[questions], self._confidence[questions]
        probabilities = self._of_answerable[questions][answerable]
        coverage = coverage_at_risk(confidence, self._right[questions], answerable, WANTED_RISK)
        last = [np.nan if value is None else value for value in (auroc(confidence, answerable), coverage)]
        first = probabilities.mean(axis=0) if len(probabilities) else np.full(probabilities.shape[1], np.nan)
        return np.concatenate([first, self._of_all[questions].mean(axis=0), last])


def _shares(row: Row) -> tuple[float, ...]:
    """The values whose means are the first figures of `_Figures.NAMES`."""
    return (
        row.hit(1),
        row.hit(3),
        row.candidate_rank is not None,
        row.passage_hit(1),
        row.passage_hit(3),
        row.passage_hit(10),
        1 / row.passage_rank if row.passage_rank else 0.0,
    )
