"""Several questions in one message: taken apart to be answered one by one, and the answers put together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import Final

from index.retrieval import question as query
from index.text.words import STOPWORDS, written
from index.types import Answer, Citation, Status, phrase

MOST: Final = 3
"""Questions that are answered one by one; what comes after is read as part of the last."""

LONGEST: Final = MOST * query.LONGEST
"""Characters that are read: of each question, no more is."""

_END: Final = re.compile(r"(?<=[?？])\s+(?=\S)")
_ASKING: Final = r"(?:who|whom|whose|when|where|why|how|what|which)"
# A match begins where a run of white space does, so that a long run is read once.
_AND: Final = re.compile(rf"(?:,|(?<!\s))\s++and\s++(?={_ASKING}\s)", re.IGNORECASE)
_BEGINS: Final = re.compile(rf"^(?:and\s+|but\s+)?{_ASKING}\b", re.IGNORECASE)


def split(question: str) -> list[str]:
    """The questions in a question: at question marks, and at "and who …" behind a question word.

    What is no question by itself ("When and where …?", "Really?") stays with its neighbour.
    """
    parts: list[str] = []
    for sentence in _END.split(question[:LONGEST].strip()):
        pieces = _AND.split(sentence) if _BEGINS.match(sentence) else [sentence]
        for piece in pieces:
            if parts and (len(parts) == MOST or not (_complete(piece) and _complete(parts[-1]))):
                join = " and " if piece is not pieces[0] else " "
                parts[-1] += join + piece
            else:
                parts.append(piece)
    return parts or [question]


def _complete(text: str) -> bool:
    """Whether a piece says what it asks about: it is a question, and holds a word that tells something."""
    words = written(text)
    asks = text.rstrip().endswith(("?", "？")) or _BEGINS.match(text) is not None
    return asks and len(words) > 2 and any(word not in STOPWORDS for word in words)


def join(question: str, parts: Sequence[str], answers: Sequence[Answer], k: int) -> Answer:
    """One answer out of those to the parts of a question.

    Args:
        question: As asked.
        parts: The questions in it, two at least.
        answers: To each of them.
        k: How many citations at most.

    Returns:
        The best citation of each part first. What is not found is said in a note; where nothing is, the
        first refusal stands for all.
    """
    given = [answer for answer in answers if answer.status is Status.ANSWERED]
    if not given:
        return replace(answers[0], question=question)
    notes = [
        (answer.reason or "") if answer.listing else phrase("On “{part}” I found nothing.", part=part.strip())
        for part, answer in zip(parts, answers, strict=True)
        if answer.status is Status.DECLINED
    ]
    return replace(
        given[0],
        question=question,
        citations=_merged([answer.citations for answer in given])[:k],
        candidates=_merged([answer.candidates for answer in given])[: len(given[0].candidates)],
        notes=tuple(dict.fromkeys([*notes, *(note for answer in answers for note in answer.notes)])),
    )


def _merged(lists: Sequence[Sequence[Citation]]) -> tuple[Citation, ...]:
    """The first of each list, then the second of each, each sentence once."""
    rows = [each for row in zip_longest(*lists) for each in row if each is not None]
    seen = {(each.article_id, each.start): each for each in reversed(rows)}
    return tuple(dict.fromkeys(seen[each.article_id, each.start] for each in rows))
