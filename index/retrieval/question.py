"""What a question asks for: its words, and the kind of thing that would answer it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from index.text.words import STOPWORDS, Place, content_terms, places, terms, written
from index.types import Turn

LONGEST: Final = 2000
"""Characters of a question that are read; far more than the encoder takes in."""

_FOLLOW_UP_WORDS: Final = 2  # a question with no more content words than this leans on the turn before


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
_LEANING: Final = frozenset(
    "he she it they him her them his hers its their theirs this that these those there one ones".split()
)


@dataclass(frozen=True, slots=True)
class Query:
    """A question, understood.

    Attributes:
        text: What is searched for: the question, with what it leans on in front.
        terms: Its distinct content words, as `index.text.words.content_terms` gives them.
        sequence: All its words in order, as `index.text.words.terms` gives them.
        kind: The kind of thing it asks for.
        shown: The written form of each content term, for messages.
        corrections: Words that no article holds, with what they were read as.
        several: Whether it asks for several things: a list, all of them, steps.
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
    """Read a question, in the light of the turns before it.

    A question that leans on what went before ("And when did he leave?") is searched together with the
    question before it.
    """
    text = _tidy(question)
    follows = bool(turns) and _leans(text)
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
    """Whether a question speaks of something that was named before it ("When did she leave?")."""
    return any(word in _LEANING for word in written(text))


def kind_of(words: str) -> Kind:
    """The kind of thing that a question, given as lower-case words, asks for."""
    return next((kind for kind, pattern in _KIND_PATTERNS if pattern.search(words)), Kind.WHAT)


def _tidy(question: str) -> str:
    """The beginning of a question on one line, without the half characters that no encoder can read."""
    return " ".join(question[:LONGEST].encode(errors="replace").decode().split())


def _leans(text: str) -> bool:
    words = written(text)
    content = [word for word in words if word not in STOPWORDS]
    return len(content) <= _FOLLOW_UP_WORDS or refers(text)


def _shown(text: str) -> dict[str, str]:
    """The written form of each term, hyphened words as a whole: "Wi-Fi" for both of its terms."""
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
