"""Exact search among the vectors of all chunks, in memory. The only module that imports faiss.

What is in memory is derived: it follows the database from state to state, and is read anew from it (or
from a saved file that a checksum and the database's own token vouch for) when it cannot.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import faiss
import numpy as np
import numpy.typing as npt

from index.store import Changes, Keys, Snapshot, State
from index.types import Vectors

_MAGIC: Final = b"FootnoteVectors1\n"
_log = logging.getLogger(__name__)

Scores = npt.NDArray[np.float32]


class VectorIndex:
    """Chunk vectors by key, at one state of the database.

    Args:
        dimension: Length of a vector; 0 while there are none.
        state: The state of the database they are of; None if they are of none.
    """

    def __init__(self, dimension: int, state: State | None = None) -> None:
        self.state = state
        self.dimension = dimension
        self._index: Any = faiss.IndexIDMap2(faiss.IndexFlatIP(max(dimension, 1)))

    @classmethod
    def follow(cls, present: VectorIndex | None, snapshot: Snapshot) -> VectorIndex:
        """The vectors of a state of the database, from those of an earlier one where that is possible."""
        state = snapshot.state()
        if present is None or present.dimension != snapshot.dimension:
            present = cls.load(snapshot.vectors_path, snapshot.dimension)
        if present is not None and present.state == state:
            return present
        known = present.state if present is not None else None
        changes = None
        if known is not None and known.generation == state.generation:
            changes = snapshot.changes_since(known)
        if present is None or changes is None:
            present = cls(snapshot.dimension)
            changes = Changes(np.zeros(0, dtype=np.int64), *snapshot.chunk_vectors())
        present.remove(changes.removed)
        present.add(changes.keys, changes.vectors)
        present.state = state
        return present

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def add(self, keys: Keys, vectors: Vectors) -> None:
        """Add vectors, shape (len(keys), dimension), float32, of keys that are not there."""
        if len(keys):
            self._index.add_with_ids(np.ascontiguousarray(vectors), keys)

    def remove(self, keys: Keys) -> None:
        """Remove the vectors of keys; keys that are not there are passed over."""
        if len(keys):
            self._index.remove_ids(keys)

    def vectors(self, keys: Sequence[int]) -> Vectors:
        """The vectors of keys that are there, shape (len(keys), dimension), float32."""
        if not len(keys):
            return np.zeros((0, self.dimension), dtype=np.float32)
        found: Vectors = self._index.reconstruct_batch(np.asarray(keys, dtype=np.int64))
        return found

    def search(self, query: Vectors, k: int, allowed: Keys | None = None) -> tuple[Scores, Keys]:
        """The nearest vectors by inner product.

        Args:
            query: Shape (dimension,), float32.
            k: How many at most.
            allowed: The keys to look among; None for all.

        Returns:
            Scores, falling, and keys, both of shape (n,) with n at most `k`; equal scores in the order of
            their keys.
        """
        among = len(self) if allowed is None else len(allowed)
        wanted = min(k, among)
        if not wanted or not len(self):
            return np.zeros(0, dtype=np.float32), np.zeros(0, dtype=np.int64)
        parameters = None
        if allowed is not None:
            parameters = faiss.SearchParameters(sel=faiss.IDSelectorBatch(allowed))
        ask = wanted
        while True:
            # Equal scores at the cut come in no order of faiss's own promise: ask until the tie is inside.
            found, ids = self._index.search(query[None, :], ask, params=parameters)
            scores, keys = found[0][ids[0] >= 0], ids[0][ids[0] >= 0]
            if ask >= among or len(scores) < ask or scores[-1] < scores[wanted - 1]:
                break
            ask = min(2 * ask + 1, among)
        order = np.lexsort((keys, -scores))[:wanted]
        return scores[order], keys[order]

    def save(self, path: Path) -> None:
        """Keep the vectors beside the database, so that a start need not read them row by row.

        Raises:
            OSError: The file cannot be written; one that was there is untouched.
        """
        body = faiss.serialize_index(self._index).tobytes()
        head = {
            "state": self.state,
            "dimension": self.dimension,
            "checksum": hashlib.blake2b(body, digest_size=16).hexdigest(),
        }
        temporary = path.with_name(path.name + ".tmp")
        with temporary.open("wb") as file:
            file.write(_MAGIC + json.dumps(head).encode() + b"\n")
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)

    @classmethod
    def load(cls, path: Path, dimension: int) -> VectorIndex | None:
        """Read saved vectors; None if there are none, or they are torn, foreign or of another dimension."""
        try:
            data = path.read_bytes()
        except OSError:
            return None
        head, _, body = data.removeprefix(_MAGIC).partition(b"\n")
        try:
            about = json.loads(head)
            state = State(*about["state"])
            whole = about["checksum"] == hashlib.blake2b(body, digest_size=16).hexdigest()
        except (ValueError, KeyError, TypeError):
            whole = False
        if not whole or not data.startswith(_MAGIC) or about["dimension"] != dimension:
            _log.warning("the saved vectors %s are damaged or foreign: reading the database", path)
            return None
        loaded = cls(dimension, state)
        loaded._index = faiss.deserialize_index(np.frombuffer(body, dtype=np.uint8))
        return loaded
