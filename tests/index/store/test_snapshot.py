from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.citation_ids import id_hash
from index.store import Reader, Snapshot, Writer
from index.store._rows import ArticleRow, ChunkRow, FileRow, embedding_key, pack, unpack
from index.text.words import terms, terms_of_passage
from index.types import Article, SentenceKind
from tests.index.library import DIMENSION, Library, WordEncoder


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    library = Library(tmp_path_factory.mktemp("library")).stock()
    library.write("news/Fähre.md", "---\ntitle: Île de Gull\n---\n\nL'île est fermée. The ferry, too.\n")
    library.write("bad.md", b"\xff\xfe")
    library.write("welcome.txt", "Welcome\n\nAnother welcome.\n")
    library.builder().rebuild()
    with Reader.open(library.folder).snapshot() as found:
        yield found


def test_articles_come_back_as_they_were_read(snapshot: Snapshot) -> None:
    assert snapshot.article("news/ferry") == Article(
        "news/ferry",
        "Ferry timetable",
        "# Summer\n\nThe ferry to Gull Island leaves at nine. It returns at five in the evening.\n\n"
        "# Winter\n\nFrom October on, the ferry sails on Saturdays only. Dogs travel free of charge.",
        url="https://saltmere.example/ferry",
        source="Saltmere Harbour",
        published="2026-05-01",
        tags=("ferry", "travel"),
    )
    assert snapshot.articles_by_short(id_hash("welcome")) == [snapshot.article("welcome")]
    assert snapshot.articles_by_short("0000000000") == []


@pytest.mark.parametrize(
    ("prefix", "found"),
    [
        ("", ["news/Fähre", "news/bridge", "news/ferry", "rules/borrowing", "welcome"]),
        ("fer", ["news/ferry"]),
        ("FERRY TIME", ["news/ferry"]),
        ("time ferry", ["news/ferry"]),
        ("erry", []),
        ("news/", ["news/Fähre", "news/bridge", "news/ferry"]),
        ("ile", ["news/Fähre"]),
        ("ÎLE", ["news/Fähre"]),
        ("fahre", ["news/Fähre"]),
        ("library", ["welcome"]),
        ("-", []),
        ("%", []),
    ],
)
def test_cards_by_the_beginnings_of_words(snapshot: Snapshot, prefix: str, found: list[str]) -> None:
    assert [card.id for card in snapshot.cards(prefix)] == found


def test_cards_whose_name_begins_so_come_first(snapshot: Snapshot) -> None:
    assert [card.id for card in snapshot.cards("b", None)] == ["rules/borrowing", "news/bridge"]
    assert [card.id for card in snapshot.cards("b", 1)] == ["rules/borrowing"]


def test_cards_of_articles_that_hold_all_words(snapshot: Snapshot) -> None:
    assert [card.id for card in snapshot.cards_holding(terms("ferries"))] == ["news/Fähre", "news/ferry"]
    assert [card.id for card in snapshot.cards_holding(terms("ferry October"))] == ["news/ferry"]
    assert snapshot.cards_holding(terms("ferry zebras")) == []
    assert snapshot.cards_holding(terms("ferry"), ["rules", ""]) == []


def test_cards_hold_what_lists_show(snapshot: Snapshot) -> None:
    (card,) = snapshot.cards("timetable")
    assert (card.title, card.published, card.tags) == ("Ferry timetable", "2026-05-01", ("ferry", "travel"))
    assert (card.collection, card.source) == ("news", "Saltmere Harbour")


def test_collections(snapshot: Snapshot) -> None:
    assert snapshot.collections() == ["", "news", "rules"]
    assert [card.id for card in snapshot.cards(collections=["rules", ""])] == ["rules/borrowing", "welcome"]
    assert snapshot.cards(collections=[]) == []
    everything = snapshot.chunk_keys().tolist()
    news = snapshot.chunk_keys(["news"]).tolist()
    rest = snapshot.chunk_keys(["rules", "", "unheard-of", "rules"]).tolist()
    assert sorted(news + rest) == everything
    assert {chunk.article_id.split("/")[0] for chunk in snapshot.chunks(news)} == {"news"}
    assert len(snapshot.chunk_keys([])) == 0


def test_what_was_skipped_is_named_with_its_reason(snapshot: Snapshot) -> None:
    bad, second = snapshot.skipped()
    assert (bad.path, "UTF-16" in bad.reason) == ("bad.md", True)
    assert (second.path, second.reason) == ("welcome.txt", 'its id "welcome" is taken by welcome.md.')
    assert snapshot.skipped(["bad.md"]) == [bad]


def test_every_span_is_the_article_s_own(snapshot: Snapshot) -> None:
    for chunk in snapshot.chunks(snapshot.chunk_keys().tolist()):
        article = snapshot.article(chunk.article_id)
        assert article.text[chunk.start : chunk.end] == chunk.text
        sentences, _ = snapshot.sentences(chunk.article_key, chunk.first, chunk.last)
        assert len(sentences) == chunk.last - chunk.first + 1
        assert (sentences[0].start, sentences[-1].end) == (chunk.start, chunk.end)
        assert all(article.text[one.start : one.end] == one.text for one in sentences)


def test_chunks_come_in_the_order_asked_for(snapshot: Snapshot) -> None:
    keys = snapshot.chunk_keys().tolist()
    wanted = [keys[3], 10**9, keys[0], keys[3]]
    assert [chunk.key for chunk in snapshot.chunks(wanted)] == [keys[3], keys[0], keys[3]]


