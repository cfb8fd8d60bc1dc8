"""Articles to rows of the store: cut into sentences and chunks, with the vectors that they need."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from index.errors import ModelError
from index.indexing.chunks import Chunked, Chunker
from index.store import (
    ArticleRow,
    ChunkRow,
    ReadRepository,
    SentenceRow,
    Writer,
    article_digest,
    chunk_text,
    embedding_key,
    is_markdown,
    sentence_text,
    sound_value,
)
from index.text.sentences import segment
from index.text.words import terms
from index.types import CITABLE, Article, Encoder, OnProgress, Progress

_BATCH: Final = 2048
"""Texts encoded between two commits: enough for batches of like lengths, and all that a crash can cost."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """Articles ready to be stored, their vectors already there.

    Attributes:
        rows: In the order given.
        sentences: How many sentences they have.
        encoded: How many texts were encoded.
        split: Ids of articles in which a sentence was too long for the encoder, sorted.
    """

    rows: list[ArticleRow]
    sentences: int
    encoded: int
    split: tuple[str, ...]


def prepare(
    writer: Writer,
    fresh: Sequence[tuple[Article, str]],
    encoder: Encoder,
    *,
    max_tokens: int,
    overlap: int,
    caches: Sequence[ReadRepository],
    on_progress: OnProgress,
) -> Prepared:
    """Make rows of articles, and put the vectors that they need into the store.

    Args:
        writer: Where they will be stored.
        fresh: Articles with their corpus files.
        encoder: Not touched if there are no articles.
        max_tokens: Longest chunk; the model's own limit where that is lower.
        overlap: Sentences that a chunk repeats of the one before.
        caches: Other generations made with the same model, whose vectors are taken over.
        on_progress: Told how far the work has come.

    Raises:
        ModelError: The model cannot be loaded, or gives what are no vectors.
        StoreError: The vectors cannot be stored.
    """
    if not fresh:
        return Prepared([], 0, 0, ())
    chunker = Chunker(encoder.count_tokens, min(max_tokens, encoder.max_tokens), overlap=overlap)
    rows: list[ArticleRow] = []
    texts: dict[bytes, str] = {}
    split: list[str] = []
    for done, (article, file) in enumerate(fresh, start=1):
        sentences = segment(article.text, markdown=is_markdown(file), language=article.language)
        chunked = chunker.chunk(article, sentences)
        if chunked.split:
            split.append(article.id)
        rows.append(_row(article, file, chunked, texts))
        on_progress(Progress("cutting", done, len(fresh), "articles"))
    missing = _without(writer.missing(texts), texts)
    if missing:
        missing = _take_over(writer, missing, caches, encoder.dimension)
        _encode(writer, missing, encoder, on_progress)
    return Prepared(rows, sum(len(row.sentences) for row in rows), len(missing), tuple(sorted(split)))


def _row(article: Article, file: str, chunked: Chunked, texts: dict[bytes, str]) -> ArticleRow:
    """The row of an article; the texts to be embedded are added to `texts`."""

    def kept(text: str) -> bytes:
        key = embedding_key(text)
        texts[key] = text
        return key

    sentences = []
    for one in chunked.sentences:
        words = sentence_text(one.text) if one.kind in CITABLE else ""
        sentences.append(SentenceRow(one.start, one.end, one.kind, kept(words) if words else None))
    chunks = []
    for chunk in chunked.chunks:
        embedded = chunk_text(chunk.context, chunk.text)
        place = (chunk.start, chunk.end, chunk.first, chunk.last, chunk.heading, chunk.context)
        chunks.append(ChunkRow(*place, kept(embedded), " ".join(terms(embedded))))
    return ArticleRow(article, file, article_digest(article, file), sentences, chunks)


def _without(wanted: set[bytes], texts: dict[bytes, str]) -> dict[bytes, str]:
    return {key: text for key, text in texts.items() if key in wanted}


def _take_over(
    writer: Writer, missing: dict[bytes, str], caches: Sequence[ReadRepository], dimension: int
) -> dict[bytes, str]:
    """Copy vectors from other generations; what none of them has is returned."""
    for cache in caches:
        for keys in _batches(list(missing)):
            values = {key: value for key in keys if (value := cache.value(key)) is not None}
            sound = {key: value for key, value in values.items() if sound_value(value, dimension)}
            writer.add_values(sound, dimension)
            missing = {key: text for key, text in missing.items() if key not in sound}
    return missing


def _encode(writer: Writer, texts: dict[bytes, str], encoder: Encoder, on_progress: OnProgress) -> None:
    """Encode texts in the order of the corpus, so that the time left can be told, and store the vectors."""
    done = 0

    def on_batch(count: int) -> None:
        nonlocal done
        done += count
        on_progress(Progress("encoding", done, len(texts), "texts"))

    for keys in _batches(list(texts)):
        vectors = encoder.encode_documents([texts[key] for key in keys], on_batch)
        if not np.isfinite(vectors).all():
            raise ModelError(
                "The embedding model gives vectors that are not numbers. Its files may be damaged: "
                "name another model in INDEX_MODEL, or leave that out to use the embedded one."
            )
        writer.add_vectors(keys, vectors)


def _batches(keys: list[bytes]) -> Iterator[list[bytes]]:
    for begin in range(0, len(keys), _BATCH):
        yield keys[begin : begin + _BATCH]
