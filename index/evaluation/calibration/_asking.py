"""Asks the questions: made ones with their article and as if it were not there, an operator's as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from index.engine import Engine
from index.evaluation import Evidence, Question, Row, rank
from index.evaluation.calibration._questions import Made
from index.text.markup import plain
from index.text.words import content_terms
from index.types import Answer, Answered, OnProgress, Progress

_SAME: Final = 0.5  # of the content words of the shorter of two sentences, from which they say the same
_SHARED: Final = 3  # words, at least


@dataclass(frozen=True, slots=True)
class AskedQuestions:
    """What became of the questions.

    Attributes:
        rows: What became of each question; of a made one, with its article and without it.
        elsewhere: Questions that do not count, for another article says the same as theirs.
    """

    rows: tuple[Row, ...]
    elsewhere: tuple[Made, ...]


def ask(engine: Engine, questions: Sequence[Made], on_progress: OnProgress) -> AskedQuestions:
    """Ask each question with its article and without it.

    Where the first sentence that is found without the article says nearly the same as the one that the
    question was made from, nobody can tell an answer from a mistake, and the question does not count.

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
    """Ask questions whose answers are known, once each; those that nobody has judged are left out.

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
    """Judges the best candidate, for a threshold that is not chosen yet may let it be cited."""
    if isinstance(answer, Answered):
        answer = replace(answer, citations=answer.candidates)
    return rank(question, answer)


def _same(one: str, other: str) -> bool:
    """Whether two sentences share so many of their words that they say nearly the same."""
    words, others = (set(content_terms(plain(text))) for text in (one, other))
    shared = len(words & others)
    return shared >= max(_SHARED, _SAME * min(len(words), len(others)))
