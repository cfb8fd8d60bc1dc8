"""Makes `index/judgement.json` from the evaluation sets: `python -m benchmarks.train ../shared/eval`.

The features are the engine's own: each set is indexed and every question goes through retrieval and evidence
as it would when asked. Two models are fitted:

- the ranking, by maximum likelihood of the listwise softmax (Cao et al. 2007, "ListNet",
  https://doi.org/10.1145/1273496.1273513) with an L2 penalty; the weights of what can only speak for a
  sentence are kept from being negative, which is what lets them carry over to text of another kind;
- the confidence, by logistic regression, on the scores of rankings that did not see the question.

Everything is decided by folds of whole articles. No seed is needed: nothing is random.
"""

from __future__ import annotations

import json
import math
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from benchmarks.document import markdown_table, write_section
from benchmarks.sets import indexed
from index.embed import SentenceEncoder
from index.evaluate import Evidence, Question, is_gold, number
from index.evaluate.measures import auroc, bins_of_width, calibration_error, coverage_at_risk
from index.evidence import LIMIT, Candidate, Features, gather
from index.judgement import outlook, sigmoid
from index.query import understand
from index.retrieve import Found, Retrieval, retrieve
from index.spelling import Speller
from index.store import Reader
from index.types import Citation
from index.vectors import VectorIndex

SETS = ("squad", "clapnq", "qed")
"""Those with sentences as evidence; that of `mtrag` is whole passages."""
SAMPLE = 750
"""Questions of a set at most, evenly spread."""
FOLDS = 5
PENALTY = 3e-2
CONFIDENCE_PENALTY = 1e-2
RISK = 0.45
"""Share of wrong answers among those given that the threshold is chosen for."""
STEADY = 100
"""Answers from which on a share of them is told."""

FOR = frozenset(
    "meaning|titled meaning|passage meaning|words|passage words|covers|title covers|near covers|rarest"
    "|passage covers|rarest near|pairs|wanted|passage rank|late|late own|late rare|late rare own"
    "|late least".split("|")
)
AGAINST = frozenset({"lacking", "asks"})

Floats = npt.NDArray[np.float64]
Order = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Case:
    """A question with its candidates.

    Attributes:
        set: The evaluation set.
        fold: Which fold it is in: that of the article it is about.
        answerable: Whether the articles answer it.
        retrieval: What was found.
        candidates: Sentences with their features.
        gold: Which candidates answer it, shape (len(candidates),), bool.
    """

    set: str
    fold: int
    answerable: bool
    retrieval: Retrieval
    candidates: tuple[Candidate, ...]
    gold: npt.NDArray[np.bool_]


def collect(folder: Path, cache: Path) -> Iterator[Case]:
    """Every judged question of a set, as the engine sees it."""
    encoder = SentenceEncoder()
    speller = Speller()
    index, questions = indexed(folder, cache, encoder)
    with Reader.open(index, model=encoder.fingerprint).snapshot() as snapshot:
        vectors = VectorIndex.follow(None, snapshot)
        for question in questions[:: math.ceil(len(questions) / SAMPLE)]:
            query = speller.correct(snapshot, understand(question.question, question.turns))
            retrieval = retrieve(snapshot, vectors, encoder, query)
            candidates = tuple(gather(snapshot, encoder, retrieval))
            yield _case(folder.name, question, retrieval, candidates)


def _case(name: str, question: Question, retrieval: Retrieval, candidates: tuple[Candidate, ...]) -> Case:
    gold = np.array([_is_gold(candidate, question.evidence) for candidate in candidates], dtype=np.bool_)
    about = candidates[0].found.chunk.article_id if candidates else ""
    if question.answerable and question.evidence:
        about = question.evidence[0].article_id
    fold = blake2b(about.rpartition("/")[2].encode(), digest_size=4).digest()[0] % FOLDS
    return Case(
        name, fold, bool(question.answerable), retrieval, candidates, gold & bool(question.answerable)
    )


def _is_gold(candidate: Candidate, evidence: Sequence[Evidence]) -> bool:
    sentence, article_id = candidate.sentence, candidate.found.chunk.article_id
    return is_gold(
        Citation(sentence.text, article_id, "", None, None, sentence.start, sentence.end, 0.0, None), evidence
    )


def without_gold(case: Case) -> Case:
    """The case as if the articles with the answer were not there: it should be declined."""
    gone = {one.found.chunk.article_id for one, gold in zip(case.candidates, case.gold, strict=True) if gold}
    left = tuple(one for one in case.candidates if one.found.chunk.article_id not in gone)
    return replace(case, answerable=False, candidates=left, gold=np.zeros(len(left), dtype=np.bool_))


def matrix(rows: Iterable[Features], names: Sequence[str]) -> Floats:
    """Features as rows, shape (n, len(names)), float64."""
    return np.array([[row.get(name, 0.0) for name in names] for row in rows], dtype=np.float64)


