"""What was reported as done survives a loss of power: recorded file operations, and SQLite's own settings."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.services.drafts import Draft, Drafts
from bot.state import Database, back_up
from index import corpus as articles
from index.cli.starting import init
from index.files import write_text
from index.indexing.backup import back_up as back_up_index
from index.indexing.backup import restore
from index.indexing.builder import Builder
from index.store import Generations, Writer
from index.types import Article
from tests.index.library import Library
from tests.integration.killing import in_memory
from tests.power import at_risk

ARTICLE = Article("rules/quiet/reading-room", "Quiet", "Please be quiet in the reading room.")


@pytest.fixture
def root() -> Iterator[Path]:
    with in_memory() as folder:
        Library(folder / "town").stock().builder().rebuild()
        yield folder


def rebuild_from_nothing(root: Path) -> None:
    town = Library(root / "town")
    Builder(town.corpus, root / "new" / "index", town.encoder).rebuild()


def rebuild_fully(root: Path) -> None:
    Library(root / "town").builder().rebuild(full=True)


def fail_to_rebuild(root: Path) -> None:
    library = Library(root / "town")
    for path in library.corpus.rglob("*.*"):
        path.unlink()
    try:
        library.builder().rebuild()
    except Exception as error:
        assert Generations(library.folder).failure() == str(error)


def publish(root: Path) -> None:
    library = Library(root / "town")
    library.builder().add([articles.write(library.corpus, ARTICLE)])


def undo(root: Path) -> None:
    """As an editor's *Undo* puts it back."""
    corpus = root / "town" / "corpus"
    kept = articles.keep(corpus, "news/ferry")
    articles.delete(corpus, "news/ferry")
    articles.put_back(corpus, kept)


def copy_and_restore(root: Path) -> None:
    library = Library(root / "town")
    made = back_up_index(library.folder, root / "copies" / "monday" / "index.db")
    restore(made, library.corpus, root / "elsewhere" / "index")


def keep_a_draft(root: Path) -> None:
    Drafts(root / "bot" / "drafts").keep(Draft(1, "add", ARTICLE.id, ARTICLE.title, ARTICLE))


def make_a_bot_database(root: Path) -> None:
    path = root / "bot" / "state" / "bot.db"
    Database(path).close()
    back_up(path, root / "copies" / "bot.db")


def write_a_report(root: Path) -> None:
    write_text(root / "monday.html", "<p>9 of 10")


def set_up_a_folder(root: Path) -> None:
    os.environ |= {"INDEX_CORPUS": "corpus", "INDEX_DIR": "index"}
    try:
        init(root / "set" / "up")
    except Exception as error:  # the model may be missing: what was made by then is what counts
        assert (root / "set" / "up" / ".env").exists(), error


WORK = [
    rebuild_from_nothing,
    rebuild_fully,
    fail_to_rebuild,
    publish,
    undo,
    copy_and_restore,
    keep_a_draft,
    make_a_bot_database,
    write_a_report,
    set_up_a_folder,
]


@pytest.mark.parametrize("work", WORK)
def test_what_is_done_is_on_the_disk(root: Path, work: Callable[[Path], None]) -> None:
    before = set(root.rglob("*"))
    risky = at_risk(root, work)
    assert set(root.rglob("*")) - before or work is undo
    assert [path for path in risky if Path(path).name != "writer.lock"] == []


def test_the_recorder_sees_what_is_not_synced(root: Path) -> None:
    assert at_risk(root, careless) == ["folder", "folder/file"]


def careless(root: Path) -> None:
    (root / "folder").mkdir()
    (root / "folder" / "file").write_text("text")


def test_commits_of_sqlite_wait_for_the_disk(tmp_path: Path) -> None:
    """FULL in WAL mode; EXTRA where a deleted journal is the commit, for its name must not come back."""
    library = Library(tmp_path).stock()
    library.builder().rebuild()
    with Writer.open(Generations(library.folder).current()) as writer:
        assert writer._rows("PRAGMA journal_mode") == [("wal",)]
        assert writer._rows("PRAGMA synchronous") == [(2,)]
    with closing(Database(tmp_path / "bot.db")) as database:

        def pragmas(connection: sa.Connection) -> list[object]:
            ask = connection.exec_driver_sql
            return [ask(f"PRAGMA {name}").scalar_one() for name in ("synchronous", "journal_mode")]

        assert database.now(pragmas) == [3, "delete"]
