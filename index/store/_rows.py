"""The rows of the store: their types, their hashes, and how vectors are packed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from index.text.markup import plain
from index.types import Article, SentenceKind, Skipped, Vectors

Keys = npt.NDArray[np.int64]
"""Keys of chunks, shape (n,), int64."""

UNIT_TOLERANCE: Final = 0.01
"""How far the length of a stored vector may be from 1: float16 changes it by less than 0.001."""

_STORED: Final = np.dtype("<f2")


class State(NamedTuple):
    """The state of a database that something was read from.

    Attributes:
        generation: Name of the database file, without suffix.
        seq: Rises by one with each change of the articles.
        token: Random, new with each change; two states are the same only if it is equal.
    """

    generation: str
    seq: int
    token: str


class Counts(NamedTuple):
    """The size of an index."""

    articles: int
    chunks: int
    sentences: int
    vectors: int


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A chunk with the article it is a span of; the span is `article.text[start:end] == text`.

    Attributes:
        key: Its key, which no other chunk of this database ever has.
        article_key: For `Snapshot.sentences`.
        article_id: Its article.
        title: Its article's title.
        start: First character.
        end: One past the last character.
        text: The span itself.
        first: Position of its first sentence in the article.
        last: Position of its last sentence, inclusive.
        heading: Headings above it.
        context: The text that was embedded in front of `text`.
    """

    key: int
    article_key: int
    article_id: str
    title: str
    start: int
    end: int
    text: str
    first: int
    last: int
    heading: str
    context: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed among the chunks between two states of one database.

    Attributes:
        removed: Keys of chunks that are gone; some may be older or newer than the earlier state.
        keys: Keys of new chunks, rising.
        vectors: Their vectors, shape (len(keys), dimension), float32.
    """

    removed: Keys
    keys: Keys
    vectors: Vectors


class SentenceRow(NamedTuple):
    """A sentence to be stored. `hash` is the key of its vector, None if it was not embedded."""

    start: int
    end: int
    kind: SentenceKind
    hash: bytes | None


class ChunkRow(NamedTuple):
    """A chunk to be stored. `hash` is the key of its vector; `words` are its terms with spaces between."""

    start: int
    end: int
    first: int
    last: int
    heading: str
    context: str
    hash: bytes
    words: str


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """An article to be stored, with everything made from it.

    Attributes:
        article: The article.
        file: The corpus file it was read from, as in `FileRow.path`.
        hash: `article_digest(article, file)`.
        sentences: In order.
        chunks: In order.
    """

    article: Article
    file: str
    hash: bytes
    sentences: Sequence[SentenceRow]
    chunks: Sequence[ChunkRow]


@dataclass(frozen=True, slots=True)
class FileRow:
    """A corpus file as it was read.

    Attributes:
        path: Under the corpus, `/`-separated.
        hash: Of its bytes; None where it could not be read, so that the next rebuild tries again.
        skipped: The file itself, or rows of it, that were not indexed.
        shadowed: Ids of its articles that are not indexed, as another file has them too.
    """

    path: str
    hash: bytes | None
    skipped: tuple[Skipped, ...] = ()
    shadowed: tuple[str, ...] = ()


def embedding_key(text: str) -> bytes:
    """The key of a text in the cache of vectors: 16 bytes of BLAKE2b."""
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def is_markdown(file: str) -> bool:
    """Whether the texts of a corpus file are read as Markdown: those of every kind but `.txt`."""
    return not file.lower().endswith(".txt")


def article_digest(article: Article, file: str) -> bytes:
    """16 bytes of BLAKE2b over all fields of an article and how its file is read."""
    fields = [article.id, article.title, article.text, article.url, article.source, article.published]
    known = json.dumps([*fields, article.language, article.tags, is_markdown(file)], ensure_ascii=False)
    return hashlib.blake2b(known.encode(), digest_size=16).digest()


def sentence_text(text: str) -> str:
    """The text that is embedded for a sentence that can be cited; `""` if it has no words."""
    return plain(text)


def chunk_text(context: str, text: str) -> str:
    """The text that is embedded for a chunk."""
    embedded = f"{context}\n{text}" if context else text
    return plain(embedded) or embedded


def pack(vectors: Vectors) -> list[bytes]:
    """Vectors as they are stored, one value each: float16, little-endian.

    That is half the size of float32. At 384 dimensions a cosine changes by less than 0.0005, and packing an
    unpacked vector gives the same bytes.
    """
    return [row.tobytes() for row in vectors.astype(_STORED)]


def unpack(values: Sequence[bytes], dimension: int) -> Vectors:
    """The vectors of stored values.

    Args:
        values: As made by `pack`.
        dimension: Length of each vector.

    Returns:
        Shape (len(values), dimension), float32.

    Raises:
        ValueError: The values are not of that length, or hold what is not a number.
    """
    flat = np.frombuffer(b"".join(values), dtype=_STORED).astype(np.float32)
    if not np.isfinite(flat).all():
        raise ValueError("a vector holds what is not a number")
    return flat.reshape(len(values), dimension)


def sound_value(value: bytes, dimension: int) -> bool:
    """Whether a stored value is a unit vector of that dimension."""
    try:
        return bool(abs(np.linalg.norm(unpack([value], dimension)) - 1) < UNIT_TOLERANCE)
    except ValueError:
        return False


def json_array(values: Iterable[object]) -> str:
    """The parameter of `json_each`: any number of texts or numbers."""
    return json.dumps(list(values))
