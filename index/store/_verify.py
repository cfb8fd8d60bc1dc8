"""Looks at everything in a database and says what is wrong with it."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final

import numpy as np

from index.store._connect import connect, told
from index.store._rows import unpack
from index.words import terms_of_passage

_TOLERANCE: Final = 0.01  # of a unit vector's length, stored as float16


def verify(path: Path) -> list[str]:
    """Check a whole database.

    Args:
        path: The database file.

    Returns:
        One sentence for each thing that is wrong; empty if it is whole.

    Raises:
        StoreError: It cannot be opened at all.
    """
    with told(path):
        connection = connect(path, write=False)
        try:
            connection.execute("BEGIN")
            return [*_pages(connection), *_spans(connection), *_words(connection), *_vectors(connection)]
        finally:
            connection.close()


def _pages(connection: sqlite3.Connection) -> list[str]:
    found = [row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
    broken = connection.execute("PRAGMA foreign_key_check").fetchall()
    return [f"SQLite: {problem}." for problem in found] + [
        f"A row of {row[0]} refers to a row of {row[2]} that is not there." for row in broken
    ]


def _spans(connection: sqlite3.Connection) -> list[str]:
    problems = []
    for key, article_id, text in connection.execute(
        "SELECT a.key, a.id, b.text FROM article AS a LEFT JOIN body AS b ON b.article = a.key ORDER BY a.id"
    ):
        if text is None:
            problems.append(f"{article_id} has no text.")
            continue
        sentences = connection.execute(
            'SELECT ordinal, start, "end" FROM sentence WHERE article = ? ORDER BY ordinal', (key,)
        ).fetchall()
        at = 0
        for position, (ordinal, start, end) in enumerate(sentences):
            if ordinal != position or start < at or end > len(text) or not text[start:end].strip():
                problems.append(f"{article_id}: sentence {position} is not where it should be.")
                break
            at = end
        for first, last, start, end in connection.execute(
            'SELECT first, last, start, "end" FROM chunk WHERE article = ? ORDER BY ordinal', (key,)
        ):
            if last >= len(sentences) or (sentences[first][1], sentences[last][2]) != (start, end):
                problems.append(f"{article_id}: a chunk is not the span of its sentences.")
                break
    return problems


def _words(connection: sqlite3.Connection) -> list[str]:
    chunks = connection.execute(
        'SELECT c.key, c.context, substr(b.text, c.start + 1, c."end" - c.start), w.terms '
        "FROM chunk AS c JOIN body AS b ON b.article = c.article LEFT JOIN words AS w ON w.rowid = c.key"
    )
    wrong = sum(" ".join(terms_of_passage(context, text)) != words for _, context, text, words in chunks)
    (stray,) = connection.execute(
        "SELECT count(*) FROM words WHERE rowid NOT IN (SELECT key FROM chunk)"
    ).fetchone()
    problems = [f"The words of {wrong} chunks are not those of their text."] if wrong else []
    return problems + ([f"The full-text index holds {stray} chunks that do not exist."] if stray else [])


def _vectors(connection: sqlite3.Connection) -> list[str]:
    (dimension,) = connection.execute("SELECT value FROM meta WHERE name = 'dimension'").fetchone()
    rows = connection.execute("SELECT value FROM vector")
    bad = 0
    while values := [row[0] for row in rows.fetchmany(1000)]:
        whole = [value for value in values if len(value) == 2 * int(dimension)]
        lengths = np.linalg.norm(unpack(whole, int(dimension)), axis=1) if whole else np.zeros(0)
        bad += len(values) - int((np.abs(lengths - 1) < _TOLERANCE).sum())
    return [f"{bad} vectors have a wrong length."] if bad else []
