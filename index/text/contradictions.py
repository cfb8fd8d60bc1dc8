"""What two sentences about the same thing differ in: a number, a date, a negation."""

from __future__ import annotations

import re
from typing import Final

from index.text.markup import plain
from index.text.wordlists import MONTHS, WEEKDAYS
from index.text.words import STOPWORDS, fold, terms, written
from index.types import Difference

_ALIKE: Final = (
    0.6  # share of the words, without numbers and dates, from which two sentences are about the same
)
_HELD: Final = 0.75  # share of a claim's words in a longer sentence, from which it is about the same
_MONTHS_AND_DAYS: Final = frozenset(
    terms(" ".join([*(month for month in MONTHS if month != "may"), *WEEKDAYS]))
)  # "may" is a word of its own
_YEAR: Final = re.compile(r"1[5-9]\d\d|20\d\d")
_NO: Final = frozenset("no not never none nobody nothing neither nor without cannot".split())
_CONTRACTED: Final = re.compile(r"n't$")


def differences(one: str, other: str) -> tuple[Difference, ...]:
    """Compare two sentences about the same thing.

    They are about the same thing if they share most of their words, without numbers, dates and negations. A
    number or date in only one of them is no difference: that sentence may just say more.

    Returns:
        What they differ in; empty if they agree, or are about different things.
    """
    a, b = _Said(one), _Said(other)
    if not a.words or len(a.words & b.words) < _ALIKE * len(a.words | b.words):
        return ()
    return _compared(a, b, denied=a.denies != b.denies)


def departures(said: str, sentence: str) -> tuple[Difference, ...]:
    """Compare a claim with a sentence of an article, which may say more.

    They are about the same thing if the sentence has nearly all words of the claim. A negation counts only if
    `differences` finds it: in a longer sentence, it may belong to something else.

    Returns:
        What they differ in; empty if they agree, or are about different things.
    """
    a, b = _Said(said), _Said(sentence)
    if not a.words or len(a.words & b.words) < _HELD * len(a.words):
        return ()
    return _compared(a, b, denied=Difference.NEGATION in differences(said, sentence))


def _compared(one: _Said, other: _Said, *, denied: bool) -> tuple[Difference, ...]:
    """What two texts about the same thing differ in."""
    differ = {
        Difference.NUMBERS: _conflict(one.numbers, other.numbers),
        Difference.DATES: _conflict(one.dates, other.dates),
        Difference.NEGATION: denied,
    }
    return tuple(kind for kind, holds in differ.items() if holds)


def negates(text: str) -> bool:
    """Whether a text negates something."""
    return _Said(text).denies


class _Said:
    """The words, numbers and dates of a sentence, and whether it is negated."""

    def __init__(self, text: str) -> None:
        clean = plain(text)
        said = frozenset(terms(clean))
        years = {term for term in said if _YEAR.fullmatch(term)}
        self.dates = frozenset(years | (said & _MONTHS_AND_DAYS))
        self.numbers = frozenset(term for term in said if term[0].isdigit()) - self.dates
        plain_words = [word for word in written(clean) if word not in STOPWORDS and word not in _NO]
        kept = [word for word in plain_words if not _CONTRACTED.search(word)]
        self.words = frozenset(terms(" ".join(kept))) - self.dates - self.numbers
        negated = [word for word in fold(clean).split() if word.strip(".,;:!?()\"'“”") in _NO]
        negated += [word for word in written(clean) if _CONTRACTED.search(word)]
        self.denies = len(negated) % 2 == 1


def _conflict(one: frozenset[str], other: frozenset[str]) -> bool:
    return not (one <= other or other <= one)
