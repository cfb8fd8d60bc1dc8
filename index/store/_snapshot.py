"""What readers ask of one state of the index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import numpy as np

from index.store._articles import ArticleQueries, json_array, quoted
from index.store._connect import damaged, sensible
from index.store._rows import Changes, Keys, State, StoredChunk, unpack
from index.types import Sentence, SentenceKind, Vectors

_BLOCK: Final = 4096  # vectors read at a time


class Snapshot(ArticleQueries):
    """The index at one moment: whatever is asked of it, no change comes in between.

    Comes from `Reader.snapshot` and is good only inside its `with` block.
    """

    def chunks(self, keys: Iterable[int]) -> list[StoredChunk]:
        """The chunks of those keys, in that order; keys that no chunk has are left out."""
        wanted = [int(key) for key in keys]
        rows = self._connection.execute(
            'SELECT c.key, c.article, a.id, a.title, c.start, c."end", c.first, c.last, c.heading, c.context'
            " FROM json_each(?) AS k JOIN chunk AS c ON c.key = k.value"
            " JOIN article AS a ON a.key = c.article",
            (json_array(wanted),),
        )
        found = {}
        for key, article, article_id, title, start, end, *rest in rows.fetchall():
            text = self._span(article, start, end)
            found[key] = StoredChunk(key, article, article_id, title, start, end, text, *rest)
        return [found[key] for key in wanted if key in found]

    def sentences(
        self, article_key: int, first: int = 0, last: int | None = None
    ) -> tuple[list[Sentence], Vectors]:
        """Consecutive sentences of an article with their vectors.

        Args:
            article_key: As in `StoredChunk`.
            first: Position of the first sentence.
            last: Position of the last, inclusive; None for the end of the article.

        Returns:
            The sentences, and their vectors, shape (n, dimension), float32: zero where a sentence is of a
            kind that is not cited and so was not encoded.
        """
        rows = self._connection.execute(
            'SELECT s.start, s."end", s.kind, v.value FROM sentence AS s '
            "LEFT JOIN vector AS v ON v.key = s.vector "
            "WHERE s.article = ? AND s.ordinal BETWEEN ? AND ? ORDER BY s.ordinal",
            (article_key, first, 2**62 if last is None else last),
        ).fetchall()
        dimension = self.dimension
        blank = bytes(2 * dimension)
        vectors = self._unpacked([blank if row[3] is None else row[3] for row in rows], dimension)
        with sensible(self._path):
            kinds = [SentenceKind(row[2]) for row in rows]
        found = [
            Sentence(start, end, self._span(article_key, start, end), kind)
            for (start, end, *_), kind in zip(rows, kinds, strict=True)
        ]
        return found, vectors

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
            "SELECT c.key, v.value FROM chunk AS c JOIN vector AS v ON v.key = c.vector ORDER BY c.key"
        )
        while block := rows.fetchmany(_BLOCK):
            yield self._block(block)

    def changes_since(self, state: State) -> Changes | None:
        """What must be removed and added to follow from an earlier state of this database to this one.

        Returns:
            None if `state` is none of this database, or too long ago: then everything must be read.
        """
        row = self._connection.execute("SELECT token FROM history WHERE seq = ?", (state.seq,)).fetchone()
        if row is None or row[0] != state.token:
            return None
        removed = self._connection.execute("SELECT chunk FROM removed WHERE seq > ?", (state.seq,))
        added = self._connection.execute(
            "SELECT c.key, v.value FROM chunk AS c JOIN vector AS v ON v.key = c.vector"
            " WHERE c.seq > ? ORDER BY c.key",
            (state.seq,),
        )
        return Changes(_keys(removed), *self._block(added.fetchall()))

    def match(
        self, terms: Sequence[str], limit: int, collections: Iterable[str] | None = None
    ) -> list[tuple[int, float]]:
        """Chunks that hold any of the terms.

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
        """In how many chunks each term occurs, 0 included; of all chunks, or of those in some collections."""
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

    def _block(self, rows: Sequence[tuple[int, bytes]]) -> tuple[Keys, Vectors]:
        return _keys(rows), self._unpacked([value for _, value in rows], self.dimension)

    def _span(self, article_key: int, start: int, end: int) -> str:
        text = self._text(article_key)
        if not 0 <= start < end <= len(text):
            raise damaged(self._path, "a span lies outside its article")
        return text[start:end]

    def _unpacked(self, values: list[bytes], dimension: int) -> Vectors:
        with sensible(self._path):
            return unpack(values, dimension)


def _keys(rows: Iterable[tuple[Any, ...]]) -> Keys:
    return np.array([row[0] for row in rows], dtype=np.int64)
