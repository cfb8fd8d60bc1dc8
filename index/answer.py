"""From a verdict to an answer: which sentences to cite, or why none."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Final

from index import receipt
from index.errors import ArticleNotFound
from index.judgement import Verdict
from index.link import text_fragment_link
from index.query import Query
from index.retrieve import Retrieval
from index.store import Snapshot
from index.types import Answer, Article, Citation, IndexInfo, Passage, Status
from index.words import STOPWORDS, fold, terms

SHOWN: Final = 10
"""Candidates and passages that an answer carries."""

_ENOUGH: Final = 0.8  # of the probability that one of the candidates is right: then no more is cited
_ALIKE: Final = 0.8  # shared words of two sentences that say the same
_SAME_MEANING: Final = 0.95

_log = logging.getLogger(__name__)


def compose(
    snapshot: Snapshot,
    question: str,
    retrieval: Retrieval,
    verdict: Verdict,
    *,
    info: IndexInfo,
    k: int,
    threshold: float,
) -> Answer:
    """Put an answer together.

    Args:
        snapshot: The state of the index that everything was found in.
        question: As asked.
        retrieval: What was found.
        verdict: The ranked sentences.
        info: What it was found in.
        k: How many citations at most.
        threshold: Confidence from which an answer is given.

    Returns:
        Answered with one to `k` citations, or declined with a reason. Every citation was compared with its
        article once more; one that differs is dropped and logged.
    """
    best = verdict.shares[0] if len(verdict.ranked) else 1.0
    cited = [
        _cite(snapshot, verdict, position, verdict.confidence * verdict.shares[position] / best)
        for position in range(min(SHOWN, len(verdict.ranked)))
    ]
    candidates = tuple(citation for citation in cited if citation is not None)
    answered = cited[:1] != [None] and bool(candidates) and verdict.confidence >= threshold
    chosen = [cited[position] for position in choose(verdict, k)] if answered else []
    return Answer(
        question=question,
        status=Status.ANSWERED if answered else Status.DECLINED,
        confidence=verdict.confidence,
        reason=None if answered else explain(retrieval, verdict, info),
        citations=tuple(citation for citation in chosen if citation is not None),
        candidates=candidates,
        passages=passages(retrieval, verdict),
        index=info,
        follows=retrieval.query.follows,
    )


def choose(verdict: Verdict, k: int) -> list[int]:
    """Positions of the sentences to cite: the fewest that hold the answer in all likelihood, best first."""
    chosen: list[int] = []
    likelihood = 0.0
    for position in range(min(SHOWN, len(verdict.ranked))):
        if len(chosen) >= k or likelihood >= _ENOUGH:
            break
        likelihood += float(verdict.shares[position])
        if not any(_same(verdict, position, earlier) for earlier in chosen):
            chosen.append(position)
    return chosen


def _same(verdict: Verdict, one: int, other: int) -> bool:
    """Whether two sentences say the same."""
    a, b = verdict.ranked[one], verdict.ranked[other]
    if float(a.vector @ b.vector) >= _SAME_MEANING:
        return True
    words, others = set(terms(a.sentence.text)), set(terms(b.sentence.text))
    return len(words & others) >= _ALIKE * len(words | others)


def passages(retrieval: Retrieval, verdict: Verdict, *, limit: int = SHOWN) -> tuple[Passage, ...]:
    """The best passages: first by the share of their best sentence, then by how they were found."""
    found = {one.chunk.key: one for one in retrieval.found}
    shares: dict[int, float] = {}
    for candidate, share in zip(verdict.ranked, verdict.shares.tolist(), strict=True):
        chunk = candidate.found.chunk
        shares.setdefault(chunk.key, share)
    scores = {key: shares.get(key, 0.0) + one.fused for key, one in found.items()}
    rows = []
    for key in sorted(scores, key=lambda key: (-scores[key], key))[:limit]:
        one, chunk = found[key], found[key].chunk
        rows.append(
            Passage(
                chunk.article_id,
                chunk.title,
                chunk.start,
                chunk.end,
                chunk.text,
                scores[key],
                chunk.heading,
                key,
                one.meaning,
                one.words,
            )
        )
    return tuple(rows)


def explain(retrieval: Retrieval, verdict: Verdict, info: IndexInfo) -> str:
    """Why there is no answer, for the member's eyes."""
    if not info.articles:
        return "There are no articles yet."
    if not any(char.isalnum() for char in retrieval.query.text):
        return "The question holds no words."
    if not retrieval.found:
        return "There are no articles in that collection."
    missing = missing_words(retrieval)
    if missing:
        return f"{_listed(missing)} in none of {_articles(info.articles)}."
    if not verdict.ranked:
        return f"None of {_articles(info.articles)} has a sentence that could be quoted."
    return f"No sentence in {_articles(info.articles)} answers it with enough certainty."


def missing_words(retrieval: Retrieval) -> list[str]:
    """The question's words, as written, that occur in no article; at most three."""
    query: Query = retrieval.query
    absent = [
        query.shown[term]
        for term in query.terms
        if not retrieval.frequency[term] and term in query.shown and fold(query.shown[term]) not in STOPWORDS
    ]
    return list(dict.fromkeys([*query.corrections, *absent]))[:3]  # "Wi-Fi" is shown for both of its terms


def _listed(words: Sequence[str]) -> str:
    quoted = [f"'{word}'" for word in words]
    if len(quoted) == 1:
        return f"{quoted[0]} occurs"
    return f"{', '.join(quoted[:-1])} and {quoted[-1]} occur"


def _articles(count: int) -> str:
    return "1 article" if count == 1 else f"{count} articles"


def _cite(snapshot: Snapshot, verdict: Verdict, position: int, score: float) -> Citation | None:
    """A citation, compared word for word with the article as it is in the index; None if it differs."""
    candidate = verdict.ranked[position]
    sentence, chunk = candidate.sentence, candidate.found.chunk
    try:
        article: Article = snapshot.article(chunk.article_id)
    except ArticleNotFound:
        article = Article(chunk.article_id, "", "")
    if article.text[sentence.start : sentence.end] != sentence.text:
        _log.error("dropped a citation of %s that is not in it word for word", chunk.article_id)
        return None
    return Citation(
        text=sentence.text,
        article_id=article.id,
        title=article.title,
        url=article.url,
        published=article.published,
        start=sentence.start,
        end=sentence.end,
        score=float(min(score, 1.0)),
        link=text_fragment_link(article, sentence.start, sentence.end),
        source=article.source,
        receipt=receipt.make(article.id, sentence.start, sentence.end, sentence.text),
    )
