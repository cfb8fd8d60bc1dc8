"""Checks a whole database, and says what is wrong with it."""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress
from functools import cache
from pathlib import Path
from typing import Final, Literal, NamedTuple

from index.citation_ids import id_hash
from index.errors import IndexBusy, IndexDisk
from index.store._connect import connect, database_errors, sensible
from index.store._rows import article_digest, chunk_text, embedding_key, sentence_text, sound_value
from index.store._schema import SCHEMA
from index.store._snapshot import ArticleQueries
from index.text.words import terms
from index.types import CITABLE, Article, SentenceKind

_TOKEN: Final = re.compile(r"[0-9a-f]{16}")
_OBJECTS: Final = "SELECT type, name, tbl_name, sql FROM sqlite_schema"
_COLLECTIONS: Final = "SELECT DISTINCT collection FROM article ORDER BY collection"
_MOST: Final = 100
"""Problems that are reported; more of them would say nothing new."""


class _Span(NamedTuple):
    """A sentence or chunk as stored: position, span, and what its vector is of."""

    ordinal: int
    start: int
    end: int
    hash: bytes | None


def verify(path: Path, *, depth: Literal["changed", "parts", "derived"] = "derived") -> list[str]:
    """Check a whole database.

    Args:
        path: The database file.
        depth: `changed`: whether the file still holds what was written: pages, references, checksums and
            hashes. `parts`: also whether spans, vectors and words fit together. `derived`: also whether words
            and hashes are those that are made of every text today, which takes most of the time.

    Returns:
        One sentence for each thing that is wrong, at most 100; empty if nothing is.

    Raises:
        IndexCorrupt: It cannot be read to its end.
        IndexVersion: It was made by another version of Footnote.
        StoreError: It cannot be opened at all.
    """
    with database_errors(path), sensible(path), closing(connect(path, write=False)) as connection:
        connection.execute("BEGIN")  # one state, whatever is written meanwhile
        ArticleQueries(connection, path).check_words()
        found = _Check(connection, parts=depth != "changed", derived=depth == "derived").problems()
        problems = [problem for problem, _ in zip(found, range(_MOST), strict=False)]
        connection.require_unchanged()
    return problems or _full_text(path)


def _full_text(path: Path) -> list[str]:
    """Let FTS5 compare its index with its content, which it does only where the database can be written.

    From SQLite 3.44 on, `PRAGMA integrity_check` does that too.
    """
    with (
        suppress(IndexBusy, IndexDisk),
        database_errors(path),
        closing(connect(path, write=True)) as connection,
    ):
        connection.execute("PRAGMA busy_timeout = 0")
        connection.execute("BEGIN IMMEDIATE")
        try:
            connection.execute("INSERT INTO words (words) VALUES ('integrity-check')")
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_CORRUPT:
                return ["The full text does not list the words that it holds."]
            raise
        finally:
            connection.execute("ROLLBACK")
    return []


