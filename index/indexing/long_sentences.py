"""Sentences too long for the encoder, split where a reader would pause."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from index.text.markup import plain
from index.types import CITABLE, Sentence, SentenceKind

_PIECE: Final = re.compile(r"(?:[^\s、，；：]{1,12}[、，；：]?|[、，；：]{1,12})\s*")
_CLAUSE_END: Final = tuple(",;:)]—–")
_WIDE_CLAUSE_END: Final = tuple("、，；：")


def split(sentence: Sentence, room: int, count: Callable[[Sequence[str]], list[int]]) -> list[Sentence]:
    """Split a sentence into parts of at most `room` tokens, behind clauses, else words, else anywhere.

    Args:
        sentence: The sentence.
        room: Tokens of the plain text of each part, at least 1.
        count: Tokens of each text, special tokens left out.

    Returns:
        The parts in order, marked as such where they can be cited; every character that is not white space is
        in one of them. A single character is a part, however many tokens it has.
    """
    text = sentence.text
    ends = [match.end() for match in _PIECE.finditer(text)]
    pieces = [text[start:end] for start, end in zip([0, *ends], ends, strict=False)]
    spans = _cut(pieces, count(pieces), room)
    fitting: list[tuple[int, int]] = []
    while spans:
        spans = [_trimmed(text, start, end) for start, end in spans if text[start:end].strip()]
        counts = count([plain(text[start:end]) for start, end in spans])
        too_long: list[tuple[int, int]] = []
        for (start, end), tokens in zip(spans, counts, strict=True):
            if tokens > room and end - start > 1:
                middle = (start + end) // 2
                too_long += [(start, middle), (middle, end)]
            else:
                fitting.append((start, end))
        spans = too_long
    kind = SentenceKind.PART if sentence.kind in CITABLE and len(fitting) > 1 else sentence.kind
    return [
        Sentence(sentence.start + start, sentence.start + end, text[start:end], kind)
        for start, end in sorted(fitting)
    ]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """A span of a text without white space at its ends."""
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())


def _cut(pieces: list[str], counts: list[int], room: int) -> list[tuple[int, int]]:
    """Spans of at most `room` tokens, each ending behind a clause or word that ends in its second half."""
    spans: list[tuple[int, int]] = []
    first = begin = 0
    while first < len(pieces):
        used, stop, clause, word = counts[first], first + 1, 0, 0
        while stop < len(pieces) and used + counts[stop] <= room:
            if used > room // 2:
                bare = pieces[stop - 1].rstrip()
                word = stop if len(bare) < len(pieces[stop - 1]) else word
                ends_clause = word == stop and bare.endswith(_CLAUSE_END)
                clause = stop if ends_clause or bare.endswith(_WIDE_CLAUSE_END) else clause
            used += counts[stop]
            stop += 1
        if stop < len(pieces):
            stop = clause or (stop if pieces[stop - 1][-1].isspace() else word or stop)
        end = begin + sum(map(len, pieces[first:stop]))
        spans.append((begin, end))
        first, begin = stop, end
    return spans
