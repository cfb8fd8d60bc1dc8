"""Once an article is removed, its words are in no file of the index folder."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path

import pytest

from index.errors import IndexMissing
from index.store import Generations, Reader
from index.text.words import terms
from tests.index.library import Library

COUNT = 12
CONSONANTS = "bcdfghjklmnpqrstvwxz"


def words(chance: random.Random) -> list[str]:
    """Words that nothing else holds, as many as fill a part of a page or several pages."""
    count = chance.choice([6, 60, 1500])
    return [
        "".join(chance.choices(CONSONANTS, k=4)) + "a" + "".join(chance.choices(CONSONANTS, k=6))
        for _ in range(count)
    ]


def write(library: Library, number: int, held: list[str]) -> Path:
    body = " ".join(f"{word}." if at % 9 == 8 else word for at, word in enumerate(held))
    return library.write(f"news/{number}.md", f"---\ntitle: {held[0]}\n---\n{body}.\n")


def left_of(gone: list[str], files: list[Path]) -> set[str]:
    """The words, as written or as full text holds them, that a file still holds."""
    sought = {form for word in gone for form in (word, *terms(word))}
    content = b"\n".join(path.read_bytes().lower() for path in files)
    return {word for word in sought if word.encode() in content}


@pytest.mark.parametrize("seed", range(4))
def test_nothing_is_left_of_removed_and_replaced_articles(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    library = Library(tmp_path).stock()
    held = {number: words(chance) for number in range(COUNT)}
    for number, own in held.items():
        write(library, number, own)
    library.builder().rebuild()
    library.builder().rebuild(full=True)
    previous = Generations(library.folder).previous()
    assert previous is not None
    assert left_of(held[0], [previous]), "the test finds words where they are"
    reader = Reader.open(library.folder)  # as a running bot has it open
    for number in chance.sample(range(COUNT), COUNT):
        with reader.snapshot() as snapshot:
            assert snapshot.article(f"news/{number}")
        how = chance.choice(["remove", "rebuild", "replace"])
        files = list(library.folder.iterdir())
        if how == "remove":
            library.builder().remove([f"news/{number}"])
        elif how == "rebuild":
            (library.corpus / f"news/{number}.md").unlink()
            library.builder().rebuild()
        else:
            library.builder().add([write(library, number, words(chance))])
            files = [path for path in files if path != previous]  # it holds what was replaced, for `rollback`
        assert not left_of(held[number], [path for path in files if path.exists()]), how
    reader.close()


def test_the_log_is_emptied_once_nobody_reads(tmp_path: Path) -> None:
    library = Library(tmp_path).stock()
    library.builder().rebuild()
    held = words(random.Random(5))
    library.builder().add([write(library, 1, held)])
    reader = Reader.open(library.folder)
    with reader.snapshot():  # what this reader sees is still needed
        library.builder().remove(["news/1"])
    library.builder().rebuild()
    assert not left_of(held, list(library.folder.iterdir()))
    reader.close()


def test_a_removed_article_does_not_come_back_by_rollback(tmp_path: Path) -> None:
    library = Library(tmp_path).stock()
    library.builder().rebuild()
    library.builder().rebuild(full=True)
    library.builder().remove(["news/ferry"])
    library.builder().rollback()
    assert "news/ferry" not in library.content()["articles"]
    library.builder().rollback()
    assert "news/ferry" not in library.content()["articles"]
    assert library.builder().verify() == []


@pytest.mark.parametrize("damage", ["PRAGMA user_version = 99", "DROP TABLE article"])
def test_a_previous_index_that_cannot_be_opened_is_deleted_with_a_removal(
    tmp_path: Path, damage: str
) -> None:
    library = Library(tmp_path).stock()
    library.builder().rebuild()
    library.builder().rebuild(full=True)
    previous = Generations(library.folder).previous()
    assert previous is not None
    connection = sqlite3.connect(previous)
    connection.execute(damage)
    connection.close()
    library.builder().remove(["news/ferry"])
    assert not previous.exists()
    assert Generations(library.folder).previous() is None
    assert library.builder().verify() == []


def test_the_store_overwrites_what_it_deletes_whatever_sqlite_was_compiled_with(tmp_path: Path) -> None:
    library = Library(tmp_path).stock()
    with pytest.raises(IndexMissing):
        Reader.open(library.folder)
    library.builder().rebuild()
    from index.store import Writer

    with Writer.open(Generations(library.folder).current()) as writer:
        assert writer._rows("PRAGMA secure_delete") == [(1,)]