def test_sentences_that_may_be_cited_have_their_vectors(snapshot: Snapshot) -> None:
    chunk = next(one for one in snapshot.chunks(snapshot.chunk_keys()) if one.article_id == "news/bridge")
    sentences, vectors = snapshot.sentences(chunk.article_key)
    encoder = WordEncoder()
    assert vectors.shape == (len(sentences), DIMENSION)
    for sentence, vector in zip(sentences, vectors, strict=True):
        if sentence.kind is SentenceKind.PROSE:
            assert np.allclose(vector, encoder.encode_queries([sentence.text])[0], atol=1e-3)
    heads = [one for one, vector in zip(sentences, vectors, strict=True) if not vector.any()]
    assert all(one.kind is SentenceKind.CODE for one in heads)
    assert snapshot.sentences(chunk.article_key, 99)[1].shape == (0, DIMENSION)


def documents(snapshot: Snapshot) -> dict[int, list[str]]:
    chunks = snapshot.chunks(snapshot.chunk_keys().tolist())
    return {chunk.key: terms_of_passage(chunk.context, chunk.text) for chunk in chunks}


def bm25(asked: list[str], held: dict[int, list[str]]) -> dict[int, float]:
    """As in https://sqlite.org/fts5.html#the_bm25_function."""
    average = sum(map(len, held.values())) / len(held)
    scores: dict[int, float] = {}
    for term in asked:
        having = sum(term in words for words in held.values())
        weight = max(math.log((len(held) - having + 0.5) / (having + 0.5)), 1e-6)
        for key, words in held.items():
            if count := words.count(term):
                length = 1.2 * (0.25 + 0.75 * len(words) / average)
                scores[key] = scores.get(key, 0.0) + weight * count * 2.2 / (count + length)
    return scores


@pytest.mark.parametrize("question", ["When does the ferry sail?", "the", "books pence", "library", "zebra"])
def test_words_match_as_bm25_says(snapshot: Snapshot, question: str) -> None:
    expected = bm25(list(dict.fromkeys(terms(question))), documents(snapshot))
    found = snapshot.match(terms(question), 100)
    assert {key: pytest.approx(score) for key, score in found} == expected
    assert found == sorted(found, key=lambda item: (-item[1], item[0]))
    assert snapshot.match(terms(question), 2) == found[:2]
    news = set(snapshot.chunk_keys(["news"]).tolist())
    assert snapshot.match(terms(question), 100, ["news"]) == [item for item in found if item[0] in news]


def test_no_words_match_nothing(snapshot: Snapshot) -> None:
    assert snapshot.match([], 10) == []
    assert snapshot.match(["ferri"], 10, []) == []


def test_how_often_words_occur(snapshot: Snapshot) -> None:
    counts = Counter(word for words in documents(snapshot).values() for word in set(words))
    assert snapshot.vocabulary() == dict(sorted(counts.items()))
    assert snapshot.document_frequency(["ferri", "zebra", "ferri"]) == {"ferri": counts["ferri"], "zebra": 0}
    assert snapshot.document_frequency([]) == {}


def test_counts(snapshot: Snapshot) -> None:
    articles, chunks, sentences, vectors = snapshot.counts()
    assert (articles, chunks) == (5, len(snapshot.chunk_keys()))
    assert sentences > chunks
    assert vectors > 0
    assert snapshot.config()["model"] == "words@1"


@pytest.fixture(scope="module")
def writer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Writer]:
    with Writer.create(tmp_path_factory.mktemp("words") / "gen-000001-00000000.db", {}) as writer:
        yield writer


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=80))
def test_sql_sees_exactly_the_words_that_python_made(writer: Writer, text: str) -> None:
    words = terms(text)
    vector = np.full((1, 4), 0.5, dtype=np.float32)
    chunk = ChunkRow(0, len(text), 0, 0, "", "", embedding_key("any"), " ".join(words))
    writer.add_vectors([embedding_key("any")], vector)
    with writer.change():
        writer.put_file(FileRow("note.md", b"hash"))
        writer.put(ArticleRow(Article("note", "Note", text), "note.md", b"hash", [], [chunk]))
    with writer.snapshot() as snapshot:
        assert snapshot.vocabulary().keys() == set(words)
        assert [key for key, _ in snapshot.match(words, 5)] == (
            snapshot.chunk_keys().tolist() if words else []
        )
        assert snapshot.document_frequency(words) == dict.fromkeys(words, 1)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(st.floats(-1, 1, width=16), min_size=3, max_size=3), min_size=1, max_size=5))
def test_stored_vectors_come_back_bit_by_bit(rows: list[list[float]]) -> None:
    vectors = np.array(rows, dtype=np.float32)
    values = pack(vectors)
    assert unpack(values, 3).tolist() == vectors.tolist()
    assert pack(unpack(values, 3)) == values


def test_a_cosine_moves_little_in_the_store() -> None:
    generator = np.random.default_rng(7)
    vectors = generator.normal(size=(500, 384)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    stored = unpack(pack(vectors), 384)
    assert np.abs(stored @ vectors[0] - vectors @ vectors[0]).max() < 5e-4


def test_an_empty_index_answers_with_nothing(tmp_path: Path) -> None:
    library = Library(tmp_path)
    library.corpus.mkdir()
    library.builder().rebuild()
    with Reader.open(library.folder).snapshot() as snapshot:
        assert snapshot.counts() == (0, 0, 0, 0)
        assert snapshot.cards() == []
        assert snapshot.match(["ferri"], 5) == []
        assert list(snapshot.chunk_vectors()) == []
