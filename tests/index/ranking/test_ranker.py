from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from index.ranking.features import Candidate, Feature, gather
from index.ranking.ranker import Ranked, Ranker, outlook, rank, sigmoid, softmax
from index.retrieval.search import Retrieval
from tests.index.conftest import RANKER, Town

LAST_FERRY = "When does the last ferry leave Saltmere?"


def look(town: Town, question: str = LAST_FERRY) -> tuple[Retrieval, list[Candidate]]:
    with town.look(question) as (snapshot, retrieval):
        return retrieval, gather(snapshot, town.encoder, retrieval)


def test_ranks_the_answer_first(town: Town) -> None:
    ranked = rank(RANKER, *look(town))
    assert "6.40 pm" in ranked.candidates[0].sentence.text
    assert ranked.confidence > RANKER.threshold
    assert ranked.probabilities.tolist() == sorted(ranked.probabilities, reverse=True)
    assert ranked.probabilities.sum() == pytest.approx(1)


def test_is_less_sure_of_what_is_not_there(town: Town) -> None:
    assert rank(RANKER, *look(town, "Who is the president of France?")).confidence < RANKER.threshold


def test_the_order_of_the_candidates_does_not_count(town: Town) -> None:
    retrieval, candidates = look(town)
    one, other = rank(RANKER, retrieval, candidates), rank(RANKER, retrieval, candidates[::-1])
    assert [a.place for a in one.candidates] == [b.place for b in other.candidates]
    assert one.confidence == other.confidence


def test_ties_are_in_the_order_of_articles_and_sentences(town: Town) -> None:
    retrieval, candidates = look(town)
    ranked = rank(Ranker({}, {}, 0.0, 0.5), retrieval, candidates)
    places = [candidate.place for candidate in ranked.candidates]
    assert places == sorted(places)
    assert ranked.confidence == 0.5


def test_nothing_is_certainly_no_answer(town: Town) -> None:
    retrieval, _ = look(town)
    ranked = rank(RANKER, retrieval, [])
    assert ranked == Ranked((), ranked.probabilities, 0.0)
    assert ranked.probabilities.shape == (0,)


def test_outlook_tells_how_the_best_stands_out(town: Town) -> None:
    retrieval, candidates = look(town, "When does the last ferry leave for Zanzibar?")
    ranked = rank(RANKER, retrieval, candidates)
    scores = np.log(ranked.probabilities)
    seen = outlook(retrieval, ranked.candidates, scores)
    assert seen["margin"] == scores[0] - scores[1]
    assert seen["probability"] == pytest.approx(ranked.probabilities[0])
    assert seen["best_coverage"] == ranked.candidates[0].features[Feature.COVERAGE]
    assert 0 < seen["known_words"] < 1
    assert seen["asks_for_precise"] == 1
    assert seen["coverage_below_highest"] >= 0
    assert all(math.isfinite(value) for value in seen.values())


def test_outlook_of_one_candidate_and_no_words(town: Town) -> None:
    retrieval, candidates = look(town, "🙂")
    seen = outlook(retrieval, candidates[:1], np.array([2.0]))
    assert (seen["margin"], seen["probability"], seen["known_words"]) == (3.0, 1.0, 0.0)
    assert seen["dense_below_highest"] == 0
    assert seen["asks_for_precise"] == 0


def test_reads_what_training_writes(tmp_path: Path) -> None:
    path = tmp_path / "ranker.json"
    path.write_text(
        json.dumps(
            {
                "ranking": {"weights": {"coverage": 1.5}},
                "confidence": {"intercept": -2.0, "weights": {"probability": 3.0}},
                "threshold": 0.4,
                "risks": [[0.3, 0.25], [0.6, 0.1]],
            }
        )
    )
    risks = ((0.3, 0.25), (0.6, 0.1))
    assert Ranker.read(path) == Ranker({Feature.COVERAGE: 1.5}, {"probability": 3.0}, -2.0, 0.4, risks)


def test_the_threshold_follows_the_risk_that_is_accepted() -> None:
    ranker = replace(RANKER, risks=((0.2, 0.4), (0.5, 0.2), (0.7, 0.22), (0.9, 0.05)))
    accepted = {risk: ranker.at_risk(risk).threshold for risk in (1, 0.4, 0.3, 0.2, 0.1, 0.05, 0.01)}
    assert accepted == {1: 0.2, 0.4: 0.2, 0.3: 0.5, 0.2: 0.5, 0.1: 0.9, 0.05: 0.9, 0.01: 0.9}
    assert replace(ranker.at_risk(0.2), threshold=0.5) == ranker
    assert RANKER.at_risk(0.01) is RANKER


def test_the_shipped_ranker_weighs_features_that_exist(town: Town) -> None:
    shipped = Ranker.shipped()
    assert Ranker.shipped() is shipped
    assert 0 < shipped.threshold < 1
    retrieval, candidates = look(town)
    ranked = rank(shipped, retrieval, candidates)
    assert set(shipped.ranking) <= set(candidates[0].features)
    assert set(shipped.confidence) <= set(outlook(retrieval, ranked.candidates, np.log(ranked.probabilities)))


def test_a_weight_for_an_unknown_feature_is_refused(town: Town, tmp_path: Path) -> None:
    path = tmp_path / "ranker.json"
    weights = {"ranking": {"weights": {"covrage": 1.0}}, "confidence": {"weights": {}, "intercept": 0.0}}
    path.write_text(json.dumps({**weights, "threshold": 0.5}))
    with pytest.raises(ValueError, match="covrage"):
        Ranker.read(path)
    for name in ("best_covrage", "best_is_first"):
        with pytest.raises(KeyError, match=name):
            rank(replace(RANKER, confidence={name: 1.0}), *look(town))


def test_the_fingerprint_follows_every_weight_but_not_their_order() -> None:
    same = replace(RANKER, ranking=dict(reversed(list(RANKER.ranking.items()))))
    assert same.fingerprint() == RANKER.fingerprint()
    others = [
        replace(RANKER, ranking={**RANKER.ranking, Feature.COVERAGE: 7.0}),
        replace(RANKER, confidence={}),
        replace(RANKER, intercept=0.0),
        replace(RANKER, threshold=0.9),
    ]
    assert len({RANKER.fingerprint(), *(other.fingerprint() for other in others)}) == 5


_SCORES = arrays.arrays(np.float64, st.integers(1, 30), elements=st.floats(-1e6, 1e6))


@given(_SCORES)
def test_softmax_is_a_distribution_in_the_order_of_the_scores(scores: np.ndarray) -> None:
    probabilities = softmax(scores)
    assert probabilities.sum() == pytest.approx(1)
    assert (probabilities >= 0).all()
    assert probabilities[scores.argmax()] == probabilities.max()


@given(st.floats(-1e300, 1e300))
def test_sigmoid_is_a_probability(value: float) -> None:
    assert 0 <= sigmoid(value) <= 1
    assert sigmoid(value) + sigmoid(-value) == pytest.approx(1)


@given(st.floats(-50, 50), st.floats(-50, 50))
def test_sigmoid_never_falls(one: float, other: float) -> None:
    assert sigmoid(min(one, other)) <= sigmoid(max(one, other))
