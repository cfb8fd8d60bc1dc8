"""Blocks of an article: paragraphs, headings, list items, table rows and code, each a span of lines.

A sentence never crosses a block. In Markdown, a newline inside a paragraph is a space. But in plain text,
PDFs and dumps, each line may be a paragraph, so a newline counts as a space only if the lines look wrapped
(see `_ends_paragraph`). There is one pass over the lines, and every pattern is linear.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from index.types import SentenceKind

_LONGEST_WRAPPED: Final = 140
"""A longer line is a paragraph of its own, for nobody wraps lines that wide."""
_NARROWEST_WRAPPED: Final = 40
"""Plain text with shorter lines is a verse, an address or a menu, not wrapped prose."""
_CODE_PIECE: Final = 500
"""Code is cut into pieces of at least this many characters, at line ends."""

# Each allows a `>`, which marks a quotation, in front.
_ITEM: Final = re.compile(
    r"[ \t>]*(?:[-*+•‣◦▪●·]|\d{1,3}[.)]|\((?:\d{1,3}|[a-z]|[ivx]{1,4})\)|[a-z]\))"
    r"(?:[ \t]+|[ \t]*\n|\Z)(?:\[[ xX]\][ \t]+)?"
)
_INTERRUPTING_ITEM: Final = re.compile(r"[ \t>]*(?:[-*+•‣◦▪●]|1[.)])[ \t]+\S")
_HEADING: Final = re.compile(r"[ >]*#{1,6}(?:[ \t\r\n]|\Z)")
_FENCE: Final = re.compile(r"[ \t>]*(`{3,}(?=[^`]*\Z)|~{3,})")
_DELIMITERS: Final = frozenset("|-: \t\r\n>")
_SYMBOLS: Final = re.compile(r"[=(){};<>|$\\]|::|--")


class Block(NamedTuple):
    """A span of whole lines, blank lines left out.

    Attributes:
        start: First character, white space included.
        end: One past the last character.
        kind: What its sentences are.
        lead: Where its words start: behind the marker of a list item, which ends no sentence.
    """

    start: int
    end: int
    kind: SentenceKind
    lead: int


def blocks(text: str, *, markdown: bool = True) -> Iterator[Block]:
    """Cut a text into blocks, in order, without overlap, every non-space character in exactly one.

    Args:
        text: Any text.
        markdown: Whether to recognise headings, tables, fences and indented code. List items always are.
    """
    return _Scanner(text, markdown=markdown).scan()


def _is_prose(line: str) -> bool:
    """Tell an indented paragraph or title from indented code: words without the symbols of programs."""
    return not _SYMBOLS.search(line) and (len(line.split()) >= 5 or line.lstrip()[0].isupper())


def _ends_paragraph(line: str, following: str, width: int, *, markdown: bool) -> bool:
    """Whether the newline between two lines of a paragraph ends it, rather than stand for a space.

    A wrapped line is full: the next word does not fit. If the word would fit, with room to spare, the writer
    ended the line on purpose, unless the next line starts in lower case.
    """
    ending, following = line.rstrip(), following.lstrip(" \t>")
    if following[:1].islower() or ending.endswith((",", ";", "-", "–", "—", "(", "/")):
        return False
    if len(ending) > _LONGEST_WRAPPED or line.endswith(("  \n", "\\\n")):
        return True
    word = following.split(maxsplit=1)[0] if following.strip() else ""
    width = min(width, _LONGEST_WRAPPED)
    room = width - len(ending) - 1 - len(word)
    if markdown:
        return room > 0.4 * width and width > _NARROWEST_WRAPPED
    return width < _NARROWEST_WRAPPED or room > 0.15 * width


class _Scanner:
    """One pass over the lines of one text."""

    def __init__(self, text: str, *, markdown: bool) -> None:
        self.lines = text.splitlines(keepends=True)
        self.markdown = markdown
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line))
        self.unclosed: dict[str, int] = {}
        """For each fence character, the shortest fence without an end from here on. Keeps the scan linear."""

    def scan(self) -> Iterator[Block]:
        i, listed, after_blank = 0, False, True
        while i < len(self.lines):
            line = self.lines[i]
            if not line or line.isspace():
                i, after_blank = i + 1, True
                continue
            found = self._markdown(i, code=after_blank and not listed) if self.markdown else None
            if found is None:
                indented = listed and line.startswith(("  ", "\t"))
                item = _ITEM.match(line)
                listed = bool(item) or indented
                stop, underlined = self._paragraph_end(i, in_item=listed)
                if underlined:
                    found = [self._block(i, stop, SentenceKind.HEADING)]
                else:
                    found = self._paragraph(i, stop, item.end() if item else 0, listed=listed)
            elif found[0].kind is not SentenceKind.CODE:
                listed = False
            yield from found
            after_blank = False
            i = self._line_after(i, found[-1].end)

    def _line_after(self, i: int, position: int) -> int:
        while self.starts[i] < position:
            i += 1
        return i

    def _block(self, first: int, stop: int, kind: SentenceKind, lead: int = 0) -> Block:
        start = self.starts[first]
        return Block(start, self.starts[stop], kind, start + lead)

    def _markdown(self, i: int, *, code: bool) -> list[Block] | None:
        """The heading, table, fence or indented code that starts at a line, or None."""
        line = self.lines[i]
        if _HEADING.match(line):
            return [self._block(i, i + 1, SentenceKind.HEADING)]
        if fence := _FENCE.match(line):
            stop = self._fence_end(i, fence[1])
            return self._code(i, stop) if stop else None
        if "|" in line and (rows := self._table(i)):
            return rows
        if code and line.startswith(("    ", "\t")) and not _is_prose(line) and not _ITEM.match(line):
            stop = i + 1
            while stop < len(self.lines) and self.lines[stop].startswith(("    ", "\t")):
                stop += 1
            return self._code(i, stop)
        return None

    def _fence_end(self, i: int, fence: str) -> int:
        """One past the closing line; 0 if there is none, because then the fence is text."""
        mark, length = fence[0], min(len(fence), 8)
        if length >= self.unclosed.get(mark, 9):
            return 0
        for j in range(i + 1, len(self.lines)):
            closing = self.lines[j].strip(" \t\r\n>")
            if closing.startswith(mark * length) and not closing.strip(mark):
                return j + 1
        self.unclosed[mark] = length
        return 0

    def _code(self, first: int, stop: int) -> list[Block]:
        pieces, begin = [], first
        for j in range(first, stop):
            if j + 1 == stop or self.starts[j + 1] - self.starts[begin] >= _CODE_PIECE:
                pieces.append(self._block(begin, j + 1, SentenceKind.CODE))
                begin = j + 1
        return pieces

    def _table(self, i: int) -> list[Block]:
        """One block for each row. A table has a line of dashes (part of the header) or outer pipes."""
        ruled = i + 1 < len(self.lines) and self._is_delimiter(self.lines[i + 1])
        outer = self.lines[i].strip(" \t\r\n>")
        if not ruled and not (len(outer) > 2 and outer[0] == outer[-1] == "|"):
            return []
        stop = i + 2 if ruled else i + 1
        rows = [self._block(i, stop, SentenceKind.TABLE)]
        while stop < len(self.lines) and "|" in self.lines[stop]:
            rows.append(self._block(stop, stop + 1, SentenceKind.TABLE))
            stop += 1
        return rows

    @staticmethod
    def _is_delimiter(line: str) -> bool:
        return "|" in line and "-" in line and _DELIMITERS.issuperset(line)

    def _paragraph_end(self, i: int, *, in_item: bool) -> tuple[int, bool]:
        """Where the paragraph that starts at a line ends, and whether a row of = or - makes it a heading."""
        for j in range(i + 1, len(self.lines)):
            line = self.lines[j]
            bare = line.strip()
            if not bare.strip(">"):
                return j, False
            if self.markdown and (not bare.strip("=") or not bare.strip("-")):
                heading = j - i <= 2 and self.starts[j] - self.starts[i] <= 2 * _LONGEST_WRAPPED
                return (j + 1, True) if heading and len(bare) > 1 and not in_item else (j, False)
            if _INTERRUPTING_ITEM.match(line) or (in_item and _ITEM.match(line)):
                return j, False
            if self.markdown and self._interrupts(j):
                return j, False
        return len(self.lines), False

    def _interrupts(self, j: int) -> bool:
        line = self.lines[j]
        if _HEADING.match(line) or ("|" in line and self._table(j)[:1]):
            return True
        fence = _FENCE.match(line)
        return bool(fence and self._fence_end(j, fence[1]))

    def _paragraph(self, first: int, stop: int, lead: int, *, listed: bool) -> list[Block]:
        """The blocks of a paragraph; more than one if a newline inside ends a paragraph."""
        kind = SentenceKind.ITEM if listed else SentenceKind.PROSE
        if stop == first + 1:
            return [self._block(first, stop, kind, lead)]
        width = max(len(line) for line in self.lines[first:stop])
        found, begin = [], first
        for j in range(first, stop):
            marker_alone = j == first and lead >= len(self.lines[j].rstrip()) > 0
            if j + 1 == stop or (
                not marker_alone
                and _ends_paragraph(self.lines[j], self.lines[j + 1], width, markdown=self.markdown)
            ):
                found.append(self._block(begin, j + 1, kind, lead if begin == first else 0))
                begin = j + 1
        return found
