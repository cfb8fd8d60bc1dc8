"""Inline constructs that CommonMark does not know, hidden from the parser behind characters without meaning.

Each is replaced by as many commas, so that offsets stay. A comma is punctuation, as the first and last
character of what it stands for: emphasis around it opens and closes where it did.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

import emoji

from index.render._block_extensions import Lines
from index.render._dialects import Dialect

FILLER: Final = ","

_TRIGGER: Final = re.compile(r"\\[\s\S]|`+|\{|<|:(?=[a-z0-9+-]|::no-loc)|==|!?\[\[|%%|\^")
_SHORTCODE: Final = re.compile(
    r"\{\{[<%](?:[^{}]|\{(?!\{)|\}(?!\}))*+\}\}|\{%(?:[^%{]|%(?!\})|\{(?!%))*+%\}|\{\{[ \t]*+#[^{}\n]*+\}\}"
)
_LINKED: Final = re.compile(
    r"\{\{\s*+[\"']\[?([^\[\]\"'{}]*+)(?:\]\([^()\"'\n]*+\))?[\"']\.format\([^{}]*+\}\}"
)
_NOT_TRANSLATED: Final = re.compile(r":::no-loc text=\"([^\"\n]*+)\":::")
_EXPRESSION: Final = re.compile(r"\{\{(?:[^{}]|\{(?!\{)|\}(?!\}))*+\}\}")
_COMMENT: Final = re.compile(r"\{/\*(?:[^*{]|\*(?!/)|\{(?!/\*))*+\*/\}")
_KRAMDOWN: Final = re.compile(r"\{::?[^{}\n]*+\}")
_ATTRIBUTES: Final = re.compile(
    r"\{[ \t]*+(?:[#.][\w:-]++|[\w:-]++=(?:\"[^\"{}\n]*+\"|'[^'{}\n]*+'|[^\s{}\"']++))"
    r"(?:[ \t]++(?:[#.]?[\w:-]++(?:=(?:\"[^\"{}\n]*+\"|'[^'{}\n]*+'|[^\s{}\"']++))?))*+[ \t]*+\}"
)
_ROLE: Final = re.compile(r"\{[A-Za-z][\w:.+-]*+\}(?=`)")
_EMOJI: Final = re.compile(r":([a-z0-9_+-]++):")
_ICON: Final = re.compile(r":(?:material|octicons|fontawesome|simple|mdi|fa|fas|fab|bootstrap)-[a-z0-9-]++:")
_HIGHLIGHT: Final = re.compile(r"==(?=[^\s=])[^=\n]++==(?![=\w])")
_WIKILINK: Final = re.compile(r"(!?)\[\[((?!\s)[^\[\]\n|]++)(?:\|([^\[\]\n]*+))?\]\](?![(\[])")
_HIDDEN: Final = re.compile(r"%%(?=[^\s%]|[ \t][^\s%])[^%\n]*+%%(?![\w%])")
_BLOCK_ID: Final = re.compile(r"\^[A-Za-z0-9-]++(?=[ \t]*+$)", re.MULTILINE)
_NOTE: Final = re.compile(r"\^\[[^\[\]\n]++\]")
_LETTER: Final = re.compile(r"[^\W\d_]")
_STRING: Final = re.compile(r"\{\s*+(?:\"([^\"\\]*+)\"|'([^'\\]*+)'|`([^`\\$]*+)`)\s*+\}")
_BACKTICKS: Final = re.compile(r"`+")
_BRACE: Final = re.compile(r"[{}]")
_TAG: Final = re.compile(r"<(/?)([A-Za-z][\w.:-]*+)?(?=[\s/>{])")
_ATTRIBUTE: Final = re.compile(
    r"\s*+([A-Za-z_@:#][\w.:@-]*+)(?:\s*+=\s*+(?:\"([^\"<]*+)\"|'([^'<]*+)'|([^\s\"'<>={}`]++)|(?={)))?"
)
_END: Final = re.compile(r"\s*+(/?)>")
_SPACES: Final = re.compile(r"\s*+")


class Tag(NamedTuple):
    """A tag of HTML or JSX.

    Attributes:
        name: Its name as written; empty for a fragment.
        closes: Whether it is a closing tag.
        empty: Whether it closes itself.
        attributes: Values by lower-case name, with where they stand.
    """

    name: str
    closes: bool
    empty: bool
    attributes: dict[str, tuple[str, int, int]]


class Mask(NamedTuple):
    """A span that is hidden from the parser.

    Attributes:
        start: Its first character in the rewritten text.
        end: One past its last character.
        text: What is shown in its place.
        tag: The tag that it stands for, or None.
        role: The role of the code that follows, or empty.
    """

    start: int
    end: int
    text: str = ""
    tag: Tag | None = None
    role: str = ""


def hide(lines: Lines, dialect: Dialect, *, templated: bool) -> list[Mask]:
    """Find the inline constructs of a rewritten text outside of code, in order; what they are is counted.

    Args:
        lines: The rewritten text.
        dialect: What the file is written for.
        templated: Whether `{{ … }}` is replaced when the page is made.
    """
    return _Inline(lines, dialect, templated).run()


def masked(text: str, masks: list[Mask]) -> str:
    """Return the text with fillers in place of what is hidden."""
    parts, at = [], 0
    for mask in masks:
        parts.append(text[at : mask.start])
        parts.append(FILLER * (mask.end - mask.start))
        at = mask.end
    parts.append(text[at:])
    return "".join(parts)


class _Inline:
    """One pass over what is not code."""

    def __init__(self, lines: Lines, dialect: Dialect, templated: bool) -> None:
        self.text, self.lines, self.templated = lines.text, lines, templated
        self.mdx, self.obsidian = dialect is Dialect.MDX, dialect is Dialect.OBSIDIAN
        self.masks: list[Mask] = []
        self.left_out: Counter[str] = lines.left_out
        self.runs: dict[int, list[int]] | None = None
        self.pairs: dict[int, int] = {}
        self.limit = len(self.text)

    def run(self) -> list[Mask]:
        for start, end in self._outside_code():
            self.limit = end
            if self.mdx:
                self.pairs = dict(self._pairs(start, end))
            self._scan(start, end)
        return self.masks

    def _outside_code(self) -> Iterator[tuple[int, int]]:
        at = 0
        for start, end in self.lines.code:
            if at < start:
                yield at, start
            at = end
        if at < len(self.text):
            yield at, len(self.text)

    def _pairs(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Each opening brace with one past its closing brace."""
        opened: list[int] = []
        for brace in _BRACE.finditer(self.text, start, end):
            if brace[0] == "{":
                opened.append(brace.start())
            elif opened:
                yield opened.pop(), brace.end()

    def _scan(self, start: int, end: int) -> None:
        handlers = {
            "{": self._braces,
            "<": self._tag,
            ":": self._emoji,
            "=": self._highlight,
            "!": self._wikilink,
        }
        handlers |= {"[": self._wikilink, "%": self._hidden, "^": self._caret, "`": self._code}
        at = start
        while trigger := _TRIGGER.search(self.text, at, end):
            handler = handlers.get(trigger[0][0])
            at = trigger.end()
            if handler and (stop := handler(trigger.start())) is not None:
                at = stop

    def _hide(self, start: int, end: int, kind: str = "", *, text: str = "", tag: Tag | None = None) -> int:
        self.masks.append(Mask(start, end, text, tag))
        if kind:
            self.left_out[kind] += 1
        return end

    def _before(self, at: int) -> str:
        return self.text[at - 1] if at else "\n"

    def _code(self, at: int) -> int | None:
        """Where a code span ends: at the next run of as many backticks in the same paragraph."""
        if self.runs is None:
            self.runs = defaultdict(list)
            for run in _BACKTICKS.finditer(self.text):
                self.runs[len(run[0])].append(run.start())
        length = self._backticks(at)
        same = self.runs.get(length, [])
        number = bisect_left(same, at + length)
        if number == len(same):
            return None
        breaks = self.lines.breaks
        after = bisect_right(breaks, at)
        limit = min(self.limit, breaks[after] if after < len(breaks) else self.limit)
        return same[number] + length if same[number] < limit else None

    def _backticks(self, at: int) -> int:
        found = _BACKTICKS.match(self.text, at)
        return len(found[0]) if found else 0

    def _braces(self, at: int) -> int | None:
        if found := _COMMENT.match(self.text, at, self.limit):
            return self._hide(at, found.end(), "comment")
        if found := _SHORTCODE.match(self.text, at, self.limit):
            return self._hide(at, found.end(), "shortcode")
        if found := _LINKED.match(self.text, at, self.limit):
            return self._hide(at, found.end(), text=found[1].strip("*_`"))
        if self.templated and (found := _EXPRESSION.match(self.text, at, self.limit)):
            return self._hide(at, found.end(), "expression")
        if found := _ROLE.match(self.text, at, self.limit):
            self.masks.append(Mask(at, found.end(), role=found[0][1:-1]))
            return found.end()
        if (
            found := _KRAMDOWN.match(self.text, at, self.limit)
            or _ATTRIBUTES.match(self.text, at, self.limit)
        ) and self._before(at) != "$":
            return self._hide(at, found.end(), "attributes")
        if self.mdx and at in self.pairs:
            string = _STRING.match(self.text, at, self.limit)
            shown = next((each for each in string.groups() if each is not None), "") if string else ""
            return self._hide(at, self.pairs[at], "" if string else "expression", text=shown)
        return None

    def _tag(self, at: int) -> int | None:
        """A tag in MDX; elsewhere the parser finds them."""
        found = _TAG.match(self.text, at, self.limit) if self.mdx else None
        if not found or (not found[2] and self.text[found.end()] != ">"):
            return None
        attributes: dict[str, tuple[str, int, int]] = {}
        place = found.end()
        while not (end := _END.match(self.text, place, self.limit)):
            stop = self._attribute(place, attributes)
            if stop is None:
                return None
            place = stop
        tag = Tag(found[2] or "", bool(found[1]), bool(end[1]), attributes)
        return self._hide(at, end.end(), tag=tag)

    def _attribute(self, at: int, attributes: dict[str, tuple[str, int, int]]) -> int | None:
        found = _ATTRIBUTE.match(self.text, at, self.limit)
        if not found:  # { ...properties }
            spaces = _SPACES.match(self.text, at, self.limit)
            return self.pairs.get(spaces.end() if spaces else at)
        group = next((number for number in (2, 3, 4) if found[number] is not None), 0)
        if group:
            attributes[found[1].lower()] = (found[group], *found.span(group))
        elif "=" in found[0]:
            return self.pairs.get(found.end())
        else:
            attributes[found[1].lower()] = ("", found.end(), found.end())
        return found.end()

    def _emoji(self, at: int) -> int | None:
        if found := _NOT_TRANSLATED.match(self.text, at, self.limit):
            return self._hide(at, found.end(), text=found[1])
        if found := _ICON.match(self.text, at, self.limit):
            return self._hide(at, found.end(), "image")
        found = _EMOJI.match(self.text, at, self.limit)
        before = self._before(at)
        if (
            not found
            or before.isalnum()
            or before in "_:/"
            or self.text[found.end() : found.end() + 1].isalnum()
        ):
            return None
        shown = _emoji(found[0])
        return self._hide(at, found.end(), text=shown) if shown != found[0] else None

    def _highlight(self, at: int) -> int | None:
        found = _HIGHLIGHT.match(self.text, at, self.limit)
        if not found or self._before(at).isalnum() or self.text[found.end() - 3].isspace():
            return None
        self._hide(at, at + 2)
        whole, self.limit = self.limit, found.end() - 2
        self._scan(at + 2, self.limit)
        self.limit = whole
        return self._hide(found.end() - 2, found.end())

    def _wikilink(self, at: int) -> int | None:
        found = _WIKILINK.match(self.text, at, self.limit)
        if not found or not _LETTER.search(found[2]) or self._before(at).isalnum():
            return None
        if found[1]:
            return self._hide(at, found.end(), "image")
        first = found.start(3) if found[3] else found.start(2)
        target = found[2].rstrip("\\")
        tag = Tag("a", False, False, {"href": (target, at, at)})
        self._hide(at, first, tag=tag)
        if not found[3] and "#" in target:
            place = found.start(2) + target.index("#")
            self._hide(place, place + 1, text=" > " if place > found.start(2) else "")
        return self._hide(found.end() - 2, found.end(), tag=Tag("a", True, False, {}))

    def _hidden(self, at: int) -> int | None:
        found = _HIDDEN.match(self.text, at, self.limit)
        return self._hide(at, found.end(), "comment") if found and not self._before(at).isalnum() else None

    def _caret(self, at: int) -> int | None:
        if found := _NOTE.match(self.text, at, self.limit):
            return self._hide(at, found.end(), "footnote")
        if (
            self.obsidian
            and self._before(at) in " \t\n"
            and (found := _BLOCK_ID.match(self.text, at, self.limit))
        ):
            return self._hide(at, found.end(), "target")
        return None


@lru_cache(maxsize=4096)
def _emoji(name: str) -> str:
    """The emoji of a shortcode, or the shortcode."""
    return emoji.emojize(name, language="alias")