def fit_ranking(cases: Sequence[Case], names: Sequence[str]) -> Floats:
    """Weights of the ranking, shape (len(names),), float64; each set counts the same."""
    usable = [case for case in cases if case.gold.any()]
    sizes = {name: sum(case.set == name for case in usable) for name in SETS}
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
        shares = np.exp(scores - scores.max(1, keepdims=True))
        shares /= shares.sum(1, keepdims=True)
        right = (shares * gold).sum(1) + 1e-12
        pull = shares * gold / right[:, None] - shares
        gradient = -np.einsum("i,ij,ijd->d", weight, pull, x) + 2 * PENALTY * b
        return float(-(weight * np.log(right)).sum() + PENALTY * (b @ b)), gradient

    bounds = [(0, None) if n in FOR else (None, 0) if n in AGAINST else (None, None) for n in names]
    found = minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B", bounds=bounds)
    return np.asarray(found.x / scale, dtype=np.float64)


def rank(case: Case, names: Sequence[str], weights: Floats) -> tuple[npt.NDArray[np.int64], Floats]:
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
    outlook: Features
    right: bool
    real: bool


def judged(cases: Iterable[Case], names: Sequence[str], weights: Floats) -> Iterator[Judged]:
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
    """What each row counts: sets by the root of their size.

    Articles that were taken away make easy questions, and a set without unanswerable ones says nothing of
    when to decline: both count a third.
    """
    sizes = {name: sum(row.case.set == name for row in rows) for name in SETS}
    mixed = {row.case.set for row in rows if row.real and not row.case.answerable}
    return np.array(
        [
            (1.0 if row.real else 0.3)
            * (1.0 if row.case.set in mixed else 0.3)
            / math.sqrt(sizes[row.case.set])
            for row in rows
        ]
    )


def main(folder: Path) -> None:
    """Train, say how well it does on folds it did not see, and write the file."""
    with tempfile.TemporaryDirectory() as cache:
        cases = [case for name in SETS for case in collect(folder / name, Path(cache))]
    report(train(cases))


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
        "Sentences, on folds of articles that the judgement was not trained on; the other rows need no "
        "training. All rank the same candidates. Made by `python -m benchmarks.train`.\n\n"
    )
    table = markdown_table(["set", "scored by", *columns], rows)
    write_section(Path("docs/benchmarks.md"), "judgement", f"## The judgement\n\n{body}{table}")


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
            "judgement": figures(name, learned, confidence, orders),
        }
        for name in SETS
    }
    weights = fit_ranking(cases, names)
    rows = matrix((row.outlook for row in learned), features)
    right = np.array([float(row.right) for row in learned])
    outlook_weights, intercept = fit_confidence(rows, right, weight_of(learned))
    write(
        Path("index/judgement.json"),
        ranking=dict(zip(names, weights.tolist(), strict=True)),
        confidence=dict(zip(features, outlook_weights.tolist(), strict=True)),
        intercept=intercept,
        risks=risks(learned, confidence),
    )
    return measured


def scaled(values: Floats) -> Floats:
    """Between 0 and 1, lowest and highest of a question's candidates."""
    return np.asarray((values - values.min()) / (np.ptp(values) + 1e-9), dtype=np.float64)


def column(case: Case, name: str) -> Floats:
    """A feature of all candidates."""
    return matrix((one.features for one in case.candidates), [name])[:, 0]


SYSTEMS: dict[str, Callable[[Case], Floats]] = {
    "words alone": lambda case: column(case, "words"),
    "meaning alone": lambda case: column(case, "meaning"),
    "fixed fusion": lambda case: scaled(column(case, "words")) + scaled(column(case, "meaning")),
    "late interaction": lambda case: column(case, "late"),
}
"""What the judgement is compared with: scores of the same candidates, without learning."""


def hit(pairs: Iterable[tuple[Case, Order]], k: int) -> float:
    """Share of answerable questions with a gold sentence among the first k."""
    return float(np.mean([bool(case.gold[order[:k]].any()) for case, order in pairs if case.answerable]))


def passage_hit(cases: Sequence[Case], score: Callable[[Found], float], k: int) -> float:
    """Share of answerable questions with a gold sentence in the first k passages, by a score of passages."""
    found = []
    for case in cases:
        if case.answerable:
            first = sorted(case.retrieval.found, key=lambda one: (-score(one), one.chunk.key))[:k]
            found.append(any(holds_gold(case, one) for one in first))
    return float(np.mean(found))


def holds_gold(case: Case, passage: Found) -> bool:
    """Whether one of the gold candidates lies in a passage."""
    chunk = passage.chunk
    return any(
        gold
        and one.found.chunk.article_id == chunk.article_id
        and chunk.start <= one.sentence.start
        and one.sentence.end <= chunk.end
        for one, gold in zip(case.candidates, case.gold, strict=True)
    )


PASSAGES: dict[str, Callable[[Found], float]] = {
    "words alone": lambda found: found.words,
    "meaning alone": lambda found: found.meaning,
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


def figures(
    name: str, learned: Sequence[Judged], confidence: Floats, orders: Sequence[tuple[Case, Order]]
) -> dict[str, Any]:
    """What the judgement reaches on a set."""
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


def write(
    path: Path,
    *,
    ranking: dict[str, float],
    confidence: dict[str, float],
    intercept: float,
    risks: list[list[float]],
) -> None:
    """Write the judgement, its largest weights first."""

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
