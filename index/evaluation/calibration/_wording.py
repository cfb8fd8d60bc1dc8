"""From a heading or a sentence to a question that somebody might type; rules, no model, no chance."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import Final

from index.text.markup import plain
from index.text.wordlists import MONTHS, PRONOUNS, WEEKDAYS
from index.text.words import STOPWORDS, content_terms, terms, written

_FEWEST: Final = 3  # content words of a question; with fewer, nobody could tell what is asked
_FEWEST_OF_HEADING: Final = 2
_MOST: Final = 6
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


def of_heading(heading: str) -> str | None:
    """A question that a section answers.

    Args:
        heading: As written, with its marks.

    Returns:
        None if it says too little by itself ("Overview") for anybody to tell what is asked.
    """
    name = plain(heading).rstrip(" .:?!")
    words = written(name)
    if len(set(_content(words))) < _FEWEST_OF_HEADING:
        return None
    asked = f"{name[0].lower()}{name[1:]}"
    if words[0] in _ASKING:
        return f"{name}?"
    return f"How is {asked} done?" if words[0].endswith("ing") else f"What about {asked}?"


def of_sentence(sentence: str, weight: Callable[[str], float]) -> str | None:
    """A terse question that a sentence answers: half of its content words, without what would be the answer.

    The answer is its numbers and dates or, where it has none, its rarest word. Of the rest the rarest words
    are kept, in their order.

    Args:
        sentence: As written.
        weight: Rarity of a term.

    Returns:
        None if the sentence is too short or too long, leans on the one before, or asks something itself.
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
    kept = _rarest(rest, weight, min(_MOST, math.ceil(_SHARE * len(rest))))
    return f"{start} {' '.join(kept)}?" if len(kept) >= _FEWEST else None


def distinctness(sentence: str, weight: Callable[[str], float]) -> float:
    """How much a sentence says that others do not: the mean rarity of its content words."""
    found = content_terms(plain(sentence))
    return sum(weight(term) for term in found) / len(found) if found else 0.0


def _content(words: Sequence[str]) -> list[str]:
    return [word for word in words if word not in STOPWORDS]


def _is_date(word: str) -> bool:
    return word in _DATES or _YEAR.fullmatch(word) is not None


def _rarest(words: Sequence[str], weight: Callable[[str], float], count: int) -> list[str]:
    """So many of the words, the rarest, in the order they have."""
    ranked = sorted(range(len(words)), key=lambda at: (-weight(terms(words[at])[0]), at))
    return [words[at] for at in sorted(ranked[:count])]
