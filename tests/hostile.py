"""Makes inputs that are hostile to a pattern from the pattern itself, as a tree of `re`'s own parser."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib import import_module
from itertools import groupby
from typing import Any, Final

import regex

from tests.growth import Hostile

PIECES: Final = (
    *("… (", "<!---->", "<!--", "a ", " ", "\t", "\f", "~", "`", "``a", "[", "](", "[a](", "![a", "[^", "|"),
    *("| a ", "|\n", "a|b\n", "#", "- ", "- a\n", ">", "> a\n", "\n>", "> “", "1.", "x", ".", ". . ", '"'),
    *("“", "'", "’s", "(", ")", "中", "。", "é", "\u0301", "\u0327\u0301", "e\u0301", "\u200b", "\u200d"),
    *("👩\u200d👩\u200d👧", "🇦", "ﾞ\u0301", "a.b.", "Dr. ", "U.S.", "\n\n", "\r\n", "a\n", "a-\n", "   a\n"),
    *("\\", "\\`", "&", "&#", "&amp;", "<", "<p>", "<a b", "<![CDATA[", "---\n", "```\n", "~~~\n", "=\n"),
    *("%", "_", "_a", "*", "**", "**a ", "7", "1,000,", "12:30 ", "a? ", "a? b", " and what ", " thanks"),
    *("please ", "http://a ", "<@1>", "-a", "a, and b ", "\x1c", "\ue0001\ue001", '"a" ', "na\u00adna"),
)
"""Pieces of text that are hostile to one reader or another, alone or repeated."""
MARKDOWN_PIECES: Final = (
    *("{", "}", "{{", "{% a", "{%", "{:", "{a}", "{'a'} ", "{/*", "<A b='{", "<A>", "</A>", "<b>", "<td>"),
    *("<tr><td colspan=9>", "<table><tr><th>", "<li>", "<p><b>", "<hr>", "<sup>1", ":a", ":+1:", "==a", "%%"),
    *("%% a", "[[a", "[[a|b]]", "![[", "^[", "^[a] ", ":::", "::: a\n", ":::\n", "!!! a\n    b\n", "??? a\n"),
    *('=== "a"\n    ', "```{note}\n", "{% highlight a %}\n", "{{< a >}}\n", "--8<--\n", "+++\n", "[a]: #\n"),
    *("> [!a] b\n", "import a from 'b'\n", "    ", "        !!! a\n", "*[a]: b\n", "<pre>\n", "<!-- a\n"),
)
"""Pieces that are hostile to a reader of Markdown and its dialects."""

Pattern = re.Pattern[str] | re.Pattern[bytes] | regex.Pattern[str]

_parser: Final[Any] = import_module("re._parser")
_code: Final[Any] = import_module("re._constants")

_ALPHABET: Final = " a0A.,-_*\n\t~`#<>()[]{}\"'’“”…:;/\\|&%=+!?@^$é中の\u0301\u00a0b1zx\x01—¹"
_CATEGORIES: Final = {
    _code.CATEGORY_DIGIT: re.compile(r"\d"),
    _code.CATEGORY_NOT_DIGIT: re.compile(r"\D"),
    _code.CATEGORY_SPACE: re.compile(r"\s"),
    _code.CATEGORY_NOT_SPACE: re.compile(r"\S"),
    _code.CATEGORY_WORD: re.compile(r"\w"),
    _code.CATEGORY_NOT_WORD: re.compile(r"\W"),
}
_REPEATS: Final = (_code.MAX_REPEAT, _code.MIN_REPEAT, _code.POSSESSIVE_REPEAT)
_CLASS: Final = re.compile(r"\[(?:\\.|[^\]\\])*\]")
_PROPERTY: Final = re.compile(r"\\p\{\w+\}")
_MISFITS: Final = ("", "\x01", "x", " x")
"""Tails that keep most patterns from matching."""
_GUESSES: Final = 60
"""Inputs of a pattern that are put together from its parts by chance."""


def inputs(pattern: Pattern, seed: str = "") -> Iterator[Hostile]:
    """Inputs on which a pattern may be slow: repetitions of its parts, prefixes of matches, near misses.

    Args:
        pattern: Of `re` or `regex`.
        seed: Of what is put together by chance.
    """
    source, flags = _source(pattern)
    parts = _Parts()
    whole = parts.samples(_parser.parse(source, flags), "")
    line = "\n" if flags & re.MULTILINE else ""
    found = [
        *_systematic(parts, whole),
        *_guessed(parts, whole, random.Random(seed + repr(source))),
    ]
    lines = [Hostile(line + one.piece, one.head, one.tail) for one in found]
    yield from dict.fromkeys(one for one in (*found, *lines) if one.piece)


class _Parts:
    """What a pattern is made of.

    Attributes:
        repeated: What it repeats, each with a text that matches all in front of it.
        texts: Texts that its branches, groups and prefixes match.
        chars: Members of its character classes.
        outside: Characters that its classes leave out.
    """

    def __init__(self) -> None:
        self.repeated: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self.chars: list[str] = []
        self.outside: list[str] = []

    def samples(self, parsed: Iterable[tuple[Any, Any]], head: str) -> list[str]:
        """A few texts that a sequence matches."""
        items = list(parsed)
        for is_literal, run in groupby(items, key=lambda item: item[0] is _code.LITERAL):
            if is_literal:
                self.texts.append("".join(chr(value) for _, value in run))
        found = [""]
        for kind, value in items:
            options = self._options(kind, value, head + found[0])
            self.texts += (found[0] + option for option in options[:2])
            first = [text + options[0] for text in found]
            found = list(dict.fromkeys([*first, *(found[0] + option for option in options[1:])]))[:4]
        return found

    def _options(self, kind: Any, value: Any, head: str) -> list[str]:
        """Texts that one part of a sequence matches, behind a text that matches all in front of it."""
        if kind is _code.LITERAL:
            self.chars.append(chr(value))
            return [chr(value)]
        if kind is _code.NOT_LITERAL:
            self.outside.append(chr(value))
            return [next(char for char in "a " if ord(char) != value)]
        if kind is _code.ANY:
            return ["a", " "]
        if kind is _code.IN:
            return self._class(value)
        if kind is _code.BRANCH:
            found = [text for branch in value[1] for text in self.samples(branch, head)[:2]]
            self.texts += found
            return found
        if kind in (_code.SUBPATTERN, _code.ATOMIC_GROUP):
            return self.samples(value[-1] if kind is _code.SUBPATTERN else value, head)
        if kind in _REPEATS:
            return self._repeat(value, head)
        return self._assertion(kind, value, head)

    def _class(self, members: Sequence[tuple[Any, Any]]) -> list[str]:
        found = _members(members)
        self.chars += found
        if members[0][0] is _code.NEGATE:
            self.outside += (chr(one) for kind, one in members if kind is _code.LITERAL)
        return found or [""]

    def _repeat(self, value: tuple[int, int, Iterable[tuple[Any, Any]]], head: str) -> list[str]:
        least, most, body = value
        texts = [text for text in self.samples(body, head) if text]
        if most > 2:
            self.repeated += ((head, text) for text in texts)
        return [*(text * max(least, 1) for text in texts or [""]), *([""] if least == 0 else [])]

    def _assertion(self, kind: Any, value: Any, head: str) -> list[str]:
        if kind not in (_code.ASSERT, _code.ASSERT_NOT):
            return [""]
        direction, body = value
        texts = self.samples(body, head)
        self.texts += texts
        return texts[:1] if kind is _code.ASSERT and direction < 0 else [""]


def _members(items: Sequence[tuple[Any, Any]]) -> list[str]:
    """A few characters of a class."""
    own = []
    if items[0][0] is not _code.NEGATE:
        own = [chr(value) for kind, value in items if kind is _code.LITERAL]
        own += [chr(value[0]) for kind, value in items if kind is _code.RANGE]
    fitting = [char for char in _ALPHABET if _is_member(items, char)]
    return list(dict.fromkeys([*own[:3], *fitting[:3], *own]))[:6]


def _is_member(items: Sequence[tuple[Any, Any]], char: str) -> bool:
    found = any(
        (kind is _code.LITERAL and ord(char) == value)
        or (kind is _code.RANGE and value[0] <= ord(char) <= value[1])
        or (kind is _code.CATEGORY and _CATEGORIES[value].match(char) is not None)
        for kind, value in items
    )
    return found != (items[0][0] is _code.NEGATE)


def _source(pattern: Pattern) -> tuple[str, int]:
    """A pattern as `re` parses it: what only `regex` knows gives way to a few of the characters it means."""
    text = pattern.pattern
    source = text.decode("latin-1") if isinstance(text, bytes) else text
    if isinstance(pattern, regex.Pattern):
        source = _CLASS.sub(lambda found: _PROPERTY.sub(_some, found[0].replace("--\\t", "")), source)
        source = _PROPERTY.sub(lambda found: f"[{_some(found)}]", source)
        source = source.replace("\\X", "(?:.[\u0301\u200d]*)")
    return source, pattern.flags & (re.IGNORECASE | re.MULTILINE | re.DOTALL | re.VERBOSE)


def _some(found: re.Match[str]) -> str:
    return "".join(map(re.escape, _of_property(found[0])))


@cache
def _of_property(name: str) -> list[str]:
    """A few characters that have a property of Unicode."""
    fits = regex.compile(name).match
    return [char for char in map(chr, range(0x20000)) if fits(char)][:3]


def _systematic(parts: _Parts, whole: Sequence[str]) -> Iterator[Hostile]:
    repeated = list(dict.fromkeys(parts.repeated))
    heads = [head for head in dict.fromkeys(head for head, _ in repeated) if head]
    texts = [text for text in dict.fromkeys([*whole, *parts.texts]) if text]
    tails = [*_MISFITS, *dict.fromkeys(parts.outside[:4])]
    for head, piece in repeated:
        yield from (Hostile(piece, head, tail) for tail in tails)
        yield Hostile(head + piece)
    yield from map(Hostile, heads)
    yield from (Hostile(text, "", "\x01") for text in texts[:30])
    yield from (Hostile(char, whole[0], "\x01") for char in list(dict.fromkeys(parts.chars))[:12])
    yield from (Hostile(text, head, "\x01") for head in heads[:4] for text in texts[:8])


def _guessed(parts: _Parts, whole: Sequence[str], chance: random.Random) -> Iterator[Hostile]:
    texts = [text for text in dict.fromkeys([*whole, *parts.texts]) if text]
    repeated = [piece for _, piece in parts.repeated]
    pieces = [*dict.fromkeys([*parts.chars, *parts.outside, *texts[:20], *repeated, " ", "a", "\n", "x"])]

    def some(*counts: int) -> str:
        return "".join(chance.choices(pieces, k=chance.choice(counts)))

    for _ in range(_GUESSES):
        piece = chance.choice(repeated or pieces) if chance.random() < 0.5 else some(1, 1, 2, 3)
        yield Hostile(piece, some(0, 1, 2) + chance.choice(("", whole[0])), some(0, 1, 2, 3))