@cache
def _schema() -> frozenset[tuple[str, ...]]:
    """What `_OBJECTS` gives of a new database."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(SCHEMA)
        return frozenset(connection.execute(_OBJECTS))


class _Check:
    """One check of one state of a database."""

    def __init__(self, connection: sqlite3.Connection, *, parts: bool, derived: bool) -> None:
        self._parts = parts
        self._derived = derived
        self._execute = connection.execute
        self._words: Counter[str] = Counter()  # chunks in which each term occurs
        self._digest = 0

    def problems(self) -> Iterator[str]:
        """Everything that is wrong."""
        yield from self._pages()
        yield from self._checksums()
        yield from self._records()
        if self._parts:
            yield from self._vectors()
        collections = set()
        rows = self._execute(
            "SELECT key, hash, file, collection, short,"
            " id, title, text, url, source, published, language, tags FROM article"
            " LEFT JOIN body ON article = key ORDER BY id"
        )
        for key, digest, file, collection, short, *fields, tags in rows:
            article_id, title, text, url, source, published, language = fields
            self._digest += int.from_bytes(digest, "big")
            if text is None:
                yield f"The article {article_id} has no text."
                continue
            words = tuple(json.loads(tags))
            article = Article(article_id, title, text, url, source, published, language, words)
            if article_digest(article, file) != digest:
                yield f"The article {article_id} is not what was indexed: its hash differs."
            if (collection, short) != (article.collection, id_hash(article_id)):
                yield f"The article {article_id} is not listed under its own names."
            for problem in self._article(key, text) if self._parts else ():
                yield f"The article {article_id}: {problem}."
            collections.add(article.collection)
        if [name for (name,) in self._execute(_COLLECTIONS)] != sorted(collections):
            yield "The list of collections is not that of the articles."
        yield from self._sums()

    def _pages(self) -> Iterator[str]:
        for (problem,) in self._execute("PRAGMA integrity_check"):
            if problem != "ok":
                yield f"SQLite finds the file damaged: {problem}."
        if set(self._execute(_OBJECTS)) != _schema():
            yield "The schema is not that of this version of Footnote."
        for table, _, parent, _ in self._execute("PRAGMA foreign_key_check"):
            yield f"A row of the table {table} refers to a row of {parent} that is not there."

    def _checksums(self) -> Iterator[str]:
        for table, bad in self._execute(
            "SELECT 'meta', count(*) FROM checked_meta WHERE NOT intact"
            " UNION ALL SELECT 'setting', count(*) FROM checked_setting WHERE NOT intact"
            " UNION ALL SELECT 'article', count(*) FROM checked_article WHERE NOT intact"
            " UNION ALL SELECT 'vector', count(*) FROM checked_vector WHERE NOT intact"
            " UNION ALL SELECT 'sentence', count(*) FROM checked_sentence WHERE NOT intact"
            " UNION ALL SELECT 'chunk', count(*) FROM checked_chunk WHERE NOT intact"
            " UNION ALL SELECT 'words', count(*) FROM chunk LEFT JOIN words ON words.rowid = key"
            " WHERE chunk.terms <> checksum(words.terms)"
        ):
            if bad:
                yield f"Rows of the table {table} are not what was stored: {bad}."

    def _records(self) -> Iterator[str]:
        """What is wrong with the rows that have no checksum; one that cannot be decoded raises an error."""
        for (token,) in self._execute("SELECT token FROM history"):
            if not _TOKEN.fullmatch(token):
                yield "The history of changes is not what was stored."
        for query in ("SELECT * FROM file", "SELECT * FROM skipped", "SELECT * FROM removed"):
            self._execute(query).fetchall()

    def _vectors(self) -> Iterator[str]:
        ((dimension,),) = self._execute("SELECT value FROM meta WHERE name = 'dimension'")
        bad = sum(
            not sound_value(value, int(dimension)) for (value,) in self._execute("SELECT value FROM vector")
        )
        if bad:
            yield f"{bad} vectors are no unit vectors of {dimension} dimensions."

    def _article(self, key: int, text: str) -> Iterator[str]:
        """What is wrong with the sentences and chunks of an article."""
        sentences: list[_Span] = []
        at = 0
        for *row, kind in self._execute(
            'SELECT s.ordinal, s.start, s."end", v.hash, s.kind FROM sentence AS s'
            " LEFT JOIN vector AS v ON v.key = s.vector WHERE s.article = ? ORDER BY s.ordinal",
            (key,),
        ):
            one = _Span(*row)
            words = text[one.start : one.end]
            if (
                one.ordinal != len(sentences)
                or one.start < at
                or one.end > len(text)
                or words != words.strip()
            ):
                yield f"sentence {one.ordinal} is not where it should be"
            if self._derived and one.hash != _sentence_hash(words, kind):
                yield f"sentence {one.ordinal} does not have the vector of its words"
            sentences.append(one)
            at = one.end
        yield from self._chunks(key, text, sentences)

    def _chunks(self, key: int, text: str, sentences: list[_Span]) -> Iterator[str]:
        count = reached = 0
        for *row, first, last, context, words in self._execute(
            'SELECT c.ordinal, c.start, c."end", v.hash, c.first, c.last, c.context, w.terms FROM chunk AS c'
            " LEFT JOIN vector AS v ON v.key = c.vector LEFT JOIN words AS w ON w.rowid = c.key"
            " WHERE c.article = ? ORDER BY c.ordinal",
            (key,),
        ):
            one = _Span(*row)
            span = [(sentence.start, sentence.end) for sentence in sentences[first : last + 1]]
            if len(span) != last - first + 1 or (span[0][0], span[-1][1]) != (one.start, one.end):
                yield f"chunk {one.ordinal} is not the span of its sentences"
            if one.ordinal != count or not first <= reached <= last:
                yield f"there is a gap before chunk {one.ordinal}"
            embedded = chunk_text(context, text[one.start : one.end]) if self._derived else ""
            if embedded and one.hash != embedding_key(embedded):
                yield f"chunk {one.ordinal} does not have the vector of its words"
            if words is None or (embedded and words != " ".join(terms(embedded))):
                yield f"chunk {one.ordinal} is not found by its words"
            if self._derived:
                self._words.update(set((words or "").split(" ")) - {""})
            count, reached = count + 1, last + 1
        if reached != len(sentences):
            yield f"{len(sentences) - reached} sentences are in no chunk"

    def _sums(self) -> Iterator[str]:
        """What is wrong with the whole, once the articles are checked."""
        ((digest,),) = self._execute("SELECT value FROM meta WHERE name = 'digest'")
        if digest != f"{self._digest % (1 << 128):032x}":
            yield "The hash of all articles is not that of the articles."
        ((stray,),) = self._execute("SELECT count(*) FROM words WHERE rowid NOT IN (SELECT key FROM chunk)")
        if stray:
            yield f"The full text holds {stray} chunks that do not exist."
        elif (
            self._derived
            and dict(self._execute("SELECT term, doc FROM vocabulary").fetchall()) != self._words
        ):
            yield "The full text does not list the words that it holds."


def _sentence_hash(words: str, kind: str) -> bytes | None:
    """The hash of what is embedded for a sentence, or None if nothing is."""
    embedded = sentence_text(words) if SentenceKind(kind) in CITABLE else ""
    return embedding_key(embedded) if embedded else None
