"""`kill -9` at many moments: readers find the index as it was or as it will be; the next run finishes."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from index.errors import ArticleNotFound, IndexMissing
from index.store import Generations
from tests.index.library import ARTICLES, Library
from tests.integration.killing import Work, copy, in_memory, start, steps


def rebuild(library: Library) -> None:
    library.builder().rebuild()


def rebuild_fully(library: Library) -> None:
    library.builder().rebuild(full=True)


def add(library: Library) -> None:
    library.builder().add([library.corpus / "rules/quiet.md", library.corpus / "welcome.md"])


def remove(library: Library) -> None:
    try:
        library.builder().remove(["news/ferry", "tides/1"])
    except ArticleNotFound:  # done before
        assert not (library.corpus / "news/ferry.md").exists()


def roll_back(library: Library) -> None:
    if "news/ferry" in content(library)["articles"]:
        library.builder().rollback()


TIDES = (
    '{"id": "1", "title": "One", "text": "Low tide."}\n{"id": "2", "title": "Two", "text": "High tide."}\n'
)


def stocked(root: Path) -> Library:
    library = Library(root).stock()
    library.write("tides.jsonl", TIDES)
    return library


def untouched(library: Library) -> None:
    """Nothing is built yet."""


def edited(library: Library) -> None:
    """The index is behind: an article is new, one has changed, one is gone."""
    library.builder().rebuild()
    library.write("rules/quiet.md", "# Quiet\n\nPlease be quiet. Whispering is fine.\n")
    library.write("welcome.md", "# Welcome\n\nThe library is closed for repairs.\n")
    (library.corpus / "news/bridge.md").unlink()


def added(library: Library) -> None:
    """The index is behind, by what is added."""
    library.builder().rebuild()
    library.write("rules/quiet.md", "# Quiet\n\nPlease be quiet. Whispering is fine.\n")
    library.write("welcome.md", "# Welcome\n\nThe library is closed for repairs.\n")


def built(library: Library) -> None:
    library.builder().rebuild()


def replaced(library: Library) -> None:
    """There is a previous index, which holds an article that is gone."""
    library.builder().rebuild()
    library.builder().rebuild(full=True)
    (library.corpus / "welcome.md").unlink()
    library.builder().rebuild()


def content(library: Library) -> dict[str, Any]:
    """What readers see; the vectors that only the next rebuild will use do not count."""
    try:
        found = library.content()
    except IndexMissing:
        return {}
    articles, chunks, sentences, _ = found.pop("counts")
    return {**found, "counts": (articles, chunks, sentences)}


@pytest.fixture
def folder() -> Iterator[Path]:
    with in_memory() as folder:
        yield folder


CASES = [
    (untouched, rebuild),
    (edited, rebuild),
    (edited, rebuild_fully),
    (added, add),
    (built, remove),
    (replaced, roll_back),
]


def check(library: Library, work: Work, before: dict[str, Any], after: dict[str, Any]) -> str:
    """Look at what a killed process has left; then let the work be done again."""
    found = content(library)
    assert found in (before, after)
    if found:
        assert library.builder().verify() == []
    work(library)
    assert content(library) == after
    assert library.builder().verify() == []
    return "after" if found == after else "before"


@pytest.mark.parametrize(("prepare", "work"), CASES)
def test_killed_at_any_step(folder: Path, prepare: Work, work: Work) -> None:
    """At steps spread over the whole work: statements, file operations, batches of texts."""
    start_state = stocked(folder / "start")
    prepare(start_state)
    before = content(start_state)
    whole = copy(start_state, folder / "whole")
    count = steps(whole, work)
    after = content(whole)
    assert count > 30
    seen = []
    for number, length in enumerate(sorted({1, count // 2, *range(3, count, max(count // 6, 1)), count - 1})):
        library = copy(start_state, folder / str(number))
        process = start(library, work, length=length)
        process.join(60)
        assert process.exitcode == -signal.SIGKILL
        seen.append(check(library, work, before, after))
        rebuild(library)
        names = Generations(library.folder)
        assert set(names.all()) == {names.current()} | ({names.previous()} - {None})
    if before != after:
        assert seen == sorted(seen, reverse=True)  # before, before, ..., after: there is one moment of change
        assert seen[0] == "before"


@pytest.mark.parametrize(
    ("prepare", "work"), [(untouched, rebuild), (edited, rebuild), (built, rebuild_fully)]
)
def test_killed_at_any_time(folder: Path, prepare: Work, work: Work) -> None:
    """From outside, also in the middle of a statement, several times before it may finish."""
    library = stocked(folder / "library")
    library.write(
        "log.md", "# Log\n\n" + "".join(f"On day {day} the ferry sailed.\n\n" for day in range(200))
    )
    prepare(library)
    before = content(library)
    whole = copy(library, folder / "whole")
    work(whole)
    after = content(whole)
    chance = random.Random(4)
    for _ in range(5):
        process = start(library, work, pause=0.002, linger=True)
        time.sleep(chance.uniform(0.02, 0.2))
        process.kill()
        process.join()
        assert content(library) in (before, after)
    check(library, work, before, after)


def test_what_was_encoded_before_the_kill_is_kept(folder: Path) -> None:
    library = stocked(folder / "library")
    whole = copy(library, folder / "whole")
    process = start(library, small_batches, length=steps(whole, small_batches) // 4)
    process.join()
    assert process.exitcode == -signal.SIGKILL
    again = library.builder().rebuild()
    needed = copy(stocked(folder / "new"), folder / "anew").builder().rebuild()
    assert 0 < again.encoded < needed.encoded
    assert library.content() == whole.content()


def small_batches(library: Library) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("index.indexing.builder._BATCH", 2)
        library.builder().rebuild()


def test_the_lock_of_a_killed_writer_is_free(folder: Path) -> None:
    library = stocked(folder / "library")
    process = start(library, rebuild, pause=0.5, linger=True)
    while not list(library.folder.glob("gen-*")):
        time.sleep(0.01)
    process.kill()
    process.join()
    assert library.builder(lock_timeout=0).rebuild().added == tuple(sorted(content(library)["articles"]))


def test_gone_is_gone_when_killed_between_corpus_and_index(folder: Path) -> None:
    """The file went first: whatever happens then, the next rebuild takes the article away."""
    library = stocked(folder / "library")
    rebuild(library)
    process = start(library, remove, length=steps(copy(library, folder / "whole"), remove) * 2 // 3)
    process.join()
    rebuild(library)
    assert "news/ferry" not in content(library)["articles"] or ARTICLES["news/ferry.md"] in {
        path.read_text() for path in library.corpus.rglob("*.md")
    }
