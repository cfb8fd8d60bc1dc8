"""The read repository and the write repository: what a rebuild compares with the files, and how it writes."""

from __future__ import annotations

import json
import secrets
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from index.citation_ids import id_hash
from index.errors import IndexBusy, IndexDisk
from index.store._connect import checksum, connect, create, damaged, database_errors, disk_errors
from index.store._rows import ArticleRow, FileRow, json_array, pack
from index.store._schema import SCHEMA
from index.store._snapshot import Snapshot
from index.text.words import written
from index.types import Vectors

_HISTORY: Final = 4096  # changes, and
_REMOVED: Final = 20_000  # removed chunks, that vectors in memory can follow step by step
_DIGESTS: Final = 1 << 128
_LOG_SECONDS: Final = 1  # to wait for readers before the write-ahead log is emptied
_COMPACTED: Final = 128 * 1024 * 1024
"""Bytes of a database up to which it is compacted after each removal; a larger one waits for a rebuild."""

_PUT_ARTICLE: Final = (
    "INSERT INTO article VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12,"
    " checksum(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12))"
)
_PUT_SENTENCE: Final = (
    "INSERT INTO sentence SELECT ?1, ?2, ?3, ?4, ?5, v, checksum(?1, ?2, ?3, ?4, ?5, v)"
    " FROM (SELECT (SELECT key FROM vector WHERE hash = ?6) AS v)"
)
_PUT_CHUNK: Final = (
    "INSERT INTO chunk SELECT NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, v, ?10, ?11,"
    " checksum(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, v, ?10, ?11)"
    " FROM (SELECT (SELECT key FROM vector WHERE hash = ?9) AS v)"
)


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
        """The id of every article, with its hash."""
        return dict(self._rows("SELECT id, hash FROM article"))

    def articles_of(self, files: Iterable[str]) -> dict[str, tuple[str, bytes]]:
        """The articles that were read from some files: id to file and hash."""
        rows = self._rows(
            "SELECT a.id, a.file, a.hash FROM json_each(?) AS f JOIN article AS a ON a.file = f.value",
            json_array(files),
        )
        return {article_id: (file, digest) for article_id, file, digest in rows}

    def owners(self, ids: Iterable[str]) -> dict[str, tuple[str, bytes]]:
        """The articles of those ids: id to file and hash. Ids that no article has are left out."""
        rows = self._rows(
            "SELECT a.id, a.file, a.hash FROM json_each(?) AS i JOIN article AS a ON a.id = i.value",
            json_array(ids),
        )
        return {article_id: (file, digest) for article_id, file, digest in rows}

    def claiming(self, ids: Iterable[str]) -> set[str]:
        """Files with an article of one of those ids that is not indexed, as another file has the id too."""
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
            return Snapshot(self._connection, self._path).config()

    def holds_no_vector(self) -> bool:
        """Whether no vector is stored."""
        return not self._rows("SELECT 1 FROM vector LIMIT 1")

    def settings(self) -> dict[str, str]:
        """The values that `Writer.keep` has stored."""
        rows = self._rows("SELECT name, value, intact FROM checked_setting")
        if not all(intact for *_, intact in rows):
            raise damaged(self._path, "a setting is not what was stored")
        return {name: value for name, value, _ in rows}

    def missing(self, hashes: Iterable[bytes]) -> set[bytes]:
        """Those of the hashes that no vector is stored for."""
        return {key for key in hashes if self.value(key) is None}

    def value(self, embedding_key: bytes) -> bytes | None:
        """The stored vector of a text, packed; None if there is none, or it is damaged."""
        rows = self._rows("SELECT value FROM checked_vector WHERE hash = ? AND intact", embedding_key)
        return rows[0][0] if rows else None

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with database_errors(self._path), closing(self._connection.execute(query, values)) as cursor:
            return cursor.fetchall()


