"""Analysis of a question: its words, and the kind of thing that would answer it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from index.text.words import STOPWORDS, Place, content_terms, places, terms, written
from index.types import Turn

LONGEST: Final = 2000
"""Number of characters of a question that are read; far more than the encoder reads."""

_FOLLOW_UP_WORDS: Final = 2  # a question with at most this many content words refers to the turn before


class Kind(StrEnum):
    """The kind of thing a question asks for."""

    WHO = "who"
    WHEN = "when"
    WHERE = "where"
    NUMBER = "number"
    WHY = "why"
    HOW = "how"
    YES_NO = "yes or no"
    WHAT = "what"


_KINDS: Final = (
    (Kind.WHEN, r"\bwhen\b|\b(?:what|which) (?:year|date|day|month|decade|century|time)\b"),
    (
        Kind.NUMBER,
        r"\bhow (?:many|much|long|old|far|tall|large|big|high|deep|often|fast|wide|heavy)\b"
        r"|\b(?:what|which) (?:percentage|percent|number|amount|proportion|share|age|price)\b",
    ),
    (Kind.WHO, r"\bwho\b|\bwhose\b|\bwhom\b"),
    (
        Kind.WHERE,
        r"\bwhere\b|\b(?:what|which) (?:city|country|state|place|county|continent|town|region|river)\b",
    ),
    (Kind.WHY, r"\bwhy\b|\bwhat (?:caused|causes|is the reason|was the reason)\b"),
    (
        Kind.YES_NO,
        r"^(?:is|are|was|were|do|does|did|can|could|has|have|had|will|would|should|may|must)\b(?!.*\bor\b)",
    ),
    (Kind.HOW, r"\bhow\b"),
)
_KIND_PATTERNS: Final = tuple((kind, re.compile(pattern)) for kind, pattern in _KINDS)
_SEVERAL: Final = re.compile(
    r"^(?:please )?(?:list|name|enumerate)\b|\b(?:what|which) (?:\w+ ){0,2}(?:are|were)\b"
    r"|\b(?:kinds|types|steps|ways|reasons|examples|parts|members|ingredients) (?:of|to|for|in)\b|\ball the\b"
)
_REFERRING: Final = frozenset(
    "he she it they him her them his hers its their theirs this that these those there one ones".split()
)


@dataclass(frozen=True, slots=True)
class Query:
    """An analysed question.

    Attributes:
        text: What is searched for: the question, after the one that it refers to.
        terms: Its distinct content words, as `index.text.words.content_terms` gives them.
        sequence: All its words in order, as `index.text.words.terms` gives them.
        kind: The kind of thing it asks for.
        shown: The written form of each content term, for messages.
        corrections: Words that occur in no article, each with the word that it was read as.
        several: Whether it asks for several things, such as a list or steps.
        follows: Whether it was read together with the question before it.
    """

    text: str
    terms: tuple[str, ...]
    sequence: tuple[str, ...]
    kind: Kind
    shown: dict[str, str]
    corrections: dict[str, str] = field(default_factory=dict)
    several: bool = False
    follows: bool = False


def understand(question: str, turns: Sequence[Turn] = ()) -> Query:
    """Analyse a question.

    One that refers to the turn before ("And when did he leave?") is searched together with that question.
    """
    text = _tidy(question)
    follows = bool(turns) and _is_follow_up(text)
    if follows:
        text = f"{_tidy(turns[-1].question)} {text}".strip()
    words = " ".join(written(text))
    return Query(
        text=text,
        terms=tuple(content_terms(text)),
        sequence=tuple(terms(text)),
        kind=kind_of(" ".join(written(question[:LONGEST])) or words),
        shown=_shown(text),
        several=_SEVERAL.search(words) is not None,
        follows=follows,
    )


def refers(text: str) -> bool:
    """Tell whether a question refers to something named before it ("When did she leave?")."""
    return any(word in _REFERRING for word in written(text))


def kind_of(words: str) -> Kind:
    """Return the kind of thing that a question, given in lower-case words, asks for."""
    return next((kind for kind, pattern in _KIND_PATTERNS if pattern.search(words)), Kind.WHAT)


def _tidy(question: str) -> str:
    """Put the beginning of a question on one line, without lone surrogates, which no encoder can read."""
    return " ".join(question[:LONGEST].encode(errors="replace").decode().split())


def _is_follow_up(text: str) -> bool:
    words = written(text)
    content = [word for word in words if word not in STOPWORDS]
    return len(content) <= _FOLLOW_UP_WORDS or refers(text)


def _shown(text: str) -> dict[str, str]:
    """Return the written form of each term; of hyphenated words the whole, "Wi-Fi" for both terms."""
    joined: list[list[Place]] = []
    for place in places(text):
        if joined and text[joined[-1][-1].end : place.start] == "-":
            joined[-1].append(place)
        else:
            joined.append([place])
    shown: dict[str, str] = {}
    for parts in joined:
        word = text[parts[0].start : parts[-1].end]
        for term in (term for part in parts for term in part.terms):
            shown.setdefault(term, word)
    return shown
