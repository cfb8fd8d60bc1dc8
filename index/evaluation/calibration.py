"""Calibration: chooses the threshold that keeps a wanted risk on an operator's own articles.

Without labels, questions are made from headings and distinct sentences, so that the place of the answer is
known. Each is asked with its article and without it, which gives a curve of risk and coverage.
`docs/decisions/0005-calibration-without-labels.md` says what that measures and what it does not. If an
operator has questions with known answers, those are asked instead.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from index.engine import Engine
from index.errors import CalibrationFailed
from index.evaluation import Evidence, QualityMetrics, Question, RiskPoint, Row, measure, rank, wilson
from index.indexing.chunks import heading_level
from index.retrieval.search import rarity
from index.store import Snapshot
from index.text.markup import plain
from index.text.wordlists import MONTHS, PRONOUNS, WEEKDAYS
from index.text.words import STOPWORDS, content_terms, terms, written
from index.types import CITABLE, Answer, Answered, ArticleCard, OnProgress, Progress, Sentence, SentenceKind

FEWEST: Final = 20
"""The fewest questions with an answer for which a threshold is chosen."""

_SETTLED: Final = 10  # answers, the fewest whose risk means something
_TOO_EASY: Final = 0.98  # answerability AUROC from which the questions are no test; see decision 5
_STEPS: Final = 10_000  # thresholds have four decimals, like those that come with Footnote

_SAME: Final = 0.5  # of the content words of the shorter of two sentences, from which they say the same
_SHARED: Final = 3  # words, at least

_FEWEST_WORDS: Final = 3  # content words of a question; with fewer, nobody could tell what is asked
_FEWEST_HEADING_WORDS: Final = 2
_MOST_WORDS: Final = 6
_SHARE: Final = 0.5  # of a sentence's content words that go into its question
_ASKING: Final = frozenset("who whom whose what which when where why how".split())
_LEANS: Final = re.compile(
    rf"\W*(?:{'|'.join(PRONOUNS)}|that|here|there|then|so|but|and|however|also|both|another|others?)\b",
    re.IGNORECASE,
)
_DATES: Final = frozenset(
    [*MONTHS, *WEEKDAYS, *(f"{day}s" for day in WEEKDAYS), "noon", "midnight", "am", "pm"]
)
_YEAR: Final = re.compile(r"1[0-9]{3}s?|20[0-9]{2}s?")
_CONTENT: Final = range(6, 31)  # content words of a sentence that is asked about


class QuestionSource(StrEnum):
    """What a question was made from."""

    HEADING = "heading"
    SENTENCE = "sentence"


@dataclass(frozen=True, slots=True)
class Made:
    """A question made from an article, with its answer.

    Attributes:
        question: The question.
        article_id: The article it was made from.
        sentences: The sentences that answer it: the one it was made from, or those below the heading.
        source: What it was made from.
    """

    question: str
    article_id: str
    sentences: tuple[str, ...]
    source: QuestionSource


def make(snapshot: Snapshot, limit: int) -> list[Made]:
    """Make questions from the articles, which take turns; the same index always gives the same questions.

    Args:
        snapshot: The index.
        limit: The most questions. If there are more articles, some are taken from all parts of the index.

    Returns:
        Distinct questions, those of one article together.

    Raises:
        CalibrationFailed: There are no articles.
    """
    cards = snapshot.cards(limit=None)
    if not cards:
        raise CalibrationFailed("There are no articles to make questions from. Add some: footnote add --help")
    step = -(-len(cards) // limit)
    spread = [card for first in range(step) for card in cards[first::step]]
    found: dict[str, Made] = {}
    for made in _in_turn([_of_article(snapshot, card) for card in spread]):
        found.setdefault(made.question.casefold(), made)
        if len(found) == limit:
            break
    return sorted(found.values(), key=lambda made: made.article_id)


def _in_turn(sources: Sequence[Iterator[Made]]) -> Iterator[Made]:
    """Take a question from each source in turn, until all are exhausted."""
    while sources:
        left = []
        for source in sources:
            if (made := next(source, None)) is not None:
                left.append(source)
                yield made
        sources = left


def _of_article(snapshot: Snapshot, card: ArticleCard) -> Iterator[Made]:
    """Make questions from the headings and the sentences of an article in turn."""
    sentences, _ = snapshot.sentences(snapshot.article_key(card.id))
    yield from _in_turn([_of_headings(card, sentences), _of_sentences(snapshot, card, sentences)])


def _of_headings(card: ArticleCard, sentences: Sequence[Sentence]) -> Iterator[Made]:
    total = sum(sentence.kind in CITABLE for sentence in sentences)
    for at, heading in enumerate(sentences):
        if heading.kind is not SentenceKind.HEADING:
            continue
        below = tuple(one.text for one in _section(sentences, at) if one.kind in CITABLE)
        question = of_heading(heading.text)
        if question and 0 < len(below) < total:  # a heading over the whole article asks for nothing in it
            yield Made(question, card.id, below, QuestionSource.HEADING)


def _section(sentences: Sequence[Sentence], heading: int) -> list[Sentence]:
    """List the sentences below a heading, including the sections of smaller headings."""
    level = heading_level(sentences[heading].text)
    section = []
    for sentence in sentences[heading + 1 :]:
        if sentence.kind is SentenceKind.HEADING and heading_level(sentence.text) <= level:
            break
        section.append(sentence)
    return section


def _of_sentences(snapshot: Snapshot, card: ArticleCard, sentences: Sequence[Sentence]) -> Iterator[Made]:
    """Make questions from the sentences of an article, the most distinct first."""
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


def of_heading(heading: str) -> str | None:
    """Make a question that the section under a heading answers.

    Args:
        heading: The heading with its Markdown.

    Returns:
        The question; None if the heading says too little by itself ("Overview").
    """
    name = plain(heading).rstrip(" .:?!")
    words = written(name)
    if len(set(_content(words))) < _FEWEST_HEADING_WORDS:
        return None
    asked = f"{name[0].lower()}{name[1:]}"
    if words[0] in _ASKING:
        return f"{name}?"
    return f"How is {asked} done?" if words[0].endswith("ing") else f"What about {asked}?"


def of_sentence(sentence: str, weight: Callable[[str], float]) -> str | None:
    """Make a short question that a sentence answers: half of its content words, without the answer.

    The answer is its numbers and dates or, if it has none, its rarest word. Of the other words, the rarest
    are kept, in their order.

    Args:
        sentence: The sentence with its Markdown.
        weight: Returns the rarity of a term.

    Returns:
        The question; None if the sentence is too short or too long, refers to the one before, or is itself a
        question.
    """
    text = plain(sentence)
    words = list(dict.fromkeys(_content(written(text))))
    if len(words) not in _CONTENT or _LEANS.match(text) or text.rstrip("\"'”’) ").endswith(("?", ":")):
        return None
    rest = [word for word in words if not (_is_date(word) or word[0].isdigit())]
    if len(rest) == len(words):
        start = "what"
        rest.remove(max(rest, key=lambda word: weight(terms(word)[0])))
    else:
        start = "when" if any(_is_date(word) for word in words) else "how many"
    kept = _rarest(rest, weight, min(_MOST_WORDS, math.ceil(_SHARE * len(rest))))
    return f"{start} {' '.join(kept)}?" if len(kept) >= _FEWEST_WORDS else None


def distinctness(sentence: str, weight: Callable[[str], float]) -> float:
    """Compute the mean rarity of the content words of a sentence."""
    found = content_terms(plain(sentence))
    return sum(weight(term) for term in found) / len(found) if found else 0.0


def _content(words: Sequence[str]) -> list[str]:
    return [word for word in words if word not in STOPWORDS]


def _is_date(word: str) -> bool:
    return word in _DATES or _YEAR.fullmatch(word) is not None


def _rarest(words: Sequence[str], weight: Callable[[str], float], count: int) -> list[str]:
    """Select the `count` rarest words, in their order."""
    ranked = sorted(range(len(words)), key=lambda at: (-weight(terms(words[at])[0]), at))
    return [words[at] for at in sorted(ranked[:count])]


@dataclass(frozen=True, slots=True)
class AskedQuestions:
    """The outcome of the questions.

    Attributes:
        rows: A row for each question; for one made from an article, a row with the article and one without.
        elsewhere: Questions that do not count, because another article says the same.
    """

    rows: tuple[Row, ...]
    elsewhere: tuple[Made, ...]


def ask(engine: Engine, questions: Sequence[Made], on_progress: OnProgress) -> AskedQuestions:
    """Ask each question with its article and without it.

    If the first sentence found without the article says nearly the same as the one that the question was made
    from, it may be an answer, too, and the question does not count.

    Raises:
        StoreError: The index cannot be read.
        ModelError: The model cannot be loaded.
    """
    rows: list[Row] = []
    elsewhere = []
    for number, made in enumerate(questions, start=1):
        on_progress(Progress("asking", number - 1, len(questions), "questions"))
        without = engine.ask(made.question, without=[made.article_id])
        if any(_same(without.candidates[0].text, own) for own in made.sentences if without.candidates):
            elsewhere.append(made)
            continue
        evidence = tuple(Evidence(made.article_id, sentence) for sentence in made.sentences)
        known = Question(f"{made.source} {number}", made.question, True, evidence=evidence)
        rows.append(_row(known, engine.ask(made.question)))
        rows.append(_row(Question(f"{known.id} without {made.article_id}", made.question, False), without))
    on_progress(Progress("asking", len(questions), len(questions), "questions"))
    return AskedQuestions(tuple(rows), tuple(elsewhere))


def ask_labelled(engine: Engine, questions: Sequence[Question], on_progress: OnProgress) -> AskedQuestions:
    """Ask labelled questions, once each; questions that nobody has judged are left out.

    Raises:
        StoreError: The index cannot be read.
        ModelError: The model cannot be loaded.
    """
    rows = []
    judged = [question for question in questions if question.answerable is not None]
    for number, question in enumerate(judged):
        on_progress(Progress("asking", number, len(judged), "questions"))
        rows.append(_row(question, engine.ask(question.question, turns=question.turns)))
    on_progress(Progress("asking", len(judged), len(judged), "questions"))
    return AskedQuestions(tuple(rows), ())


def _row(question: Question, answer: Answer) -> Row:
    """Evaluate the best candidate, which the threshold to be chosen may cite."""
    if isinstance(answer, Answered):
        answer = replace(answer, citations=answer.candidates)
    return rank(question, answer)


def _same(one: str, other: str) -> bool:
    """Whether two sentences share so many content words that they say nearly the same."""
    words, others = (set(content_terms(plain(text))) for text in (one, other))
    shared = len(words & others)
    return shared >= max(_SHARED, _SAME * min(len(words), len(others)))


@dataclass(frozen=True, slots=True)
class ThresholdChoice:
    """A threshold, and the answers that it would have given.

    Attributes:
        wanted: The wanted risk.
        reached: Whether the threshold keeps it; otherwise it is the strictest threshold.
        point: The threshold with its risk and coverage.
        curve: All thresholds that give enough answers, the strictest first.
        metrics: The figures with this threshold.
    """

    wanted: float
    reached: bool
    point: RiskPoint
    curve: tuple[RiskPoint, ...]
    metrics: QualityMetrics

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the risk."""
        return wilson(self.point.risk, self.point.answered)

    def at(self, risk: float) -> RiskPoint | None:
        """The lowest threshold with at most that risk; None if there is none."""
        return _boldest(self.curve, risk)


