"""Articles to rows of the store: sentences, chunks, words and vectors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from index.chunk import Chunker
from index.markup import plain
from index.sentence import segment
from index.store import ArticleRow, ChunkRow, SentenceRow, Writer, article_hash, text_hash
from index.types import CITABLE, Article, Encoder, OnProgress, Progress
from index.words import terms_of_passage

_BATCH: Final = 1024
"""Texts that are encoded between two commits: what a crash can cost."""

_MARKDOWN: Final = (".md", ".markdown")


@dataclass(frozen=True, slots=True)
class Prepared:
    """Articles ready to be stored, their vectors already there.

    Attributes:
        rows: In the order given.
        sentences: How many sentences they have.
        encoded: How many texts were encoded.
        split: Ids of articles in which a sentence was too long for the encoder.
    """

    rows: list[ArticleRow]
    sentences: int
    encoded: int
    split: tuple[str, ...]


class Preparer:
    """Cuts and encodes articles.

    Args:
        encoder: Used only if there are articles.
        max_tokens: Longest chunk; the model's own limit where that is lower.
        overlap: Sentences that a chunk repeats of the one before.
        on_progress: Told how far the work has come.
    """

    def __init__(self, encoder: Encoder, max_tokens: int, overlap: int, on_progress: OnProgress) -> None:
        self._encoder = encoder
        self._max_tokens = max_tokens
        self._overlap = overlap
        self._on_progress = on_progress

    def prepare(
        self, writer: Writer, fresh: Sequence[tuple[Article, str]], *, cache: Writer | None = None
    ) -> Prepared:
        """Make rows of articles, and put the vectors that they need into the store.

        Args:
            writer: Where they will be stored.
            fresh: Articles with the corpus files they are from.
            cache: Another database made with the same model, whose vectors are taken over.
        """
        if not fresh:
            return Prepared([], 0, 0, ())
        chunker = Chunker(
            self._encoder.count_tokens,
            min(self._max_tokens, self._encoder.max_tokens),
            overlap=self._overlap,
        )
        rows: list[ArticleRow] = []
        texts: dict[bytes, str] = {}
        split = []
        for done, (article, file) in enumerate(fresh):
            self._on_progress(Progress("cutting", done, len(fresh), "articles"))
            sentences = segment(article.text, markdown=file.lower().endswith(_MARKDOWN))
            cut = chunker.chunk(article, sentences)
            if cut.split:
                split.append(article.id)
            rows.append(
                ArticleRow(
                    article,
                    file,
                    article_hash(article),
                    [
                        SentenceRow(
                            one.start,
                            one.end,
                            one.kind,
                            _keep(texts, plain(one.text)) if one.kind in CITABLE else None,
                        )
                        for one in cut.sentences
                    ],
                    [
                        ChunkRow(
                            one.start,
                            one.end,
                            one.first,
                            one.last,
                            one.heading,
                            one.context,
                            _keep(texts, plain(one.embedded)),
                            " ".join(terms_of_passage(one.context, one.text)),
                        )
                        for one in cut.chunks
                    ],
                )
            )
        self._on_progress(Progress("cutting", len(fresh), len(fresh), "articles"))
        encoded = self._encode(writer, texts, cache)
        return Prepared(rows, sum(len(row.sentences) for row in rows), encoded, tuple(sorted(split)))

    def _encode(self, writer: Writer, texts: dict[bytes, str], cache: Writer | None) -> int:
        """Put the vectors of all texts into the store; gives how many had to be encoded."""
        missing = sorted(writer.missing(texts))
        if cache is not None:
            taken = {key: value for key in missing if (value := cache.value(key)) is not None}
            if taken:
                writer.add_values(taken, self._encoder.dimension)
            missing = [key for key in missing if key not in taken]
        missing.sort(key=lambda key: (len(texts[key]), key))
        done = 0

        def count(texts_done: int) -> None:
            nonlocal done
            done += texts_done
            self._on_progress(Progress("encoding", done, len(missing), "texts"))

        for batch in _batches(missing):
            vectors = self._encoder.encode_documents([texts[key] for key in batch], count)
            writer.add_vectors(batch, vectors)
        return len(missing)


def _keep(texts: dict[bytes, str], text: str) -> bytes:
    key = text_hash(text)
    texts[key] = text
    return key


def _batches(keys: list[bytes]) -> Iterator[list[bytes]]:
    for begin in range(0, len(keys), _BATCH):
        yield keys[begin : begin + _BATCH]
