"""The way in: questions to answers, over one index that may change at any moment."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TypeVar

from index import receipt
from index.answer import compose, passages
from index.embed import SentenceEncoder
from index.evidence import gather
from index.judgement import Judgement, judge
from index.query import understand
from index.retrieve import KEPT, retrieve
from index.settings import IndexSettings
from index.spelling import Speller
from index.store import Reader, Snapshot, State
from index.surroundings import surroundings
from index.types import Answer, Article, ArticleCard, Context, Encoder, IndexInfo, IndexStatus, Passage, Turn
from index.vectors import VectorIndex

_T = TypeVar("_T")


class Engine:
    """Answers questions from an index. One call at a time; other threads wait their turn.

    Every call works on the index as it is at that moment: articles that other processes add, change or
    remove are seen at the next call, never in the middle of one.

    Args:
        reader: The index.
        encoder: Encodes questions; of the model that the index was made with.
        judgement: Weights of the evidence; None for those that come with Footnote.
    """

    def __init__(self, reader: Reader, encoder: Encoder, *, judgement: Judgement | None = None) -> None:
        self._reader = reader
        self._encoder = encoder
        self._judgement = judgement or Judgement.shipped()
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
        judgement = Judgement.shipped().at_risk(settings.risk)
        return cls(Reader.open(settings.dir, model=encoder.fingerprint), encoder, judgement=judgement)

    def ask(
        self,
        question: str,
        *,
        k: int = 3,
        collections: Sequence[str] | None = None,
        turns: Sequence[Turn] = (),
    ) -> Answer:
        """Answer a question with sentences from the articles, or decline.

        Args:
            question: In the asker's words.
            k: How many sentences to cite at most; at least one.
            collections: Where to look; None for everywhere.
            turns: Earlier turns of the conversation, oldest first.

        Raises:
            StoreError: The index cannot be read.
            ModelError: The model cannot be loaded.
        """
        begin = time.perf_counter()
        query = understand(question, turns)
        with self._state() as (snapshot, vectors):
            query = self._speller.correct(snapshot, query)
            retrieval = retrieve(snapshot, vectors, self._encoder, query, collections=collections)
            candidates = gather(snapshot, self._encoder, retrieval)
            answer = compose(
                snapshot,
                question,
                retrieval,
                judge(self._judgement, retrieval, candidates),
                info=self._describe(snapshot),
                k=max(k, 1),
                threshold=self._judgement.threshold,
            )
        return replace(answer, seconds=time.perf_counter() - begin)

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
                self._encoder,
                understand(words),
                collections=collections,
                kept=max(k, KEPT),
            )
            candidates = gather(snapshot, self._encoder, retrieval)
            verdict = judge(self._judgement, retrieval, candidates)
            return list(passages(retrieval, verdict, limit=max(k, 0)))

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

    def collections(self) -> list[str]:
        """The names of all collections; `""` is the top of the corpus."""
        return self._read(lambda snapshot: snapshot.collections())

    def context(self, proof: str) -> Context:
        """What a citation was quoted from, as it is now.

        Args:
            proof: The citation's receipt.

        Raises:
            UsageError: It is no receipt.
            StoreError: The index cannot be read.
        """
        parsed = receipt.parse(proof)
        articles = self._read(lambda snapshot: snapshot.articles_by_short(parsed.article))
        return surroundings(parsed, articles)

    def info(self) -> IndexInfo:
        """What answers are found in."""
        return self._read(self._describe)

    def status(self) -> IndexStatus:
        """How the index is, for operators.

        Raises:
            StoreError: The index cannot be read.
        """
        return self._read(
            lambda snapshot: IndexStatus(self._describe(snapshot), snapshot.changed(), snapshot.size())
        )

    def facts(self) -> dict[str, object]:
        """What the index holds and was made with, for an operator's eyes.

        Raises:
            StoreError: The index cannot be read.
        """

        def ask(snapshot: Snapshot) -> dict[str, object]:
            info, counts = self._describe(snapshot), snapshot.counts()
            return {
                "fingerprint": info.fingerprint,
                "articles": counts.articles,
                "sentences": counts.sentences,
                "chunks": counts.chunks,
                "vectors": counts.vectors,
                "collections": snapshot.collections(),
                "skipped": len(snapshot.skipped()),
                **snapshot.recipe(),
            }

        return self._read(ask)

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
            recipe = repr(sorted(snapshot.recipe().items()))
            made = f"{snapshot.digest()}\n{recipe}\n{self._judgement.fingerprint()}"
            fingerprint = hashlib.blake2b(made.encode(), digest_size=8).hexdigest()
            self._info = state, IndexInfo(fingerprint, counts.articles, counts.chunks)
        return self._info[1]
