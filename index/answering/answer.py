"""From ranked candidates to an answer: the citations, each compared with its article once more, or a no."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from index import citation_ids
from index.answering.lead_in import lead_of
from index.answering.links import text_fragment_link
from index.answering.reasons import reason
from index.answering.selection import SHOWN, Choice, choose
from index.answering.unsupported import listing, unsupported
from index.errors import ArticleNotFound
from index.ranking.features import Candidate
from index.ranking.ranker import Ranked
from index.retrieval.search import Retrieval
from index.store import Snapshot
from index.text.differences import describe_differences
from index.types import Answer, Article, Citation, IndexInfo, Listing, Passage, SentenceKind, Status, phrase

_log = logging.getLogger(__name__)

_RELATIVE: Final = re.compile(
    r"\b(?:yesterday|today|tomorrow|tonight|(?:last|next|this) (?:week(?:end)?|month|year|night|spring|summer"
    r"|autumn|fall|winter|(?:mon|tues|wednes|thurs|fri|satur|sun)day)"
    r"|(?:(?:a|two|three|several|\d+) (?:day|week|month|year)s? ago))\b",
    re.IGNORECASE,
)


def compose(
    snapshot: Snapshot,
    question: str,
    retrieval: Retrieval,
    ranked: Ranked,
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
        ranked: The ranked sentences.
        info: What it was found in.
        k: How many citations at most.
        threshold: Confidence from which an answer is given.

    Returns:
        Answered with one to `k` citations, or declined with a reason. Every citation was compared with its
        article once more; one that differs is dropped and logged.
    """
    best = ranked.probabilities[0] if len(ranked.candidates) else 1.0
    cited = [
        cite(snapshot, ranked.candidates[position], ranked.confidence * ranked.probabilities[position] / best)
        for position in range(min(SHOWN, len(ranked.candidates)))
    ]
    candidates = tuple(citation for citation in cited if citation is not None)
    answered = cited[:1] != [None] and bool(candidates) and ranked.confidence >= threshold
    choice = Choice(())
    if answered:
        dates = [None if one is None else one.published for one in cited]
        choice = choose(ranked, retrieval.query, k, dates)
    asks = None if answered else unsupported(question)
    wants_list = not answered and listing(question) is not None  # and there are no such articles
    citations = _without_repeated_leads([each for at in choice.positions if (each := cited[at]) is not None])
    return Answer(
        question=question,
        status=Status.ANSWERED if answered else Status.DECLINED,
        confidence=ranked.confidence,
        reason=None if answered else reason(retrieval, ranked, info, asks),
        citations=citations,
        candidates=candidates,
        passages=passages(retrieval, ranked),
        index=info,
        notes=tuple(_notes(retrieval, choice, citations)),
        follows=retrieval.query.follows,
        listing=Listing("", info.articles) if asks or wants_list else None,
    )


def _notes(retrieval: Retrieval, choice: Choice, citations: Sequence[Citation]) -> list[str]:
    """What the member should know besides the citations."""
    notes = [
        phrase("I read “{typed}” as “{read}”.", typed=typed, read=read)
        for typed, read in retrieval.query.corrections.items()
    ]
    if choice.differ and len(citations) == len(choice.positions):
        dated = all(citation.published for citation in citations)
        differ = describe_differences(choice.differ)
        notes.append(
            phrase("The articles differ in {differ}. The newer one comes first.", differ=differ)
            if dated
            else phrase("The articles differ in {differ}.", differ=differ)
        )
    for citation in citations:
        found = _RELATIVE.search(citation.text)
        if found and citation.published:
            notes.append(
                phrase("“{words}” is said as of {date}.", words=found.group(), date=citation.published[:10])
            )
    return list(dict.fromkeys(notes))


def _without_repeated_leads(citations: Sequence[Citation]) -> tuple[Citation, ...]:
    """A sentence that is cited itself need not come as another one's context too."""
    places = {(one.article_id, one.start) for one in citations}
    return tuple(
        replace(one, lead=None) if one.lead and (one.article_id, one.lead.start) in places else one
        for one in citations
    )


def passages(retrieval: Retrieval, ranked: Ranked, *, limit: int = SHOWN) -> tuple[Passage, ...]:
    """The best passages: first by the share of their best sentence, then by how they were found."""
    found = {one.chunk.key: one for one in retrieval.found}
    probabilities: dict[int, float] = {}
    for candidate, share in zip(ranked.candidates, ranked.probabilities.tolist(), strict=True):
        chunk = candidate.found.chunk
        probabilities.setdefault(chunk.key, share)
    scores = {key: probabilities.get(key, 0.0) + one.fused for key, one in found.items()}
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
                one.dense_score,
                one.lexical_score,
            )
        )
    return tuple(rows)


def cite(snapshot: Snapshot, candidate: Candidate, score: float) -> Citation | None:
    """A citation, compared word for word with the article as it is in the index; None if it differs."""
    sentence, chunk = candidate.sentence, candidate.found.chunk
    try:
        article: Article = snapshot.article(chunk.article_id)
    except ArticleNotFound:
        article = Article(chunk.article_id, "", "")
    if article.text[sentence.start : sentence.end] != sentence.text:
        _log.error("dropped a citation of %s that is not in it word for word", chunk.article_id)
        return None
    lead = lead_of(snapshot, candidate)
    if lead is not None and article.text[lead.start : lead.end] != lead.text:
        _log.error("dropped a context sentence of %s that is not in it word for word", chunk.article_id)
        lead = None
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
        citation_id=citation_ids.make(article.id, sentence.start, sentence.end, sentence.text),
        lead=lead,
        is_part=sentence.kind is SentenceKind.PART,
    )
