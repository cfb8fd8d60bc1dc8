from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.retrieval.vectors import VectorIndex
from index.store import Reader
from index.types import Vectors
from tests.index.library import DIMENSION, Library, WordEncoder


def units(count: int, dimension: int = 24, seed: int = 11) -> Vectors:
    rows = np.random.default_rng(seed).normal(size=(count, dimension)).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def brute(keys: list[int], vectors: Vectors, query: Vectors, k: int) -> list[tuple[float, int]]:
    """By definition: every inner product, sorted; equal ones in the order of keys."""
    scores = (vectors.astype(np.float64) * query).sum(axis=1).astype(np.float32).tolist()
    return sorted(zip(scores, keys, strict=True), key=lambda item: (-item[0], item[1]))[:k]


def found(
    index: VectorIndex, query: Vectors, k: int, allowed: list[int] | None = None
) -> list[tuple[float, int]]:
    chosen = None if allowed is None else np.array(allowed, dtype=np.int64)
    scores, keys = index.search(query, k, chosen)
    return list(zip(scores.tolist(), keys.tolist(), strict=True))


def filled(keys: list[int], vectors: Vectors) -> VectorIndex:
    index = VectorIndex(vectors.shape[1])
    index.add(np.array(keys, dtype=np.int64), vectors)
    return index


@pytest.mark.parametrize("k", [1, 5, 50, 300, 1000])
def test_search_is_exact(k: int) -> None:
    vectors = units(300)
    keys = [7 * key + 3 for key in range(300)]
    index = filled(keys, vectors)
    for query in units(4, seed=12):
        assert found(index, query, k) == brute(keys, vectors, query, k)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_search_is_exact_with_ties_removals_and_filters(data: st.DataObject) -> None:
    few = units(4, dimension=5, seed=data.draw(st.integers(0, 50)))  # so that most vectors are equal
    choice = data.draw(st.lists(st.integers(0, 3), min_size=1, max_size=40))
    keys = data.draw(st.permutations(range(100, 100 + len(choice))))
    index = filled(keys, few[choice])
    gone = data.draw(st.sets(st.sampled_from([*keys, 5])))
    index.remove(np.array(sorted(gone), dtype=np.int64))
    left = [place for place, key in enumerate(keys) if key not in gone]
    allowed = data.draw(st.none() | st.sets(st.sampled_from([*keys, 7])).map(sorted))
    if allowed is not None:
        left = [place for place in left if keys[place] in allowed]
    k = data.draw(st.integers(1, 50))
    query = few[data.draw(st.integers(0, 3))]
    expected = brute([keys[place] for place in left], few[[choice[place] for place in left]], query, k)
    assert found(index, query, k, allowed) == expected


def test_equal_vectors_tie_wherever_they_lie() -> None:
    vectors = units(64, dimension=37)
    vectors[5:] = vectors[5]
    index = filled(list(range(64)), vectors)
    scores = {score for score, key in found(index, units(1, dimension=37, seed=3)[0], 64) if key >= 5}
    assert len(scores) == 1


def test_ties_at_the_end_of_the_list_go_to_the_lowest_keys() -> None:
    vectors = np.repeat(units(1), 100, axis=0)
    index = filled(list(range(99, -1, -1)), vectors)
    assert [key for _, key in found(index, vectors[0], 3)] == [0, 1, 2]
    assert [key for _, key in found(index, vectors[0], 3, [50, 70, 60, 40])] == [40, 50, 60]


def test_little_or_nothing_to_find() -> None:
    index = filled([1, 2], units(2))
    query = units(1, seed=5)[0]
    assert len(found(index, query, 10)) == 2
    assert found(index, query, 10, []) == []
    assert found(index, query, 10, [99]) == []
    assert found(index, query, 0) == []
    assert found(VectorIndex(0), query[:0], 5) == []


def test_vectors_by_key() -> None:
    vectors = units(5)
    index = filled([10, 20, 30, 40, 50], vectors)
    assert index.vectors([40, 10]).tolist() == vectors[[3, 0]].tolist()
    assert index.vectors([]).shape == (0, 24)
    assert len(index) == 5


@pytest.fixture
def library(tmp_path: Path) -> Library:
    library = Library(tmp_path).stock()
    library.builder().rebuild()
    return library


QUERY = WordEncoder().encode_queries(["When does the ferry sail?"])[0]


def follow(library: Library, present: VectorIndex | None = None) -> VectorIndex:
    with Reader.open(library.folder).snapshot() as snapshot:
        return VectorIndex.follow(present, snapshot)


def anew(library: Library) -> list[tuple[float, int]]:
    """What a search finds in vectors read from the database alone."""
    with Reader.open(library.folder).snapshot() as snapshot:
        ((keys, vectors),) = snapshot.chunk_vectors()
        return brute(keys.tolist(), vectors, QUERY, 100)


def test_vectors_follow_every_change(library: Library) -> None:
    index = follow(library)
    assert found(index, QUERY, 100) == anew(library)
    assert follow(library, index) is index
    library.write("news/ferry.md", "# Ferry\n\nThe ferry sails at noon.\n")
    library.write("news/harbour.md", "# Harbour\n\nThe harbour office sells tickets.\n")
    library.builder().rebuild()
    library.builder().remove(["welcome"])
    assert follow(library, index) is index
    assert found(index, QUERY, 100) == anew(library)
    library.builder().rebuild(full=True)
    index = follow(library, index)
    assert found(index, QUERY, 100) == anew(library)


def test_vectors_of_another_database_are_not_used(library: Library, tmp_path: Path) -> None:
    other = Library(tmp_path / "other").stock({"sea.md": "# Sea\n\nThe sea is cold in May.\n"})
    other.builder().rebuild()
    assert found(follow(library, follow(other)), QUERY, 100) == anew(library)


def test_vectors_of_a_state_that_was_undone_are_not_used(library: Library) -> None:
    """A backup was put back, so the vectors in memory have changes that the database never had."""
    with Reader.open(library.folder).snapshot() as snapshot:
        state = snapshot.state()
    backup = {path: path.read_bytes() for path in library.folder.iterdir() if path.suffix == ".db"}
    library.builder().add([library.write("a.md", "# A\n\nThe mill is open.\n")])
    index = follow(library)
    for path, content in backup.items():
        path.write_bytes(content)
    library.builder().add([library.write("b.md", "# B\n\nThe dam is closed.\n")])
    assert index.state is not None
    assert index.state.seq == state.seq + 1
    assert found(follow(library, index), QUERY, 100) == anew(library)


def test_an_index_that_grows_from_nothing(tmp_path: Path) -> None:
    library = Library(tmp_path)
    library.corpus.mkdir()
    library.builder().rebuild()
    index = follow(library)
    assert (len(index), index.dimension) == (0, 0)
    library.stock().builder().rebuild()
    index = follow(library, index)
    assert index.dimension == DIMENSION
    assert found(index, QUERY, 100) == anew(library)


def test_a_history_that_is_forgotten_is_read_anew(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.store._repository._HISTORY", 1)
    index = follow(library)
    for turn in range(4):
        library.write("welcome.md", f"# Welcome\n\nThe library opens at {turn}.\n")
        library.builder().rebuild()
    assert found(follow(library, index), QUERY, 100) == anew(library)
