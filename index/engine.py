"""The way in: questions to answers, over one index that may change at any moment."""

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
from index.answering.article_list import answer_by_list
from index.answering.comparison import compare
from index.answering.compound import join, split
from index.answering.context import context_of
from index.answering.explanation import explain
from index.answering.small_talk import small_talk
from index.embedding import Reranker, SentenceEncoder
from index.ranking.features import gather
from index.ranking.ranker import Ranker, opinions, rank
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
    Status,
    Turn,
)

_T = TypeVar("_T")


class Engine:
    """Answers questions from an index. One call at a time; other threads wait their turn.

    Every call works on the index as it is at that moment: articles that other processes add, change or
    remove are seen at the next call, never in the middle of one.

    Args:
        reader: The index.
        encoder: Encodes questions; of the model that the index was made with.
        ranker: Weights of the evidence; None for those that come with Footnote.
        cross_encoder: A second opinion on each candidate sentence; None for none.

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
        self._reader = reader
        self._cross_encoder = cross_encoder
        self.encoder = encoder
        second = cross_encoder.fingerprint if cross_encoder else ""
        self._ranker = replace(ranker or Ranker.shipped(), second=second)
        self._lock = threading.Lock()
        self._speller = Speller()
        self._vectors: VectorIndex | None = None
        self._info: tuple[State, IndexInfo] | None = None

    @classmethod
    def open(cls, settings: IndexSettings) -> Engine:
        """Open the index that the settings name.

        Raises:
            StoreError: There is none, it is damaged, or it was made by another version or model.
        """
        encoder = SentenceEncoder(settings.model, dtype=settings.dtype, threads=settings.threads)
        ranker = Ranker.shipped().at_risk(settings.risk)
        second = None
        if settings.reranker:
            second = Reranker(settings.reranker, dtype=settings.dtype, threads=settings.threads)
        reader = Reader.open(settings.dir, model=encoder.fingerprint)
        return cls(reader, encoder, ranker=ranker, cross_encoder=second)

    @property
    def ranker(self) -> Ranker:
        """The weights of the evidence; its threshold is that where the index keeps none of its own."""
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

        Several questions in one are answered one by one; a later one may lean on those before it.

        Args:
            question: In the asker's words.
            k: How many sentences to cite at most; at least one.
            collections: Where to look; None for everywhere.
            turns: Earlier turns of the conversation, oldest first.
            without: Ids of articles that are left out, as if they were not in the index.

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
                said = small_talk(part)
                if said is not None:
                    info = self._describe(snapshot)
                    answers.append(Answer(part, Status.DECLINED, 0.0, said, (), (), (), info, chat=True))
                    continue
                if (by_list := answer_by_list(snapshot, part, collections, self._describe)) is not None:
                    answers.append(by_list)
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
        """Read what was found, and answer from it."""
        candidates = gather(snapshot, self.encoder, retrieval)
        watch.lap("read")
        ranked = rank(
            self._ranker, retrieval, candidates, opinions(self._cross_encoder, retrieval, candidates)
        )
        threshold = fitted(self._ranker, snapshot).threshold
        info = self._describe(snapshot)
        answer = compose(snapshot, question, retrieval, ranked, info=info, k=k, threshold=threshold)
        answer = replace(answer, why=explain(self._ranker, retrieval, ranked, threshold))
        watch.lap("judge")
        return answer

    def compare(self, text: str, *, collections: Sequence[str] | None = None) -> Comparison:
        """Put what somebody says beside the articles, claim by claim.

        Args:
            text: In their words; more claims than a few are left out.
            collections: Where to look; None for everywhere.

        Raises:
            StoreError: The index cannot be read.
            ModelError: The model cannot be loaded.
        """
        with self._state() as (snapshot, vectors):
            return compare(snapshot, vectors, self.encoder, text, collections=collections)

    def search(self, words: str, *, k: int = 10, collections: Sequence[str] | None = None) -> list[Passage]:
        """The passages nearest to some words, best first.

        Raises:
            StoreError: The index cannot be read.
            ModelError: The model cannot be loaded.
        """
        with self._state() as (snapshot, vectors):
            retrieval = retrieve(
                snapshot,
                vectors,
                self.encoder,
                understand(words),
                collections=collections,
                kept=max(k, KEPT),
            )
            candidates = gather(snapshot, self.encoder, retrieval)
            ranked = rank(self._ranker, retrieval, candidates)
            return list(passages(retrieval, ranked, limit=max(k, 0)))

    def article(self, article_id: str) -> Article:
        """The article of that id.

        Raises:
            ArticleNotFound: There is none.
            StoreError: The index cannot be read.
        """
        return self._read(lambda snapshot: snapshot.article(article_id))

    def articles(
        self, prefix: str = "", limit: int | None = 25, collections: Sequence[str] | None = None
    ) -> list[ArticleCard]:
        """Articles whose id or title has words beginning with those of `prefix`."""
        return self._read(lambda snapshot: snapshot.cards(prefix, limit, collections))

    def sentence_count(self, article_id: str) -> int:
        """How many sentences an article has; 0 where there is no such article."""
        return self._read(lambda snapshot: snapshot.sentence_count(article_id))

    def collections(self) -> list[str]:
        """The names of all collections; `""` is the top of the corpus."""
        return self._read(lambda snapshot: snapshot.collections())

    def context(self, proof: str, words: str = "") -> Context:
        """What a citation was quoted from, as it is now.

        Args:
            proof: The citation's citation id.
            words: What was quoted, where that is known: helps to find it where it has changed.

        Raises:
            UsageError: It is no citation id.
            StoreError: The index cannot be read.
        """
        parsed = citation_ids.parse(proof)
        articles = self._read(lambda snapshot: snapshot.articles_by_short(parsed.article))
        return context_of(parsed, articles, words)

    def info(self) -> IndexInfo:
        """What answers are found in."""
        return self._read(self._describe)

    def status(self) -> IndexStatus:
        """How the index is, for operators.

        Raises:
            StoreError: The index cannot be read.
        """
        return self._read(
            lambda snapshot: IndexStatus(
                self._describe(snapshot), snapshot.changed(), snapshot.size(), self._reader.failure()
            )
        )

    def facts(self) -> dict[str, object]:
        """What the index holds and was made with, for an operator's eyes.

        Raises:
            StoreError: The index cannot be read.
        """

        def facts(snapshot: Snapshot) -> dict[str, object]:
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

        return self._read(facts)

    def warm(self) -> None:
        """Load the model and the vectors, so that the first question does not wait.

        Raises:
            StoreError: The index cannot be read.
            ModelError: The model cannot be loaded.
        """
        self.search("Is anybody there?", k=1)

    def close(self) -> None:
        """Let go of the index; saves nothing, for nothing was changed."""
        with self._lock:
            self._reader.close()
            self._vectors = None

    @contextmanager
    def _state(self) -> Iterator[tuple[Snapshot, VectorIndex]]:
        """One state of the index with its vectors."""
        with self._lock, self._reader.snapshot() as snapshot:
            self._vectors = VectorIndex.follow(self._vectors, snapshot)
            yield snapshot, self._vectors

    def _read(self, ask: Callable[[Snapshot], _T]) -> _T:
        with self._lock, self._reader.snapshot() as snapshot:
            return ask(snapshot)

    def _describe(self, snapshot: Snapshot) -> IndexInfo:
        state = snapshot.state()
        if self._info is None or self._info[0] != state:
            counts = snapshot.counts()
            config = repr(sorted(snapshot.config().items()))
            made = f"{snapshot.digest()}\n{config}\n{fitted(self._ranker, snapshot).fingerprint()}"
            fingerprint = hashlib.blake2b(made.encode(), digest_size=8).hexdigest()
            self._info = state, IndexInfo(fingerprint, counts.articles, counts.chunks)
        return self._info[1]


class _Timer:
    """Measures where the time of an answer goes, from when it is made.

    Attributes:
        parts: Seconds spent on each part so far, by name.
    """

    def __init__(self) -> None:
        self._begin = self._last = time.perf_counter()
        self.parts: dict[str, float] = {}

    @property
    def seconds(self) -> float:
        """Since it was made."""
        return time.perf_counter() - self._begin

    def lap(self, part: str) -> None:
        """Put the time since the last lap down to a part."""
        now = time.perf_counter()
        self.parts[part] = self.parts.get(part, 0.0) + now - self._last
        self._last = now
