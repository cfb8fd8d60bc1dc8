"""A corpus that is not there, or not all of it, as when a disk is not mounted."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from index.cli import main
from index.engine import Engine
from index.errors import ArticlesMissing, CorpusError
from index.indexing.backup import back_up, restore
from index.store import Generations, Reader
from tests.index.library import ARTICLES, Library, WordEncoder


@pytest.fixture
def library(tmp_path: Path) -> Library:
    library = Library(tmp_path).stock()
    library.builder().rebuild()
    library.builder().rebuild(full=True)
    return library


def stock_many(library: Library, count: int) -> list[Path]:
    return [library.write(f"many/{n}.md", f"# Number {n}\n\nThe number is {n}.\n") for n in range(count)]


def empty(library: Library) -> None:
    shutil.rmtree(library.corpus)
    library.corpus.mkdir()


WAYS: list[Callable[[Library], object]] = [
    lambda library: library.builder().rebuild(),
    lambda library: library.builder().rebuild(full=True),
    lambda library: library.builder(WordEncoder("other@2")).rebuild(),
    lambda library: library.builder().rollback(),
]


@pytest.mark.parametrize("way", WAYS)
def test_an_empty_corpus_does_not_empty_the_index(library: Library, way: Callable[[Library], object]) -> None:
    before = library.content(), Generations(library.folder).previous()
    empty(library)
    with pytest.raises(ArticlesMissing, match="lacks 4 of the 4 articles.*mounted.*add --allow-empty"):
        way(library)
    assert (library.content(), Generations(library.folder).previous()) == before
    library.stock()
    way(library)
    assert library.content()["articles"].keys() == before[0]["articles"].keys()


@pytest.mark.parametrize("way", WAYS)
def test_a_missing_corpus_does_not_empty_the_index(
    library: Library, way: Callable[[Library], object]
) -> None:
    before = library.content()
    shutil.rmtree(library.corpus)
    with pytest.raises(CorpusError, match="There is no folder of articles"):
        way(library)
    assert library.content() == before


def test_whoever_means_it_can_empty_the_index(library: Library) -> None:
    empty(library)
    assert len(library.builder().rebuild(allow_empty=True).removed) == 4
    assert library.builder().rebuild().removed == ()  # there is nothing to lose any more
    library.stock()
    library.builder().rebuild(full=True)
    empty(library)
    assert len(library.builder().rebuild(full=True, allow_empty=True).removed) == 4
    assert len(library.builder().rollback(allow_empty=True).removed) == 4


def test_of_many_articles_more_than_half_must_stay(tmp_path: Path) -> None:
    library = Library(tmp_path)
    paths = stock_many(library, 20)
    library.builder().rebuild()
    for path in paths[:10]:
        path.unlink()
    assert len(library.builder().rebuild().removed) == 10
    for path in paths[10:19]:
        path.unlink()
    assert len(library.builder().rebuild().removed) == 9  # of 10: few articles may come and go
    stock_many(library, 20)
    library.builder().rebuild()
    for path in paths[:11]:
        path.unlink()
    for full in (False, True):
        with pytest.raises(ArticlesMissing, match="lacks 11 of the 20 articles"):
            library.builder().rebuild(full=full)
    assert len(library.builder().rebuild(allow_empty=True).removed) == 11


def test_replacing_the_starter_article_is_no_loss(tmp_path: Path) -> None:
    library = Library(tmp_path)
    starter = library.write("handbook/adding-articles.md", "# Adding articles\n\nUse `footnote add`.\n")
    library.builder().rebuild()
    starter.unlink()
    library.stock()
    report = library.builder().rebuild()
    assert (len(report.added), report.removed) == (len(ARTICLES), ("handbook/adding-articles",))


def test_removing_by_name_is_never_refused(library: Library) -> None:
    library.builder().remove(sorted(library.content()["articles"]))
    assert library.content()["counts"].articles == 0


def test_a_first_index_of_an_empty_corpus_is_made(tmp_path: Path) -> None:
    library = Library(tmp_path)
    library.corpus.mkdir()
    assert library.builder().rebuild().added == ()


def test_a_copy_is_not_restored_empty(library: Library, tmp_path: Path) -> None:
    made = back_up(library.folder, tmp_path / "monday.db")
    before = library.content()
    empty(library)
    with pytest.raises(ArticlesMissing):
        restore(made, library.corpus, library.folder)
    assert library.content() == before
    assert len(restore(made, library.corpus, library.folder, allow_empty=True).removed) == 4


def test_the_index_answers_on_and_says_why_it_is_behind(library: Library) -> None:
    empty(library)
    with pytest.raises(ArticlesMissing) as caught:
        library.builder().rebuild()
    with closing(Engine(Reader.open(library.folder), library.encoder)) as engine:
        assert engine.status().failure == str(caught.value)
        assert engine.article("news/ferry")
        assert engine.search("ferry")
        library.stock()
        library.builder().rebuild()
        assert engine.status().failure is None


def test_a_mistake_of_ours_is_recorded_too(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr("index.indexing.builder.plan_all", fail)
    with pytest.raises(ZeroDivisionError):
        library.builder().rebuild()
    assert Generations(library.folder).failure() == "Unexpected ZeroDivisionError."


def test_a_failure_that_cannot_be_recorded_is_the_same_failure(library: Library) -> None:
    (library.folder / "rebuild-failure").mkdir()
    empty(library)
    with pytest.raises(ArticlesMissing):
        library.builder().rebuild()
    assert Generations(library.folder).failure() is None
    library.stock()
    library.builder().rebuild()


def test_the_commands_take_the_option(
    library: Library, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = back_up(library.folder, library.root / "monday.db")
    empty(library)
    place = ["--corpus", str(library.corpus), "--index", str(library.folder)]

    def run(*arguments: str) -> int:
        monkeypatch.setattr(sys, "argv", ["footnote", *arguments, *place])
        try:
            main()
        except SystemExit as leaving:
            return int(leaving.code or 0)
        return 0

    for command in (["rollback"], ["restore", str(made)], ["rebuild"]):
        assert run(*command) == 1
        assert "add --allow-empty" in capsys.readouterr().err
        assert library.content()["counts"].articles == 4
    for command in (["restore", str(made)], ["rollback"]):
        assert run(*command, "--allow-empty", "--json") == 0
    assert run("rebuild", "--allow-empty") == 0
    assert library.content()["counts"].articles == 0
