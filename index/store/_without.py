"""The index as it would be without some of its articles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from index.store._articles import json_array
from index.store._rows import Counts, Keys, State
from index.store._snapshot import Snapshot


class Without(Snapshot):
    """A state of the index with some articles left out of what is found and counted.

    What asks for one of them by its id or by the key of a chunk still gets it.

    Args:
        whole: The state with all of its articles; good as long as that is.
        article_ids: Which to leave out; ids that no article has are passed over.
    """

    def __init__(self, whole: Snapshot, article_ids: Iterable[str]) -> None:
        super().__init__(whole._connection, whole._path)
        self._texts = whole._texts
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
        """As of the whole, but never equal to it: what is remembered of the one is not true of the other."""
        generation, seq, token = super().state()
        return State(generation, seq, f"{token} without {json_array(self._ids)}")

    def counts(self) -> Counts:
        """How much the whole holds, but for articles and chunks, which are those that are left."""
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
