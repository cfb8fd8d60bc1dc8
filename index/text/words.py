"""Words as the full-text index and the evidence scores see them.

`terms` is the only definition of a word, for articles and questions. A term has lower-case letters, digits
and the marks that belong to them, and dots and commas between digits. The full text is split only at
spaces, so SQL sees the terms that Python made. `places` returns where in a text each term comes from.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

import Stemmer

from index.text.markup import plain

VERSION: Final = 2
"""Raise it when `terms` changes. An index made with another version must be rebuilt."""

LONGEST: Final = 255
"""Characters of a word that are read, as in Lucene's StandardTokenizer. The limit of FTS5 is 32,768 bytes."""

_MARKS_IN_A_ROW: Final = 30
"""Marks that a letter keeps, because normalisation sorts them in quadratic time. The Stream-Safe Text Format
(https://unicode.org/reports/tr15/#Stream_Safe_Text_Format) has the same limit."""

_REMEMBERED: Final = 65536
"""Words and characters whose form is cached."""


def _ranges(codes: list[int]) -> str:
    """Return ranges of a character class for code points in rising order."""
    starts = [code for code, before in zip(codes, [-2, *codes], strict=False) if code != before + 1]
    ends = [code for code, after in zip(codes, [*codes[1:], -2], strict=True) if code + 1 != after]
    return "".join(f"{chr(start)}-{chr(end)}" for start, end in zip(starts, ends, strict=True))


# Invisible characters such as soft hyphens, joiners and variation selectors: Unicode's property
# Default_Ignorable_Code_Point, which NFKC_Casefold removes. But a zero width space (U+200B) ends a word.
_IGNORED: Final = (
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200c-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_IS_IGNORED: Final = re.compile(f"[{_IGNORED}]")
_MARKS: Final = _ranges(
    [code for code in range(0x300, 0x1F000) if unicodedata.category(chr(code)) in ("Mn", "Mc")]
)
# Scripts of which each letter is a word: those of South-East Asia without spaces between words (Thai, Lao,
# Myanmar, Khmer, Tai), and those of Chinese, Japanese and Korean. Digits and punctuation are left out.
_BLOCKS: Final = (
    *(
        (0xE00, 0xF00),
        (0x1000, 0x10A0),
        (0x1780, 0x1800),
        (0x1950, 0x1A00),
        (0x1A20, 0x1AB0),
        (0xA9E0, 0xAA00),
    ),
    *((0xAA60, 0xAAE0), (0x3005, 0x3008), (0x3040, 0x3100), (0x31F0, 0x3200)),
)
_WIDE: Final = _ranges(
    [code for block in _BLOCKS for code in range(*block) if chr(code).isalnum() and not chr(code).isdecimal()]
) + ("\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\U00020000-\U0003ffff")
_LETTERS: Final = rf"[^\W\d_{_WIDE}](?:[^\W\d_{_WIDE}]++|[{_MARKS}]++)*+"
_TOKEN: Final = re.compile(
    rf"[{_WIDE}](?<=\w)[{_MARKS}]*+"
    rf"|(?:[^\W\d_][{_MARKS}]*+\.){{2,}}+"
    rf"|\d++(?:[.,]\d++)*(?:st|nd|rd|th)?(?![^\W_]|[{_MARKS}])"
    rf"|[^\W_{_WIDE}]++(?:[{_MARKS}]++[^\W_{_WIDE}]*+)*+(?:'{_LETTERS})*+"
)
_STACKED: Final = re.compile(rf"([{_MARKS}]{{{_MARKS_IN_A_ROW}}})[{_MARKS}]++")
_PLACE: Final = re.compile(rf"[^\W_](?:[^\W_]++|[{_MARKS}{_IGNORED}]++|['’.](?=[^\W_])|(?<=\d),(?=\d))*+")
_RUN: Final = re.compile(r"\S+")
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

# British spelling to American, except in short words ("hour", "wise").
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


_APOSTROPHES: Final = "‘’‛ʻʼ′"
# Latin letters that do not decompose are folded by their names: "LATIN SMALL LETTER O WITH STROKE" is an o.
_LATIN: Final = re.compile(
    r"LATIN (?:SMALL LETTER|SMALL LIGATURE|LETTER SMALL CAPITAL|SMALL CAPITAL LETTER)"
    r" (?:(?:AFRICAN|BARRED|BROKEN|DOTLESS|INSULAR|LONG|MIDDLE-WELSH|OPEN|SCRIPT) )?"
    r"([A-Z]{1,2})(?: BAR| DIGRAPH)?(?: WITH .*)?"
)
# Those whose names do not say it, as Lucene's ASCIIFoldingFilter and CLDR's Latin-ASCII have them.
_NAMED: Final = {"ð": "d", "ᴆ": "d", "þ": "th", "ꝥ": "th", "ꝧ": "th", "ŋ": "n", "ĸ": "q", "ƿ": "w"}


class _Folding(dict[int, str]):
    """What each character is folded to, for `str.translate`; computed when first needed."""

    def __missing__(self, code: int) -> str:
        folded = _folded(chr(code))
        if len(self) < _REMEMBERED:
            self[code] = folded
        return folded


_FOLDING: Final = _Folding()


def _folded(char: str) -> str:
    """The folded form of one character."""
    if char == "´":  # which would decompose to a space with an accent
        return "'"
    # Decomposed before its case is folded, because "™" and "℃" decompose to capitals.
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold())
    return "".join(_letter(part) for part in decomposed if not _is_dropped(part))


