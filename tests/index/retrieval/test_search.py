from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.retrieval.search import rarity, word_score
from tests.index.conftest import Town

LAST_FERRY = "When does the last ferry leave Saltmere?"


def test_finds_the_passage_that_has_the_words(town: Town) -> None:
    with town.look(LAST_FERRY) as (_, retrieval):
        best = retrieval.found[0]
    assert best.chunk.article_id == "news/ferry"
    assert "6.40 pm" in best.chunk.text
    assert 0 < best.lexical_score < 1
    assert {"last", "ferri", "leav"} <= best.terms


def test_every_passage_is_measured_by_meaning_and_by_words(town: Town) -> None:
    with town.look("Who founded the reading circle in the library?") as (snapshot, retrieval):
        blocks = [zip(keys.tolist(), rows, strict=True) for keys, rows in snapshot.chunk_vectors()]
    vectors = {key: row for block in blocks for key, row in block}
    assert len({found.chunk.key for found in retrieval.found}) == len(retrieval.found) == len(vectors)
    for found in retrieval.found:
        cosine = np.dot(vectors[found.chunk.key], retrieval.vector)
        assert found.dense_score == pytest.approx(cosine, abs=1e-5)
    fused = [found.fused for found in retrieval.found]
    assert fused == sorted(fused, reverse=True)


def test_the_two_lists_may_disagree(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.retrieval.search.DEPTH", 1)
    opposite = town.encoder.encode_queries(["Librarian founded the reading circle in 2019"])
    monkeypatch.setattr(town.encoder, "encode_queries", lambda texts: opposite)
    with town.look("dahlias") as (_, retrieval):
        found = {found.chunk.article_id: found for found in retrieval.found}
    assert set(found) == {"garden", "library/hours"}
    assert found["garden"].fused == found["library/hours"].fused
    assert found["garden"].lexical_score > 0 == found["library/hours"].lexical_score
    assert found["garden"].dense_score < found["library/hours"].dense_score


def test_ties_are_in_the_order_of_keys(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.retrieval.search.DEPTH", 1)
    opposite = town.encoder.encode_queries(["Librarian founded the reading circle in 2019"])
    monkeypatch.setattr(town.encoder, "encode_queries", lambda texts: opposite)
    with town.look("dahlias") as (_, retrieval):
        keys = [found.chunk.key for found in retrieval.found]
    assert keys == sorted(keys)


def test_looks_only_in_the_collections_that_are_named(town: Town) -> None:
    with town.look(LAST_FERRY, collections=["library", ""]) as (_, retrieval):
        assert {found.chunk.article_id for found in retrieval.found} == {"library/hours", "garden"}
    with town.look(LAST_FERRY, collections=["poems"]) as (_, retrieval):
        assert retrieval.found == ()
    with town.look(LAST_FERRY, collections=[]) as (_, retrieval):
        assert retrieval.found == ()


def test_keeps_as_many_as_are_wanted(town: Town) -> None:
    with town.look(LAST_FERRY) as (_, retrieval):
        everything = retrieval.found
    with town.look(LAST_FERRY, kept=2) as (_, retrieval):
        assert retrieval.found == everything[:2]


def test_counts_how_rare_each_word_is(town: Town) -> None:
    with town.look("Does the ferry to Gull Island carry dahlias or zebras?") as (_, retrieval):
        assert retrieval.frequency["zebra"] == 0
        assert retrieval.frequency["dahlia"] == 1
        assert retrieval.weights["zebra"] > retrieval.weights["dahlia"] > retrieval.weights["ferri"] > 0
        assert "the" in retrieval.frequency
        assert "the" not in retrieval.weights


@pytest.mark.parametrize("question", ["", "🙂🙂", "?!", "\ud83d"])
def test_a_question_without_words_finds_by_meaning_alone(town: Town, question: str) -> None:
    with town.look(question) as (_, retrieval):
        assert len(retrieval.found) > 0
        assert {found.lexical_score for found in retrieval.found} == {0.0}


def test_an_empty_index_holds_nothing(empty_town: Town) -> None:
    with empty_town.look(LAST_FERRY) as (_, retrieval):
        assert retrieval.found == ()
        assert retrieval.documents == 0
        assert set(retrieval.weights) == {"last", "ferri", "leav", "saltmer"}


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_rarer_words_weigh_more(one: int, other: int) -> None:
    documents = 10**6
    assert rarity(one, documents) > 0
    assert (rarity(one, documents) > rarity(other, documents)) == (one < other)


_WORDS = st.sampled_from("ferri bridg leav last circl".split())


@given(
    st.lists(_WORDS, max_size=40),
    st.dictionaries(_WORDS, st.floats(0, 20), max_size=5),
    st.floats(0.25, 10),
)
def test_word_score_is_a_share(words: list[str], weights: dict[str, float], length: float) -> None:
    score = word_score(words, weights, length=length)
    assert 0 <= score < 1 or math.isclose(score, 1)
    assert word_score([*words, *words], weights, length=length) >= score
    if not set(words) & {term for term, weight in weights.items() if weight > 0}:
        assert score == 0
