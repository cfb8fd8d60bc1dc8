"""A copy of a database at one moment, whatever is written meanwhile."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Literal

from index.store._connect import connect, database_errors


def copy(source: Path, target: Path, *, journal: Literal["WAL", "DELETE"]) -> None:
    """Copy a database with SQLite's online backup, in one step: writers and readers go on.

    Args:
        source: An index.
        target: A file that does not exist.
        journal: How the copy keeps its journal: `DELETE` for one file that is complete in itself, `WAL` for
            an index in use.

    Raises:
        StoreError: The source cannot be read, or the target cannot be written.
    """
    with database_errors(source):
        connection = connect(source, write=False)
    with closing(connection), database_errors(target), closing(sqlite3.connect(target)) as other:
        connection.backup(other)
        other.execute(f"PRAGMA journal_mode = {journal}")