def choose(rows: Sequence[Row], wanted: float, *, labelled: bool = False) -> ThresholdChoice:
    """Choose the lowest threshold that keeps the wanted risk; if there is none, the strictest.

    Args:
        rows: The outcome of the questions.
        wanted: Accepted share of wrong answers among those given.
        labelled: Whether the questions are labelled ones, not made from the articles.

    Raises:
        CalibrationFailed: Fewer than `FEWEST` questions have an answer, or sentences were found for hardly
            any of them, or they were made from the articles and are too easy.
    """
    rounded = [replace(row, confidence=math.floor(row.confidence * _STEPS) / _STEPS) for row in rows]
    answerable = sum(bool(row.answerable) for row in rows)
    if answerable < FEWEST:
        origin = "are known to have an answer" if labelled else "could be made from the articles"
        remedy = (
            "Add more, or leave out --labelled to make questions from the articles."
            if labelled
            else "Add articles, or add headings and whole sentences to them."
        )
        raise CalibrationFailed(
            f"Only {answerable} questions {origin}; choosing a threshold takes at least {FEWEST}. {remedy}"
        )
    figures = measure(rounded)
    if not labelled and figures.auroc is not None and figures.auroc >= _TOO_EASY:
        raise CalibrationFailed(
            "The questions made from these articles are too easy to choose a threshold by: the confidence "
            "separates nearly all that have an answer from those that have none. Write down questions of "
            "your members, and use them: `footnote calibrate --labelled FILE`."
        )
    curve = tuple(point for point in figures.curve if point.answered >= _SETTLED)
    found = _boldest(curve, wanted)
    point = found or curve[0]
    if found is None and not point.threshold:
        raise CalibrationFailed(
            "For hardly any of the questions a sentence was found, so no threshold can be chosen by them. "
            "See what is found for them: `footnote search`."
        )
    decided = [replace(row, answered=row.confidence >= point.threshold) for row in rounded]
    return ThresholdChoice(wanted, found is not None, point, curve, measure(decided))


def _boldest(curve: Sequence[RiskPoint], risk: float) -> RiskPoint | None:
    # 1 - 9/10 is a little more than 0.1 in floating point.
    good = [point for point in curve if point.risk <= risk + 1e-9]
    return min(good, key=lambda point: point.threshold, default=None)
