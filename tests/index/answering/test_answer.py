from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import citation_ids
from index.answering.answer import SHOWN, Choice, choose, compose, passages
from index.answering.explanation import explain
from index.ranking.features import Candidate, Feature, gather
from index.ranking.ranker import Ranked, Ranker, rank
from index.retrieval.question import understand
from index.retrieval.search import RetrievedChunk
from index.store import StoredChunk
from index.types import Answer, Answered, Declined, IndexInfo, Sentence
from tests.index.conftest import RANKER, Town, reason_of

LAST_FERRY = "When does the last ferry leave Saltmere?"
INFO = IndexInfo("5f3a", 4, 6)
QUERY = understand(LAST_FERRY)

Change = Callable[[Ranked], Ranked]


def answer(
    town: Town,
    question: str = LAST_FERRY,
    *,
    k: int = 3,
    info: IndexInfo = INFO,
    ranker: Ranker = RANKER,
    change: Change = lambda ranked: ranked,
    **how: Any,
) -> Answer:
    with town.look(question, **how) as (snapshot, retrieval):
        ranked = change(rank(ranker, retrieval, gather(snapshot, town.encoder, retrieval)))
        why = explain(ranker, retrieval, ranked, ranker.threshold)
        return compose(snapshot, question, retrieval, ranked, why, info=info, k=k)


def changed(position: int, **fields: Any) -> Change:
    """Puts something else in place of a ranked sentence."""

    def change(ranked: Ranked) -> Ranked:
        candidates = list(ranked.candidates)
        candidates[position] = dataclasses.replace(candidates[position], **fields)
        return dataclasses.replace(ranked, candidates=tuple(candidates))

    return change


def test_cites_the_sentence_with_its_article(town: Town) -> None:
    found = answer(town)
    assert isinstance(found, Answered)
    assert found.question == LAST_FERRY
    assert found.index == INFO
    cited = found.citations[0]
    assert cited.text == "The last ferry leaves Saltmere at 6.40 pm, two hours earlier than in summer."
    assert cited.article_id == "news/ferry"
    assert cited.title == "Winter timetable for the Gull Island ferry"
    assert cited.url == "https://saltmere.example/ferry"
    assert cited.link is not None
    assert cited.link.startswith("https://saltmere.example/ferry#:~:text=")
    assert (cited.source, cited.published) == ("Saltmere Herald", "2026-11-02")
    assert cited.citation_id == citation_ids.make("news/ferry", cited.start, cited.end, cited.text)
    assert cited.score == found.confidence


def test_scores_are_probabilities_that_fall(town: Town) -> None:
    found = answer(town)
    scores = [cited.score for cited in found.candidates]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert found.candidates[0] == found.citations[0]


def test_an_article_without_address_is_cited_without_link(town: Town) -> None:
    cited = answer(town, "Who founded the reading circle in 2019?").citations[0]
    assert (cited.url, cited.link) == (None, None)
    assert "Tomás Ferreira" in cited.text


def test_declines_with_what_came_nearest(town: Town) -> None:
    found = answer(town, "Who is the president of the island?")
    assert isinstance(found, Declined)
    assert found.citations == ()
    assert 1 <= len(found.candidates) <= SHOWN
    assert found.passages
    assert found.confidence < RANKER.threshold


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("Who is the president of France?", "'president' and 'France' occur in none of 4 articles."),
        ("Where do the zebras graze?", "'zebras' and 'graze' occur in none of 4 articles."),
        ("When will Wi-Fi reach the island?", "'Wi-Fi' and 'reach' occur in none of 4 articles."),
        (
            "Name all dahlias that they grow.",
            "I cannot count or list what is in the articles: I quote single sentences. "
            "The list of articles may help.",
        ),
        ("Who sells dahlias on Gull Island?", "'sells' occurs in none of 4 articles."),
        (
            "Do zebras, llamas, okapis or gnus swim?",
            "'zebras', 'llamas' and 'okapis' occur in none of 4 articles.",
        ),
        ("The ferry island?", "No sentence in 4 articles answers it with enough certainty."),
        ("Who are you?", "No sentence in 4 articles answers it with enough certainty."),
        ("", "The question has no words."),
        ("🙂 ?!", "The question has no words."),
    ],
)
def test_says_why_it_declines(town: Town, question: str, reason: str) -> None:
    strict = dataclasses.replace(RANKER, threshold=2.0)
    assert reason_of(answer(town, question, ranker=strict)) == reason


def test_says_when_there_are_no_articles(empty_town: Town) -> None:
    found = answer(empty_town, info=IndexInfo("0", 0, 0))
    assert reason_of(found) == "There are no articles yet."
    assert (found.citations, found.candidates, found.passages) == ((), (), ())
    assert found.confidence == 0


def test_says_when_a_collection_holds_none(town: Town) -> None:
    assert reason_of(answer(town, collections=["poems"])) == "There are no articles in that collection."


def test_says_when_nothing_can_be_quoted(empty_town: Town) -> None:
    empty_town.write("code", "# The last ferry\n\n```\nleave Saltmere\n```\n", "title: Code")
    empty_town.builder.rebuild()
    found = answer(empty_town, info=IndexInfo("1", 1, 1))
    assert isinstance(found, Declined)
    assert reason_of(found) == "None of 1 article has a sentence that could be quoted."


