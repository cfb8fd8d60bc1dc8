"""Bytes of the database that change by themselves: told in a sentence, and healed by a full rebuild."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from index.errors import FootnoteError
from index.retrieval.vectors import VectorIndex
from index.store import Generations, Reader
from index.store._connect import checksum
from tests.index.library import Library
from tests.integration.killing import copy, in_memory


@pytest.fixture(scope="module")
def library() -> Iterator[Library]:
    with in_memory() as folder:
        library = Library(folder / "sound").stock()
        library.builder().rebuild()
        yield library


def damage(path: Path, chance: random.Random) -> None:
    """Change some bytes where the file holds something."""
    data = bytearray(path.read_bytes())
    at = chance.choice([place for place in range(len(data) - 64) if data[place]])
    for place in range(at, at + chance.choice([1, 1, 4, 64])):
        data[place] = chance.randrange(256)
    path.write_bytes(bytes(data))


def ask_everything(library: Library) -> None:
    with Reader.open(library.folder).snapshot() as snapshot:
        snapshot.cards("fer")
        snapshot.skipped()
        snapshot.match(["ferri", "book"], 10)
        snapshot.document_frequency(["ferri"])
        VectorIndex.follow(None, snapshot)


@pytest.mark.parametrize("seed", range(24))
def test_whatever_is_damaged_is_told_and_healed(library: Library, seed: int) -> None:
    with in_memory() as folder:
        hurt = copy(library, folder / "hurt")
        damage(Generations(hurt.folder).current(), random.Random(seed))
        hurt.write("welcome.md", "# Welcome\n\nThe library is closed.\n")
        for ask in (
            hurt.content,
            lambda: ask_everything(hurt),
            hurt.builder().verify,
            hurt.builder().rebuild,
            lambda: hurt.builder().remove(["news/ferry"]),
        ):
            with suppress(FootnoteError):
                ask()
        hurt.builder().rebuild(full=True)
        assert hurt.builder().verify() == []
        assert hurt.content()["articles"]["welcome"]["article"].text.endswith("The library is closed.")


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            "UPDATE meta SET value = 'none', checksum = checksum(name, 'none') WHERE name = 'dimension'",
            "sense",
        ),
        ("UPDATE meta SET value = '{', checksum = checksum(name, '{') WHERE name = 'config'", "sense"),
        ("UPDATE article SET tags = '['", "a row does not make sense"),
        ("UPDATE article SET title = cast(x'ff' AS TEXT)", "it holds text that is not UTF-8"),
        ("UPDATE article SET title = 'Ferry' WHERE id = 'welcome'", "the article welcome is not what was"),
        ("UPDATE body SET text = replace(text, 'ten', 'six')", "the article [a-z/]+ is not what was indexed"),
        ("UPDATE sentence SET kind = 'item' WHERE kind = 'prose'", "a sentence is not what was indexed"),
        ("UPDATE chunk SET heading = 'Spring'", "a chunk is not what was indexed"),
        ("UPDATE vector SET value = zeroblob(64)", "a vector is not what was stored"),
        ("UPDATE meta SET value = '33' WHERE name = 'dimension'", '"dimension" is not what was stored'),
    ],
)
def test_rows_that_were_not_written_so_are_reported(library: Library, statement: str, said: str) -> None:
    with in_memory() as folder:
        hurt = copy(library, folder / "hurt")
        connection = sqlite3.connect(Generations(hurt.folder).current())
        connection.create_function("checksum", -1, checksum)
        connection.execute(statement)
        connection.commit()
        connection.close()
        with pytest.raises(FootnoteError, match=f"{said}.*Run `footnote rebuild`"):
            hurt.content()


def test_a_schema_that_cannot_even_be_told(library: Library) -> None:
    with in_memory() as folder:
        hurt = copy(library, folder / "hurt")
        path = Generations(hurt.folder).current()
        path.write_bytes(path.read_bytes().replace(b"heading TEXT NOT NULL", b"heading TE\xd1T NOT NULL"))
        with pytest.raises(FootnoteError, match="text that is not UTF-8"):
            hurt.content()
