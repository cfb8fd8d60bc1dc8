"""Opens the index for reading, and follows it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from weakref import finalize

from index.errors import IndexDisk, IndexModel
from index.store._connect import Connection, connect, damaged, database_errors, disk_errors
from index.store._embedding_cache import same_model
from index.store._generations import Generations
from index.store._snapshot import Snapshot

_TRIES: Final = 5


class Reader:
    """Reads the index in its present state.

    Every `snapshot` reads the pointer file, so a new generation is seen at once, and begins a transaction, so
    a change within the generation is seen too.

    Args:
        folder: The index folder.
        model: Fingerprint of the model that questions are encoded with; None if none are.
    """

    def __init__(self, folder: Path, *, model: str | None = None) -> None:
        self._generations = Generations(folder)
        self._model = model
        self._lock = threading.Lock()
        self._connection: Connection | None = None
        self._path = Path()
        self._release: Callable[[], object] = lambda: None

    @classmethod
    def open(cls, folder: Path, *, model: str | None = None) -> Reader:
        """Open an index, and make sure that it can be used.

        Raises:
            IndexMissing: Nothing has been built yet.
            IndexCorrupt: It is damaged, or no index.
            IndexVersion: It was written by another version of Footnote.
            IndexModel: It was made with another model.
            IndexDisk: It cannot be read.
        """
        reader = cls(folder, model=model)
        with reader.snapshot():
            return reader

    def another(self) -> Reader:
        """Return a reader of the same index with a connection of its own, for another thread."""
        return Reader(self._generations.folder, model=self._model)

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """The index as it is now, unchanged until the block ends; one at a time.

        Raises:
            StoreError: As `open`; also where the index turns out to be damaged inside the block.
        """
        with self._lock:
            connection = self._follow()
            with database_errors(self._path):
                connection.execute("BEGIN")
                try:
                    yield Snapshot(connection, self._path)
                finally:
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")
                    connection.require_unchanged()

    def failure(self) -> str | None:
        """Why the last rebuild failed, in a sentence; None if it succeeded."""
        return self._generations.failure()

    def close(self) -> None:
        """Close the database; a later `snapshot` opens it again. The garbage collector closes it too."""
        self._connection = None
        self._release()

    def _follow(self) -> Connection:
        """The connection to the current generation."""
        for _ in range(_TRIES):  # a full rebuild may delete a file between its name and its opening
            path = self._generations.current()
            if self._connection is not None and path == self._path and self._connection.is_current():
                return self._connection
            self.close()
            try:
                with database_errors(path):
                    connection = self._open(path)
            except IndexDisk:
                with disk_errors(path):
                    if path.exists():
                        raise
                continue
            self._connection, self._path = connection, path
            self._release = finalize(self, connection.close)
            return connection
        raise damaged(path, "the file is missing")

    def _open(self, path: Path) -> Connection:
        connection = connect(path, write=False)
        try:
            self._check(path, Snapshot(connection, path))
        except BaseException:
            connection.close()
            raise
        return connection

    def _check(self, path: Path, snapshot: Snapshot) -> None:
        snapshot.check_words()
        made_with = snapshot.config().get("model")
        if self._model is not None and not same_model(made_with, self._model):
            raise IndexModel(
                f"The index {path} was made with the model {made_with}, but the settings "
                f"INDEX_MODEL and INDEX_DTYPE mean {self._model}. Run `footnote rebuild` to change to that, "
                "or correct the settings."
            )
