"""The learned ranker: which sentence answers, and how sure that is.

Two small linear models, kept in a readable file (`ranker.json`, made by `python -m benchmarks.train`):

- *ranking* scores each candidate. It is trained listwise: the softmax of the scores is the probability that
  each candidate is the right one, given that one of them is.
- *confidence* is a logistic regression on the best candidate and its lead over the others: the probability
  that the first citation answers the question.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt

from index.ranking.features import Candidate, Feature
from index.retrieval.search import Retrieval
from index.text.markup import plain
from index.types import CrossEncoder

_FILE: Final = Path(__file__).with_name("ranker.json")
_PARTS: Final = (
    Feature.DENSE,
    Feature.LATE,
    Feature.LATE_BY_RARITY,
    Feature.COVERAGE,
)
"""Features of which the confidence uses by how much the best candidate is below the highest value."""
_DOUBT: Final = 1e-4  # least probability that a reranker is wrong

Floats = npt.NDArray[np.float64]
_Name = TypeVar("_Name", bound=str)


@dataclass(frozen=True, slots=True)
class Ranker:
    """Weights of the two models.

    Attributes:
        ranking: Weight of each feature of a candidate.
        confidence: Weight of each feature of a ranking, see `outlook`.
        intercept: Intercept of the confidence.
        threshold: Confidence from which an answer is given.
        risks: Rising thresholds, each with the share of wrong answers among those given from it on.
        reranker: Fingerprint of the cross-encoder whose scores are averaged in; empty for none.
    """

    ranking: Mapping[Feature, float]
    confidence: Mapping[str, float]
    intercept: float
    threshold: float
    risks: tuple[tuple[float, float], ...] = ()
    reranker: str = ""

    @classmethod
    @cache
    def shipped(cls) -> Ranker:
        """Return the ranker that comes with Footnote."""
        return cls.read(_FILE)

    @classmethod
    def read(cls, path: Path) -> Ranker:
        """Read a ranker that `benchmarks.train` has written."""
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            {Feature(name): weight for name, weight in data["ranking"]["weights"].items()},
            data["confidence"]["weights"],
            data["confidence"]["intercept"],
            data["threshold"],
            tuple((threshold, risk) for threshold, risk in data.get("risks", ())),
        )

    def at_risk(self, risk: float) -> Ranker:
        """Return the ranker with the lowest threshold at which at most `risk` of the answers were wrong.

        Args:
            risk: Share of the answers given, 0 to 1. If no threshold reached it, the strictest one is taken.
        """
        if not self.risks:
            return self
        good = [threshold for threshold, reached in self.risks if reached <= risk]
        return replace(self, threshold=min(good) if good else self.risks[-1][0])

    def fingerprint(self) -> str:
        """Identify the weights, the threshold and the reranker."""
        parts = [dict(self.ranking), dict(self.confidence), self.intercept, self.threshold, self.reranker]
        return json.dumps(parts, sort_keys=True)


@dataclass(frozen=True, slots=True)
class Ranked:
    """The ranked candidates of a question.

    Attributes:
        candidates: Best first.
        probabilities: The softmax of their scores, shape (len(candidates),), float64, falling.
        confidence: Probability that the first of them answers the question.
        reranker: Probability of each by the reranker, in the order of `candidates`; empty without one.
    """

    candidates: tuple[Candidate, ...]
    probabilities: Floats
    confidence: float
    reranker: tuple[float, ...] = ()


def rank(
    ranker: Ranker,
    retrieval: Retrieval,
    candidates: Sequence[Candidate],
    reranker: CrossEncoder | None = None,
) -> Ranked:
    """Rank candidates and estimate the confidence; ties are in the order of their places.

    The log-odds of ranker and reranker are averaged (a logarithmic opinion pool, Genest and Zidek 1986,
    https://doi.org/10.1214/ss/1177013825).

    Args:
        ranker: Weights of the features.
        retrieval: What was found.
        candidates: Sentences with their features.
        reranker: Optional cross-encoder that rescores the candidates.
    """
    if not candidates:
        return Ranked((), np.zeros(0), 0.0)
    own = np.array([weigh(ranker.ranking, candidate.features) for candidate in candidates])
    rescored = None if reranker is None else _rescore(reranker, retrieval, candidates)
    other = None if rescored is None else np.array([_log_odds(each) for each in rescored])
    pooled = own if other is None else (own + other) / 2
    order = sorted(range(len(candidates)), key=lambda i: (-pooled[i], candidates[i].place))
    ranked = tuple(candidates[i] for i in order)
    features = outlook(retrieval, ranked, own[order])
    odds = ranker.intercept + weigh(ranker.confidence, features)
    if other is not None:
        odds = (odds + other[order[0]]) / 2
    probabilities = () if rescored is None else tuple(float(rescored[i]) for i in order)
    return Ranked(ranked, softmax(pooled[order]), sigmoid(odds), probabilities)


def _rescore(reranker: CrossEncoder, retrieval: Retrieval, candidates: Sequence[Candidate]) -> Floats:
    """Score each candidate with its title in front: probabilities, shape (len(candidates),)."""
    texts = [f"{plain(one.found.chunk.title)}. {plain(one.sentence.text)}" for one in candidates]
    return reranker.score(retrieval.query.text, texts)


def _log_odds(probability: float) -> float:
    """Return the log-odds of a probability, which is first kept away from 0 and 1."""
    kept = min(max(float(probability), _DOUBT), 1 - _DOUBT)
    return math.log(kept / (1 - kept))


def outlook(retrieval: Retrieval, ranked: Sequence[Candidate], scores: Floats) -> dict[str, float]:
    """Return the features of a ranking: those of the best candidate, and its lead over the others.

    Features that depend on the number of articles, or on the place of a sentence in its article, are left
    out: learned on large sets, they would mislead on an index of one article.

    Args:
        retrieval: What was found.
        ranked: At least one candidate, best first.
        scores: Their scores, falling.
    """
    best = ranked[0].features
    features = {f"best_{name}": value for name, value in best.items() if name not in _PLACE}
    probabilities = softmax(scores)
    total = sum(retrieval.weights.values())
    known = sum(weight for term, weight in retrieval.weights.items() if retrieval.frequency[term])
    features |= {
        "score": float(scores[0]),
        "margin": float(scores[0] - scores[1]) if len(scores) > 1 else 3.0,
        "probability": float(probabilities[0]),
        "known_words": known / total if total else 0.0,
        "asks_for_precise": float(retrieval.query.kind in _PRECISE),
        "is_follow_up": float(retrieval.query.follows),
    }
    for name in _PARTS:
        highest = max(candidate.features[name] for candidate in ranked)
        features[f"{name}_below_highest"] = highest - best[name]
    return features


_PLACE: Final = frozenset(
    {
        Feature.IS_FIRST,
        Feature.DENSE_BEFORE,
        Feature.DENSE_AFTER,
        Feature.LENGTH,
        Feature.STARTS_WITH_PRONOUN,
        Feature.PASSAGE_RANK,
    }
)
_PRECISE: Final = frozenset({"who", "when", "where", "number"})


def softmax(scores: Floats) -> Floats:
    """Return exponentials that add up to 1, shape as given, float64."""
    powers = np.exp(scores - scores.max())
    return np.asarray(powers / powers.sum(), dtype=np.float64)


def sigmoid(value: float) -> float:
    """Return the logistic function of a value, without overflow."""
    return 1 / (1 + math.exp(-value)) if value >= 0 else 1 - 1 / (1 + math.exp(value))


def weigh(weights: Mapping[_Name, float], features: Mapping[_Name, float]) -> float:
    """Return the weighted sum of some features.

    Raises:
        KeyError: A weight is for an unknown feature.
    """
    return sum(weight * features[name] for name, weight in weights.items())
