from __future__ import annotations

import gc
import shutil
import sqlite3
import time
from pathlib import Path

import pytest

from index.errors import (
    ArticleNotFound,
    IndexBusy,
    IndexCorrupt,
    IndexDisk,
    IndexMissing,
    IndexModel,
    IndexVersion,
    StoreError,
)
from index.store import Generations, Reader
from index.store._connect import checksum
from tests.index.library import Library


@pytest.fixture
def library(tmp_path: Path) -> Library:
    library = Library(tmp_path).stock()
    library.builder().rebuild()
    return library


def database(library: Library) -> Path:
    return Generations(library.folder).current()


def change(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path)
    connection.create_function("checksum", -1, checksum)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def test_nothing_built_yet(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing):
        Reader.open(tmp_path)


def test_changes_are_seen_without_reopening(library: Library) -> None:
    reader = Reader.open(library.folder)
    with reader.snapshot() as snapshot:
        before = snapshot.state()
        assert snapshot.article("welcome").title == "Welcome to the library"
    library.write("welcome.md", "# Welcome back\n\nThe library opens at eleven.\n")
    library.builder().rebuild()
    library.builder().remove(["news/ferry"])
    with reader.snapshot() as snapshot:
        assert snapshot.article("welcome").title == "Welcome back"
        assert snapshot.state().seq == before.seq + 2
        with pytest.raises(ArticleNotFound, match='No article has the id "news/ferry"'):
            snapshot.article("news/ferry")


def test_it_is_written_down_when_the_articles_last_changed(library: Library) -> None:
    reader = Reader.open(library.folder)
    with reader.snapshot() as snapshot:
        before = snapshot.changed()
        assert before is not None
        assert 0 <= time.time() - before < 60
        assert snapshot.size() == database(library).stat().st_size
    library.builder().rebuild()
    with reader.snapshot() as snapshot:
        assert snapshot.changed() == before
    library.builder().remove(["news/ferry"])
    with reader.snapshot() as snapshot:
        after = snapshot.changed()
        assert after is not None
        assert after > before
    reader.close()
    change(database(library), "UPDATE meta SET value = 'long ago' WHERE name = 'changed'")
    with pytest.raises(IndexCorrupt), reader.snapshot() as snapshot:
        snapshot.changed()
    reader.close()
    change(database(library), "DELETE FROM meta WHERE name = 'changed'")
    with reader.snapshot() as snapshot:
        assert snapshot.changed() is None


def test_a_snapshot_does_not_change_while_it_is_open(library: Library) -> None:
    reader = Reader.open(library.folder)
    with reader.snapshot() as snapshot:
        state = snapshot.state()
        library.builder().remove(["news/ferry"])
        assert snapshot.state() == state
        assert snapshot.article("news/ferry").title == "Ferry timetable"
        assert len(snapshot.cards()) == 4
    with reader.snapshot() as snapshot:
        assert len(snapshot.cards()) == 3


def test_a_new_generation_is_seen_without_reopening(library: Library) -> None:
    reader = Reader.open(library.folder)
    library.write("extra.md", "# Extra\n\nThe mill dam is dry.\n")
    library.builder().rebuild(full=True)
    with reader.snapshot() as snapshot:
        assert snapshot.article("extra").title == "Extra"
    library.builder().rollback()
    with reader.snapshot() as snapshot:
        assert [card.id for card in snapshot.cards("extra")] == []
    reader.close()
    with reader.snapshot() as snapshot:
        assert len(snapshot.cards()) == 4


def test_an_index_deleted_and_made_again_is_another(library: Library) -> None:
    reader = Reader.open(library.folder)
    shutil.rmtree(library.folder)
    with pytest.raises(IndexMissing), reader.snapshot():
        pass
    (library.corpus / "welcome.md").unlink()
    library.builder().rebuild()
    with reader.snapshot() as snapshot:
        assert len(snapshot.cards()) == 3


