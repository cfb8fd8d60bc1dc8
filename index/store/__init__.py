"""The index on disk: one SQLite database at a time, read by many, changed by one. Alone imports sqlite3."""

from __future__ import annotations

from index.store._connect import damaged
from index.store._copy import copy
from index.store._embedding_cache import embedding_caches, inherited, is_empty, worth_keeping
from index.store._generations import Generations, discard
from index.store._lock import locked
from index.store._read_repository import ReadRepository
from index.store._reader import Reader
from index.store._rows import (
    ArticleRow,
    Changes,
    ChunkRow,
    Counts,
    FileRow,
    Keys,
    SentenceRow,
    State,
    StoredChunk,
    article_digest,
    chunk_text,
    embedding_key,
    is_markdown,
    sentence_text,
    sound_value,
)
from index.store._snapshot import Snapshot
from index.store._verify import verify
from index.store._without import Without
from index.store._writer import Writer

__all__ = [
    "ArticleRow",
    "Changes",
    "ChunkRow",
    "Counts",
    "FileRow",
    "Generations",
    "Keys",
    "ReadRepository",
    "Reader",
    "SentenceRow",
    "Snapshot",
    "State",
    "StoredChunk",
    "Without",
    "Writer",
    "article_digest",
    "chunk_text",
    "copy",
    "damaged",
    "discard",
    "embedding_caches",
    "inherited",
    "is_empty",
    "is_markdown",
    "locked",
    "sentence_text",
    "sound_value",
    "embedding_key",
    "verify",
    "worth_keeping",
]
