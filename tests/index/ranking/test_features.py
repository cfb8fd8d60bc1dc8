from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.ranking.features import Candidate, Feature, gather, holds, token_weights
from index.retrieval.question import understand
from index.types import CITABLE, SentenceKind, Tokens
from tests.index.conftest import Town
from tests.index.hashed import HashedEncoder

LAST_FERRY = "When does the last ferry leave Saltmere?"


def gathered(town: Town, question: str, limit: int = 24) -> list[Candidate]:
    with town.look(question) as (snapshot, retrieval):
        return gather(snapshot, town.encoder, retrieval, limit=limit)


def by_text(candidates: list[Candidate], words: str) -> Candidate:
    (found,) = [candidate for candidate in candidates if words in candidate.sentence.text]
    return found


def test_gathers_the_sentences_that_can_be_cited_once_each(town: Town) -> None:
    candidates = gathered(town, LAST_FERRY)
    places = [candidate.place for candidate in candidates]
    assert len(set(places)) == len(places)
    assert {candidate.sentence.kind for candidate in candidates} <= CITABLE
    texts = " ".join(candidate.sentence.text for candidate in candidates)
    assert "reading circle" in texts
    assert "Bus 7" in texts
    assert "open --door" not in texts
    assert "Why there are fewer crossings" not in texts


def test_a_sentence_stands_under_its_own_position_and_vector(town: Town) -> None:
    candidates = gathered(town, LAST_FERRY)
    with town.look(LAST_FERRY) as (snapshot, _):
        for candidate in candidates:
            sentences, vectors = snapshot.sentences(candidate.found.chunk.article_key)
            assert sentences[candidate.ordinal] == candidate.sentence
            assert np.array_equal(vectors[candidate.ordinal], candidate.vector)
            chunk = candidate.found.chunk
            assert chunk.first <= candidate.ordinal <= chunk.last


def test_knows_what_speaks_for_a_sentence(town: Town) -> None:
    candidates = gathered(town, LAST_FERRY)
    answer = by_text(candidates, "6.40 pm").features
    other = by_text(candidates, "beans").features
    for name in (
        Feature.LEXICAL,
        Feature.COVERAGE,
        Feature.DENSE,
        Feature.LATE,
        Feature.LATE_WITHOUT_TITLE,
        Feature.LATE_BY_RARITY,
        Feature.DENSE_WITH_TITLE,
        Feature.RAREST_WORD,
    ):
        assert answer[name] > other[name], name
    assert answer[Feature.COVERAGE] == answer[Feature.COVERAGE_WITH_TITLE] == pytest.approx(1)
    assert answer[Feature.HAS_WANTED] == 1
    assert other[Feature.LACKS_WANTED] == 1
    assert other[Feature.STARTS_WITH_PRONOUN] == 1
    assert by_text(candidates, "winter timetable on Monday").features[Feature.IS_FIRST] == 1
    assert answer[Feature.IS_FIRST] == 0
    assert answer[Feature.PASSAGE_RANK] == 1


def test_every_candidate_has_the_same_finite_features(town: Town) -> None:
    candidates = gathered(town, "Did they really close the bridge, the library and the harbour?")
    names = {frozenset(candidate.features) for candidate in candidates}
    assert len(names) == 1
    for candidate in candidates:
        assert all(math.isfinite(value) for value in candidate.features.values())


def test_a_sentence_shares_in_what_stands_around_it(town: Town) -> None:
    candidates = gathered(town, "Who of Saltmere left in summer for tickets?")
    price = by_text(candidates, "Tickets cost").features
    assert (
        price[Feature.COVERAGE_WITH_NEIGHBOURS]
        > price[Feature.COVERAGE_WITH_TITLE]
        >= price[Feature.COVERAGE]
        > 0
    )
    assert price[Feature.DENSE_BEFORE] != 0
    first = by_text(candidates, "changes to its winter timetable").features
    assert first[Feature.DENSE_BEFORE] == 0


def test_word_order_counts(town: Town) -> None:
    in_order = by_text(gathered(town, "the last ferry leaves Saltmere"), "6.40").features[Feature.WORD_PAIRS]
    jumbled = by_text(gathered(town, "Saltmere leaves ferry last the"), "6.40").features[Feature.WORD_PAIRS]
    assert in_order == 1
    assert jumbled == 0


def test_a_sentence_that_asks_is_marked(town: Town) -> None:
    town.write("news/letter", "When will the last ferry leave Saltmere?* The council does not say.\n")
    town.builder.rebuild()
    candidates = gathered(town, LAST_FERRY)
    assert by_text(candidates, "When will").features[Feature.IS_QUESTION] == 1
    assert by_text(candidates, "6.40 pm").features[Feature.IS_QUESTION] == 0


