"""Figures of rankings, and their intervals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

NOT_FOUND: Final = 999
"""The rank of a gold text that is not among those ranked."""
RESAMPLES: Final = 1000
AUROC_RESAMPLES: Final = 300

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Measured:
    """What a model makes of the questions of one corpus; arrays are of shape (questions,).

    Attributes:
        judges: What the figures are listed under.
        answerable: 1, 0, or 2 where nobody has judged.
        dense: Rank of the first gold passage by cosine, from 0.
        fused: Rank of the first gold passage among the ten that cosine and BM25 find together.
        units: By score, rank of the first gold unit among the ten best.
        best: By score, that of the best unit.
        passages: The passages found, as numbers within the corpus, shape (questions, at most 10).
    """

    judges: str
    answerable: Ints
    dense: Ints
    fused: Ints
    units: dict[str, Ints]
    best: dict[str, Floats]
    passages: Ints


class Interval(NamedTuple):
    """A difference with its 95 % interval."""

    low: float
    gain: float
    high: float


def auroc(scores: npt.ArrayLike, positive: npt.ArrayLike) -> float:
    """How often a positive has a higher score than a negative, ties counting half; NaN without either.

    By ranks, as the statistic of Mann and Whitney 1947.

    Args:
        scores: Shape (n,).
        positive: Shape (n,), bool.
    """
    values, labels = np.asarray(scores, dtype=np.float64), np.asarray(positive, dtype=np.bool_)
    positives, negatives = int(labels.sum()), int((~labels).sum())
    if not positives or not negatives:
        return float("nan")
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    return float((ranks[labels].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def figures(results: Mapping[str, Measured], score: str) -> dict[str, Figures]:
    """The figures of each set: shares of answerable questions, and AUROC over all that were judged."""
    return {name: _figures(results, of_set, score) for name, of_set in by_judge(results).items()}


def gains(
    before: Mapping[str, Measured], after: Mapping[str, Measured], score: str
) -> dict[str, dict[str, Interval]]:
    """How much `after` gains over `before`, with a paired bootstrap over questions.

    Efron and Tibshirani 1993, "An Introduction to the Bootstrap"; percentile intervals. Seeded.
    """
    chance = np.random.default_rng(1)
    return {
        name: _gains([_joined(one, of_set, score) for one in (before, after)], chance)
        for name, of_set in by_judge(after).items()
    }


def by_judge(results: Mapping[str, Measured]) -> dict[str, list[str]]:
    """The corpora that are listed together."""
    found: dict[str, list[str]] = {}
    for name, one in results.items():
        found.setdefault(one.judges, []).append(name)
    return found


def selection_value(results: Mapping[str, Measured], base: Mapping[str, Measured]) -> float:
    """The figure by which a model is chosen.

    The mean of what it reaches on the documentation left out (`dev`), less what it loses against the base on
    the part of the mixture left out (`mixdev`): unit@1 counts twice, dense@10 once. The mean is taken over
    units with and without title and headings in front.
    """
    values = []
    for score in ("f+p", "u+p"):
        reached, first = figures(results, score), figures(base, score)
        names = ("unit@1", "unit@3", "mrr", "fused@10", "dense@10", "auroc")
        lost = 0.0
        if "mixdev" in reached and "mixdev" in first:
            losses = {name: first["mixdev"][name] - reached["mixdev"][name] for name in names}
            lost = 2 * max(0.0, losses["unit@1"]) + max(0.0, losses["dense@10"])
        values.append(float(np.nanmean([reached["dev"][name] for name in names])) - lost)
    return float(np.mean(values))


class _Joined(NamedTuple):
    """The questions of one set, in order; shape (questions,) each."""

    answerable: Ints
    dense: Ints
    fused: Ints
    units: Ints
    best: Floats


def _joined(results: Mapping[str, Measured], names: Sequence[str], score: str) -> _Joined:
    chosen = [results[name] for name in names]
    columns: list[list[npt.NDArray[Any]]] = [
        [one.answerable, one.dense, one.fused, one.units[score], one.best[score]] for one in chosen
    ]
    return _Joined(*(np.concatenate(column) for column in zip(*columns, strict=True)))


def _figures(results: Mapping[str, Measured], names: Sequence[str], score: str) -> Figures:
    joined = _joined(results, names, score)
    asked, judged = joined.answerable == 1, joined.answerable != 2
    units, dense, fused = joined.units[asked], joined.dense[asked], joined.fused[asked]
    return {
        "n": int(asked.sum()),
        **{f"unit@{most}": float((units < most).mean()) for most in (1, 3, 10)},
        "mrr": float(np.where(units < 10, 1 / (1 + units), 0).mean()),
        "auroc": auroc(joined.best[judged], asked[judged]),
        "dense@1": float((dense < 1).mean()),
        "dense@10": float((dense < 10).mean()),
        "fused@10": float((fused < 10).mean()),
    }


def _gains(pair: Sequence[_Joined], chance: np.random.Generator) -> dict[str, Interval]:
    asked = pair[1].answerable == 1
    resamples = chance.integers(0, asked.sum(), (RESAMPLES, asked.sum()))
    hits: dict[str, Callable[[_Joined], Bools]] = {
        "unit@1": lambda one: one.units < 1,
        "unit@3": lambda one: one.units < 3,
        "dense@10": lambda one: one.dense < 10,
    }
    found = {}
    for name, hit in hits.items():
        before, after = (hit(one)[asked].astype(np.float64) for one in pair)
        difference = after - before
        found[name] = _interval(difference[resamples].mean(1), float(difference.mean()))
    judged = np.flatnonzero(pair[1].answerable != 2)
    labels = asked[judged]
    if labels.any() and not labels.all():
        found["auroc"] = _auroc_gain(pair[0].best[judged], pair[1].best[judged], labels, chance)
    return found


def _auroc_gain(before: Floats, after: Floats, labels: Bools, chance: np.random.Generator) -> Interval:
    draws = []
    for _ in range(AUROC_RESAMPLES):
        drawn = chance.integers(0, len(labels), len(labels))
        if 0 < labels[drawn].sum() < len(labels):
            draws.append(auroc(after[drawn], labels[drawn]) - auroc(before[drawn], labels[drawn]))
    return _interval(np.array(draws), auroc(after, labels) - auroc(before, labels))


def _interval(draws: Floats, gain: float) -> Interval:
    low, high = np.quantile(draws, (0.025, 0.975))
    return Interval(float(low), gain, float(high))