def test_drops_and_logs_what_is_not_word_for_word(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    best = answer(town).candidates[0]
    forged = Sentence(best.start, best.end, best.text.replace("6.40", "8.40"))
    with caplog.at_level(logging.ERROR, "index.answering.answer"):
        found = answer(town, change=changed(0, sentence=forged))
    assert isinstance(found, Declined)
    assert "8.40" not in repr(found.candidates)
    assert len(caplog.records) == 1
    assert "news/ferry" in caplog.text
    assert "8.40" not in caplog.text


def test_drops_what_is_of_no_article(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    def orphan(ranked: Ranked) -> Ranked:
        found = ranked.candidates[1].found
        gone = dataclasses.replace(found, chunk=dataclasses.replace(found.chunk, article_id="news/gone"))
        return changed(1, found=gone)(ranked)

    with caplog.at_level(logging.ERROR, "index.answering.answer"):
        found = answer(town, change=orphan)
    assert isinstance(found, Answered)
    assert "news/gone" not in {cited.article_id for cited in found.candidates}
    assert "news/gone" in caplog.text


def test_passages_come_best_first(town: Town) -> None:
    found = answer(town).passages
    scores = [passage.score for passage in found]
    assert scores == sorted(scores, reverse=True)
    assert found[0].article_id == "news/ferry"
    assert len({(passage.article_id, passage.start) for passage in found}) == len(found)


def test_passages_without_evidence_come_as_they_were_found(town: Town) -> None:
    with town.look(LAST_FERRY) as (_, retrieval):
        rows = passages(retrieval, Ranked((), np.zeros(0), 0.0), limit=3)
    assert [row.text for row in rows] == [one.chunk.text for one in retrieval.found[:3]]


def test_cites_no_more_than_are_wanted(town: Town) -> None:
    undecided = Ranker({}, {}, 5.0, 0.5)
    for k in (1, 2, 3):
        assert len(answer(town, k=k, ranker=undecided).citations) == k


def test_cites_one_where_one_is_enough(town: Town) -> None:
    decided = dataclasses.replace(RANKER, ranking={Feature.COVERAGE: 60.0})
    assert len(answer(town, ranker=decided).citations) == 1


def candidate(text: str, vector: list[float], article: str = "news/ferry", ordinal: int = 0) -> Candidate:
    chunk = StoredChunk(1, 1, article, "Ferries", 0, len(text), text, 0, 0, "", "")
    found = RetrievedChunk(chunk, 0.5, 0.5, 0.03, frozenset())
    length = np.linalg.norm(vector) or 1
    unit = np.asarray(np.array(vector) / length, dtype=np.float32)
    return Candidate(found, Sentence(0, len(text), text), ordinal, unit)


def verdict_of(candidates: list[Candidate], probabilities: list[float]) -> Ranked:
    return Ranked(tuple(candidates), np.array(probabilities), 0.9)


def test_does_not_cite_the_same_twice() -> None:
    one = candidate("The last ferry leaves at 6.40 pm.", [1, 0, 0])
    same_words = candidate("The last ferry leaves at 6.40 pm!", [0, 1, 0])
    same_meaning = candidate("Nothing sails after twenty to seven.", [0.99, 0.05, 0])
    another = candidate("Tickets cost £4.50.", [0, 0, 1])
    ranked = verdict_of([one, same_words, same_meaning, another], [0.3, 0.2, 0.2, 0.1])
    assert choose(ranked, QUERY, 3, [None] * SHOWN) == Choice((0, 3))


_TEXTS = st.sampled_from(
    [
        "The last ferry leaves at 6.40 pm.",
        "The last ferry leaves Saltmere at 6.40 pm.",
        "Tickets cost £4.50.",
        "The Old Bridge stays closed until April.",
        "Volunteers meet on Saturday.",
    ]
)
_CANDIDATES = st.builds(candidate, _TEXTS, st.lists(st.floats(-1, 1), min_size=3, max_size=3))


@given(st.lists(st.tuples(_CANDIDATES, st.floats(0.01, 1)), min_size=1, max_size=14), st.integers(-1, 12))
def test_chooses_within_bounds(rows: list[tuple[Candidate, float]], k: int) -> None:
    weights = sorted((weight for _, weight in rows), reverse=True)
    probabilities = [weight / sum(weights) for weight in weights]
    chosen = choose(verdict_of([one for one, _ in rows], probabilities), QUERY, k, [None] * SHOWN).positions
    assert len(chosen) <= max(k, 0)
    assert list(chosen) == sorted(set(chosen))
    assert all(0 <= position < min(SHOWN, len(rows)) for position in chosen)
    if k > 0:
        assert chosen[0] == 0
    assert sum(probabilities[position] for position in chosen[:-1]) < 0.8


def test_part_of_a_sentence_that_is_too_long_says_so(town: Town) -> None:
    town.write("rules", "The zebras graze here, " + "and the keeper counts them every day, " * 60 + "or not.")
    town.builder.rebuild()
    found = answer(town, "Where do the zebras graze?").candidates
    parts = [cited for cited in found if cited.article_id == "rules"]
    assert parts and all(cited.is_part and cited.lead is None for cited in parts)
    assert not any(cited.is_part for cited in found if cited.article_id != "rules")
    assert all(len(cited.text) < 2000 for cited in parts)