def test_a_sentence_of_signs_alone_is_no_evidence(town: Town) -> None:
    town.write("news/smile", "🙂🙂🙂!\n\nThe last ferry leaves.\n")
    town.builder.rebuild()
    assert not [one for one in gathered(town, LAST_FERRY) if "🙂" in one.sentence.text]


def test_reads_only_the_most_promising_closely(town: Town) -> None:
    everything = gathered(town, LAST_FERRY)
    few = gathered(town, LAST_FERRY, limit=2)
    assert len(few) == 2 < len(everything)
    assert any("6.40 pm" in candidate.sentence.text for candidate in few)


def test_nothing_found_is_no_evidence(empty_town: Town) -> None:
    assert gathered(empty_town, LAST_FERRY) == []


@pytest.mark.parametrize("question", ["", "🙂", "\u0301"])
def test_a_question_without_words_has_evidence_without_late_interaction(town: Town, question: str) -> None:
    for candidate in gathered(town, question):
        assert candidate.features[Feature.LATE] == candidate.features[Feature.LATE_WITHOUT_TITLE] == 0
        assert candidate.features[Feature.COVERAGE] == candidate.features[Feature.RAREST_WORD] == 0


def test_survives_an_encoder_that_sees_no_tokens(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    none = Tokens(np.zeros((0, 64), np.float32), np.zeros((0, 2), np.int64))
    words = town.encoder.encode_tokens

    def blind(texts: list[str], *, query: bool = False) -> list[Tokens]:
        return words(texts, query=True) if query else [none for _ in texts]

    monkeypatch.setattr(town.encoder, "encode_tokens", blind)
    for candidate in gathered(town, LAST_FERRY):
        assert (
            candidate.features[Feature.LATE_BY_RARITY_WITHOUT_TITLE]
            == candidate.features[Feature.DENSE_WITH_TITLE]
            == 0
        )


def test_a_title_that_fills_the_encoder_stands_in_for_the_sentence(town: Town) -> None:
    title = "The last ferry " + "of the winter " * 30
    town.write("news/long", "Nobody knows.\n", f"title: {title}")
    town.builder.rebuild()
    features = by_text(gathered(town, LAST_FERRY), "Nobody knows").features
    assert features[Feature.LATE_WITHOUT_TITLE] == features[Feature.LATE] > 0


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("Who founded the circle?", "It was founded by Tomás Ferreira.", True),
        ("Who founded the circle?", "Nobody remembers that any more.", False),
        ("Who is Tomás Ferreira?", "Everybody knows Tomás Ferreira well.", False),
        ("Where is the well?", "The well lies behind the Crown.", True),
        ("Where is the well?", "The well is deep.", False),
        ("When did it close?", "It closed in August.", True),
        ("When did it close?", "It closed at 6 pm.", True),
        ("When did it close in 2019?", "It closed in 2019.", False),
        ("When, after August, was it closed?", "It was closed after August.", False),
        ("How many arches are there?", "It has five arches.", True),
        ("How many of the 1,200, roughly?", "All 1,200.", False),
        ("How many arches are there?", "It has arches.", False),
        ("Why was it cut?", "It was cut because of storms.", True),
        ("Why was it cut?", "It was cut on Monday.", False),
        ("What grows there?", "Beans grow there in 2019.", None),
        ("Is it open?", "It is open.", None),
    ],
)
def test_tells_whether_a_sentence_has_what_is_asked_for(
    question: str, text: str, expected: bool | None
) -> None:
    assert holds(understand(question), text) is expected


@given(st.text(), st.text())
def test_holds_takes_any_text(question: str, text: str) -> None:
    assert holds(understand(question), text) in (True, False, None)


def test_rare_words_weigh_most_among_the_tokens(town: Town) -> None:
    question = "Is that ferry to the dahlias overdue?"
    with town.look(question) as (_, retrieval):
        tokens = HashedEncoder().encode_tokens([question], query=True)[0]
        weights = dict(zip(question.rstrip("?").split(), token_weights(tokens, retrieval), strict=True))
    assert sum(weights.values()) == pytest.approx(1)
    assert weights["overdue"] > weights["dahlias"] > weights["ferry"] > 0


def test_the_pieces_of_a_word_weigh_as_their_word_and_signs_weigh_little(town: Town) -> None:
    with town.look("dahlias?") as (_, retrieval):
        tokens = Tokens(np.zeros((3, 64), np.float32), np.array([[0, 4], [4, 7], [7, 8]]))
        begin, rest, sign = token_weights(tokens, retrieval)
        assert begin == rest > sign > 0
        none = Tokens(np.zeros((0, 64), np.float32), np.zeros((0, 2), np.int64))
        assert token_weights(none, retrieval).tolist() == []


def test_a_table_row_can_be_evidence(town: Town) -> None:
    row = by_text(gathered(town, "Which detour does Bus 7 take?"), "Mill Lane")
    assert row.sentence.kind is SentenceKind.TABLE
    assert row.features[Feature.COVERAGE] > 0
