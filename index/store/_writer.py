"""Changes one generation of the index; only while the writer's lock is held."""

from __future__ import annotations

import json
import secrets
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from index.citation_ids import id_hash
from index.files import sync
from index.store._articles import json_array
from index.store._connect import connect, create, damaged, database_errors
from index.store._read_repository import ReadRepository
from index.store._rows import ArticleRow, FileRow, pack
from index.store._schema import SCHEMA
from index.store._snapshot import Snapshot
from index.text.words import written
from index.types import Vectors

_HISTORY: Final = 4096  # changes, and
_REMOVED: Final = 20_000  # removed chunks, that vectors in memory can follow step by step
_DIGESTS: Final = 1 << 128


class Writer(ReadRepository):
    """One generation, open for change. Made by `create` or `open`; close it when done.

    Every method raises IndexDisk where the disk is full or fails, and IndexCorrupt where the file is
    damaged; nothing of the change that was being made is then kept.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        super().__init__(connection, path)
        self._seq = 0  # of the change that is being made, once it has one
        self._digest = 0
        self._loose: set[int] = set()

    @classmethod
    def create(cls, path: Path, config: Mapping[str, object]) -> Writer:
        """Make an empty generation.

        Args:
            path: Where; no file may be there.
            config: What it is made with, as JSON can hold it.
        """
        meta = {"config": json.dumps(config, sort_keys=True), "digest": f"{0:032x}", "dimension": "0"}
        with database_errors(path):
            connection = create(path, SCHEMA)
            writer = cls(connection, path)
            with writer._transaction():
                connection.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
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
        """Let go of the database."""
        self._connection.close()

    def seal(self) -> None:
        """Bring everything into the database file itself, and that to the disk."""
        with database_errors(self._path):
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        sync(self._path)

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
        """Store vectors as another generation has them, as `add_vectors`."""
        with self._transaction():
            execute = self._connection.execute
            execute("UPDATE meta SET value = ? WHERE name = 'dimension'", (str(dimension),))
            for item in values.items():
                added = execute("INSERT OR IGNORE INTO vector (hash, value) VALUES (?, ?)", item)
                if added.rowcount:
                    execute("INSERT INTO pending VALUES (?)", (added.lastrowid,))

    @contextmanager
    def change(self, *, finished: bool = False) -> Iterator[None]:
        """All changes inside the block together, or, if it is left by an error or a crash, none.

        Args:
            finished: Whether the index then holds the whole corpus: vectors that an interrupted run has left
                unused are deleted, too.
        """
        self._seq, self._loose = 0, set()
        with self._transaction():
            self._digest = int(Snapshot(self._connection, self._path).digest(), 16)
            yield
            self._sweep(finished=finished)
            if self._seq:
                value = f"{self._digest % _DIGESTS:032x}"
                self._connection.execute("UPDATE meta SET value = ? WHERE name = 'digest'", (value,))
                self._forget(self._seq)

    def put(self, row: ArticleRow) -> None:
        """Store an article with all that was made from it, in place of the one that has its id."""
        self.drop(row.article.id)
        seq, article, execute = self._next(), row.article, self._connection.execute
        names = f"\n {' '.join(written(article.id))}\n {' '.join(written(article.title))}"
        key = execute(
            "INSERT INTO article (id, title, url, source, published, language, tags, collection, file, hash,"
            " short, names) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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
            "INSERT INTO sentence VALUES (?, ?, ?, ?, ?, (SELECT key FROM vector WHERE hash = ?))",
            [(key, ordinal, *sentence) for ordinal, sentence in enumerate(row.sentences)],
        )
        for ordinal, chunk in enumerate(row.chunks):
            *fields, words = chunk
            chunk_key = execute(
                "INSERT INTO chunk VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?,"
                " (SELECT key FROM vector WHERE hash = ?), ?)",
                (key, ordinal, *fields, seq),
            ).lastrowid
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

    def move(self, article_id: str, file: str) -> None:
        """Note that an article, itself unchanged, is now read from another file."""
        self._connection.execute("UPDATE article SET file = ? WHERE id = ?", (file, article_id))

    def put_file(self, row: FileRow) -> None:
        """Record a file as it was read, with what was skipped of it."""
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
        """Note that a file's article is not indexed, for another file has its id, too."""
        self._connection.execute(
            "INSERT INTO skipped (file, place, claims) VALUES (?1, ?1, ?2)", (file, article_id)
        )

    def unshadow(self, article_id: str) -> None:
        """Forget articles of an id that are not indexed."""
        self._connection.execute("DELETE FROM skipped WHERE claims = ?", (article_id,))

    def drop_file(self, path: str) -> None:
        """Forget a file whose articles were dropped."""
        self._connection.execute("DELETE FROM file WHERE path = ?", (path,))

    def look_again(self, path: str) -> None:
        """Let the next rebuild read a file again, whatever its hash."""
        self._connection.execute("UPDATE file SET hash = NULL WHERE path = ?", (path,))

    def keep(self, name: str, value: str | None) -> None:
        """Keep a value under a name, or, if it is None, keep it no longer."""
        self._next()
        self._connection.execute("DELETE FROM setting WHERE name = ?", (name,))
        if value is not None:
            self._connection.execute("INSERT INTO setting VALUES (?, ?)", (name, value))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with database_errors(self._path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            finally:
                if self._connection.in_transaction:  # left by an error, and SQLite has not rolled back itself
                    self._connection.execute("ROLLBACK")

    def _next(self) -> int:
        """The number of the change that is being made."""
        if not self._seq:
            self._seq = Snapshot(self._connection, self._path).state().seq + 1
            self._connection.execute("INSERT INTO history VALUES (?, ?)", (self._seq, secrets.token_hex(8)))
            self._connection.execute(
                "INSERT OR REPLACE INTO meta VALUES ('changed', ?)", (f"{time.time():.3f}",)
            )
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

    def _forget(self, seq: int) -> None:
        """Let go of history that is too long to be followed step by step."""
        execute = self._connection.execute
        row = execute("SELECT seq FROM removed ORDER BY seq DESC LIMIT 1 OFFSET ?", (_REMOVED,)).fetchone()
        oldest = max(seq - _HISTORY, 0 if row is None else row[0])
        execute("DELETE FROM removed WHERE seq <= ?", (oldest,))
        execute("DELETE FROM history WHERE seq < ?", (oldest,))
