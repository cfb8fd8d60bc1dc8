"""One state of the index, as readers see it. Whatever is read is compared with its checksum or hash."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from index.errors import ArticleNotFound, IndexVersion
from index.store._connect import damaged, sensible
from index.store._rows import Changes, Counts, Keys, State, StoredChunk, article_digest, json_array, unpack
from index.text.words import VERSION as WORDS_VERSION
from index.text.words import written
from index.types import Article, ArticleCard, Sentence, SentenceKind, Skipped, Vectors

_WORD_LIMIT: Final = 8  # words of a prefix that are looked for
_BLOCK: Final = 4096  # vectors read at a time
_META: Final = "SELECT value, intact FROM checked_meta WHERE name = ?"


class ArticleQueries:
    """What is asked of the articles and of the index as a whole: the half of `Snapshot` without vectors."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path
        self._articles: dict[int, Article] = {}

    def state(self) -> State:
        """Which state of which database this is."""
        row = self._one("SELECT seq, token FROM history ORDER BY seq DESC LIMIT 1")
        return State(self._path.stem, *row)

    def counts(self) -> Counts:
        """How many articles, chunks, sentences and vectors there are."""
        return Counts(
            *self._one(
                "SELECT (SELECT count(*) FROM article), (SELECT count(*) FROM chunk),"
                " (SELECT count(*) FROM sentence), (SELECT count(*) FROM vector)"
            )
        )

    def config(self) -> dict[str, object]:
        """What the index was made with: model, limits and versions."""
        with sensible(self._path):
            return dict(json.loads(self._meta("config")))

    def check_words(self) -> None:
        """Make sure that the full text holds words as `index.text.words` makes them today.

        Raises:
            IndexVersion: Another version of Footnote made them.
        """
        if self.config().get("words") != WORDS_VERSION:
            raise IndexVersion(
                f"The index {self._path} holds words as another version of Footnote makes them. "
                "Run `footnote rebuild` to make it anew from the corpus."
            )

    def digest(self) -> str:
        """A hash of all articles, in whatever order they were indexed; 32 hexadecimal digits."""
        return self._meta("digest")

    def changed(self) -> float | None:
        """When the articles last changed, in seconds since 1970; None if that is not recorded."""
        found = self._value(_META, "changed")
        with sensible(self._path):
            return None if found is None else float(found)

    def size(self) -> int:
        """The size of the database in bytes."""
        pages, page = self._one("PRAGMA page_count")[0], self._one("PRAGMA page_size")[0]
        return int(pages) * int(page)

    @property
    def dimension(self) -> int:
        """Length of a vector; 0 while nothing has been encoded."""
        with sensible(self._path):
            return int(self._meta("dimension"))

    def setting(self, name: str) -> str | None:
        """The value that `Builder.keep` has stored under a name, or None."""
        return self._value("SELECT value, intact FROM checked_setting WHERE name = ?", name)

    def skipped(self, files: Iterable[str] | None = None) -> list[Skipped]:
        """Files, and rows of files, that were not indexed, and why; in the order of files.

        Args:
            files: Only these; None for all.
        """
        rows = self._connection.execute(
            "SELECT s.place, s.reason, s.claims, a.file FROM skipped AS s"
            " LEFT JOIN article AS a ON a.id = s.claims"
            " WHERE ?1 IS NULL OR s.file IN (SELECT value FROM json_each(?1)) ORDER BY s.file, s.key",
            (None if files is None else json_array(files),),
        )
        return [
            Skipped(place, reason or f'its id "{claims}" is taken by {file}.')
            for place, reason, claims, file in rows
        ]

    def article(self, article_id: str) -> Article:
        """The article of that id.

        Raises:
            ArticleNotFound: There is none.
        """
        article = self._article(self.article_key(article_id))
        if article.id != article_id:
            raise damaged(self._path, "the list of ids leads to another article")
        return article

    def article_key(self, article_id: str) -> int:
        """The key of the article of that id, as in `StoredChunk`.

        Raises:
            ArticleNotFound: There is none.
        """
        row = self._connection.execute("SELECT key FROM article WHERE id = ?", (article_id,)).fetchone()
        if row is None:
            self._require_none("SELECT 1 FROM article NOT INDEXED WHERE id = ?", article_id)
            raise ArticleNotFound(f'No article has the id "{article_id}".')
        return int(row[0])

    def article_count(self, collections: Iterable[str] | None = None) -> int:
        """How many articles there are, or are in some collections."""
        query = (
            "SELECT count(*) FROM article WHERE ? IS NULL OR collection IN (SELECT value FROM json_each(?1))"
        )
        return int(self._one(query, None if collections is None else json_array(collections))[0])

    def sentence_count(self, article_id: str) -> int:
        """How many sentences the article of that id has; 0 where there is none."""
        query = "SELECT count(*) FROM sentence AS s JOIN article AS a ON a.key = s.article WHERE a.id = ?"
        return int(self._one(query, article_id)[0])

    def articles_by_short(self, short: str) -> list[Article]:
        """The articles whose citation ids begin with `short`: one, none, or by rare chance more."""
        keys = self._connection.execute(
            "SELECT key FROM article WHERE short = ? ORDER BY id", (short,)
        ).fetchall()
        if not keys:
            self._require_none("SELECT 1 FROM checked_article WHERE short = ? OR NOT intact", short)
        return [self._article(key) for (key,) in keys]

    def cards(
        self, prefix: str = "", limit: int | None = 25, collections: Iterable[str] | None = None
    ) -> list[ArticleCard]:
        """Articles whose id or title has words that begin with those of `prefix`.

        Args:
            prefix: The beginning of those words; case and accents do not count.
            limit: How many at most; None for all.
            collections: Where to look; None for everywhere.

        Returns:
            First those whose id or title itself begins with `prefix`, each part in the order of ids.
        """
        words = written(prefix)[:_WORD_LIMIT]
        if prefix.strip() and not words:
            return []
        rows = self._connection.execute(
            "SELECT id, title, url, source, published, language, tags, collection, intact"
            " FROM checked_article"
            " WHERE NOT EXISTS (SELECT 1 FROM json_each(?) WHERE NOT instr(names, value))"
            " AND (?2 IS NULL OR collection IN (SELECT value FROM json_each(?2)))"
            " ORDER BY instr(names, ?3) = 0, id LIMIT ?4",
            (
                json_array(f" {word}" for word in words),
                None if collections is None else json_array(collections),
                f"\n {' '.join(words)}",
                -1 if limit is None else limit,
            ),
        )
        return self._cards(rows)

    def cards_holding(
        self, terms: Sequence[str], collections: Iterable[str] | None = None
    ) -> list[ArticleCard]:
        """Articles in whose text, headings or title each of the terms occurs, in the order of ids.

        Args:
            terms: As `index.text.words.terms` gives them, one at least.
            collections: Where to look; None for everywhere.
        """
        keys: set[int] | None = None
        for term in dict.fromkeys(terms):
            rows = self._connection.execute(
                "SELECT DISTINCT c.article FROM words JOIN chunk AS c ON c.key = words.rowid"
                " WHERE words MATCH ?",
                (quoted(term),),
            )
            found = {int(row[0]) for row in rows}
            keys = found if keys is None else keys & found
        return self._cards(
            self._connection.execute(
                "SELECT id, title, url, source, published, language, tags, collection, intact"
                " FROM checked_article WHERE key IN (SELECT value FROM json_each(?1))"
                " AND (?2 IS NULL OR collection IN (SELECT value FROM json_each(?2))) ORDER BY id",
                (json_array(keys or ()), None if collections is None else json_array(collections)),
            )
        )

    def collections(self) -> list[str]:
        """The names of all collections, sorted; `""` is the top of the corpus."""
        rows = self._connection.execute("SELECT DISTINCT collection FROM article ORDER BY collection")
        return [row[0] for row in rows]

    def _cards(self, rows: Iterable[tuple[Any, ...]]) -> list[ArticleCard]:
        found = []
        for article_id, title, url, source, published, language, tags, collection, intact in rows:
            self._require(intact, f"the article {article_id} is not what was indexed")
            with sensible(self._path):
                words = tuple(json.loads(tags))
            found.append(ArticleCard(article_id, title, url, source, published, language, words, collection))
        return found

    def _one(self, query: str, *values: object) -> tuple[Any, ...]:
        row = self._connection.execute(query, values).fetchone()
        if row is None:
            raise damaged(self._path, "a row that every index has is missing")
        found: tuple[Any, ...] = row
        return found

    def _meta(self, name: str) -> str:
        value = self._value(_META, name)
        if value is None:
            raise damaged(self._path, "a row that every index has is missing")
        return value

    def _value(self, query: str, name: str) -> str | None:
        row = self._connection.execute(query, (name,)).fetchone()
        if row is None:
            return None
        self._require(row[1], f'the value of "{name}" is not what was stored')
        return str(row[0])

    def _article(self, key: int) -> Article:
        """The article of a key, compared with its stored hash; once for each snapshot."""
        if key not in self._articles:
            article_id, title, url, source, published, language, tags, file, digest, intact, text = self._one(
                "SELECT id, title, url, source, published, language, tags, file, hash, intact, text"
                " FROM checked_article LEFT JOIN body ON article = key WHERE key = ?",
                key,
            )
            if text is None:
                raise damaged(self._path, f"the article {article_id} has no text")
            with sensible(self._path):
                words = tuple(json.loads(tags))
                article = Article(article_id, title, text, url, source, published, language, words)
                intact = intact and article_digest(article, file) == digest
            self._require(intact, f"the article {article_id} is not what was indexed")
            self._articles[key] = article
        return self._articles[key]

    def _require_none(self, query: str, name: str) -> None:
        """Make sure that what SQLite's index does not list is not in the table either.

        Raises:
            IndexCorrupt: It is, so that the list is damaged.
        """
        found = self._connection.execute(query, (name,)).fetchone()
        self._require(found is None, "the list of ids is not complete")

    def _require(self, intact: object, otherwise: str) -> None:
        """Make sure that a row is what was written.

        Raises:
            IndexCorrupt: It is not.
        """
        if not intact:
            raise damaged(self._path, otherwise)


