"""Exact search among the vectors of all chunks, in memory. The only module that imports faiss.

What is in memory follows the database from state to state, and is read anew from it when it cannot. So is a
saved file: it is used only if a checksum vouches for its bytes, and the database for the state it was saved
in; then it is brought up to date like what is in memory.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, Final

import faiss
import numpy as np
import numpy.typing as npt

from index.files import atomic_write
from index.store import Changes, Keys, Snapshot, State, damaged
from index.types import Vectors

_log = logging.getLogger(__name__)

Scores = npt.NDArray[np.float32]
"""Inner products, shape (n,), float32."""

_MAGIC: Final = b"FootnoteVectors3\n"
_BLOCK: Final = 4096  # vectors read at a time
_CHECKSUM: Final = 16  # bytes at the end of the file
_STALE: Final = 0.1  # share of the chunks that may have changed before vectors are saved again
_SLACK: Final = 1e-5  # what faiss's sums in float32 may be off


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
        """The vectors of a state of the database, from those of an earlier one where that is possible.

        Args:
            present: Vectors of any database and state; used up.
            snapshot: The state that is wanted.
        """
        state = snapshot.state()
        if present is not None and present.state == state:
            return present
        changes = present._changes(snapshot) if present is not None else None
        if present is None or changes is None:
            present = cls._load(snapshot)
            changes = present._changes(snapshot) if present is not None else None
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
        """Add vectors, shape (len(keys), dimension), float32, of keys that are not there."""
        if len(keys):
            self._index.add_with_ids(np.ascontiguousarray(vectors), keys)

    def remove(self, keys: Keys) -> None:
        """Remove the vectors of keys; keys that are not there are passed over."""
        if len(keys):
            self._index.remove_ids(faiss.IDSelectorBatch(keys))

    def vectors(self, keys: Sequence[int] | Keys) -> Vectors:
        """The vectors of keys, shape (len(keys), dimension), float32.

        Raises:
            IndexCorrupt: One of them is not there, so the full text lists a chunk that does not exist.
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
        """The nearest vectors by inner product.

        The scores are computed again, one by one in float64: faiss's own depend in their last digits on where
        in memory a vector lies, and two equal vectors must tie.

        Args:
            query: Shape (dimension,), float32.
            k: How many at most.
            allowed: The keys to look among; None for all.

        Returns:
            Scores, falling, and their keys, both of shape (n,) with n at most `k`; equal scores are in the
            order of their keys.
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
            ask = min(2 * ask, among)  # there may be ties at the end of the list
            found, ids = self._index.search(query[None, :], ask, params=parameters)
            rough, keys = found[0][ids[0] >= 0], ids[0][ids[0] >= 0]  # -1: there are fewer than asked for
            if len(keys) < ask or ask == among or rough[-1] < rough[wanted - 1] - _SLACK:
                break
        scores = (self.vectors(keys).astype(np.float64) * query).sum(axis=1).astype(np.float32)
        order = np.lexsort((keys, -scores))[:wanted]
        return scores[order], keys[order]

    def _changes(self, snapshot: Snapshot) -> Changes | None:
        """What leads from here to a state; None if nothing does."""
        if self.state is None or self.state.generation != snapshot.state().generation:
            return None
        changes = snapshot.changes_since(self.state)
        same = changes is None or self.dimension == snapshot.dimension
        return changes if same else None

    @classmethod
    def _load(cls, snapshot: Snapshot) -> VectorIndex | None:
        """The saved vectors; None if there are none, or they are torn or foreign."""
        path = snapshot.vectors_path
        try:
            with path.open("rb") as file:
                return cls._read(file)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            _log.warning("The saved vectors %s cannot be used (%s): reading the database.", path, error)
            return None

    @classmethod
    def _read(cls, file: BinaryIO) -> VectorIndex:
        """Vectors as `save` writes them.

        Raises:
            OSError, ValueError, KeyError, TypeError: As the file is damaged.
        """
        head, checksum = _head(file)
        record = _record(int(head["dimension"]))
        index = cls(int(head["dimension"]), State(*head["state"]))
        count = int(head["count"])
        for begin in range(0, count, _BLOCK):
            data = file.read(min(count - begin, _BLOCK) * record.itemsize)
            checksum.update(data)
            rows = np.frombuffer(data, dtype=record)
            index.add(rows["key"].astype(np.int64), rows["value"].astype(np.float32))
        if file.read(_CHECKSUM + 1) != checksum.digest():
            raise ValueError("its checksum is wrong")
        return index


def save(snapshot: Snapshot) -> bool:
    """Save the vectors beside the database, so that a start need not read them row by row.

    Does nothing where those that are saved are still near enough: writing them is work in proportion to the
    whole index, and catching up with few changes is quick.

    Returns:
        Whether they were written.

    Raises:
        OSError: They cannot be; those that were there are untouched.
    """
    path = snapshot.vectors_path
    if _is_near(path, snapshot):
        return False
    count = snapshot.counts().chunks
    head = {"state": snapshot.state(), "dimension": snapshot.dimension, "count": count}
    checksum = _new_checksum()
    with atomic_write(path, private=True) as file:
        lines = _MAGIC + json.dumps(head).encode() + b"\n"
        for data in chain([lines], _records(snapshot)):
            checksum.update(data)
            file.write(data)
        file.write(checksum.digest())
    return True


def _records(snapshot: Snapshot) -> Iterator[bytes]:
    record = _record(snapshot.dimension)
    for keys, vectors in snapshot.chunk_vectors():
        rows = np.empty(len(keys), dtype=record)
        rows["key"], rows["value"] = keys, vectors
        yield rows.tobytes()


def _record(dimension: int) -> np.dtype[np.void]:
    """A key with its vector: float16, as in the database, so that nothing is lost."""
    return np.dtype([("key", "<i8"), ("value", "<f2", (dimension,))])


def _is_near(path: Path, snapshot: Snapshot) -> bool:
    """Whether saved vectors are at most a few changes behind; reads only their head."""
    try:
        with path.open("rb") as file:
            head, _ = _head(file)
        changes = snapshot.changes_since(State(*head["state"]))
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return changes is not None and len(changes.keys) + len(changes.removed) <= _STALE * int(head["count"])


def _head(file: BinaryIO) -> tuple[dict[str, Any], hashlib.blake2b]:
    """What stands in front of saved vectors, and the checksum so far."""
    lines = file.readline(len(_MAGIC)), file.readline(_BLOCK)
    if lines[0] != _MAGIC:
        raise ValueError("it is no file of vectors")
    head = json.loads(lines[1])
    if not isinstance(head, dict):
        raise TypeError("its head is no object")
    checksum = _new_checksum()
    checksum.update(b"".join(lines))
    return head, checksum


def _new_checksum() -> hashlib.blake2b:
    return hashlib.blake2b(digest_size=_CHECKSUM)
