"""Abbreviations, and words that begin sentences, by language.

`abbreviations.json` names the lists that it was made from. `benchmarks/abbreviations.py` makes it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

_READ: Final = 5000
"""Characters of a text from which its language is told."""
_WORD: Final = re.compile(r"[^\W\d_]+")
_ORDINAL_DATES: Final = frozenset({"cs", "de", "pl"})
_CAPITAL_NOUNS: Final = frozenset({"de"})


@dataclass(frozen=True, slots=True)
class Abbreviations:
    """What a full stop may stand behind without ending a sentence. All words are in lower case.

    Attributes:
        words: Abbreviations, without the final stop.
        before_numbers: What is an abbreviation before a number: the same, others that are ordinary words, too,
            and those that two other languages share.
        starters: Words that begin a sentence, such as articles and pronouns.
        ordinals: Whether a number with a stop is an ordinal, as in the date 24. 12. 2024.
        capital_ordinals: Whether a word in capitals may follow such an ordinal, as in German.
    """

    words: frozenset[str]
    before_numbers: frozenset[str]
    starters: frozenset[str]
    ordinals: bool = False
    capital_ordinals: bool = False


def abbreviations(language: str | None, text: str) -> Abbreviations:
    """Return the abbreviations of a language.

    Args:
        language: BCP 47 code; where None, the language is the one that has most words in common with the text.
        text: The text that they are needed for.

    Returns:
        Those of the language. Where it is not known, those of English; before numbers, those of all languages.
    """
    known = _by_language()
    code = language.partition("-")[0].lower() if language else _detected(text)
    return known.get(code) or known[""]


@cache
def _by_language() -> dict[str, Abbreviations]:
    """The abbreviations of each language, and those for any other, as `""`."""
    data = json.loads(files("index.text").joinpath("abbreviations.json").read_text(encoding="utf-8"))
    lists = {
        code: {name: frozenset(words.split()) for name, words in each.items()}
        for code, each in data["languages"].items()
    }
    counts = Counter(word for each in lists.values() for word in each["abbreviations"] | each["before_numbers"])
    shared = frozenset(word for word, count in counts.items() if count > 1)
    found = {
        code: Abbreviations(
            each["abbreviations"],
            each["abbreviations"] | each["before_numbers"] | shared - each["starters"],
            each["starters"],
            code in _ORDINAL_DATES,
            code in _CAPITAL_NOUNS,
        )
        for code, each in lists.items()
    }
    english = found["en"]
    return {**found, "": Abbreviations(english.words, frozenset(counts), english.starters)}


@cache
def _languages_of() -> dict[str, tuple[str, ...]]:
    """For each word that begins sentences, the languages that have it."""
    found: dict[str, tuple[str, ...]] = {}
    for code, each in _by_language().items():
        for word in each.starters if code else ():
            found[word] = (*found.get(word, ()), code)
    return found


def _detected(text: str) -> str:
    """The language that has most of the function words of a text; `""` where two have as many."""
    languages_of = _languages_of()
    counts = Counter(
        code
        for word in _WORD.finditer(text[:_READ].lower())
        for code in languages_of.get(word[0], ())
    )
    best = counts.most_common(2)
    if not best or (len(best) == 2 and best[0][1] == best[1][1]):
        return ""
    return best[0][0]