class Snapshot(ArticleQueries):
    """The index at one moment; changes that are made meanwhile are not seen.

    Made by `Reader.snapshot`, and valid inside its `with` block. Every method raises IndexCorrupt where it
    reads what differs from its checksum or hash.
    """

    def chunks(self, keys: Iterable[int]) -> list[StoredChunk]:
        """The chunks of those keys, in that order; keys that no chunk has are left out."""
        wanted = [int(key) for key in keys]
        rows = self._connection.execute(
            'SELECT c.key, article, start, "end", first, last, heading, context, intact'
            " FROM json_each(?) AS k JOIN checked_chunk AS c ON c.key = k.value",
            (json_array(wanted),),
        )
        found = {}
        for key, article_key, start, end, *rest, intact in rows.fetchall():
            self._require(intact, "a chunk is not what was indexed")
            article, text = self._article(article_key), self._span(article_key, start, end)
            found[key] = StoredChunk(key, article_key, article.id, article.title, start, end, text, *rest)
        return [found[key] for key in wanted if key in found]

    def sentences(
        self, article_key: int, first: int = 0, last: int | None = None
    ) -> tuple[list[Sentence], Vectors]:
        """Consecutive sentences of an article with their vectors.

        Args:
            article_key: As in `StoredChunk`.
            first: Position of the first sentence.
            last: Position of the last, inclusive, or one beyond it; None for the end of the article.

        Returns:
            The sentences, and their vectors, shape (n, dimension), float32: zero where a sentence is of a
            kind that is not cited and so was not encoded.
        """
        rows = self._connection.execute(
            'SELECT ordinal, start, "end", kind, value, s.intact AND (vector IS NULL OR v.intact)'
            " FROM checked_sentence AS s LEFT JOIN checked_vector AS v ON v.key = vector"
            " WHERE article = ? AND ordinal BETWEEN ? AND ? ORDER BY ordinal",
            (article_key, first, 2**62 if last is None else last),
        ).fetchall()
        self._require(last is None or len(rows) >= last - first, "an article lacks sentences")
        found, values = [], []
        dimension = self.dimension
        blank = bytes(2 * dimension)
        for expected, (ordinal, start, end, kind, value, intact) in enumerate(rows, first):
            self._require(intact and ordinal == expected, "a sentence is not what was indexed")
            with sensible(self._path):
                found.append(Sentence(start, end, self._span(article_key, start, end), SentenceKind(kind)))
            values.append(blank if value is None else value)
        return found, self._unpacked(values, dimension)

    def chunk_keys(self, collections: Iterable[str] | None = None) -> Keys:
        """The keys of all chunks, or of those in some collections, rising."""
        if collections is None:
            return _keys(self._connection.execute("SELECT key FROM chunk ORDER BY key"))
        rows = self._connection.execute(
            "SELECT c.key FROM json_each(?) AS n JOIN article AS a ON a.collection = n.value"
            " JOIN chunk AS c ON c.article = a.key ORDER BY c.key",
            (json_array(set(collections)),),
        )
        return _keys(rows)

    def chunk_vectors(self) -> Iterator[tuple[Keys, Vectors]]:
        """The vectors of all chunks, some thousands at a time.

        Yields:
            Keys, rising, shape (n,), int64; and their vectors, shape (n, dimension), float32.
        """
        rows = self._connection.execute(
            "SELECT c.key, value, intact"
            " FROM chunk AS c LEFT JOIN checked_vector AS v ON v.key = vector ORDER BY c.key"
        )
        while block := rows.fetchmany(_BLOCK):
            yield self._block(block)

    def changes_since(self, state: State) -> Changes | None:
        """The chunks to remove and to add to get from an earlier state of this database to this one.

        Returns:
            None if `state` is not of this database, or too long ago: then everything must be read.
        """
        row = self._connection.execute("SELECT token FROM history WHERE seq = ?", (state.seq,)).fetchone()
        if row is None or row[0] != state.token:
            return None
        removed = self._connection.execute("SELECT chunk FROM removed WHERE seq > ?", (state.seq,))
        added = self._connection.execute(
            "SELECT c.key, value, intact"
            " FROM chunk AS c LEFT JOIN checked_vector AS v ON v.key = vector WHERE seq > ? ORDER BY c.key",
            (state.seq,),
        )
        return Changes(_keys(removed), *self._block(added.fetchall()))

    def match(
        self, terms: Sequence[str], limit: int, collections: Iterable[str] | None = None
    ) -> list[tuple[int, float]]:
        """The chunks that hold any of the terms.

        Args:
            terms: As `index.text.words.terms` gives them.
            limit: How many chunks at most.
            collections: Where to look; None for everywhere.

        Returns:
            Keys with their BM25 score (k1 = 1.2, b = 0.75; https://sqlite.org/fts5.html#the_bm25_function,
            its sign turned so that higher is better), best first, ties in the order of keys.
        """
        if not terms:
            return []
        query = " OR ".join(map(quoted, dict.fromkeys(terms)))
        rows = self._connection.execute(
            "SELECT words.rowid, bm25(words) FROM words WHERE words MATCH ?1 AND (?2 IS NULL OR EXISTS ("
            "SELECT 1 FROM chunk AS c JOIN article AS a ON a.key = c.article WHERE c.key = words.rowid"
            " AND a.collection IN (SELECT value FROM json_each(?2))))"
            " ORDER BY bm25(words), words.rowid LIMIT ?3",
            (query, None if collections is None else json_array(collections), limit),
        )
        return [(key, -score) for key, score in rows]

    def document_frequency(
        self, terms: Iterable[str], collections: Iterable[str] | None = None
    ) -> dict[str, int]:
        """In how many chunks, of all or of those in some collections, each term occurs; 0 if in none."""
        wanted = list(dict.fromkeys(terms))
        if collections is not None:
            within = json_array(collections)
            return {term: self._occurs(term, within) for term in wanted}
        found = self._connection.execute(
            "SELECT t.value, v.doc FROM json_each(?) AS t JOIN vocabulary AS v ON v.term = t.value",
            (json_array(wanted),),
        )
        return dict.fromkeys(wanted, 0) | dict(found.fetchall())

    def _occurs(self, term: str, within: str) -> int:
        query = (
            "SELECT count(*) FROM words JOIN chunk AS c ON c.key = words.rowid JOIN article AS a"
            " ON a.key = c.article WHERE words MATCH ? AND a.collection IN (SELECT value FROM json_each(?))"
        )
        ((count,),) = self._connection.execute(query, (quoted(term), within))
        return int(count)

    def vocabulary(self) -> dict[str, int]:
        """Every term with the number of chunks it occurs in, in the order of terms."""
        return dict(self._connection.execute("SELECT term, doc FROM vocabulary").fetchall())

    def _block(self, rows: Sequence[tuple[int, bytes, int]]) -> tuple[Keys, Vectors]:
        self._require(all(intact for *_, intact in rows), "a vector is not what was stored")
        return _keys(rows), self._unpacked([value for _, value, _ in rows], self.dimension)

    def _span(self, article_key: int, start: int, end: int) -> str:
        text = self._article(article_key).text
        if not 0 <= start < end <= len(text):
            raise damaged(self._path, "a span lies outside its article")
        return text[start:end]

    def _unpacked(self, values: list[bytes], dimension: int) -> Vectors:
        with sensible(self._path):
            return unpack(values, dimension)


