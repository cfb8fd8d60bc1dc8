"""Several processes on one index: writers take turns, readers follow."""

from __future__ import annotations

import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from index.errors import ArticleNotFound, IndexBusy
from index.store import Reader
from tests.index.library import Library
from tests.integration.killing import PROCESSES, in_memory, start


@pytest.fixture
def library() -> Iterator[Library]:
    with in_memory() as folder:
        yield Library(folder).stock()


def rebuild(library: Library) -> None:
    library.builder(lock_timeout=30).rebuild()


def add_quiet(library: Library) -> None:
    library.builder(lock_timeout=30).add([library.write("rules/quiet.md", "# Quiet\n\nPlease be quiet.\n")])


def remove_ferry(library: Library) -> None:
    library.builder(lock_timeout=30).remove(["news/ferry"])


def wait_for_writer(library: Library) -> None:
    while not list(library.folder.glob("gen-*")):
        time.sleep(0.005)


def test_a_second_writer_is_refused_with_a_sentence(library: Library) -> None:
    process = start(library, rebuild, pause=0.5)
    wait_for_writer(library)
    with pytest.raises(IndexBusy, match="Another process is changing the index in .*INDEX_LOCK_TIMEOUT"):
        library.builder(lock_timeout=0.05).rebuild()
    with pytest.raises(IndexBusy):
        library.builder(lock_timeout=0).remove(["welcome"])
    assert (library.corpus / "welcome.md").exists()
    process.join()
    assert process.exitcode == 0
    assert library.builder(lock_timeout=0).rebuild().unchanged == 4


def test_writers_that_wait_take_turns(library: Library) -> None:
    rebuild(library)
    library.write("news/fair.md", "# Fair\n\nThe spring fair opens on Sunday.\n")
    processes = [start(library, work, pause=0.05) for work in (rebuild, add_quiet, remove_ferry, rebuild)]
    for process in processes:
        process.join()
        assert process.exitcode == 0
    assert sorted(library.content()["articles"]) == [
        "news/bridge",
        "news/fair",
        "rules/borrowing",
        "rules/quiet",
        "welcome",
    ]
    assert library.builder().verify() == []


def read(root: Path, pipe: Connection) -> None:
    """A reader that stays open; for each id it is sent, it answers with the article's title, or None."""
    reader = Reader.open(Library(root).folder)
    while article_id := pipe.recv():
        with reader.snapshot() as snapshot:
            try:
                pipe.send(snapshot.article(article_id).title)
            except ArticleNotFound:
                pipe.send(None)


def test_a_reader_in_another_process_follows_every_change(library: Library) -> None:
    rebuild(library)
    ours, theirs = PROCESSES.Pipe()
    process = PROCESSES.Process(target=read, args=(library.root, theirs))
    process.start()

    def ask(article_id: str) -> str | None:
        ours.send(article_id)
        answer: str | None = ours.recv()
        return answer

    assert ask("news/ferry") == "Ferry timetable"
    remove_ferry(library)
    assert ask("news/ferry") is None
    add_quiet(library)
    assert ask("rules/quiet") == "Quiet"
    library.write("welcome.md", "# Welcome back\n\nThe library is open.\n")
    library.builder().rebuild(full=True)
    assert ask("welcome") == "Welcome back"
    library.builder().rollback()
    assert ask("news/ferry") is None
    ours.send("")
    process.join()
    assert process.exitcode == 0
