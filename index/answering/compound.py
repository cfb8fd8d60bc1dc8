"""Several questions in one message: split to be answered one by one, and their answers joined."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import Final

from index.retrieval import question as query
from index.text.words import STOPWORDS, written
from index.types import Answer, Answered, Citation, Declined, NothingFound

MOST: Final = 3
"""Maximum number of questions; any text after them is part of the last."""

LONGEST: Final = MOST * query.LONGEST
"""Maximum number of characters that are read."""

_END: Final = re.compile(r"(?<=[?？])\s+(?=\S)")
_ASKING: Final = r"(?:who|whom|whose|when|where|why|how|what|which)"
# A match begins at the start of a run of white space, so that a long run is read only once.
_AND: Final = re.compile(rf"(?:,|(?<!\s))\s++and\s++(?={_ASKING}\s)", re.IGNORECASE)
_BEGINS: Final = re.compile(rf"^(?:and\s+|but\s+)?{_ASKING}\b", re.IGNORECASE)


def split(question: str) -> list[str]:
    """Split a message into questions: at question marks, and before "and who …" after a question word.

    A piece that is not a question by itself ("When and where …?", "Really?") stays with its neighbour.
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
    """Tell whether a piece is a question with at least one content word."""
    words = written(text)
    asks = text.rstrip().endswith(("?", "？")) or _BEGINS.match(text) is not None
    return asks and len(words) > 2 and any(word not in STOPWORDS for word in words)


def join(question: str, parts: Sequence[str], answers: Sequence[Answer], k: int) -> Answer:
    """Join the answers to the questions in a message.

    Args:
        question: The message.
        parts: The questions in it; at least two.
        answers: The answer to each of them.
        k: Maximum number of citations.

    Returns:
        The best citation of each part first, with a note on each part that was declined. If all were, the
        first of them.
    """
    answered = [answer for answer in answers if isinstance(answer, Answered)]
    if not answered:
        return replace(answers[0], question=question)
    notes = [
        answer.reason if answer.articles else NothingFound(part.strip())
        for part, answer in zip(parts, answers, strict=True)
        if isinstance(answer, Declined)
    ]
    return replace(
        answered[0],
        question=question,
        citations=_merged([answer.citations for answer in answered])[:k],
        candidates=_merged([answer.candidates for answer in answered])[: len(answered[0].candidates)],
        notes=tuple(dict.fromkeys([*notes, *(note for answer in answers for note in answer.notes)])),
    )


def _merged(lists: Sequence[Sequence[Citation]]) -> tuple[Citation, ...]:
    """Return the first of each list, then the second of each, and so on; each sentence once."""
    rows = [each for row in zip_longest(*lists) for each in row if each is not None]
    seen = {(each.article_id, each.start): each for each in reversed(rows)}
    return tuple(dict.fromkeys(seen[each.article_id, each.start] for each in rows))
