from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from index.errors import IndexCorrupt
from index.store import ArticleRow, ChunkRow, FileRow, SentenceRow, Writer, article_digest, embedding_key
from index.store import _repository as module
from index.types import Article, SentenceKind

VECTORS = np.eye(4, dtype=np.float32)


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    with Writer.create(tmp_path / "gen-000001-00000000.db", {"model": "words@1", "words": 1}) as writer:
        writer.add_vectors([embedding_key(word) for word in "abcd"], VECTORS)
        with writer.change():
            writer.put_file(FileRow("notes.md", b"1"))
        yield writer


def row(article_id: str, words: str = "ab", title: str = "Note") -> ArticleRow:
    """An article of one-letter sentences, each a chunk of its own."""
    article = Article(article_id, title, " ".join(words))
    spans = [(2 * at, 2 * at + 1, word) for at, word in enumerate(words)]
    return ArticleRow(
        article,
        "notes.md",
        article_digest(article, "notes.md"),
        [SentenceRow(start, end, SentenceKind.PROSE, embedding_key(word)) for start, end, word in spans],
        [
            ChunkRow(start, end, at, at, "", "", embedding_key(word), word)
            for at, (start, end, word) in enumerate(spans)
        ],
    )


def put(writer: Writer, *rows: ArticleRow, finished: bool = False) -> None:
    for one in rows:
        words = [word for word in one.article.text.split() if word in "abcd"]
        writer.add_vectors(
            [embedding_key(word) for word in words], VECTORS[["abcd".index(word) for word in words]]
        )
    with writer.change(finished=finished):
        for one in rows:
            writer.put(one)


def counts(writer: Writer) -> tuple[int, ...]:
    with writer.snapshot() as snapshot:
        return tuple(snapshot.counts())


def test_an_error_inside_a_change_undoes_all_of_it(writer: Writer) -> None:
    put(writer, row("one"))
    with writer.snapshot() as snapshot:
        state, digest = snapshot.state(), snapshot.digest()

    def fail() -> None:
        with writer.change():
            writer.put(row("two"))
            writer.drop("one")
            raise RuntimeError("the power is gone")

    with pytest.raises(RuntimeError, match="power"):
        fail()
    with writer.snapshot() as snapshot:
        assert (snapshot.state(), snapshot.digest()) == (state, digest)
    assert writer.articles().keys() == {"one"}


def test_only_changes_of_articles_count(writer: Writer) -> None:
    with writer.snapshot() as snapshot:
        before = snapshot.state()
    with writer.change():
        writer.put_file(FileRow("notes.md", b"2"))
        writer.drop("nothing of that id")
    with writer.snapshot() as snapshot:
        assert snapshot.state() == before
    put(writer, row("one"))
    with writer.snapshot() as snapshot:
        assert snapshot.state().seq == before.seq + 1
        assert snapshot.state().token != before.token


def test_the_digest_tells_the_articles_not_their_history(writer: Writer) -> None:
    with writer.snapshot() as snapshot:
        empty = snapshot.digest()
    put(writer, row("one"), row("two"))
    with writer.snapshot() as snapshot:
        both = snapshot.digest()
    with writer.change():
        writer.drop("one")
    put(writer, row("one", "cd"))
    with writer.snapshot() as snapshot:
        assert snapshot.digest() != both
    put(writer, row("one"))
    with writer.snapshot() as snapshot:
        assert snapshot.digest() == both
    with writer.change():
        writer.drop("one")
        writer.drop("two")
    with writer.snapshot() as snapshot:
        assert snapshot.digest() == empty


def test_removing_an_article_leaves_nothing_of_it(writer: Writer) -> None:
    put(writer, row("one", "ab"), row("two", "bc"), finished=True)
    assert counts(writer) == (2, 4, 4, 3)
    with writer.change():
        writer.drop("one")
    assert counts(writer) == (1, 2, 2, 2)
    assert writer.value(embedding_key("a")) is None
    with writer.snapshot() as snapshot:
        assert snapshot.vocabulary() == {"b": 1, "c": 1}
    with writer.change():
        writer.drop("two")
    assert counts(writer) == (0, 0, 0, 0)


def test_vectors_of_unfinished_work_are_kept_until_a_rebuild_is_finished(writer: Writer) -> None:
    put(writer, row("one", "ab"))
    assert writer.missing(map(embedding_key, "abcde")) == {embedding_key("e")}
    put(writer, row("two", "bc"), finished=True)
    assert writer.missing(map(embedding_key, "abcde")) == {embedding_key("d"), embedding_key("e")}


