"""`python -m benchmarks.train ../shared/eval`."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.train.cases import FOLDS, SETS, Case, collect, matrix
from benchmarks.train.fit import (
    Judged,
    Order,
    fit_confidence,
    fit_ranking,
    judged,
    rank,
    risks,
    unseen_confidence,
    weight_of,
)
from benchmarks.train.report import SYSTEMS, figures, plain_figures, report

RISK: Final = 0.45
"""Share of wrong answers among those given that the threshold is chosen for."""


def main(folder: Path) -> None:
    """Train, say how well it does on folds it did not see, and write the file."""
    with tempfile.TemporaryDirectory() as cache:
        cases = [case for name in SETS for case in collect(folder / name, Path(cache))]
    report(train(cases))


def train(cases: Sequence[Case]) -> dict[str, Any]:
    """Fit both models to the cases and write them; gives what they reach on folds that they did not see."""
    names = sorted(cases[0].candidates[0].features)
    learned: list[Judged] = []
    orders: list[tuple[Case, Order]] = []
    for fold in range(FOLDS):
        weights = fit_ranking([case for case in cases if case.fold != fold], names)
        kept = [case for case in cases if case.fold == fold]
        learned += judged(kept, names, weights)
        orders += [(case, rank(case, names, weights)[0]) for case in kept if case.candidates]
    features = sorted(learned[0].outlook)
    confidence = unseen_confidence(learned, features)
    measured = {
        name: {
            **{system: plain_figures(name, cases, system) for system in SYSTEMS},
            "ranker": figures(name, learned, confidence, orders),
        }
        for name in SETS
    }
    weights = fit_ranking(cases, names)
    rows = matrix((row.outlook for row in learned), features)
    right = np.array([float(row.right) for row in learned])
    outlook_weights, intercept = fit_confidence(rows, right, weight_of(learned))
    write(
        Path("index/ranking/ranker.json"),
        ranking=dict(zip(names, weights.tolist(), strict=True)),
        confidence=dict(zip(features, outlook_weights.tolist(), strict=True)),
        intercept=intercept,
        risks=risks(learned, confidence),
    )
    return measured


def write(
    path: Path,
    *,
    ranking: dict[str, float],
    confidence: dict[str, float],
    intercept: float,
    risks: list[list[float]],
) -> None:
    """Write the ranker, its largest weights first."""

    def rounded(weights: dict[str, float]) -> dict[str, float]:
        kept = {name: round(value, 4) for name, value in weights.items() if abs(value) >= 5e-5}
        return dict(sorted(kept.items(), key=lambda item: -abs(item[1])))

    data = {
        "made by": "python -m benchmarks.train",
        "ranking": {"weights": rounded(ranking)},
        "confidence": {"intercept": round(intercept, 4), "weights": rounded(confidence)},
        "threshold": min(threshold for threshold, risk in risks if risk <= RISK),
        "risks": risks,
    }
    path.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/eval"))