def test_a_file_that_is_named_but_missing(library: Library) -> None:
    database(library).unlink()
    with pytest.raises(IndexCorrupt, match="the file is missing"):
        Reader.open(library.folder)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not a database of Footnote"),
        (b"The minutes of the library committee. " * 200, "file is not a database"),
        (b"SQLite format 3\x00" + bytes(4000), "is damaged"),
    ],
)
def test_what_is_no_database(library: Library, content: bytes, said: str) -> None:
    path = database(library)
    path.write_bytes(content)
    with pytest.raises(IndexCorrupt, match=f"{said}.*Run `footnote rebuild`"):
        Reader.open(library.folder)
    assert path.read_bytes() == content


def test_a_database_of_another_program(library: Library) -> None:
    path = database(library)
    path.unlink()
    change(path, "CREATE TABLE bookmarks (url TEXT)", "INSERT INTO bookmarks VALUES ('https://example.org')")
    with pytest.raises(IndexCorrupt, match="not a database of Footnote"):
        Reader.open(library.folder)


@pytest.mark.parametrize("share", [0.1, 0.35, 0.6, 0.9])
def test_a_truncated_database_is_told(library: Library, share: float) -> None:
    path = database(library)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    assert library.builder().verify() != []
    with pytest.raises(IndexCorrupt):
        library.content()


def test_another_format(library: Library) -> None:
    change(database(library), "PRAGMA user_version = 99")
    with pytest.raises(IndexVersion, match="has format 99.*Run `footnote rebuild`"):
        Reader.open(library.folder)


def test_words_of_another_version(library: Library) -> None:
    change(
        database(library),
        "UPDATE meta SET value = json_set(value, '$.words', 99) WHERE name = 'config'",
        "UPDATE meta SET checksum = checksum(name, value)",
    )
    with pytest.raises(IndexVersion, match="words as another version"):
        Reader.open(library.folder)


def test_another_model(library: Library) -> None:
    assert Reader.open(library.folder, model="words@1")
    with pytest.raises(IndexModel, match="made with the model words@1.*INDEX_MODEL.* mean.*other@2"):
        Reader.open(library.folder, model="other@2")


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM meta WHERE name = 'config'",
        "DELETE FROM history",
        "DELETE FROM body",
        'UPDATE sentence SET start = start + 100000, "end" = "end" + 100000',
        'UPDATE chunk SET "end" = "end" + 100000',
        "UPDATE vector SET value = x'00'",
        "DROP TABLE vector",
        "DROP TABLE words",
    ],
)
def test_a_database_that_contradicts_itself_is_told(library: Library, statement: str) -> None:
    change(database(library), "PRAGMA foreign_keys = OFF", statement)
    with pytest.raises(IndexCorrupt, match="Run `footnote rebuild`"):
        library.content()


def test_a_locked_database_is_busy(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.store._connect._BUSY_SECONDS", 0.05)
    connection = sqlite3.connect(database(library), isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    with pytest.raises(IndexBusy, match="Another program holds the index"):
        library.builder().remove(["welcome"])
    connection.close()


def test_a_folder_in_place_of_the_database(library: Library) -> None:
    path = database(library)
    path.unlink()
    path.mkdir()
    with pytest.raises(StoreError, match="cannot be used: disk I/O error") as caught:
        Reader.open(library.folder)
    assert isinstance(caught.value, IndexDisk)


def test_a_generation_deleted_between_its_name_and_its_opening(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = database(library)
    library.builder().rebuild(full=True)
    library.builder().rebuild(full=True)
    assert not old.exists()
    names = iter([old, database(library)])
    with monkeypatch.context() as patch:
        patch.setattr(Generations, "current", lambda _: next(names))
        reader = Reader.open(library.folder)
    with reader.snapshot() as snapshot:
        assert len(snapshot.cards()) == 4


def test_a_forgotten_reader_lets_go_of_the_database(library: Library) -> None:
    reader = Reader.open(library.folder)
    with reader.snapshot() as snapshot:
        pass
    del reader
    gc.collect()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        snapshot.state()


def test_a_mistake_of_ours_is_not_called_damage(library: Library) -> None:
    reader = Reader.open(library.folder)
    with pytest.raises(sqlite3.ProgrammingError), reader.snapshot() as snapshot:
        reader.close()
        reader.close()
        snapshot.state()
