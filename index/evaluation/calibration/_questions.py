"""Makes questions with known answers from the articles themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from index.errors import CalibrationFailed
from index.evaluation.calibration._wording import distinctness, of_heading, of_sentence
from index.indexing.chunks import heading_level
from index.retrieval.search import rarity
from index.store import Snapshot
from index.text.markup import plain
from index.text.words import content_terms
from index.types import CITABLE, ArticleCard, Sentence, SentenceKind


class QuestionSource(StrEnum):
    """What a question was made from."""

    HEADING = "heading"
    SENTENCE = "sentence"


@dataclass(frozen=True, slots=True)
class Made:
    """A question with the place that answers it.

    Attributes:
        question: As it is asked.
        article_id: The article it was made from.
        sentences: The sentence, or those below the heading, word for word.
        source: Which of the two.
    """

    question: str
    article_id: str
    sentences: tuple[str, ...]
    source: QuestionSource


def make(snapshot: Snapshot, limit: int) -> list[Made]:
    """Make questions from the articles, as many of each as it takes; always the same ones.

    Args:
        snapshot: The index.
        limit: How many at most. Of more articles than that, some of all parts of the index are taken.

    Returns:
        Distinct questions, those of one article together.

    Raises:
        CalibrationFailed: There are no articles.
    """
    if not snapshot.counts().articles:
        raise CalibrationFailed("There are no articles to make questions from. Add some: footnote add --help")
    waiting = [_of_article(snapshot, card) for card in _spread(snapshot.cards(limit=None), limit)]
    found: dict[str, Made] = {}
    while waiting and len(found) < limit:
        left = []
        for questions in waiting:
            made = next(questions, None)
            if made is None:
                continue
            left.append(questions)
            found.setdefault(made.question.casefold(), made)
            if len(found) == limit:
                break
        waiting = left
    return sorted(found.values(), key=lambda made: made.article_id)


def _spread(cards: Sequence[ArticleCard], limit: int) -> list[ArticleCard]:
    """All articles, in an order in which the first `limit` come from all parts of the list."""
    step = -(-len(cards) // limit) or 1
    return [card for first in range(step) for card in cards[first::step]]


def _of_article(snapshot: Snapshot, card: ArticleCard) -> Iterator[Made]:
    """Questions from an article: from a heading and from a sentence in turn."""
    sentences, _ = snapshot.sentences(snapshot.article_key(card.id))
    sources = [_of_headings(card, sentences), _of_sentences(snapshot, card, sentences)]
    while sources:
        for source in tuple(sources):
            made = next(source, None)
            if made is None:
                sources.remove(source)
            else:
                yield made


def _of_headings(card: ArticleCard, sentences: Sequence[Sentence]) -> Iterator[Made]:
    total = sum(sentence.kind in CITABLE for sentence in sentences)
    for at, heading in enumerate(sentences):
        if heading.kind is not SentenceKind.HEADING:
            continue
        below = tuple(one.text for one in _section(sentences, at) if one.kind in CITABLE)
        question = of_heading(heading.text)
        if question and 0 < len(below) < total:  # one over the whole article asks for nothing in it
            yield Made(question, card.id, below, QuestionSource.HEADING)


def _section(sentences: Sequence[Sentence], heading: int) -> list[Sentence]:
    """What stands below a heading, smaller headings with their sections included."""
    level = heading_level(sentences[heading].text)
    section = []
    for sentence in sentences[heading + 1 :]:
        if sentence.kind is SentenceKind.HEADING and heading_level(sentence.text) <= level:
            break
        section.append(sentence)
    return section


def _of_sentences(snapshot: Snapshot, card: ArticleCard, sentences: Sequence[Sentence]) -> Iterator[Made]:
    """Questions from the sentences of an article, the most distinct first."""
    prose = [one for one in sentences if one.kind in (SentenceKind.PROSE, SentenceKind.ITEM)]
    frequency = snapshot.document_frequency(
        term for sentence in prose for term in content_terms(plain(sentence.text))
    )
    documents = snapshot.counts().chunks

    def weight(term: str) -> float:
        return rarity(frequency.get(term, 0), documents)

    prose.sort(key=lambda sentence: (-distinctness(sentence.text, weight), sentence.start))
    for sentence in prose:
        if question := of_sentence(sentence.text, weight):
            yield Made(question, card.id, (sentence.text,), QuestionSource.SENTENCE)
