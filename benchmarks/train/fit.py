"""The two models: what is fitted, and how."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from benchmarks.train.cases import FOLDS, RANKED, SETS, Case, Floats, matrix, without_gold
from index.ranking.features import Feature
from index.ranking.ranker import outlook, sigmoid

PENALTY: Final = 3e-2
CONFIDENCE_PENALTY: Final = 1e-2
TAKEN_AWAY: Final = 0.3
"""What a question counts whose articles were taken away: it is easy to decline."""
SAYS: Final = {"qed": 0.6, "mtrag": 0.5}
"""What a set counts for the confidence: `qed` has nothing to decline, `mtrag` no sentences as evidence."""
STEADY: Final = 100
"""Answers from which on a share of them is told."""

FOR: Final[frozenset[str]] = frozenset(
    {
        Feature.DENSE,
        Feature.DENSE_WITH_TITLE,
        Feature.PASSAGE_DENSE,
        Feature.LEXICAL,
        Feature.PASSAGE_LEXICAL,
        Feature.COVERAGE,
        Feature.COVERAGE_WITH_TITLE,
        Feature.COVERAGE_WITH_NEIGHBOURS,
        Feature.RAREST_WORD,
        Feature.PASSAGE_COVERAGE,
        Feature.RAREST_WORD_NEARBY,
        Feature.WORD_PAIRS,
        Feature.HAS_WANTED,
        Feature.PASSAGE_RANK,
        Feature.LATE,
        Feature.LATE_WITHOUT_TITLE,
        Feature.LATE_BY_RARITY,
        Feature.LATE_BY_RARITY_WITHOUT_TITLE,
        Feature.LATE_WEAKEST,
    }
)
AGAINST: Final[frozenset[str]] = frozenset({Feature.LACKS_WANTED, Feature.IS_QUESTION})

Order = npt.NDArray[np.int64]


def fit_ranking(cases: Sequence[Case], names: Sequence[Feature]) -> Floats:
    """Weights of the ranking, shape (len(names),), float64; each set counts the same."""
    usable = [case for case in cases if case.set in RANKED and case.gold.any()]
    sizes = {name: sum(case.set == name for case in usable) for name in RANKED}
    weight = np.array([1 / sizes[case.set] for case in usable])
    weight /= weight.sum()
    longest = max(len(case.candidates) for case in usable)
    x = np.zeros((len(usable), longest, len(names)))
    off, gold = np.full(x.shape[:2], -1e9), np.zeros(x.shape[:2])
    for row, case in enumerate(usable):
        n = len(case.candidates)
        x[row, :n] = matrix((one.features for one in case.candidates), names)
        off[row, :n], gold[row, :n] = 0.0, case.gold
    real = off == 0
    scale = np.sqrt(((x - x.mean(1, keepdims=True)) ** 2)[real].mean(0)) + 1e-9
    x /= scale

    def loss(b: Floats) -> tuple[float, Floats]:
        scores = x @ b + off
        probabilities = np.exp(scores - scores.max(1, keepdims=True))
        probabilities /= probabilities.sum(1, keepdims=True)
        right = (probabilities * gold).sum(1) + 1e-12
        pull = probabilities * gold / right[:, None] - probabilities
        gradient = -np.einsum("i,ij,ijd->d", weight, pull, x) + 2 * PENALTY * b
        return float(-(weight * np.log(right)).sum() + PENALTY * (b @ b)), gradient

    bounds = [(0, None) if n in FOR else (None, 0) if n in AGAINST else (None, None) for n in names]
    found = minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B", bounds=bounds)
    return np.asarray(found.x / scale, dtype=np.float64)


def rank(case: Case, names: Sequence[Feature], weights: Floats) -> tuple[npt.NDArray[np.int64], Floats]:
    """The order of the candidates, best first, and their scores in that order."""
    scores = matrix((one.features for one in case.candidates), names) @ weights
    order = np.argsort(-scores, kind="stable")
    return order, scores[order]


def fit_confidence(rows: Floats, right: Floats, weight: Floats) -> tuple[Floats, float]:
    """Weights and intercept of a logistic regression with an L2 penalty on standardised features."""
    mean, scale = rows.mean(0), rows.std(0) + 1e-9
    x = np.hstack([(rows - mean) / scale, np.ones((len(rows), 1))])
    weight = weight / weight.sum()

    def loss(b: Floats) -> tuple[float, Floats]:
        z = x @ b
        penalised = np.append(b[:-1], 0.0)
        p = 1 / (1 + np.exp(-z))
        value = (weight * (np.logaddexp(0, z) - right * z)).sum() + CONFIDENCE_PENALTY * (
            penalised @ penalised
        )
        return float(value), x.T @ (weight * (p - right)) + 2 * CONFIDENCE_PENALTY * penalised

    b = minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B").x
    weights = b[:-1] / scale
    return np.asarray(weights, dtype=np.float64), float(b[-1] - weights @ mean)


@dataclass(frozen=True, slots=True)
class Judged:
    """What confidence is learned from: the outlook of a case, and whether its first sentence was right."""

    case: Case
    outlook: dict[str, float]
    right: bool
    real: bool


def judged(cases: Iterable[Case], names: Sequence[Feature], weights: Floats) -> Iterator[Judged]:
    """Each case, and each answerable one also without its articles."""
    for case in cases:
        for one in (case, without_gold(case)) if case.gold.any() else (case,):
            if len(one.candidates) > 2:
                order, scores = rank(one, names, weights)
                ranked = [one.candidates[i] for i in order]
                yield Judged(
                    one, outlook(one.retrieval, ranked, scores), bool(one.gold[order[0]]), one is case
                )


def weight_of(rows: Sequence[Judged]) -> Floats:
    """What each row counts: sets by the root of their size, and by how much they say."""
    sizes = {name: sum(row.case.set == name for row in rows) for name in SETS}
    return np.array(
        [
            (1.0 if row.real else TAKEN_AWAY) * SAYS.get(row.case.set, 1.0) / math.sqrt(sizes[row.case.set])
            for row in rows
        ]
    )


def unseen_confidence(learned: Sequence[Judged], features: Sequence[str]) -> Floats:
    """The confidence of each row by a regression on the other folds."""
    rows = matrix((row.outlook for row in learned), features)
    right = np.array([float(row.right) for row in learned])
    folds = np.array([row.case.fold for row in learned])
    weight = weight_of(learned)
    confidence = np.zeros(len(rows))
    for fold in range(FOLDS):
        seen = folds != fold
        weights, intercept = fit_confidence(rows[seen], right[seen], weight[seen])
        confidence[~seen] = [sigmoid(value) for value in rows[~seen] @ weights + intercept]
    return confidence


def risks(learned: Sequence[Judged], confidence: Floats) -> list[list[float]]:
    """Thresholds, rising, with the share of wrong answers from each on, sets weighed; 50 steps at most.

    Of a higher threshold no higher risk is told than of a lower one, so that the curve can be read both ways.
    """
    order = np.argsort(-confidence, kind="stable")
    weight = weight_of(learned)[order]
    wrong = np.array([not learned[i].right for i in order]) * weight
    risk = np.minimum.accumulate((np.cumsum(wrong) / np.cumsum(weight))[::-1])[::-1]
    steps = np.unique(np.linspace(STEADY, len(order) - 1, 50).astype(int))[::-1]
    return [[round(float(confidence[order][step]), 4), round(float(risk[step]), 4)] for step in steps]