class Writer(ReadRepository):
    """One generation, open for change while the writer's lock is held. Made by `create` or `open`.

    Every method raises IndexDisk where the disk is full or fails, and IndexCorrupt where the file is
    damaged; the change that was being made is then undone.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        super().__init__(connection, path)
        self._seq = 0  # of the change that is being made, once it has one
        self._digest = 0
        self._loose: set[int] = set()
        self._dropped = False

    @classmethod
    def create(cls, path: Path, config: Mapping[str, object]) -> Writer:
        """Make an empty generation.

        Args:
            path: Where; no file may be there.
            config: What it is made with, as JSON can hold it.
        """
        meta = {"config": json.dumps(config, sort_keys=True), "digest": f"{0:032x}", "dimension": "0"}
        with disk_errors(path.parent), database_errors(path):
            connection = create(path, SCHEMA)
            writer = cls(connection, path)
            with writer._transaction():
                for name, value in meta.items():
                    writer._describe(name, value)
                connection.execute("INSERT INTO history VALUES (0, ?)", (secrets.token_hex(8),))
            return writer

    @classmethod
    def open(cls, path: Path) -> Writer:
        """Open a generation.

        Raises:
            IndexCorrupt: It is no index, or damaged.
            IndexVersion: It was written by another version of Footnote.
        """
        if not path.exists():
            raise damaged(path, "the file is missing")
        with database_errors(path):
            return cls(connect(path, write=True), path)

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Bring everything into the database file itself, unless somebody reads, and close it."""
        with suppress(sqlite3.Error):  # everything is committed: the log is read until it can be emptied
            self._connection.execute(f"PRAGMA busy_timeout = {_LOG_SECONDS * 1000}")
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._connection.close()

    def seal(self) -> None:
        """Bring everything into the database file itself, and that to the disk."""
        with database_errors(self._path):
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def compact(self) -> None:
        """Write the database anew, if something was removed since that was last done.

        SQLite overwrites what is deleted, but not the copies that remain in unused parts of pages where rows
        were moved between pages.
        """
        if self._rows("SELECT 1 FROM meta WHERE name = 'removed'"):
            with database_errors(self._path):
                self._connection.execute("VACUUM")
                self._connection.execute("DELETE FROM meta WHERE name = 'removed'")

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """The generation as it is, for reading."""
        with database_errors(self._path):
            yield Snapshot(self._connection, self._path)

    def add_vectors(self, hashes: Sequence[bytes], vectors: Vectors) -> None:
        """Store vectors at once, before anything refers to them, so that a crash loses little work.

        Args:
            hashes: `embedding_key` of each text.
            vectors: Unit vectors, shape (len(hashes), dimension), float32.
        """
        self.add_values(dict(zip(hashes, pack(vectors), strict=True)), vectors.shape[1])

    def add_values(self, values: Mapping[bytes, bytes], dimension: int) -> None:
        """Store vectors in the form that another generation holds them in; otherwise like `add_vectors`."""
        with self._transaction():
            self._describe("dimension", str(dimension))
            for item in values.items():
                added = self._connection.execute(
                    "INSERT INTO vector (hash, value, checksum) VALUES (?1, ?2, checksum(?1, ?2))"
                    " ON CONFLICT DO UPDATE SET value = ?2, checksum = excluded.checksum"
                    " WHERE checksum <> checksum(hash, value) RETURNING key",
                    item,
                ).fetchone()
                if added is not None:
                    self._connection.execute("INSERT OR IGNORE INTO pending VALUES (?)", added)

    @contextmanager
    def change(self, *, finished: bool = False) -> Iterator[None]:
        """Make all changes of the block together, or none if it raises or the process ends.

        What was removed is then in no file of this generation any more; of a large one, once `compact` is
        called. (Without `optimize`, the full text keeps the words of a removed chunk until it merges
        the segment that holds them.)

        Args:
            finished: Whether the index then holds the whole corpus: vectors that an interrupted run has left
                unused are deleted too.
        """
        self._seq, self._loose, self._dropped = 0, set(), False
        with self._transaction():
            self._digest = int(Snapshot(self._connection, self._path).digest(), 16)
            yield
            self._sweep(finished=finished)
            if self._seq:
                self._describe("digest", f"{self._digest % _DIGESTS:032x}")
                self._shorten_history(self._seq)
            if self._dropped:
                self._connection.execute("INSERT INTO words (words) VALUES ('optimize')")
                self._describe("removed", "1")
        if self._dropped and self._path.stat().st_size <= _COMPACTED:
            with suppress(IndexDisk, IndexBusy):  # the change is made: a rebuild will compact it
                self.compact()

    def put(self, row: ArticleRow) -> None:
        """Store an article with all that was made from it, in place of the one that has its id."""
        self.drop(row.article.id)
        seq, article, execute = self._next(), row.article, self._connection.execute
        names = f"\n {' '.join(written(article.id))}\n {' '.join(written(article.title))}"
        key = execute(
            _PUT_ARTICLE,
            (
                article.id,
                article.title,
                article.url,
                article.source,
                article.published,
                article.language,
                json.dumps(article.tags, ensure_ascii=False),
                article.collection,
                row.file,
                row.hash,
                id_hash(article.id),
                names,
            ),
        ).lastrowid
        execute("INSERT INTO body VALUES (?, ?)", (key, article.text))
        self._connection.executemany(
            _PUT_SENTENCE, [(key, ordinal, *sentence) for ordinal, sentence in enumerate(row.sentences)]
        )
        for ordinal, chunk in enumerate(row.chunks):
            *fields, words = chunk
            chunk_key = execute(_PUT_CHUNK, (key, ordinal, *fields, checksum(words), seq)).lastrowid
            execute("INSERT INTO words (rowid, terms) VALUES (?, ?)", (chunk_key, words))
        self._digest += int.from_bytes(row.hash, "big")

    def drop(self, article_id: str) -> None:
        """Remove an article and all that was made from it, if there is one of that id."""
        for key, digest in self._rows("SELECT key, hash FROM article WHERE id = ?", article_id):
            self._next()
            vectors = self._rows(
                "SELECT vector FROM sentence WHERE article = ?1 AND vector IS NOT NULL"
                " UNION SELECT vector FROM chunk WHERE article = ?1",
                key,
            )
            self._loose.update(vector for (vector,) in vectors)
            self._connection.execute("DELETE FROM article WHERE key = ?", (key,))
            self._digest -= int.from_bytes(digest, "big")
            self._dropped = True

    def move(self, article_id: str, file: str) -> None:
        """Record that an article, itself unchanged, is now read from another file."""
        self._connection.execute(
            "UPDATE article SET file = ?2, checksum = checksum(id, title, url, source, published, language,"
            " tags, collection, ?2, hash, short, names) WHERE id = ?1",
            (article_id, file),
        )

    def put_file(self, row: FileRow) -> None:
        """Record a file that was read, with what was skipped of it."""
        self._connection.execute(
            "INSERT INTO file VALUES (?, ?) ON CONFLICT (path) DO UPDATE SET hash = excluded.hash",
            (row.path, row.hash),
        )
        self._connection.execute("DELETE FROM skipped WHERE file = ?", (row.path,))
        self._connection.executemany(
            "INSERT INTO skipped (file, place, reason) VALUES (?, ?, ?)",
            [(row.path, skipped.path, skipped.reason) for skipped in row.skipped],
        )
        for article_id in row.shadowed:
            self.shadow(row.path, article_id)

    def shadow(self, file: str, article_id: str) -> None:
        """Record that an article of a file is not indexed, as another file has its id too."""
        self._connection.execute(
            "INSERT INTO skipped (file, place, claims) VALUES (?1, ?1, ?2)", (file, article_id)
        )

    def unshadow(self, article_id: str) -> None:
        """Delete what `shadow` has recorded of an id."""
        self._connection.execute("DELETE FROM skipped WHERE claims = ?", (article_id,))

    def drop_file(self, path: str) -> None:
        """Delete the record of a file whose articles were dropped."""
        self._connection.execute("DELETE FROM file WHERE path = ?", (path,))

    def look_again(self, path: str) -> None:
        """Let the next rebuild read a file again, whatever its hash."""
        self._connection.execute("UPDATE file SET hash = NULL WHERE path = ?", (path,))

    def keep(self, name: str, value: str | None) -> None:
        """Store a value under a name, or delete it if it is None."""
        self._next()
        self._connection.execute("DELETE FROM setting WHERE name = ?", (name,))
        if value is not None:
            self._connection.execute("INSERT INTO setting VALUES (?1, ?2, checksum(?1, ?2))", (name, value))

    def _describe(self, name: str, value: str) -> None:
        self._connection.execute(
            "INSERT OR REPLACE INTO meta VALUES (?1, ?2, checksum(?1, ?2))", (name, value)
        )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with database_errors(self._path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            finally:
                if self._connection.in_transaction:  # after an error, unless SQLite has rolled back itself
                    self._connection.execute("ROLLBACK")

    def _next(self) -> int:
        """The number of the change that is being made."""
        if not self._seq:
            self._seq = Snapshot(self._connection, self._path).state().seq + 1
            self._connection.execute("INSERT INTO history VALUES (?, ?)", (self._seq, secrets.token_hex(8)))
            self._describe("changed", f"{time.time():.3f}")
        return self._seq

    def _sweep(self, *, finished: bool) -> None:
        """Delete vectors that nothing refers to any more."""
        execute = self._connection.execute
        execute(
            "DELETE FROM pending WHERE EXISTS (SELECT 1 FROM chunk WHERE chunk.vector = pending.vector)"
            " OR EXISTS (SELECT 1 FROM sentence WHERE sentence.vector = pending.vector)"
        )
        if finished:
            execute("DELETE FROM vector WHERE key IN (SELECT vector FROM pending)")
        execute(
            "DELETE FROM vector WHERE key IN (SELECT value FROM json_each(?))"
            " AND NOT EXISTS (SELECT 1 FROM chunk WHERE chunk.vector = vector.key)"
            " AND NOT EXISTS (SELECT 1 FROM sentence WHERE sentence.vector = vector.key)",
            (json_array(self._loose),),
        )

    def _shorten_history(self, seq: int) -> None:
        """Delete history that is too long to be followed step by step."""
        execute = self._connection.execute
        row = execute("SELECT seq FROM removed ORDER BY seq DESC LIMIT 1 OFFSET ?", (_REMOVED,)).fetchone()
        oldest = max(seq - _HISTORY, 0 if row is None else row[0])
        execute("DELETE FROM removed WHERE seq <= ?", (oldest,))
        execute("DELETE FROM history WHERE seq < ?", (oldest,))
