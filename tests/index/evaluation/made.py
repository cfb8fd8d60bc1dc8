"""Answers and rows to measure, made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from index.evaluation import Evidence, Question, Quoted, Row
from index.types import Answer, Answered, Citation, Declined, IndexInfo, NotCertain, Passage

DAM = Evidence("news/dam", "The dam was finished in May 1936.")
QUESTION = Question("q1", "When was the dam finished?", True, ("May 1936",), (DAM,))
NOTHING = Question("q2", "Who designed the bridge?", answerable=False)


def citation(text: str, article_id: str = "news/dam") -> Citation:
    return Citation(text, article_id, "The dam", None, None, 0, len(text), 0.5, None)


def passage(text: str, article_id: str = "news/dam") -> Passage:
    return Passage(article_id, "The dam", 0, len(text), text, 1.0)


def answer(
    *,
    cited: Sequence[str] = (),
    candidates: Sequence[str] = (),
    passages: Sequence[str] = (),
    confidence: float = 0.5,
    seconds: float = 0.1,
) -> Answer:
    """Answered if something is cited; every text is of the article on the dam."""
    shared: dict[str, Any] = {
        "question": "When was the dam finished?",
        "confidence": confidence,
        "candidates": tuple(citation(text) for text in candidates),
        "passages": tuple(passage(text) for text in passages),
        "index": IndexInfo("f" * 12, 3, 9),
        "seconds": seconds,
    }
    if not cited:
        return Declined(**shared, reason=NotCertain(3))
    return Answered(**shared, citations=tuple(citation(text) for text in cited))


def row(
    id: str = "q1",
    *,
    answerable: bool | None = True,
    answered: bool = True,
    gold: Sequence[bool] = (True,),
    confidence: float = 0.9,
    passage_rank: int | None = 1,
    evidence: tuple[Evidence, ...] = (DAM,),
    question: str = "When was the dam finished?",
    text: str = "The dam was finished in May 1936.",
) -> Row:
    return Row(
        id=id,
        question=question,
        answerable=answerable,
        answered=answered,
        confidence=confidence,
        quoted=tuple(Quoted(text, "news/dam", "The dam", 0.5, one) for one in gold),
        candidate_rank=gold.index(True) + 1 if True in gold else None,
        passage_rank=passage_rank,
        seconds=0.1,
        reason=None if answered else "No article says so.",
        evidence=evidence,
    )
