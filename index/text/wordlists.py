"""English words and character ranges that several modules use."""

from __future__ import annotations

from typing import Final

MONTHS: Final = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
PRONOUNS: Final = ("he", "she", "it", "they", "this", "these", "those", "his", "her", "their", "its", "such")
"""Words at the start of a sentence that refer to the one before."""
CJK: Final = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
"""Kana, Han and Hangul, as ranges of a character class: scripts with few or no spaces."""


def jaccard(one: set[str], other: set[str]) -> float:
    """Jaccard index of two sets of words: the share that both have, from 0 to 1; 0 for two empty sets."""
    return len(one & other) / len(one | other) if one & other else 0.0
