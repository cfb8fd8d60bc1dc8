"""What the ranker reaches on folds that it did not see, beside what needs no training."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.document import markdown_table, write_section
from benchmarks.train.cases import Case, Floats, matrix
from benchmarks.train.fit import Judged, Order
from index.evaluation import auroc, bins_of_width, calibration_error, coverage_at_risk, number
from index.ranking.features import LIMIT, Feature
from index.retrieval.search import RetrievedChunk


def report(measured: dict[str, dict[str, dict[str, Any]]]) -> None:
    """Write the figures into `docs/benchmarks.md`."""
    columns = [
        "hit@1",
        "hit@3",
        "passage@1",
        "passage@3",
        "auroc",
        "coverage at 10 % risk",
        "calibration error",
        "gold among the candidates",
    ]
    rows = [
        [name, system, *(number(values.get(column)) for column in columns)]
        for name, systems in measured.items()
        for system, values in systems.items()
    ]
    body = (
        "How sentences are ranked, on folds of articles that the ranker was not trained on; the other "
        "rows need no training. All systems rank the same candidates. The evidence of `mtrag` is whole "
        "passages, so any sentence of the right one counts; only the confidence was trained on it. "
        "Made by `python -m benchmarks.train`.\n\n"
    )
    table = markdown_table(["set", "scored by", *columns], rows)
    write_section(Path("docs/benchmarks.md"), "ranker", f"## The ranker\n\n{body}{table}")


def scaled(values: Floats) -> Floats:
    """Between 0 and 1, lowest and highest of a question's candidates."""
    return np.asarray((values - values.min()) / (np.ptp(values) + 1e-9), dtype=np.float64)


def column(case: Case, name: Feature) -> Floats:
    """A feature of all candidates."""
    return matrix((one.features for one in case.candidates), [name])[:, 0]


SYSTEMS: dict[str, Callable[[Case], Floats]] = {
    "words alone": lambda case: column(case, Feature.LEXICAL),
    "meaning alone": lambda case: column(case, Feature.DENSE),
    "fixed fusion": lambda case: scaled(column(case, Feature.LEXICAL)) + scaled(column(case, Feature.DENSE)),
    "late interaction": lambda case: column(case, Feature.LATE),
}
"""What the ranker is compared with: scores of the same candidates, without learning."""


def hit(pairs: Iterable[tuple[Case, Order]], k: int) -> float:
    """Share of answerable questions with a gold sentence among the first k."""
    return float(np.mean([bool(case.gold[order[:k]].any()) for case, order in pairs if case.answerable]))


def passage_hit(cases: Sequence[Case], score: Callable[[RetrievedChunk], float], k: int) -> float:
    """Share of answerable questions with a gold sentence in the first k passages, by a score of passages."""
    found = []
    for case in cases:
        if case.answerable:
            first = sorted(case.retrieval.found, key=lambda one: (-score(one), one.chunk.key))[:k]
            found.append(any(holds_gold(case, one) for one in first))
    return float(np.mean(found))


def holds_gold(case: Case, passage: RetrievedChunk) -> bool:
    """Whether one of the gold candidates lies in a passage."""
    chunk = passage.chunk
    return any(
        gold
        and one.found.chunk.article_id == chunk.article_id
        and chunk.start <= one.sentence.start
        and one.sentence.end <= chunk.end
        for one, gold in zip(case.candidates, case.gold, strict=True)
    )


PASSAGES: dict[str, Callable[[RetrievedChunk], float]] = {
    "words alone": lambda found: found.lexical_score,
    "meaning alone": lambda found: found.dense_score,
    "fixed fusion": lambda found: found.fused,
}
"""How the same systems rank passages."""


def final_passages(pairs: Sequence[tuple[Case, Order]], k: int) -> float:
    """As `passage_hit`, of passages in the order of their best sentences, as answers show them."""
    found = []
    for case, order in pairs:
        if case.answerable:
            first = list(dict.fromkeys(case.candidates[i].found.chunk.key for i in order))[:k]
            found.append(any(holds_gold(case, one) for one in case.retrieval.found if one.chunk.key in first))
    return float(np.mean(found))


def plain_figures(name: str, cases: Sequence[Case], system: str) -> dict[str, Any]:
    """What scores without learning reach on a set."""
    chosen = [case for case in cases if case.set == name and case.candidates]
    scores = [SYSTEMS[system](case) for case in chosen]
    pairs = [(case, np.argsort(-one, kind="stable")) for case, one in zip(chosen, scores, strict=True)]
    best = np.array([one.max() for one in scores])
    answerable = np.array([case.answerable for case in chosen])
    values: dict[str, Any] = {
        "hit@1": hit(pairs, 1),
        "hit@3": hit(pairs, 3),
        "auroc": auroc(best, answerable),
    }
    if system in PASSAGES:
        for k in (1, 3):
            values[f"passage@{k}"] = passage_hit(chosen, PASSAGES[system], k)
    return values


def figures(
    name: str, learned: Sequence[Judged], confidence: Floats, orders: Sequence[tuple[Case, Order]]
) -> dict[str, Any]:
    """What the ranker reaches on a set."""
    real = np.array([row.real and row.case.set == name for row in learned])
    chosen = [row for row, use in zip(learned, real, strict=True) if use]
    right = np.array([row.right for row in chosen])
    answerable = np.array([row.case.answerable for row in chosen])
    own = [(case, order) for case, order in orders if case.set == name]
    return {
        "hit@1": hit(own, 1),
        "hit@3": hit(own, 3),
        "passage@1": final_passages(own, 1),
        "passage@3": final_passages(own, 3),
        "auroc": auroc(confidence[real], answerable),
        "coverage at 10 % risk": coverage_at_risk(confidence[real], right, answerable, 0.1),
        "calibration error": calibration_error(bins_of_width(confidence[real], right)),
        "gold among the candidates": hit(own, LIMIT),
    }
