"""Words as the full-text index and the evidence scores see them.

`terms` is the only normalisation there is: the store indexes its output and questions go through it too,
so that Python and SQL can never disagree about what a word is.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

import Stemmer

from index.markup import plain
from index.normalization import normalize

VERSION: Final = 1
"""Raise it when `terms` changes: an index records it, and one made by another version must be rebuilt."""

_CJK: Final = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_TOKEN: Final = re.compile(
    rf"[{_CJK}]|(?:[^\W\d_]\.){{2,}}|\d+(?:[.,]\d+)*(?:st|nd|rd|th)?\b|[^\W_{_CJK}]+(?:['’][^\W\d_]+)*"
)
_THOUSANDS: Final = re.compile(r"(?<=\d),(?=\d{3}\b)")

_NUMBERS: Final = {
    word: str(number)
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
        "sixteen seventeen eighteen nineteen twenty".split()
    )
} | {word: str(10 * n) for n, word in enumerate("thirty forty fifty sixty seventy eighty ninety".split(), 3)}
_ORDINALS: Final = dict(
    zip(
        "first second third fourth fifth sixth seventh eighth ninth tenth".split(),
        "1st 2nd 3rd 4th 5th 6th 7th 8th 9th 10th".split(),
        strict=True,
    )
)
# "mar" and "may" are words of their own, so they stay as they are.
_MONTHS: Final = {
    "jan": "january",
    "feb": "february",
    "apr": "april",
    "jun": "june",
    "jul": "july",
    "aug": "august",
    "sep": "september",
    "sept": "september",
    "oct": "october",
    "nov": "november",
    "dec": "december",
}
_SAME: Final = _NUMBERS | _ORDINALS | _MONTHS

# British spelling to American, on words long enough not to be harmed ("hour", "wise").
_SPELLING: Final = (
    (re.compile(r"(?<=\w\w\w)our(?=$|s$|ed$|ing$|ite|able|ful|less|ist)"), "or"),
    (re.compile(r"(?<=\w\w\w)is(?=e$|es$|ed$|er$|ers$|ing$|ation|able$)"), "iz"),
    (re.compile(r"(?<=\w\w\w)ys(?=e$|es$|ed$|er$|ing$)"), "yz"),
    (re.compile(r"(?<=\w\w[tb])re(?=$|s$)"), "er"),
    (re.compile(r"(?<=\w\w)ogue(?=$|s$)"), "og"),
    (re.compile(r"(?<=[aeiou])ll(?=ed$|ing$|er$|ers$)"), "l"),
    (re.compile(r"(?<=\w)(?:ae|oe)(?=\w\w)"), "e"),
    (re.compile(r"(?<=\w)ence(?=$|s$)"), "ense"),
)

STOPWORDS: Final = frozenset(
    "a about after again all also am an and any are as at be because been before being between both "
    "but by can could did do does doing done down during each few for from further get gets give got "
    "had has have having he her here hers him his how i if in into is it its itself just know let "
    "like ll made make many may me might more most much must my no nor not of off on once only or "
    "other our out over own please re s same say said says shall she should so some such t tell than "
    "that the their them then there these they this those through to too under until up ve very want "
    "was we were what when where which while who whom whose why will with would you your d m".split()
)
"""Words too common to look for, in their written form."""


def fold(text: str) -> str:
    """Lower-case `text`, without accents and compatibility forms."""
    if text.isascii():
        return text.lower()
    # Folded after it is decomposed, for "™" and "℃" hold capitals; composed again for the sake of Hangul.
    decomposed = normalize("NFKD", normalize("NFKD", text).casefold())
    return normalize("NFC", "".join(c for c in decomposed if not unicodedata.combining(c)))


def written(text: str) -> list[str]:
    """The folded words of `text` before stemming: what a person would call its words."""
    return [match.group() for match in _TOKEN.finditer(fold(text))]


def terms(text: str) -> list[str]:
    """The words of `text` in the one form they are compared in.

    Folds case and accents; joins `U.S.` and `1,000`; drops the possessive; writes small numbers, ordinals and
    months one way; British spelling becomes American; the rest is stemmed with Snowball's English stemmer
    (https://snowballstem.org/algorithms/english/stemmer.html). Every CJK character is a word.
    """
    return [_term(word) for word in written(text)]


def terms_of_passage(context: str, text: str) -> list[str]:
    """The terms of a chunk: of its text and of the title and headings above it, without Markdown."""
    return terms(plain(f"{context}\n{text}" if context else text))


def content_terms(text: str) -> list[str]:
    """The distinct terms of `text` that are not stopwords, in order; all of them if it holds nothing else."""
    words = written(text)
    kept = [word for word in words if word not in STOPWORDS] or words
    return list(dict.fromkeys(_term(word) for word in kept))


@lru_cache(maxsize=65536)
def _term(word: str) -> str:
    if word[0].isdigit():
        return _THOUSANDS.sub("", word).rstrip(".,")
    word = word.replace(".", "").replace("’", "'").removesuffix("'s").replace("'", "")
    word = _SAME.get(word, word)
    if word[0].isdigit():
        return word
    if len(word) > 4:
        for pattern, replacement in _SPELLING:
            word = pattern.sub(replacement, word)
    return str(_stemmer().stemWord(word))


@lru_cache(maxsize=1)
def _stemmer() -> Stemmer.Stemmer:
    # PyStemmer objects must not be shared between threads at the same moment; `_term` holds the GIL
    # throughout one `stemWord`, and its own cache of words is switched off.
    return Stemmer.Stemmer("english", 0)
