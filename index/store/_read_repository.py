"""What is known of the corpus and of the vectors: what a rebuild compares the files with."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from index.store._articles import ArticleQueries, json_array
from index.store._connect import database_errors


class ReadRepository:
    """The half of `Writer` that only reads."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    @property
    def path(self) -> Path:
        """The database file."""
        return self._path

    def files(self) -> dict[str, bytes | None]:
        """Every file of the corpus that was read, with the hash of its bytes."""
        return dict(self._rows("SELECT path, hash FROM file"))

    def articles(self) -> dict[str, bytes]:
        """Every article's id, with its hash."""
        return dict(self._rows("SELECT id, hash FROM article"))

    def articles_of(self, files: Iterable[str]) -> dict[str, tuple[str, bytes]]:
        """The articles that were read from some files: id to file and hash."""
        rows = self._rows(
            "SELECT a.id, a.file, a.hash FROM json_each(?) AS f JOIN article AS a ON a.file = f.value",
            json_array(files),
        )
        return {article_id: (file, digest) for article_id, file, digest in rows}

    def owners(self, ids: Iterable[str]) -> dict[str, tuple[str, bytes]]:
        """The articles of those ids: id to file and hash; ids that no article has are left out."""
        rows = self._rows(
            "SELECT a.id, a.file, a.hash FROM json_each(?) AS i JOIN article AS a ON a.id = i.value",
            json_array(ids),
        )
        return {article_id: (file, digest) for article_id, file, digest in rows}

    def claiming(self, ids: Iterable[str]) -> set[str]:
        """Files with an article of one of those ids that is not indexed, for another file has the id, too."""
        rows = self._rows(
            "SELECT s.file FROM json_each(?) AS i JOIN skipped AS s ON s.claims = i.value", json_array(ids)
        )
        return {file for (file,) in rows}

    def count(self) -> int:
        """How many articles there are."""
        return int(self._rows("SELECT count(*) FROM article")[0][0])

    def config(self) -> dict[str, object]:
        """What the index was made with."""
        with database_errors(self._path):
            return ArticleQueries(self._connection, self._path).config()

    def holds_no_vector(self) -> bool:
        """Whether no vector is stored."""
        return not self._rows("SELECT 1 FROM vector LIMIT 1")

    def is_sound(self) -> bool:
        """Whether SQLite finds its pages in order; reads all of them."""
        return self._rows("PRAGMA quick_check(1)") == [("ok",)]

    def settings(self) -> dict[str, str]:
        """What `Writer.keep` has kept."""
        return dict(self._rows("SELECT name, value FROM setting"))

    def missing(self, hashes: Iterable[bytes]) -> set[bytes]:
        """Those of the hashes that no vector is stored for."""
        return {key for key in hashes if self.value(key) is None}

    def value(self, embedding_key: bytes) -> bytes | None:
        """The stored vector of a text, packed, or None."""
        rows = self._rows("SELECT value FROM vector WHERE hash = ?", embedding_key)
        return rows[0][0] if rows else None

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with database_errors(self._path), closing(self._connection.execute(query, values)) as cursor:
            return cursor.fetchall()
