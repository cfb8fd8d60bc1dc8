"""Exact search among the vectors of all chunks, in memory. The only module that imports faiss."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import faiss
import numpy as np
import numpy.typing as npt

from index.store import Keys, Snapshot, State, damaged
from index.types import Vectors

Scores = npt.NDArray[np.float32]
"""Inner products, shape (n,), float32."""

_SLACK: Final = 1e-5  # largest error of faiss's sums in float32


class VectorIndex:
    """The vectors of chunks by key, at one state of the database.

    Args:
        dimension: Length of a vector; 0 while there are none.
    """

    def __init__(self, dimension: int) -> None:
        self.state: State | None = None
        self.dimension = dimension
        self._index: Any = faiss.IndexIDMap2(faiss.IndexFlatIP(max(dimension, 1)))

    @classmethod
    def follow(cls, present: VectorIndex | None, snapshot: Snapshot) -> VectorIndex:
        """Return the vectors of a state of the database.

        Args:
            present: Vectors of an earlier state, which are brought up to date if possible; used up.
            snapshot: The wanted state.
        """
        state = snapshot.state()
        if present is not None and present.state == state:
            return present
        changes = None
        if present is not None and present.state is not None and present.dimension == snapshot.dimension:
            changes = snapshot.changes_since(present.state)
        if present is None or changes is None:
            present = cls(snapshot.dimension)
            for keys, vectors in snapshot.chunk_vectors():
                present.add(keys, vectors)
        else:
            present.remove(changes.removed)
            present.add(changes.keys, changes.vectors)
        present.state = state
        return present

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def add(self, keys: Keys, vectors: Vectors) -> None:
        """Add vectors, shape (len(keys), dimension), float32, under new keys."""
        if len(keys):
            self._index.add_with_ids(np.ascontiguousarray(vectors), keys)

    def remove(self, keys: Keys) -> None:
        """Remove the vectors of keys; unknown keys are ignored."""
        if len(keys):
            self._index.remove_ids(faiss.IDSelectorBatch(keys))

    def vectors(self, keys: Sequence[int] | Keys) -> Vectors:
        """Return the vectors of known keys, shape (len(keys), dimension), float32.

        Raises:
            IndexCorrupt: A key is not known, so the full text lists a chunk that does not exist.
        """
        if not len(keys):
            return np.zeros((0, self.dimension), dtype=np.float32)
        try:
            found: Vectors = self._index.reconstruct_batch(np.asarray(keys, dtype=np.int64))
        except RuntimeError as error:
            name = self.state.generation if self.state else "in memory"
            raise damaged(Path(name), "the full text lists a chunk that does not exist") from error
        return found

    def search(self, query: Vectors, k: int, allowed: Keys | None = None) -> tuple[Scores, Keys]:
        """Find the nearest vectors by inner product.

        The scores are computed again in float64: the last digits of faiss's own depend on where in memory a
        vector is, but two equal vectors must tie.

        Args:
            query: Shape (dimension,), float32.
            k: Maximum number of vectors.
            allowed: The keys to search; None for all.

        Returns:
            Scores, falling, and their keys, both of shape (n,) with n at most `k`; ties are in the order of
            their keys.
        """
        among = len(self) if allowed is None else min(len(self), len(allowed))
        wanted = min(k, among)
        if wanted < 1:
            return np.zeros(0, dtype=np.float32), np.zeros(0, dtype=np.int64)
        parameters = None
        if allowed is not None:
            selector = faiss.IDSelectorBatch(allowed)
            parameters = faiss.SearchParameters()
            parameters.sel = selector
        ask = wanted
        while True:
            ask = min(2 * ask, among)  # there may be ties at the end
            found, ids = self._index.search(query[None, :], ask, params=parameters)
            rough, keys = found[0][ids[0] >= 0], ids[0][ids[0] >= 0]  # -1 where there are no more
            if len(keys) < ask or ask == among or rough[-1] < rough[wanted - 1] - _SLACK:
                break
        scores = (self.vectors(keys).astype(np.float64) * query).sum(axis=1).astype(np.float32)
        order = np.lexsort((keys, -scores))[:wanted]
        return scores[order], keys[order]
