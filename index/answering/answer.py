"""From ranked candidates to an outcome: which sentences are cited, or that the question is declined."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from index import citation_ids
from index.answering.context import lead_of
from index.answering.decline_reason import reason_for
from index.answering.text_fragments import text_fragment_link
from index.answering.unsupported import topic_of, unsupported
from index.errors import ArticleNotFound
from index.ranking.features import Candidate
from index.ranking.ranker import Ranked
from index.retrieval.question import Query
from index.retrieval.search import Retrieval
from index.store import Snapshot
from index.text.contradictions import differences
from index.text.words import terms
from index.types import (
    Answer,
    Answered,
    Article,
    ArticleList,
    ArticlesDiffer,
    Citation,
    Declined,
    Difference,
    Explanation,
    IndexInfo,
    Note,
    Passage,
    RelativeDate,
    SentenceKind,
    SpellingCorrected,
)

SHOWN: Final = 10
"""Candidates and passages that an answer has."""

_ENOUGH: Final = 0.8  # probability that one of the citations is right, from which no more are added
_ENOUGH_OF_MANY: Final = 0.95  # the same for a question that asks for several things
_SAME_WORDS: Final = 0.8  # share of common words from which two sentences say the same
_SAME_MEANING: Final = 0.95  # the same for their cosine
_CONTRADICTING: Final = 0.2  # share of the best probability from which a contradicting sentence is cited

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
    why: Explanation,
    *,
    info: IndexInfo,
    k: int,
) -> Answer:
    """Answer from ranked sentences, or decline.

    Every citation is compared with its article once more; one that differs is dropped and logged.

    Args:
        snapshot: The state of the index that everything was found in.
        question: As asked.
        retrieval: What was found.
        ranked: The ranked sentences.
        why: What the ranking is based on; has the threshold.
        info: Describes the index.
        k: Maximum number of citations.
    """
    best = ranked.probabilities[0] if len(ranked.candidates) else 1.0
    cited = [
        cite(snapshot, ranked.candidates[position], ranked.confidence * ranked.probabilities[position] / best)
        for position in range(min(SHOWN, len(ranked.candidates)))
    ]
    candidates = tuple(citation for citation in cited if citation is not None)
    notes: list[Note] = [SpellingCorrected(*each) for each in retrieval.query.corrections.items()]
    if not candidates or cited[0] is None or ranked.confidence < why.threshold:
        asks = unsupported(question)
        # Where the question asks for articles on a topic that none has, the list of all may help, too.
        offers_list = asks is not None or topic_of(question) is not None
        return Declined(
            question=question,
            confidence=ranked.confidence,
            candidates=candidates,
            passages=passages(retrieval, ranked),
            index=info,
            notes=tuple(notes),
            why=why,
            follows=retrieval.query.follows,
            reason=reason_for(retrieval, ranked, info, asks),
            articles=ArticleList("", info.articles) if offers_list else None,
        )
    dates = [None if one is None else one.published for one in cited]
    choice = choose(ranked, retrieval.query, k, dates)
    citations = _without_repeated_leads([one for at in choice.positions if (one := cited[at]) is not None])
    if choice.differences and len(citations) == len(choice.positions):
        notes.append(ArticlesDiffer(choice.differences, all(one.published for one in citations)))
    notes += [
        RelativeDate(found.group(), one.published[:10])
        for one in citations
        if one.published and (found := _RELATIVE.search(one.text))
    ]
    return Answered(
        question=question,
        confidence=ranked.confidence,
        candidates=candidates,
        passages=passages(retrieval, ranked),
        index=info,
        notes=tuple(dict.fromkeys(notes)),
        why=why,
        follows=retrieval.query.follows,
        citations=citations,
    )


def _without_repeated_leads(citations: Sequence[Citation]) -> tuple[Citation, ...]:
    """Leave out each lead that is itself a citation."""
    places = {(one.article_id, one.start) for one in citations}
    return tuple(
        replace(one, lead=None) if one.lead and (one.article_id, one.lead.start) in places else one
        for one in citations
    )


@dataclass(frozen=True, slots=True)
class Choice:
    """The sentences to cite.

    Attributes:
        positions: Of the sentences in the ranking, best first; where two articles differ, the newer first.
        differences: What the first two differ in; empty if they do not.
    """

    positions: tuple[int, ...]
    differences: tuple[Difference, ...] = ()


def choose(ranked: Ranked, query: Query, k: int, published: Sequence[str | None]) -> Choice:
    """Choose the fewest sentences that probably hold the answer.

    Args:
        ranked: The ranked sentences; at least one.
        query: The question; if it asks for several things, more sentences are cited.
        k: Maximum number of sentences.
        published: Dates of the articles of the first `SHOWN` ranked sentences, ISO 8601.
    """
    if k > 1 and (contradiction := _contradiction(ranked)):
        position, found = contradiction
        is_newer = (published[position] or "") > (published[0] or "") > ""
        return Choice((position, 0) if is_newer else (0, position), found)
    chosen: list[int] = []
    likelihood = 0.0
    enough = _ENOUGH_OF_MANY if query.several else _ENOUGH
    for position in _in_order(ranked, query):
        if len(chosen) >= k or likelihood >= enough:
            break
        likelihood += float(ranked.probabilities[position])
        if not any(same(ranked.candidates[position], ranked.candidates[earlier]) for earlier in chosen):
            chosen.append(position)
    return Choice(tuple(chosen))


def _in_order(ranked: Ranked, query: Query) -> list[int]:
    """Order positions best first; if several things are asked for, items of the best one's list come next."""
    first = range(min(SHOWN, len(ranked.candidates)))
    if not query.several:
        return list(first)
    best = ranked.candidates[0]

    def is_fellow(position: int) -> bool:
        one = ranked.candidates[position]
        alike = one.sentence.kind is best.sentence.kind is SentenceKind.ITEM
        introduced = one.sentence.kind is SentenceKind.ITEM and best.sentence.text.rstrip().endswith(":")
        near = abs(one.ordinal - best.ordinal) <= SHOWN
        return (alike or introduced) and near and one.place[0] == best.place[0]

    return sorted(first, key=lambda position: (position > 0, position > 0 and not is_fellow(position)))


