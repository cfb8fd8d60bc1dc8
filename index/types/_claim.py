"""What the articles have on what somebody says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from index.types._answer import Citation


class Likeness(StrEnum):
    """How a sentence of an article relates to what somebody says."""

    VERBATIM = "word for word"
    SAME = "the same words"
    PART = "in a longer sentence"
    DIFFERS = "differs"
    NEAR = "near"


@dataclass(frozen=True, slots=True)
class Match:
    """A sentence of an article beside what somebody says.

    Attributes:
        likeness: How it relates to that.
        citation: The sentence.
        differ: What they differ in, as in "numbers and dates"; `""` unless they differ.
    """

    likeness: Likeness
    citation: Citation
    differ: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that somebody says.

    Attributes:
        text: In their words.
        matches: What articles have on it, nearest first; empty where nothing comes near.
    """

    text: str
    matches: tuple[Match, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """What somebody says, beside the articles.

    Attributes:
        claims: In the order in which they are said.
        left_out: How many more were said and not looked for.
    """

    claims: tuple[Claim, ...]
    left_out: int = 0
