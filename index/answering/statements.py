"""Whether a sentence of an article says what somebody says: by words, numbers, dates and negation alone.

Nothing here knows what is true, and nothing here understands. So it says "the same" only where every word
that carries meaning stands in the sentence, in the same order; all else is left for the reader to compare.
"""

from __future__ import annotations

import re
from typing import Final

from index.text.differences import Difference, departures, differences, negates
from index.text.markup import plain
from index.text.words import terms, written
from index.types import Likeness

_ALIKE: Final = 0.8  # of the words of a sentence, from which it says hardly more
_EMPTY: Final = frozenset(
    "a an the is are was were be been am of to in on at by for with and that this these those it its as also "
    "there from has have had do does did so very just".split()
)  # words that may be missing; "after", "only", "may" and the like may not
_CLOCK: Final = re.compile(r"\b(\d{1,2})(?:[.:](\d\d))? ?([ap])\.?m\b\.?|\b(\d{1,2}):(\d\d)\b", re.IGNORECASE)


def liken(said: str, sentence: str) -> tuple[Likeness | None, tuple[Difference, ...]]:
    """How a sentence of an article relates to what somebody says.

    Returns:
        None where they are not about the same thing, as far as words can tell; and what they differ in,
        where they differ.
    """
    own, other = _clocked(plain(said)), _clocked(plain(sentence))
    if written(plain(said)) == written(plain(sentence)):
        return Likeness.VERBATIM, ()
    differ = departures(own, other)
    if differ:
        return Likeness.DIFFERS, differ
    words, others = _words(own), _words(other)
    if len(words) < 2 or not _in_order(words, others) or negates(own) != negates(other):
        return None, ()
    more = len(set(words)) < _ALIKE * len(set(others)) or bool(differences(own, other))
    return (Likeness.PART if more else Likeness.SAME), ()


def _words(text: str) -> list[str]:
    return terms(" ".join(word for word in written(text) if word not in _EMPTY))


def _in_order(words: list[str], others: list[str]) -> bool:
    """Whether all words stand among the others, in the same order."""
    rest = iter(others)
    return all(word in rest for word in words)


def _clocked(text: str) -> str:
    """The text with times of the day written one way, so that 18:40 is 6.40 pm."""

    def write(found: re.Match[str]) -> str:
        if found[4]:
            return f"{int(found[4])}.{found[5]}"
        hour, minutes = int(found[1]) % 12, found[2] or "00"
        return f"{hour + 12 if found[3] in 'pP' else hour}.{minutes}"

    return _CLOCK.sub(write, text)
