"""The index on disk: one SQLite database with many readers and one writer. Alone imports sqlite3."""

from __future__ import annotations

from index.store._connect import copy, damaged
from index.store._embedding_cache import embedding_caches, inherited, is_empty, worth_keeping
from index.store._generations import Generations, discard, locked
from index.store._reader import Reader
from index.store._repository import ReadRepository, Writer
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
from index.store._snapshot import Snapshot, Without
from index.store._verify import verify

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
    "embedding_key",
    "inherited",
    "is_empty",
    "is_markdown",
    "locked",
    "sentence_text",
    "sound_value",
    "verify",
    "worth_keeping",
]