def _is_dropped(char: str) -> bool:
    """Whether a character is an accent, a vowel point or invisible.

    Marks that distinguish letters are kept. Their canonical combining classes are 7 to 9 (nukta, voicing of
    kana, virama), and 0 and 84 to 132 (vowels and tones in the scripts of India, Thailand, Laos and Tibet).
    """
    kind = unicodedata.combining(char)
    return (
        kind == 1
        or 10 <= kind <= 36
        or kind >= 200
        or unicodedata.category(char) == "Me"
        or _IS_IGNORED.match(char) is not None
    )


def _letter(char: str) -> str:
    if char in _APOSTROPHES:
        return "'"
    if char in _NAMED:
        return _NAMED[char]
    latin = None if char.isascii() else _LATIN.fullmatch(unicodedata.name(char, ""))
    return latin[1].lower() if latin else char


def fold(text: str) -> str:
    """Return `text` in lower case, without accents and compatibility forms, with every apostrophe as `'`.

    Latin letters that do not decompose become the letters that people search for (ø o, ł l, đ d, æ ae, ß ss,
    ı i). Soft hyphens and joiners are removed. The result may be shorter or longer than `text`.
    """
    if text.isascii():
        return text.lower()
    # Composed again for the sake of Hangul.
    return unicodedata.normalize("NFC", _STACKED.sub(r"\1", text.translate(_FOLDING)))


def written(text: str) -> list[str]:
    """Return the folded words of `text`, not stemmed.

    Of a longer word, the first `LONGEST` characters are read.
    """
    return [match.group()[:LONGEST] for match in _TOKEN.finditer(fold(text))]


def terms(text: str) -> list[str]:
    """Return the words of `text` in the form in which they are compared.

    Case and accents are folded, `U.S.` and `1,000` are joined, and the possessive is removed. Small
    numbers, ordinals and months have one form each, and British spelling becomes American. Other words are
    stemmed with Snowball's English stemmer (https://snowballstem.org/algorithms/english/stemmer.html). In
    scripts without spaces between words, every letter with its marks is a word.
    """
    return [_term(word) for word in written(text)]


class Place(NamedTuple):
    """A word in its text: `text[start:end]` has these terms, nearly always one."""

    start: int
    end: int
    terms: tuple[str, ...]


def places(text: str) -> Iterator[Place]:
    """Yield where in `text` its terms come from; together they are `terms(text)`."""
    for run in _RUN.finditer(text):  # folding never joins across a space
        found = [(word.span(), terms(word.group())) for word in _PLACE.finditer(text, *run.span())]
        whole = terms(run.group())
        if [term for _, own in found for term in own] != whole:  # a sign such as "™", which is no letter
            found = [(run.span(), whole)]
        yield from (Place(*span, tuple(own)) for span, own in found if own)


def terms_of_passage(context: str, text: str) -> list[str]:
    """Return the terms of a chunk: of its text, and of the title and headings above it, without Markdown."""
    return terms(plain(f"{context}\n{text}" if context else text))


def content_terms(text: str) -> list[str]:
    """Return the distinct terms of `text` that are no stopwords, in order; all if there are no others."""
    words = written(text)
    kept = [word for word in words if word not in STOPWORDS] or words
    return list(dict.fromkeys(_term(word) for word in kept))


@lru_cache(maxsize=_REMEMBERED)
def _term(word: str) -> str:
    word = word.removesuffix("'s").replace("'", "")
    if word[0].isdigit():
        return _THOUSANDS.sub("", word).rstrip(".,")
    word = word.replace(".", "")
    word = _SAME.get(word, word)
    if word[0].isdigit():
        return word
    if len(word) > 4:
        for pattern, replacement in _SPELLING:
            word = pattern.sub(replacement, word)
    return str(_stemmer().stemWord(word))


@lru_cache(maxsize=1)
def _stemmer() -> Stemmer.Stemmer:
    # Threads must not use a PyStemmer object at the same time. `stemWord` holds the GIL throughout, and the
    # cache of the object is off.
    return Stemmer.Stemmer("english", 0)
