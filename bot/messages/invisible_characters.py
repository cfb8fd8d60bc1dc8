"""Spells out what a reader cannot see: zero-width and direction characters, controls, stacked accents.

Text that nobody vetted may hide words, turn the reading direction or paint over its neighbours. Such a
character is shown as its code, `[U+202E]`, except where scripts and emoji are written with it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Final, NamedTuple

import regex

_ACCENTS: Final = 4  # on one letter; no living script needs more
_LONGEST: Final = 32  # characters of one piece; longer clusters are no writing

# Flags in a row one by one: for each, `\X` would count all regional indicators in front of it.
_CLUSTER: Final = regex.compile(r"\p{RI}\p{RI}(?=\p{RI})|\X")
_EMOJI: Final = regex.compile(  # "possible emoji" of Unicode TS 51; tags only for the flags of nations
    r"\p{RI}\p{RI}|\U0001F3F4[\U000E0061-\U000E007A]{2,6}\U000E007F"
    r"|\p{Emoji}(?:\p{EMod}|\uFE0F\u20E3?)?(?:\u200D\p{Emoji}(?:\p{EMod}|\uFE0F)?){0,8}"
)
_NEWLINE: Final = regex.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_SELECTOR: Final = regex.compile(r"[\uFE00-\uFE0F\U000E0100-\U000E01EF]")
_BLANK: Final = regex.compile(  # looks like nothing, although it is no space
    r"[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\p{Default_Ignorable_Code_Point}\u2800--\t]",
    regex.VERSION1,
)
_JOINED: Final = regex.compile(  # scripts that are written with U+200C and U+200D
    r"[\p{Arabic}\p{Syriac}\p{Mongolian}\p{Devanagari}\p{Bengali}\p{Gurmukhi}\p{Gujarati}\p{Oriya}\p{Tamil}"
    r"\p{Telugu}\p{Kannada}\p{Malayalam}\p{Sinhala}\p{Myanmar}\p{Khmer}]"
)
_UNSPACED: Final = regex.compile(r"[\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}]")
_RIGHT_TO_LEFT: Final = regex.compile(r"[\p{Hebrew}\p{Arabic}\p{Syriac}\p{Thaana}\p{Nko}]")


class Piece(NamedTuple):
    """What a reader sees as one character, or what is shown instead.

    Attributes:
        text: As shown; a line break is one line feed.
        spelled: Whether it is a code in square brackets.
    """

    text: str
    spelled: bool = False


def visible(text: str) -> Iterator[Piece]:
    """The characters of a text as readers know them, with everything invisible spelled out."""
    right_to_left = _RIGHT_TO_LEFT.search(text) is not None
    for match in _CLUSTER.finditer(text):
        cluster = match[0]
        if _NEWLINE.fullmatch(cluster):
            yield Piece("\n")
        elif len(cluster) > 1 and _EMOJI.fullmatch(cluster):
            yield Piece(cluster)
        else:
            start, end = match.span()
            before, after = text[max(start - 1, 0) : start], text[end : end + 1]
            yield from _reveal(cluster, before, after, right_to_left=right_to_left)


def reveal(text: str) -> str:
    """The text with everything invisible spelled out."""
    return "".join(piece.text for piece in visible(text))


def _reveal(cluster: str, before: str, after: str, *, right_to_left: bool) -> Iterator[Piece]:
    shown, accents = "", 0
    for char in cluster:
        if _is_meant(char, shown, before, after, right_to_left):
            shown += char
        elif _BLANK.match(char):
            if shown:
                yield Piece(shown)
            yield Piece(f"[U+{ord(char):04X}]", spelled=True)
            shown = ""
        elif unicodedata.category(char) in ("Mn", "Me") and (accents := accents + 1) > _ACCENTS:
            continue
        else:
            shown += char
        if len(shown) >= _LONGEST:
            yield Piece(shown)
            shown = ""
    if shown:
        yield Piece(shown)
    if accents > _ACCENTS:
        yield Piece(f"[+{accents - _ACCENTS} accents]", spelled=True)


def _is_meant(char: str, shown: str, before: str, after: str, right_to_left: bool) -> bool:
    """Whether an invisible character stands where people write it."""
    if _SELECTOR.match(char):  # the variant of one emoji or ideograph
        return len(shown) == 1 and not shown.isascii()
    last = shown[-1:] or before
    if char in "\u200c\u200d":
        return bool(_JOINED.match(last))
    if char == "\u200b":  # where a line may break
        return bool(_UNSPACED.match(last) and _UNSPACED.match(after))
    if char == "\u00ad":  # where a word may break
        return last.isalpha() and after.isalpha()
    return char in "\u200e\u200f\u061c" and right_to_left
