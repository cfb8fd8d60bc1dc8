"""Sentences that lean on the one before: "He said so.", "The resolution …", a quotation by itself."""

from __future__ import annotations

import re
from typing import Final

from index.ranking.features import Candidate
from index.store import Snapshot
from index.text.markup import plain
from index.text.wordlists import PRONOUNS
from index.text.words import terms
from index.types import CITABLE, Lead, SentenceKind

_WHOLE: Final = CITABLE - {SentenceKind.PART}
_LONGEST: Final = 400  # characters: what is longer is no context but a text of its own
_OPENING: Final = r"^\W*(?:(?:and|but|so|yet|then|however|also|still|instead|meanwhile|moreover),? )?"
_POINTING: Final = re.compile(
    _OPENING + rf"(?:{'|'.join(PRONOUNS)}|that|hers|theirs|both|neither"
    r"|the (?:latter|former|same|two|three|others?))\b(?! is (?:said|known|possible|important) )",
    re.IGNORECASE,
)
_DEFINITE: Final = re.compile(_OPENING + r"the ([^\W\d_]+)\b(?! of\b)", re.IGNORECASE)
_QUOTATION: Final = re.compile(r"\s*+[\"“«‘][^\"”»]*+(?:[\"”»]\s*+)?")
_ATTRIBUTION: Final = re.compile(
    r"\b(?:said|says|told|added|asked|wrote|warned|stated|explained|according to)\b", re.I
)

_INTRODUCED: Final = re.compile(r"\b(?:an?|one|another)((?: [\w'’-]++){1,4}+)", re.IGNORECASE)


def leans(text: str, before: str) -> bool:
    """Whether a sentence can only be understood with the one before it.

    Args:
        text: The sentence.
        before: The sentence before it.
    """
    text, before = plain(text), plain(before)
    if _POINTING.match(text):
        return True
    if _QUOTATION.fullmatch(text):
        return _ATTRIBUTION.search(before) is not None
    definite = _DEFINITE.match(text)
    return definite is not None and _introduces(before, definite[1])


def _introduces(before: str, noun: str) -> bool:
    """Whether a sentence speaks of such a thing for the first time: "a draft resolution"."""
    stem = terms(noun)[:1]
    found = _INTRODUCED.finditer(before)
    return any(stem[0] in terms(match[1]) for match in found) if stem else False


def lead_of(snapshot: Snapshot, candidate: Candidate) -> Lead | None:
    """The sentence that a candidate leans on: the one right before it, if that could be cited too."""
    if candidate.ordinal == 0:
        return None
    before = candidate.ordinal - 1
    found, _ = snapshot.sentences(candidate.found.chunk.article_key, before, before)
    if not found or found[0].kind not in _WHOLE or len(found[0].text) > _LONGEST:
        return None
    sentence = found[0]
    if not leans(candidate.sentence.text, sentence.text):
        return None
    return Lead(sentence.text, sentence.start, sentence.end)
