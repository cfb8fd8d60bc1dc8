"""Abbreviations, and words that begin sentences, by language.

They are read from abbreviations.json, which benchmarks/abbreviations.py makes from published lists.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

_READ: Final = 2000
"""Characters of a text by which its language is detected."""
_FEWEST: Final = 3
"""Function words of a language that a text must have."""
_WORD: Final = re.compile(r"[^\W\d_]+")
_ORDINAL_DATES: Final = frozenset({"cs", "de", "pl"})
_CAPITAL_NOUNS: Final = frozenset({"de"})


@dataclass(frozen=True, slots=True)
class Abbreviations:
    """The abbreviations of a language, and what tells whether one ends a sentence; words in lower case.

    Attributes:
        words: Abbreviations without the final stop.
        before_numbers: What is an abbreviation before a number: these, words that are otherwise ordinary, and
            abbreviations that two other languages share.
        starters: Words that begin a sentence, such as articles and pronouns.
        ordinals: Whether a number with a stop may be an ordinal, as in the date 24. 12. 2024.
        capital_ordinals: Whether a capital letter may follow an ordinal, as before a German noun.
    """

    words: frozenset[str]
    before_numbers: frozenset[str]
    starters: frozenset[str]
    ordinals: bool = False
    capital_ordinals: bool = False


def abbreviations(language: str | None, text: str) -> Abbreviations:
    """Return the abbreviations of a language.

    Args:
        language: BCP 47 code. If it is None, the language of the text is detected.
        text: The text to segment.

    Returns:
        Those of the language. If it is unknown, those of English and those with letters that English does not
        have; before numbers, those of all languages.
    """
    known = _by_language()
    code = language.partition("-")[0].lower() if language else _detected(text)
    return known.get(code) or known[""]


@cache
def _by_language() -> dict[str, Abbreviations]:
    """Return the abbreviations of each language, and those for an unknown one under `""`."""
    data = json.loads(files("index.text").joinpath("abbreviations.json").read_text(encoding="utf-8"))
    lists = {
        code: {name: frozenset(words.split()) for name, words in each.items()}
        for code, each in data["languages"].items()
    }
    numbered = {code: each["abbreviations"] | each["before_numbers"] for code, each in lists.items()}
    counts = Counter(word for words in numbered.values() for word in words)
    shared = frozenset(word for word, count in counts.items() if count > 1)
    found = {
        code: Abbreviations(
            each["abbreviations"],
            numbered[code] | shared - each["starters"],
            each["starters"],
            code in _ORDINAL_DATES,
            code in _CAPITAL_NOUNS,
        )
        for code, each in lists.items()
    }
    english = found["en"]
    foreign = frozenset(
        word for each in lists.values() for word in each["abbreviations"] if not word.isascii()
    )
    return {**found, "": Abbreviations(english.words | foreign, frozenset(counts), english.starters)}


@cache
def _languages_of() -> dict[str, tuple[str, ...]]:
    """Return the languages of each word that begins sentences."""
    found: dict[str, tuple[str, ...]] = {}
    for code, each in _by_language().items():
        for word in each.starters if code else ():
            found[word] = (*found.get(word, ()), code)
    return found


def _detected(text: str) -> str:
    """Return the language with most of the function words in a text; `""` if two have as many."""
    languages_of = _languages_of()
    counts = Counter(
        code for word in _WORD.finditer(text[:_READ].lower()) for code in languages_of.get(word[0], ())
    )
    best = counts.most_common(2)
    if not best or best[0][1] < _FEWEST or (len(best) == 2 and best[0][1] == best[1][1]):
        return ""
    return best[0][0]
