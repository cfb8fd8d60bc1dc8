"""What readers ask of the articles, and of the index as a whole."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from index.errors import ArticleNotFound, IndexVersion
from index.store._connect import damaged, sensible
from index.store._rows import Counts, State
from index.text.words import VERSION as WORDS_VERSION
from index.text.words import written
from index.types import Article, ArticleCard, Skipped

_WORD_LIMIT: Final = 8  # words of a prefix that are looked for


class ArticleQueries:
    """The articles of one state of the index: the lower half of `Snapshot`."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path
        self._texts: dict[int, str] = {}

    def state(self) -> State:
        """Where in the history of which database this snapshot is."""
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
        # Indexes made before the first release name it "recipe".
        (config,) = self._one("SELECT value FROM meta WHERE name IN ('config', 'recipe')")
        with sensible(self._path):
            return dict(json.loads(config))

    def check_words(self) -> None:
        """Make sure that the full text holds words as `index.text.words` makes them now.

        Raises:
            IndexVersion: Another version of Footnote made them.
        """
        if self.config().get("words") != WORDS_VERSION:
            raise IndexVersion(
                f"The index {self._path} holds words as another version of Footnote makes them. "
                "Run `footnote rebuild` to make it anew from the corpus."
            )

    def digest(self) -> str:
        """Tells what the articles are, whatever way they came to be indexed; 32 hexadecimal digits."""
        return self._meta("digest")

    def changed(self) -> float | None:
        """When the articles last changed, in seconds since 1970; None if nobody wrote it down."""
        row = self._connection.execute("SELECT value FROM meta WHERE name = 'changed'").fetchone()
        with sensible(self._path):
            return None if row is None else float(row[0])

    def size(self) -> int:
        """Bytes of the database."""
        pages, page = self._one("PRAGMA page_count")[0], self._one("PRAGMA page_size")[0]
        return int(pages) * int(page)

    @property
    def dimension(self) -> int:
        """Length of a vector; 0 while nothing has been encoded."""
        with sensible(self._path):
            return int(self._meta("dimension"))

    def setting(self, name: str) -> str | None:
        """What `Builder.keep` kept under that name, or None."""
        row = self._connection.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def skipped(self, files: Iterable[str] | None = None) -> list[Skipped]:
        """Files (all, or of those) and rows of them that were not indexed, and why, in the order of files."""
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
        row = self._connection.execute(
            "SELECT key, id, title, url, source, published, language, tags FROM article WHERE id = ?",
            (article_id,),
        ).fetchone()
        if row is None:
            raise ArticleNotFound(f'No article has the id "{article_id}".')
        return self._article(*row)

    def article_key(self, article_id: str) -> int:
        """The key of the article of that id, as in `StoredChunk`.

        Raises:
            ArticleNotFound: There is none.
        """
        row = self._connection.execute("SELECT key FROM article WHERE id = ?", (article_id,)).fetchone()
        if row is None:
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
        """The articles whose ids begin a citation id with `short`: one, none, or by rare chance more."""
        rows = self._connection.execute(
            "SELECT key, id, title, url, source, published, language, tags FROM article"
            " WHERE short = ? ORDER BY id",
            (short,),
        )
        return [self._article(*row) for row in rows.fetchall()]

    def cards(
        self, prefix: str = "", limit: int | None = 25, collections: Iterable[str] | None = None
    ) -> list[ArticleCard]:
        """Articles whose id or title has words that begin with those of `prefix`.

        Args:
            prefix: What somebody has typed; case and accents do not count.
            limit: How many at most; None for all.
            collections: Where to look; None for everywhere.

        Returns:
            First those whose id or title itself begins with `prefix`, each part in the order of ids.
        """
        words = written(prefix)[:_WORD_LIMIT]
        if prefix.strip() and not words:
            return []
        rows = self._connection.execute(
            "SELECT id, title, url, source, published, language, tags, collection FROM article"
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
                "SELECT id, title, url, source, published, language, tags, collection FROM article"
                " WHERE key IN (SELECT value FROM json_each(?1))"
                " AND (?2 IS NULL OR collection IN (SELECT value FROM json_each(?2))) ORDER BY id",
                (json_array(keys or ()), None if collections is None else json_array(collections)),
            )
        )

    def collections(self) -> list[str]:
        """The names of all collections, sorted; `""` is the top of the corpus."""
        rows = self._connection.execute("SELECT DISTINCT collection FROM article ORDER BY collection")
        return [row[0] for row in rows]

    def _cards(self, rows: Iterable[tuple[Any, ...]]) -> list[ArticleCard]:
        with sensible(self._path):
            return [
                ArticleCard(
                    name, title, url, source, published, language, tuple(json.loads(tags)), collection
                )
                for name, title, url, source, published, language, tags, collection in rows
            ]

    def _one(self, query: str, *values: str | None) -> tuple[Any, ...]:
        row = self._connection.execute(query, values).fetchone()
        if row is None:
            raise damaged(self._path, "a row that every index has is missing")
        found: tuple[Any, ...] = row
        return found

    def _meta(self, name: str) -> str:
        return str(self._one("SELECT value FROM meta WHERE name = ?", name)[0])

    def _article(self, key: int, *fields: str) -> Article:
        article_id, title, url, source, published, language, tags = fields
        with sensible(self._path):
            words = tuple(json.loads(tags))
        return Article(article_id, title, self._text(key), url, source, published, language, words)

    def _text(self, article_key: int) -> str:
        if article_key not in self._texts:
            row = self._connection.execute(
                "SELECT text FROM body WHERE article = ?", (article_key,)
            ).fetchone()
            if row is None:
                raise damaged(self._path, "an article has no text")
            self._texts[article_key] = row[0]
        return self._texts[article_key]


def quoted(term: str) -> str:
    """The full-text query for a term, whatever signs it holds (https://sqlite.org/fts5.html#fts5_strings)."""
    doubled = term.replace('"', '""')
    return f'"{doubled}"'


def json_array(values: Iterable[object]) -> str:
    """The value for `IN`: any number of texts or numbers."""
    return json.dumps(list(values))