class Without(Snapshot):
    """A state of the index with some articles left out of what is found and counted.

    By its id, or the key of a chunk, such an article can still be read.

    Args:
        whole: The state with all of its articles; this one is valid as long as that is.
        article_ids: The articles to leave out; ids that no article has are ignored.
    """

    def __init__(self, whole: Snapshot, article_ids: Iterable[str]) -> None:
        super().__init__(whole._connection, whole._path)
        self._articles = whole._articles
        self._ids = sorted(set(article_ids))
        rows = self._connection.execute(
            "SELECT c.key, a.collection, w.terms FROM json_each(?) AS i JOIN article AS a ON a.id = i.value"
            " JOIN chunk AS c ON c.article = a.key JOIN words AS w ON w.rowid = c.key",
            (json_array(self._ids),),
        ).fetchall()
        self._hidden = {int(key) for key, _, _ in rows}
        self._gone = [(collection, set(terms.split())) for _, collection, terms in rows]
        self._lost = Counter(term for _, terms in self._gone for term in terms)

    def state(self) -> State:
        """The state of the whole, made unequal to it: what is derived from one is not used for the other."""
        generation, seq, token = super().state()
        return State(generation, seq, f"{token} without {json_array(self._ids)}")

    def counts(self) -> Counts:
        """As `Snapshot.counts`: articles and chunks that are left, but all sentences and vectors."""
        counts = super().counts()
        return counts._replace(articles=self.article_count(), chunks=counts.chunks - len(self._hidden))

    def chunk_keys(self, collections: Iterable[str] | None = None) -> Keys:
        """As `Snapshot.chunk_keys`, of the articles that are left."""
        keys = super().chunk_keys(collections)
        return keys[~np.isin(keys, list(self._hidden))]

    def match(
        self, terms: Sequence[str], limit: int, collections: Iterable[str] | None = None
    ) -> list[tuple[int, float]]:
        """As `Snapshot.match`, of the articles that are left; the scores are those of the whole."""
        found = super().match(terms, limit + len(self._hidden), collections)
        return [(key, score) for key, score in found if key not in self._hidden][:limit]

    def article_count(self, collections: Iterable[str] | None = None) -> int:
        """As `Snapshot.article_count`, of the articles that are left."""
        ((gone,),) = self._connection.execute(
            "SELECT count(*) FROM article WHERE id IN (SELECT value FROM json_each(?1))"
            " AND (?2 IS NULL OR collection IN (SELECT value FROM json_each(?2)))",
            (json_array(self._ids), None if collections is None else json_array(collections)),
        )
        return super().article_count(collections) - int(gone)

    def document_frequency(
        self, terms: Iterable[str], collections: Iterable[str] | None = None
    ) -> dict[str, int]:
        """As `Snapshot.document_frequency`, of the articles that are left."""
        lost = self._lost
        if collections is not None:
            within = set(collections)
            lost = Counter(term for name, gone in self._gone if name in within for term in gone)
        whole = super().document_frequency(terms, collections)
        return {term: n - lost[term] for term, n in whole.items()}

    def vocabulary(self) -> dict[str, int]:
        """As `Snapshot.vocabulary`, of the articles that are left."""
        left = ((term, n - self._lost[term]) for term, n in super().vocabulary().items())
        return {term: n for term, n in left if n}


def quoted(term: str) -> str:
    """The full-text query for a term, whatever signs it holds (https://sqlite.org/fts5.html#fts5_strings)."""
    doubled = term.replace('"', '""')
    return f'"{doubled}"'


def _keys(rows: Iterable[tuple[Any, ...]]) -> Keys:
    return np.array([row[0] for row in rows], dtype=np.int64)