def test_storing_a_vector_twice_changes_nothing(writer: Writer) -> None:
    before = writer.value(embedding_key("a"))
    writer.add_vectors([embedding_key("a")], VECTORS[1:2])
    assert writer.value(embedding_key("a")) == before
    assert writer.value(embedding_key("z")) is None


def test_a_chunk_without_a_vector_is_refused(writer: Writer) -> None:
    with pytest.raises(IndexCorrupt, match="NOT NULL constraint failed: chunk.vector"):
        put(writer, row("one", "xy"))
    assert counts(writer)[0] == 0


def test_keys_never_come_back(writer: Writer) -> None:
    put(writer, row("one"))
    with writer.snapshot() as snapshot:
        before = set(snapshot.chunk_keys().tolist())
    with writer.change():
        writer.drop("one")
    put(writer, row("one"))
    with writer.snapshot() as snapshot:
        assert before.isdisjoint(snapshot.chunk_keys().tolist())


def test_vectors_in_memory_can_follow(writer: Writer) -> None:
    put(writer, row("one", "ab"))
    with writer.snapshot() as snapshot:
        state, keys = snapshot.state(), snapshot.chunk_keys().tolist()
    put(writer, row("two", "cd"))
    put(writer, row("one", "ad"))
    with writer.snapshot() as snapshot:
        changes = snapshot.changes_since(state)
        assert changes is not None
        assert changes.removed.tolist() == keys
        assert sorted([*changes.keys.tolist()]) == snapshot.chunk_keys().tolist()
        assert changes.vectors.tolist() == VECTORS[[2, 3, 0, 3]].tolist()
        now = snapshot.changes_since(snapshot.state())
        assert now is not None
        assert (now.keys.size, now.removed.size, now.vectors.shape) == (0, 0, (0, 4))
        assert snapshot.changes_since(state._replace(token="another line of history")) is None
        assert snapshot.changes_since(state._replace(seq=99)) is None


def test_long_histories_are_forgotten(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_HISTORY", 5)
    states = []
    for turn in range(10):
        put(writer, row("one", "ab" if turn % 2 else "cd"))
        with writer.snapshot() as snapshot:
            states.append(snapshot.state())
    with writer.snapshot() as snapshot:
        followed = [snapshot.changes_since(state) is not None for state in states]
        assert followed == [False] * 4 + [True] * 6
        changes = snapshot.changes_since(states[4])
        assert changes is not None
        assert len(changes.removed) == 10


def test_many_removed_chunks_are_forgotten(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_REMOVED", 3)
    states = []
    for _ in range(6):
        put(writer, row("one"))
        with writer.snapshot() as snapshot:
            states.append(snapshot.state())
    with writer.snapshot() as snapshot:
        followed = [snapshot.changes_since(state) is not None for state in states]
        assert followed == [False] * 4 + [True] * 2 or followed == [False] * 3 + [True] * 3
        last = snapshot.changes_since(states[-1])
        assert last is not None
        assert last.removed.size == 0


def test_settings_are_kept_and_seen(writer: Writer) -> None:
    with writer.snapshot() as snapshot:
        before = snapshot.state()
    with writer.change():
        writer.keep("threshold", "0.42")
        writer.keep("threshold", "0.5")
        writer.keep("curve", "{}")
        writer.keep("curve", None)
    assert writer.settings() == {"threshold": "0.5"}
    with writer.snapshot() as snapshot:
        assert snapshot.setting("threshold") == "0.5"
        assert snapshot.setting("curve") is None
        assert snapshot.state() != before


def test_files_are_noted_with_what_was_skipped(writer: Writer) -> None:
    with writer.change():
        writer.put_file(FileRow("b.md", None, shadowed=("one",)))
        writer.put(row("one"))
    assert writer.files() == {"notes.md": b"1", "b.md": None}
    assert writer.claiming(["one", "two"]) == {"b.md"}
    assert writer.articles_of(["notes.md", "b.md"]) == {"one": ("notes.md", row("one").hash)}
    assert writer.owners(["one", "two"]).keys() == {"one"}
    with writer.change():
        writer.unshadow("one")
        writer.move("one", "b.md")
        writer.drop_file("notes.md")
        writer.look_again("b.md")
    assert writer.claiming(["one"]) == set()
    assert (writer.files(), writer.count()) == ({"b.md": None}, 1)


def test_opening_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(IndexCorrupt, match="the file is missing"):
        Writer.open(tmp_path / "gen-000001-00000000.db")