def _contradiction(ranked: Ranked) -> tuple[int, tuple[Difference, ...]] | None:
    """Find a sentence of another article that is nearly as good as the best one and contradicts it."""
    best = ranked.candidates[0]
    for position in range(1, min(SHOWN, len(ranked.candidates))):
        if ranked.probabilities[position] < _CONTRADICTING * ranked.probabilities[0]:
            return None
        other = ranked.candidates[position]
        if best.place[0] != other.place[0] and (
            found := differences(best.sentence.text, other.sentence.text)
        ):
            return position, found
    return None


def same(one: Candidate, other: Candidate) -> bool:
    """Tell whether two sentences say the same."""
    if differences(one.sentence.text, other.sentence.text):
        return False
    if float(one.vector @ other.vector) >= _SAME_MEANING:
        return True
    words, others = set(terms(one.sentence.text)), set(terms(other.sentence.text))
    return len(words & others) >= _SAME_WORDS * len(words | others)


def passages(retrieval: Retrieval, ranked: Ranked, *, limit: int = SHOWN) -> tuple[Passage, ...]:
    """Return the best passages: by the probability of their best sentence, then by their fused score."""
    found = {one.chunk.key: one for one in retrieval.found}
    scores: dict[int, float] = {}
    for candidate, probability in zip(ranked.candidates, ranked.probabilities.tolist(), strict=True):
        key = candidate.found.chunk.key
        scores.setdefault(key, probability + found[key].fused)
    scores = {key: one.fused for key, one in found.items()} | scores
    best = sorted(scores, key=lambda key: (-scores[key], key))[:limit]
    return tuple(
        Passage(chunk.article_id, chunk.title, chunk.start, chunk.end, chunk.text, scores[chunk.key])
        for chunk in (found[key].chunk for key in best)
    )


def cite(snapshot: Snapshot, candidate: Candidate, score: float) -> Citation | None:
    """Make a citation of a candidate.

    Returns:
        None if the sentence differs from the article's text as it is in the index.
    """
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
