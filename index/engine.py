"""The engine: answers questions from an index that other processes may change at any moment."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TypeVar

from index import citation_ids
from index.answering.answer import compose, passages
from index.answering.claim_matching import compare
from index.answering.compound import join, split
from index.answering.context import context_of
from index.answering.explanation import explain
from index.answering.unsupported import answer_with_list
from index.embedding import Reranker, SentenceEncoder
from index.ranking.features import gather
from index.ranking.ranker import Ranker, rank
from index.ranking.threshold import fitted, origin
from index.retrieval.question import refers, understand
from index.retrieval.search import KEPT, Retrieval, retrieve
from index.retrieval.spelling import Speller
from index.retrieval.vectors import VectorIndex
from index.settings import IndexSettings
from index.store import Reader, Snapshot, State, Without
from index.types import (
    Answer,
    Article,
    ArticleCard,
    Comparison,
    Context,
    CrossEncoder,
    Encoder,
    IndexInfo,
    IndexStatus,
    Passage,
    Turn,
)

_T = TypeVar("_T")


class Engine:
    """Answers questions from an index, one at a time; other threads wait.

    Look-ups, which need no model, wait for each other but not for an answer. Each call sees one state of the
    index. Articles that other processes add, change or remove meanwhile are seen by the next call.

    Args:
        reader: The index.
        encoder: Encodes questions, with the model that the index was made with.
        ranker: Weights of the features; None for those that come with Footnote.
        cross_encoder: Optional cross-encoder that rescores the candidates.

    Attributes:
        encoder: As given; for one thread at a time.
    """

    def __init__(
        self,
        reader: Reader,
        encoder: Encoder,
        *,
        ranker: Ranker | None = None,
        cross_encoder: CrossEncoder | None = None,
    ) -> None:
        self._reader, self._lookup_reader = reader, reader.another()
        self._cross_encoder = cross_encoder
        self.encoder = encoder
        reranker = cross_encoder.fingerprint if cross_encoder else ""
        self._ranker = replace(ranker or Ranker.shipped(), reranker=reranker)
        self._lock, self._lookup_lock = threading.Lock(), threading.Lock()
        self._speller = Speller()
        self._vectors: VectorIndex | None = None
        self._info: tuple[State, IndexInfo] | None = None

    @classmethod
    def open(cls, settings: IndexSettings) -> Engine:
        """Open the index that the settings name.

        Raises:
            StoreError: There is no index, it is damaged, or another version or model made it.
        """
        encoder = SentenceEncoder(settings.model, dtype=settings.dtype, threads=settings.threads)
        ranker = Ranker.shipped().at_risk(settings.risk)
        reranker = None
        if settings.reranker:
            reranker = Reranker(settings.reranker, dtype=settings.dtype, threads=settings.threads)
        reader = Reader.open(settings.dir, model=encoder.fingerprint)
        return cls(reader, encoder, ranker=ranker, cross_encoder=reranker)

    @property
    def ranker(self) -> Ranker:
        """The weights of the features; its threshold is used unless the index has a calibrated one."""
        return self._ranker

    def ask(
        self,
        question: str,
        *,
        k: int = 3,
        collections: Sequence[str] | None = None,
        turns: Sequence[Turn] = (),
        without: Sequence[str] = (),
    ) -> Answer:
        """Answer a question with sentences from the articles, or decline.

        If a message has several questions, they are answered one by one; each may refer to those before.

        Args:
            question: In the asker's words.
            k: Maximum number of citations; at least one.
            collections: Where to look; None for everywhere.
            turns: Earlier turns of the conversation, oldest first.
            without: Ids of articles that are ignored, as if they were not in the index.

        Raises:
            StoreError: The index cannot be read.
            ModelError: The model cannot be loaded.
        """
        watch = _Timer()
        parts = split(question)
        with self._state() as (snapshot, vectors):
            if without:
                collections = snapshot.collections() if collections is None else collections
                snapshot = Without(snapshot, without)
            answers: list[Answer] = []
            before = tuple(turns)
            for part in parts:
                heard = before if not answers or refers(part) else ()
                before = (*before, Turn(part))
                if listed := answer_with_list(snapshot, part, collections, self._describe):
                    answers.append(listed)
                    continue
                query = self._speller.correct(snapshot, understand(part, heard), collections)
                retrieval = retrieve(snapshot, vectors, self.encoder, query, collections=collections)
                watch.lap("find")
                answers.append(self._answer(snapshot, part, retrieval, max(k, 1), watch))
        answer = answers[0] if len(parts) == 1 else join(question, parts, answers, max(k, 1))
        return replace(answer, question=question, seconds=watch.seconds, parts=watch.parts)

    def _answer(
        self, snapshot: Snapshot, question: str, retrieval: Retrieval, k: int, watch: _Timer
    ) -> Answer:
        """Rank the sentences of what was found, and answer from them."""
        candidates = gather(snapshot, self.encoder, retrieval)
        watch.lap("read")
        ranked = rank(self._ranker, retrieval, candidates, self._cross_encoder)
        why = explain(self._ranker, retrieval, ranked, fitted(self._ranker, snapshot).threshold)
        answer = compose(snapshot, question, retrieval, ranked, why, info=self._describe(snapshot), k=k)
        watch.lap("rank")
        return answer

    def compare(self, text: str, *, collections: Sequence[str] | None = None) -> Comparison:
        """Compare a message with the articles, claim by claim.

        Args:
            text: The message; claims after the first few are left out.
            collections: Where to look; None for everywhere.

        Raises:
            StoreError: The index cannot be read.
            ModelError: The model cannot be loaded.
        """
        with self._state() as (snapshot, vectors):
            return compare(snapshot, vectors, self.encoder, text, collections=collections)

    def search(self, words: str, *, k: int = 10, collections: Sequence[str] | None = None) -> list[Passage]:
        """Return the passages nearest to some words, best first.

        Raises:
            StoreError: The index cannot be read.
            ModelError: The model cannot be loaded.
        """
        with self._state() as (snapshot, vectors):
            query, kept = understand(words), max(k, KEPT)
            retrieval = retrieve(snapshot, vectors, self.encoder, query, collections=collections, kept=kept)
            candidates = gather(snapshot, self.encoder, retrieval)
            ranked = rank(self._ranker, retrieval, candidates)
            return list(passages(retrieval, ranked, limit=max(k, 0)))

    def article(self, article_id: str) -> Article:
        """Return the article with that id.

        Raises:
            ArticleNotFound: No article has it.
            StoreError: The index cannot be read.
        """
        return self._read(lambda snapshot: snapshot.article(article_id))

    def articles(
        self, prefix: str = "", limit: int | None = 25, collections: Sequence[str] | None = None
    ) -> list[ArticleCard]:
        """Return articles whose id or title has words that begin with those of `prefix`."""
        return self._read(lambda snapshot: snapshot.cards(prefix, limit, collections))

    def sentence_count(self, article_id: str) -> int:
        """Return how many sentences an article has; 0 if there is no such article."""
        return self._read(lambda snapshot: snapshot.sentence_count(article_id))

    def collections(self) -> list[str]:
        """Return the names of all collections; `""` is the top of the corpus."""
        return self._read(lambda snapshot: snapshot.collections())

    def context(self, proof: str, words: str = "") -> Context:
        """Return the text around a citation as it is now.

        Args:
            proof: The citation id.
            words: The quoted text, if known; helps to find the sentence if it has changed.

        Raises:
            UsageError: `proof` is not a citation id.
            StoreError: The index cannot be read.
        """
        parsed = citation_ids.parse(proof)
        articles = self._read(lambda snapshot: snapshot.articles_by_short(parsed.article))
        return context_of(parsed, articles, words)

    def status(self) -> IndexStatus:
        """Return the state of the index, for operators.

        Raises:
            StoreError: The index cannot be read.
        """
        return self._read(
            lambda snapshot: IndexStatus(
                self._describe(snapshot), snapshot.changed(), snapshot.size(), self._reader.failure()
            )
        )

    def facts(self) -> dict[str, object]:
        """Return what the index contains and how it was made, for operators.

        Raises:
            StoreError: The index cannot be read.
        """
        with self._lookup_lock, self._lookup_reader.snapshot() as snapshot:
            counts = snapshot.counts()
            return {
                "fingerprint": self._describe(snapshot).fingerprint,
                "articles": counts.articles,
                "sentences": counts.sentences,
                "chunks": counts.chunks,
                "vectors": counts.vectors,
                "collections": snapshot.collections(),
                "skipped": len(snapshot.skipped()),
                **snapshot.config(),
                "threshold": fitted(self._ranker, snapshot).threshold,
                "threshold_from": origin(self._ranker, snapshot),
            }

    def warm(self) -> None:
        """Load the model and the vectors, so that the first question need not wait.

        Raises:
            StoreError: The index cannot be read.
            ModelError: The model cannot be loaded.
        """
        self.search("Is anybody there?", k=1)

    def close(self) -> None:
        """Close the index."""
        with self._lock, self._lookup_lock:
            self._reader.close()
            self._lookup_reader.close()
            self._vectors = None

    @contextmanager
    def _state(self) -> Iterator[tuple[Snapshot, VectorIndex]]:
        """Yield one state of the index with its vectors."""
        with self._lock, self._reader.snapshot() as snapshot:
            self._vectors = VectorIndex.follow(self._vectors, snapshot)
            yield snapshot, self._vectors

    def _read(self, ask: Callable[[Snapshot], _T]) -> _T:
        """Look something up, with a connection of its own, so that it waits for no answer."""
        with self._lookup_lock, self._lookup_reader.snapshot() as snapshot:
            return ask(snapshot)

    def _describe(self, snapshot: Snapshot) -> IndexInfo:
        state, known = snapshot.state(), self._info
        if known is None or known[0] != state:
            counts = snapshot.counts()
            config = repr(sorted(snapshot.config().items()))
            made = f"{snapshot.digest()}\n{config}\n{fitted(self._ranker, snapshot).fingerprint()}"
            fingerprint = hashlib.blake2b(made.encode(), digest_size=8).hexdigest()
            self._info = known = state, IndexInfo(fingerprint, counts.articles, counts.chunks)
        return known[1]


class _Timer:
    """Measures how long the parts of answering take.

    Attributes:
        parts: Seconds spent on each part so far, by name.
    """

    def __init__(self) -> None:
        self._begin = self._last = time.perf_counter()
        self.parts: dict[str, float] = {}

    @property
    def seconds(self) -> float:
        """Seconds since the timer was made."""
        return time.perf_counter() - self._begin

    def lap(self, part: str) -> None:
        """Add the time since the last lap to a part."""
        now = time.perf_counter()
        self.parts[part] = self.parts.get(part, 0.0) + now - self._last
        self._last = now
