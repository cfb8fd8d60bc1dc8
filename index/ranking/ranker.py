"""The learned ranker: which sentence answers, and how sure that is.

Two small linear models, kept as a readable file (`ranker.json`, made by `python -m benchmarks.train`):

- *ranking* scores each candidate sentence; trained listwise, so that the softmax of the scores is the
  probability of each candidate to be the right one, given that one of them is;
- *confidence* is a logistic regression on the best candidate and on how it stands out: the probability that
  the first citation answers the question at all.
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
"""Features of which the confidence takes how far the best candidate is below the highest."""
_DOUBT: Final = 1e-4  # no reader is surer than this

Floats = npt.NDArray[np.float64]
_Name = TypeVar("_Name", bound=str)


@dataclass(frozen=True, slots=True)
class Ranker:
    """Weights of the two models.

    Attributes:
        ranking: Weight of each feature of a candidate.
        confidence: Weight of each feature of a ranking, see `outlook`.
        intercept: Of the confidence.
        threshold: Confidence from which an answer is given, where no risk is asked for.
        risks: Thresholds, rising, each with the share of wrong answers among those given from it on.
        second: Fingerprint of the cross-encoder whose opinion is averaged in; empty for none.

    Raises:
        ValueError: A weight is for a feature that does not exist.
    """

    ranking: Mapping[Feature, float]
    confidence: Mapping[str, float]
    intercept: float
    threshold: float
    risks: tuple[tuple[float, float], ...] = ()
    second: str = ""

    def __post_init__(self) -> None:
        if unknown := sorted({*self.confidence} - _OUTLOOK):
            raise ValueError(f"The confidence has a weight for an unknown feature: {unknown[0]}.")

    @classmethod
    @cache
    def shipped(cls) -> Ranker:
        """The ranker that comes with Footnote."""
        return cls.read(_FILE)

    @classmethod
    def read(cls, path: Path) -> Ranker:
        """Read a ranker as `benchmarks.train` writes it."""
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            {Feature(name): weight for name, weight in data["ranking"]["weights"].items()},
            data["confidence"]["weights"],
            data["confidence"]["intercept"],
            data["threshold"],
            tuple((threshold, risk) for threshold, risk in data.get("risks", ())),
        )

    def at_risk(self, risk: float) -> Ranker:
        """The same ranker with the lowest threshold at which no more than `risk` of answers were wrong.

        Args:
            risk: Share of the answers given, 0 to 1. Below what was ever reached, the strictest threshold.
        """
        if not self.risks:
            return self
        good = [threshold for threshold, reached in self.risks if reached <= risk]
        return replace(self, threshold=min(good) if good else self.risks[-1][0])

    def fingerprint(self) -> str:
        """Changes with any of the weights, with the threshold, and with the reader."""
        parts = [dict(self.ranking), dict(self.confidence), self.intercept, self.threshold, self.second]
        return json.dumps(parts, sort_keys=True)


@dataclass(frozen=True, slots=True)
class Ranked:
    """What the ranker says of a question's candidates.

    Attributes:
        candidates: Best first.
        scores: Their scores, shape (len(candidates),), float64, falling.
        probabilities: The softmax of the scores.
        confidence: Probability that the first of them answers the question.
        opinions: Probability of each by a reader, in the order of `candidates`; empty without one.
    """

    candidates: tuple[Candidate, ...]
    scores: Floats
    probabilities: Floats
    confidence: float
    opinions: tuple[float, ...] = ()


def rank(
    ranker: Ranker,
    retrieval: Retrieval,
    candidates: Sequence[Candidate],
    opinions: Floats | None = None,
) -> Ranked:
    """Rank candidates and tell how likely the first one answers; ties are in the order of their places.

    Args:
        ranker: Weights of the evidence.
        retrieval: What was found.
        candidates: Sentences with their features.
        opinions: Probability of each by a reader, shape (len(candidates),); None without one. It counts as
            much as the ranker does: their log-odds are averaged (a logarithmic opinion pool, Genest and
            Zidek 1986, https://doi.org/10.1214/ss/1177013825).
    """
    if not candidates:
        return Ranked((), np.zeros(0), np.zeros(0), 0.0)
    own = np.array([weigh(ranker.ranking, candidate.features) for candidate in candidates])
    heard = None if opinions is None else np.array([_log_odds(each) for each in opinions])
    pooled = own if heard is None else (own + heard) / 2
    order = sorted(range(len(candidates)), key=lambda i: (-pooled[i], candidates[i].place))
    ranked = tuple(candidates[i] for i in order)
    features = outlook(retrieval, ranked, own[order])
    odds = ranker.intercept + weigh(ranker.confidence, features)
    if heard is not None:
        odds = (odds + heard[order[0]]) / 2
    scores = np.asarray(pooled[order], dtype=np.float64)
    read = () if opinions is None else tuple(float(opinions[i]) for i in order)
    return Ranked(ranked, scores, softmax(scores), sigmoid(odds), read)


def opinions(
    reranker: CrossEncoder | None, retrieval: Retrieval, candidates: Sequence[Candidate]
) -> Floats | None:
    """What a reranker says of each candidate, its title in front: probabilities, shape (len(candidates),)."""
    if reranker is None:
        return None
    texts = [f"{plain(one.found.chunk.title)}. {plain(one.sentence.text)}" for one in candidates]
    return reranker.score(retrieval.query.text, texts)


def _log_odds(probability: float) -> float:
    """Of a probability, which is kept a little away from being certain."""
    kept = min(max(float(probability), _DOUBT), 1 - _DOUBT)
    return math.log(kept / (1 - kept))


def outlook(retrieval: Retrieval, ranked: Sequence[Candidate], scores: Floats) -> dict[str, float]:
    """What the confidence is judged by: the best candidate's own features, and how it stands out.

    What depends on how many articles there are, or on where in its article a sentence stands, is left out:
    it would be learned on large sets and mislead on an index of one article.

    Args:
        retrieval: What was found.
        ranked: At least one candidate, best first.
        scores: Their scores, falling.
    """
    best = ranked[0].features
    features = {_best(name): value for name, value in best.items() if name not in _PLACE}
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
        features[_below(name)] = highest - best[name]
    return features


def _best(feature: Feature) -> str:
    return f"best_{feature}"


def _below(feature: Feature) -> str:
    return f"{feature}_below_highest"


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
_OUTLOOK: Final = frozenset(
    {
        *(_best(feature) for feature in Feature if feature not in _PLACE),
        *(_below(feature) for feature in _PARTS),
        *("score", "margin", "probability", "known_words", "asks_for_precise", "is_follow_up"),
    }
)
"""The features of the confidence."""
_PRECISE: Final = frozenset({"who", "when", "where", "number"})


def softmax(scores: Floats) -> Floats:
    """Exponentials that add up to 1, shape as given, float64."""
    powers = np.exp(scores - scores.max())
    return np.asarray(powers / powers.sum(), dtype=np.float64)


def sigmoid(value: float) -> float:
    """The logistic function, without overflow."""
    return 1 / (1 + math.exp(-value)) if value >= 0 else 1 - 1 / (1 + math.exp(value))


def weigh(weights: Mapping[_Name, float], features: Mapping[_Name, float]) -> float:
    """The weighted sum of some features.

    Raises:
        KeyError: A weight is for a feature that is missing.
    """
    return sum(weight * features[name] for name, weight in weights.items())
