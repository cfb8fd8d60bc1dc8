from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from index.errors import CorpusError, IndexBusy, IndexCorrupt, IndexMissing, IndexVersion, UsageError
from index.indexing.backup import back_up, restore
from index.store import Generations, Reader, locked
from tests.index.library import Library, Untouchable


@pytest.fixture
def library(tmp_path: Path) -> Library:
    library = Library(tmp_path).stock()
    library.builder().rebuild()
    return library


def put_back(library: Library, file: Path) -> tuple[tuple[str, ...], int]:
    report = restore(file, library.corpus, library.folder, lock_timeout=0.1)
    return report.removed, report.unchanged


def test_a_copy_is_one_file_that_says_what_the_index_says(library: Library, tmp_path: Path) -> None:
    before = library.content()
    copy = back_up(library.folder, tmp_path / "safe" / "monday.db")
    assert [path.name for path in copy.parent.iterdir()] == ["monday.db"]
    for path in library.folder.iterdir():
        path.unlink()
    assert put_back(library, copy) == ((), 4)
    assert library.content() == before
    assert library.builder().verify() == []
    assert library.builder(Untouchable()).rebuild().unchanged == 4


def test_a_copy_is_made_while_others_read_and_write(library: Library, tmp_path: Path) -> None:
    before = library.content()
    reader = Reader.open(library.folder)
    with reader.snapshot() as snapshot, locked(library.folder, 1):
        writing = sqlite3.connect(Generations(library.folder).current(), isolation_level=None)
        writing.execute("BEGIN IMMEDIATE")
        writing.execute("DELETE FROM article WHERE id = 'welcome'")
        copy = back_up(library.folder, tmp_path)
        assert snapshot.counts().articles == 4
        writing.execute("ROLLBACK")
        writing.close()
    reader.close()
    library.builder().remove(["welcome"])
    library.write("welcome.md", "# Welcome to the library\n\nThe library opens at ten. Reading is free.\n")
    put_back(library, copy)
    assert library.content()["articles"].keys() == before["articles"].keys()


def test_what_is_gone_stays_gone_and_a_rebuild_learns_the_rest(library: Library, tmp_path: Path) -> None:
    copy = back_up(library.folder, tmp_path / "monday.db")
    library.builder().remove(["news/ferry"])
    library.write("welcome.md", "# Welcome\n\nThe library opens at nine.\n")
    library.write("new.md", "# New\n\nThere is a new reading room.\n")
    library.builder().rebuild()
    present = Generations(library.folder).current()
    assert put_back(library, copy) == (("news/ferry",), 3)
    assert library.content()["articles"].keys() == {"news/bridge", "rules/borrowing", "welcome"}
    report = library.builder().rebuild()
    assert (report.added, report.changed) == (("new",), ("welcome",))
    assert library.builder().rollback().unchanged == 4
    assert Generations(library.folder).current() == present


def test_a_damaged_index_is_not_copied(library: Library, tmp_path: Path) -> None:
    current = Generations(library.folder).current()
    with sqlite3.connect(current) as connection:
        connection.execute("UPDATE meta SET value = 'f00d' WHERE name = 'digest'")
    connection.close()
    with pytest.raises(IndexCorrupt, match="is damaged, so no copy of it was made"):
        back_up(library.folder, tmp_path / "monday.db")
    assert not (tmp_path / "monday.db").exists()


def test_no_index_and_a_name_that_is_taken(library: Library, tmp_path: Path) -> None:
    with pytest.raises(IndexMissing):
        back_up(tmp_path / "nowhere", tmp_path / "monday.db")
    (tmp_path / "monday.db").write_text("Precious")
    with pytest.raises(UsageError, match="already exists"):
        back_up(library.folder, tmp_path / "monday.db")


def test_what_is_no_copy_leaves_the_index_as_it_was(library: Library, tmp_path: Path) -> None:
    before = sorted(library.folder.glob("*.*[!ml]"))  # without -shm and -wal, which readers make
    odd, cut = tmp_path / "odd.db", tmp_path / "cut.db"
    odd.write_text("These are not the pages of a database. " * 300)
    copy = back_up(library.folder, tmp_path / "monday.db")
    cut.write_bytes(copy.read_bytes()[:20_000])
    for file in (odd, cut):
        with pytest.raises(IndexCorrupt, match="is not a copy of an index, or is damaged"):
            put_back(library, file)
    with sqlite3.connect(copy) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(IndexVersion, match="has format 99"):
        put_back(library, copy)
    with pytest.raises(UsageError, match="There is no file"):
        put_back(library, tmp_path / "none.db")
    assert sorted(library.folder.glob("*.*[!ml]")) == before


def test_a_copy_waits_for_no_writer_but_its_return_does(library: Library, tmp_path: Path) -> None:
    with locked(library.folder, 1):
        copy = back_up(library.folder, tmp_path / "monday.db")
        with pytest.raises(IndexBusy):
            put_back(library, copy)
    library.corpus.rename(tmp_path / "elsewhere")
    before = sorted(library.folder.iterdir())
    with pytest.raises(CorpusError):
        put_back(library, copy)
    assert sorted(library.folder.iterdir()) == before


def test_only_its_owner_can_read_a_copy(library: Library, tmp_path: Path) -> None:
    Generations(library.folder).current().chmod(0o644)
    before = os.umask(0)
    try:
        copy = back_up(library.folder, tmp_path / "copies" / "monday.db")
    finally:
        os.umask(before)
    assert copy.stat().st_mode & 0o777 == 0o600
    assert copy.parent.stat().st_mode & 0o777 == 0o700
