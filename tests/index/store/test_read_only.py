"""Reading where nothing can be written: a foreign owner, a read-only folder, a full or failing disk."""

from __future__ import annotations

import errno
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from index.errors import FootnoteError, IndexBusy, IndexCorrupt, IndexDisk
from index.indexing.backup import back_up
from index.store import Generations, Reader
from index.store import _connect as module
from tests.index.library import Library, WordEncoder
from tests.integration.killing import PROCESSES, in_memory

NOBODY = 65534


@pytest.fixture
def library() -> Iterator[Library]:
    """An index that others may read, in a folder that they may enter."""
    with in_memory() as folder:
        folder.chmod(0o755)
        library = Library(folder / "library").stock()
        library.builder().rebuild()
        library.folder.chmod(0o755)
        for path in library.folder.iterdir():
            path.chmod(0o644)
        yield library


def as_another_user(root: Path, work: Callable[[Library], object]) -> str:
    """Do work in a process that owns none of the files; returns what it gave, or the sentence it failed with.

    Only root can become another user. Anyone else owns the files, and takes the right to write away instead.
    """
    given = PROCESSES.SimpleQueue()
    process = PROCESSES.Process(target=_work, args=(root, work, given))
    process.start()
    process.join(60)
    assert process.exitcode == 0
    return str(given.get())


def _work(root: Path, work: Callable[[Library], object], given: Any) -> None:
    library = Library(root, WordEncoder())
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    else:
        library.folder.chmod(0o555)
        for path in library.folder.iterdir():
            path.chmod(0o444)
    assert not os.access(library.folder, os.W_OK)
    try:
        given.put(f"{work(library)}")
    except FootnoteError as error:
        given.put(f"{type(error).__name__}: {error}")


def titles(library: Library) -> object:
    return sorted(entry["article"].title for entry in library.content()["articles"].values())


def verify(library: Library) -> object:
    return library.builder().verify()


def copy(library: Library) -> object:
    target = Path("/tmp") / f"copy-{os.getpid()}.db"
    try:
        back_up(library.folder, target)
        return target.stat().st_size > 0
    finally:
        target.unlink(missing_ok=True)


def rebuild(library: Library) -> object:
    return library.builder().rebuild()


@pytest.mark.parametrize("left", ["-shm and -wal", "-wal", "nothing"])
def test_another_user_reads_verifies_and_copies_an_index(library: Library, left: str) -> None:
    """Whatever readers have left beside the database."""
    expected = str(titles(library))
    for journal in ("-shm", "-wal"):
        beside = list(library.folder.glob(f"*{journal}"))
        assert len(beside) == 1
        if journal not in left:
            beside[0].unlink()
    before = sorted(path.name for path in library.folder.iterdir())
    assert as_another_user(library.root, titles) == expected
    assert as_another_user(library.root, verify) == "[]"
    assert as_another_user(library.root, copy) == "True"
    assert as_another_user(library.root, rebuild).startswith("IndexDisk: ")
    assert sorted(path.name for path in library.folder.iterdir()) == before


def test_another_user_reads_along_while_the_owner_has_it_open(library: Library) -> None:
    connection = sqlite3.connect(Generations(library.folder).current())
    connection.execute("SELECT count(*) FROM article").fetchone()
    assert as_another_user(library.root, titles) == str(titles(library))
    connection.close()


def test_a_change_that_is_only_in_the_log_is_not_overlooked(library: Library) -> None:
    """A process was killed before it could bring its change into the file itself."""
    path = Generations(library.folder).current()
    for journal in ("-shm", "-wal"):
        path.with_name(path.name + journal).unlink(missing_ok=True)
    path.with_name(f"{path.name}-wal").write_bytes(b"frames")
    path.with_name(f"{path.name}-wal").chmod(0o644)
    assert as_another_user(library.root, titles).startswith("IndexDisk: ")


def test_a_private_index_is_not_called_damaged(library: Library) -> None:
    path = Generations(library.folder).current()
    for private in (path, library.folder / "current", library.folder):
        private.chmod(0o700 if private.is_dir() else 0o600)
        said = as_another_user(library.root, titles)
        assert said.startswith("IndexDisk: "), said
        assert "damaged" not in said
    assert "Permission denied" in said


@pytest.fixture
def frozen(library: Library, monkeypatch: pytest.MonkeyPatch) -> Reader:
    """A reader for which SQLite cannot make its files beside the database, as on a full disk."""
    path = Generations(library.folder).current()
    for journal in ("-shm", "-wal"):
        path.with_name(path.name + journal).unlink(missing_ok=True)
    connect = module._connect

    def refuse(path: Path, how: str) -> module.Connection:
        if how == "mode=ro":
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise error
        return connect(path, how)

    monkeypatch.setattr(module, "_connect", refuse)
    return Reader.open(library.folder)


def test_a_file_that_somebody_changes_after_all_is_read_anew(library: Library, frozen: Reader) -> None:
    with frozen.snapshot() as snapshot:
        assert snapshot.article_count() == 4
    time.sleep(0.02)  # more than the resolution of the file's time
    library.builder().remove(["news/ferry"])
    with frozen.snapshot() as snapshot:
        assert snapshot.article_count() == 3


def test_what_is_read_while_somebody_changes_the_file_is_not_used(library: Library, frozen: Reader) -> None:
    time.sleep(0.02)
    with pytest.raises(IndexBusy, match="was changed while it was being read"), frozen.snapshot():
        library.builder().remove(["news/ferry"])


def test_a_disk_that_fails_is_reported_as_that(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(path: Path, how: str) -> module.Connection:
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorcode = sqlite3.SQLITE_IOERR_READ
        raise error

    monkeypatch.setattr(module, "_connect", fail)
    with pytest.raises(IndexDisk, match="cannot be used: disk I/O error"):
        Reader.open(library.folder)
    with pytest.raises(IndexDisk, match="disk I/O error"):
        library.builder().verify()
    monkeypatch.undo()

    def unreadable(_: Path) -> bytes:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(Path, "read_bytes", unreadable)
    with pytest.raises(IndexDisk, match="Input/output error"):
        Reader.open(library.folder)


def test_a_short_file_is_called_damaged(library: Library) -> None:
    path = Generations(library.folder).current()
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(IndexCorrupt):
        library.content()
