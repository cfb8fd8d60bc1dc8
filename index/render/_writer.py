"""Writes what elements show: text, blocks, containers, marks and the map to the source.

Elements of Markdown and of HTML are the same here: what opens and closes is named as in HTML. Text may come
anywhere; a block begins with its first character and ends where an element that is no inline element begins
or ends.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from index.render._block_extensions import Lines, Opening
from index.render._source_map import Segment, SegmentKind, SourceMap
from index.render._types import Block, BlockKind, ContainerKind, Mark, MarkKind
from index.text.wordlists import CJK

_WHITE: Final = " \t\n\r\f"
_IRREGULAR: Final = re.compile(r"[ \t\n\r\f]{2,}|[\t\n\r\f]")
_LETTER: Final = re.compile(r"[^\W\d_]")
_CJK: Final = re.compile(f"[{CJK}\u3000-\u303f\uff00-\uffef]")
_ASKED: Final = re.compile(r"[?？؟][\s\"'”’»)*]*\Z")
_ASKING: Final = re.compile(
    r"(?:how|what|why|when|where|who|which|can|could|do|does|did|is|are|should|will|would|may|must|has|have)"
    r"\s+\S+\s+\S",
    re.IGNORECASE,
)
_REFERENCE: Final = re.compile(r"\[?(?:\d{1,3}|[*†‡])\]")
_ORDINAL: Final = frozenset({"st", "nd", "rd", "th", "er", "re", "e", "o", "a", "ª", "º"})
_RAISED: Final = str.maketrans("0123456789+-−=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ")
_LOWERED: Final = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")
_SMALL: Final = {"sup": _RAISED, "sub": _LOWERED}

_LONGEST_COLUMN: Final = 80
"""Characters of the name of a column that stands with each cell; a longer name is no name."""
_WIDEST: Final = 20
"""Columns over which a cell may extend."""
_MOST_MARKS: Final = 16
"""Marks within each other; more are not kept."""

_NUMBER: Final = re.compile(r"[0-9]{1,9}")
_STOPS: Final = frozenset(".,;:!?…")

_HEADINGS: Final = {f"h{level}": level for level in range(1, 7)}
_MARKS: Final = {
    **dict.fromkeys(("b", "strong"), MarkKind.BOLD),
    **dict.fromkeys(("i", "em", "cite", "var", "dfn"), MarkKind.ITALIC),
    **dict.fromkeys(("s", "del", "strike"), MarkKind.STRIKETHROUGH),
    **dict.fromkeys(("code", "kbd", "samp", "tt"), MarkKind.CODE),
    "a": MarkKind.LINK,
}
_KINDS: Final = {
    "dt": BlockKind.TERM,
    "dd": BlockKind.DEFINITION,
    "summary": BlockKind.TITLE,
    "caption": BlockKind.CAPTION,
    "figcaption": BlockKind.CAPTION,
}
_CONTAINERS: Final = {
    "ul": ContainerKind.LIST,
    "ol": ContainerKind.LIST,
    "menu": ContainerKind.LIST,
    "li": ContainerKind.ITEM,
    "table": ContainerKind.TABLE,
    "blockquote": ContainerKind.QUOTE,
    "details": ContainerKind.DETAILS,
    "dl": ContainerKind.DEFINITIONS,
    "footnote": ContainerKind.FOOTNOTE,
}
BLOCKS: Final = frozenset(
    """
    address article aside body center dialog div fieldset figure footer form header html main nav p pre
    section tbody tfoot thead tr td th
    """.split()
).union(_HEADINGS, _KINDS, _CONTAINERS)
_SKIPPED: Final = frozenset(
    "script style template svg math audio video iframe object noscript canvas select head title".split()
)
_EMPTY: Final = frozenset("area base br col embed hr img input link meta param source track wbr".split())
_PICTURES: Final = frozenset({"img", "picture", "svg", "video", "audio", "iframe", "embed", "object"})
_IMPLIED: Final = {
    "li": (("li",), ("ul", "ol", "menu")),
    "dt": (("dt", "dd"), ("dl",)),
    "dd": (("dt", "dd"), ("dl",)),
    "td": (("td", "th"), ("tr", "table")),
    "th": (("td", "th"), ("tr", "table")),
    "tr": (("td", "th", "tr"), ("table",)),
    "tbody": (("td", "th", "tr", "tbody", "thead", "tfoot"), ("table",)),
    "tfoot": (("td", "th", "tr", "tbody", "thead", "tfoot"), ("table",)),
}
"""Open elements that an element ends, and those within which they are looked for."""
_CHANGES: Final = frozenset({*_HEADINGS, *_KINDS, *_SKIPPED, *_SMALL, *("pre", "a", "tr", "td", "th")})
"""Elements that change how what stands in them is written."""
_TIGHT: Final = frozenset({BlockKind.ITEM, BlockKind.ROW, BlockKind.TERM, BlockKind.DEFINITION})
_GROUPS: Final = frozenset({ContainerKind.LIST, ContainerKind.TABLE, ContainerKind.DEFINITIONS})
_OWN_HEADINGS: Final = frozenset(
    {
        *(ContainerKind.QUOTE, ContainerKind.ADMONITION, ContainerKind.TAB),
        *(ContainerKind.DETAILS, ContainerKind.FOOTNOTE),
    }
)
"""Containers whose headings do not head what follows them."""


@dataclass(slots=True)
class _OpenContainer:
    kind: ContainerKind
    parent: int | None
    label: str
    number: int | None
    group: int | None
    start: int = -1
    end: int = -1
    columns: tuple[str, ...] = ()
    title: int | None = None
    begun: bool = False
    """Whether a list item has its first block."""
    next_number: int | None = None
    """The number of the next item of an ordered list."""


@dataclass(slots=True)
class _OpenBlock:
    """The block that is being written."""

    start: int
    kind: BlockKind
    container: int | None
    level: int
    number: int | None
    language: str
    first_part: int
    first_mark: int


@dataclass(slots=True)
class _State:
    """What an element changes for what stands in it; behind it all is as before."""

    container: int | None = None
    kind: BlockKind = BlockKind.PARAGRAPH
    level: int = 0
    depth: int = 0
    number: int | None = None
    language: str = ""
    skip: bool = False
    exact: bool = False
    small: str = ""
    floor: int = 0
    """Headings that stand above the innermost container with headings of its own."""


@dataclass(slots=True)
class _Element:
    name: str
    markdown: bool
    block: bool
    before: _State
    marks: int
    headings: list[tuple[int, int]] | None


@dataclass(slots=True, eq=False)
class _OpenMark:
    kind: MarkKind
    address: str
    start: int = -1


@dataclass(slots=True)
class _Cell:
    """A cell that shows something.

    Attributes:
        column: Its first column.
        width: Over how many columns it extends.
        text: Where its text begins.
        start: Where it begins in the rewritten text.
        end: One past its last character there.
    """

    column: int
    width: int
    text: int
    start: int
    end: int


@dataclass(slots=True)
class _Row:
    """The row that is being written.

    Attributes:
        length: Characters of the text in front of it.
        parts: Parts of the text in front of it.
        segments: Segments in front of it.
        blocks: Blocks in front of it.
        marks: Marks in front of it.
        cells: Its cells that show something.
        next_column: The column of the next cell.
        column: The column of the current cell.
        width: Over how many columns the current cell extends.
        heads: Whether all of its cells are those of a header.
        fresh: Whether the current cell shows nothing yet.
        divided: Whether a block ended in the current cell since its last character.
    """

    length: int
    parts: int
    segments: int
    blocks: int
    marks: int
    cells: list[_Cell] = field(default_factory=list)
    next_column: int = 0
    column: int = 0
    width: int = 1
    heads: bool = True
    fresh: bool = True
    divided: bool = False


@dataclass(slots=True)
class _Header:
    """What was written for the row of a header, in case the table has no other rows."""

    length: int
    parts: list[str]
    segments: list[Segment]
    blocks: list[Block]
    marks: list[Mark]


@dataclass(slots=True)
class _Table:
    """A table that is open.

    Attributes:
        container: Its number.
        names: The names of its columns, with where they stand in the source.
        header: The row that they come from.
        rows: How many other rows have been written.
        row: The row that is being written.
        spans: By column, over how many rows cells from above still extend.
    """

    container: int
    names: dict[int, tuple[str, int, int]] = field(default_factory=dict)
    header: _Header | None = None
    rows: int = 0
    row: _Row | None = None
    spans: dict[int, int] = field(default_factory=dict)


class Writer:
    """Receives elements and texts in the order of the source.

    Offsets are those of the rewritten text (`Lines`); the writer traces them back to the source.
    """

    def __init__(self, lines: Lines, source_length: int) -> None:
        self.lines, self.source_length = lines, source_length
        self.left_out: Counter[str] = lines.left_out
        self.parts: list[str] = []
        self.length = 0
        self.segments: list[Segment] = []
        self.blocks: list[Block] = []
        self.containers: list[_OpenContainer] = []
        self.marks: list[Mark] = []
        self.state = _State()
        self.elements: list[_Element] = []
        self.names: list[Counter[str]] = [Counter()]
        self.open_marks: list[_OpenMark] = []
        self.unset: list[_OpenMark] = []
        self.headings: list[tuple[int, int]] = []
        self.block: _OpenBlock | None = None
        self.space: tuple[int, int] | None = None
        self.newlines: list[tuple[int, int]] = []
        self.small: list[tuple[str, int, int]] = []
        self.tables: list[_Table] = []
        self.nested_tables = 0
        self.segment_end = 0

    def source_map(self) -> SourceMap:
        """Return where all that has been written comes from."""
        return SourceMap(tuple(self.segments), self.length, self.source_length)

    def finish(self) -> None:
        """Close what is still open."""
        while self.elements:
            self._leave(self.elements[-1])
        self.end_block()

    # Elements.

    def open(
        self,
        name: str,
        at: int,
        attributes: Mapping[str, str] = {},
        *,
        markdown: bool = False,
        opening: Opening | None = None,
        block: bool = False,
    ) -> None:
        """Open an element.

        Args:
            name: Its name in HTML, in lower case.
            at: Where it stands.
            attributes: Its attributes, as far as they matter.
            markdown: Whether it comes from Markdown; then only an element of Markdown ends it.
            opening: The container that it is, if its name does not say so.
            block: Whether it is a block even if its name is unknown.
        """
        if name in _PICTURES:
            self.left_out["image"] += 1
        if name in _EMPTY:
            self._empty(name, at)
            return
        block = block or name in BLOCKS or opening is not None
        if block:
            if not markdown:
                self._imply(name)
            self.end_block()
        before = self.state
        holds = name in _CONTAINERS or opening is not None
        headings = list(self.headings) if holds else None
        self.elements.append(_Element(name, markdown, block, before, len(self.open_marks), headings))
        if markdown:
            self.names.append(Counter())
        else:
            self.names[-1][name] += 1
        if name in _CHANGES or holds or "hidden" in attributes:
            self.state = replace(before)
            if holds:
                self._open_container(name, opening, attributes)
            self._enter(name, at, attributes)
        if name in _MARKS and (name != "a" or attributes.get("href")):
            self._open_mark(_MARKS[name], attributes.get("href", ""))

    def _enter(self, name: str, at: int, attributes: Mapping[str, str]) -> None:
        state = self.state
        if name in _SKIPPED or "hidden" in attributes:
            state.skip = True
        elif name in _HEADINGS:
            state.kind, state.level, state.number = BlockKind.HEADING, _HEADINGS[name], None
        elif name in _KINDS:
            state.kind = _KINDS[name]
        elif name == "pre":
            state.kind, state.language = BlockKind.CODE, attributes.get("language", "")
            state.level, state.number, state.exact = 0, None, self._row() is None
        elif name in _SMALL:
            state.small = name
        elif name == "a" and state.small and attributes.get("href", "").startswith("#"):
            state.skip = True  # the mark of a footnote
        elif name in ("tr", "td", "th"):
            self._open_part(name, attributes)

    def _open_container(self, name: str, opening: Opening | None, attributes: Mapping[str, str]) -> None:
        state = self.state
        parent = self.containers[state.container] if state.container is not None else None
        number = parent.next_number if name == "li" and parent else None
        if parent and number is not None:
            parent.next_number = number + 1
        kind = opening.kind if opening else _CONTAINERS[name]
        label = opening.label if opening else attributes.get("label", "")
        group = parent.group if parent else None
        if kind in _GROUPS and group is None:
            group = len(self.containers)
        container = _OpenContainer(kind, state.container, label, number, group)
        state.container = len(self.containers)
        state.kind, state.number, state.level = BlockKind.PARAGRAPH, None, 0
        self.containers.append(container)
        if kind in _OWN_HEADINGS:
            state.floor = len(self.headings)
        if kind is ContainerKind.LIST:
            state.depth += 1
            if name == "ol":
                start = attributes.get("start", "")
                container.number = container.next_number = int(start) if _NUMBER.fullmatch(start) else 1
        elif kind is ContainerKind.ITEM:
            state.kind, state.number, state.level = BlockKind.ITEM, number, state.depth
        elif kind is ContainerKind.TABLE:
            if self._row():
                self.nested_tables += 1
            else:
                self.tables.append(_Table(state.container))

    def close(self, name: str, *, markdown: bool = False) -> None:
        """Close the innermost element of that name, with those in it; nothing if none is open."""
        if not markdown and not self.names[-1][name]:
            return
        left = None
        while left is None or left.name != name or left.markdown != markdown:
            left = self.elements[-1]
            self._leave(left)

    def end_paragraph(self) -> None:
        """End a paragraph of Markdown, with inline elements of HTML that are still open."""
        self.end_block()
        while self.elements and not (self.elements[-1].block or self.elements[-1].markdown):
            self._leave(self.elements[-1])

    def _imply(self, name: str) -> None:
        """Close what the start of an element of HTML ends: an item the one before, any block a paragraph."""
        closed, within = _IMPLIED.get(name, ((), ()))
        closed = (*closed, "p")
        at = len(self.elements)
        while at and any(self.names[-1][each] for each in closed):
            at -= 1
            element = self.elements[at]
            if (
                element.markdown
                or element.name in within
                or (element.block and not within and element.name != "p")
            ):
                return
            if element.name in closed:
                while len(self.elements) > at:
                    self._leave(self.elements[-1])

    def _leave(self, element: _Element) -> None:
        name = element.name
        if element.block:
            self.end_block()
        self.elements.pop()
        if element.markdown:
            self.names.pop()
        else:
            self.names[-1][name] -= 1
        if name in _SMALL and self.small:
            self._small(name)
        while len(self.open_marks) > element.marks:
            self._close_mark()
        if name in ("tr", "table"):
            self._close_part(name)
        if element.headings is not None and self.state.container is not None:
            container = self.containers[self.state.container]
            container.end = self.length
            container.start = self.length if container.start < 0 else container.start
            if container.kind in _OWN_HEADINGS:
                self.headings = element.headings
        self.state = element.before

    def _empty(self, name: str, at: int) -> None:
        if name == "br":
            self.line_break(at, at + 1)
        elif name == "hr":
            self._imply(name)
            self.end_block()

    # Marks.

    def _open_mark(self, kind: MarkKind, address: str) -> None:
        if len(self.open_marks) < _MOST_MARKS:
            self.open_marks.append(_OpenMark(kind, address))
            self.unset.append(self.open_marks[-1])

    def _close_mark(self) -> None:
        mark = self.open_marks.pop()
        if mark.start < 0:
            self.unset.remove(mark)
        else:
            self.marks.append(Mark(mark.start, self.length, mark.kind, mark.address))

    # Text.

    def code(self, shown: str, start: int, end: int) -> None:
        """Write inline code; its white space stays as it is."""
        if self.state.skip:
            return
        if not shown.strip(_WHITE):
            self.white(start, end)
            return
        count = len(self.open_marks)
        self._open_mark(MarkKind.CODE, "")
        self._put(shown, start, end, same=shown == self.lines.text[start:end])
        if len(self.open_marks) > count:
            self._close_mark()

    def text(self, shown: str, start: int, end: int) -> None:
        """Write text.

        Args:
            shown: What is shown.
            start: Where it stands.
            end: One past its last character.
        """
        if self.state.skip or not shown:
            return
        if self.state.exact:
            self._exact(shown, start, end)
        elif not (core := shown.strip(_WHITE)):
            self.white(start, end)
        elif self.state.small:
            self.small.append((shown, start, end))
        elif shown != self.lines.text[start:end]:
            if shown[0] in _WHITE:
                self.white(start, start)
            self._put(core, start, end, same=False)
            if shown[-1] in _WHITE:
                self.white(end, end)
        else:
            self._words(core, start + shown.index(core[0]), start, end)

    def _words(self, core: str, first: int, start: int, end: int) -> None:
        """Write the characters of the source from `start` to `end`; `core` is without white space around."""
        last = first + len(core)
        if first > start:
            self.white(start, first)
        at = 0
        if _IRREGULAR.search(core):
            for gap in _IRREGULAR.finditer(core):
                self._put(core[at : gap.start()], first + at, first + gap.start())
                self.white(first + gap.start(), first + gap.end())
                at = gap.end()
        self._put(core[at:], first + at, last)
        if last < end:
            self.white(last, end)

    def white(self, start: int, end: int) -> None:
        """Write white space: one space, if text follows in the same block."""
        if self.small:
            self.small.append((" ", start, end))
        elif self.block and self.space is None and not self.state.skip:
            self.space = (start, end)

    def line_break(self, start: int, end: int) -> None:
        """End a line inside of a block."""
        if self.state.skip:
            return
        if self.small:
            self._small(self.state.small)
        if row := self._row():
            row.divided = True
        elif self.block and not self.state.exact:
            self.space = None
            if self.parts[-1] != "\n":
                self._emit_unmarked("\n", start, end)

    def _exact(self, shown: str, start: int, end: int) -> None:
        """Write code as it stands, without the newlines that end it."""
        code = shown.rstrip("\n")
        same = shown == self.lines.text[start:end]
        if not code and self.block is None and not self.elements[-1].markdown:
            return  # in HTML, code begins behind the line of its tag
        if code:
            if self.block is None:
                self._begin(self.newlines[0][0] if self.newlines else start)
            for place in self.newlines:
                self._emit_unmarked("\n", *place)
            self.newlines.clear()
            self._emit_unmarked(code, start, start + len(code) if same else end)
        count = len(shown) - len(code)
        self.newlines += [(end - each - 1, end - each) if same else (end, end) for each in range(count)][::-1]

    def _small(self, name: str) -> None:
        """Write raised or lowered text so that it does not run into the word before it."""
        word = "".join(shown for shown, _, _ in self.small).strip(_WHITE)
        if not word or _REFERENCE.fullmatch(word):
            self.small.clear()
            return
        start, end = self.small[0][1], self.small[-1][2]
        self.small.clear()
        table = _SMALL.get(name, _RAISED)
        attached = self.block is not None and self.space is None and bool(self.parts[-1][-1:].strip())
        row = self._row()
        attached = attached and not (row and (row.fresh or row.divided))
        if attached and all(ord(char) in table for char in word):
            self._put(word.translate(table), start, end, same=False)
            return
        if attached and self.parts[-1][-1:].isalnum() and word.lower() not in _ORDINAL:
            self._insert(" ", start)
        self._put(word, start, end, same=word == self.lines.text[start:end])

    def _put(self, shown: str, start: int, end: int, *, same: bool = True) -> None:
        """Write text that begins and ends with a character that is not white space."""
        if self.small:
            self._small(self.state.small)
        if row := self._row():
            self._put_in_row(row, shown, start, end)
        if self.block is None:
            self._begin(start)
        if self.space is not None:
            self._put_space(*self.space, shown)
        self._emit(shown, start, end, same=same)

    def _put_space(self, start: int, end: int, following: str) -> None:
        """Write the white space in front of a word, unless both sides are of a script without it."""
        self.space = None
        last = self.parts[-1][-1:]
        if last in _WHITE:
            return
        white = self.lines.text[start:end]
        if not ("\n" in white and _CJK.match(last) and _CJK.match(following)):
            self._emit_unmarked(" ", start, end)

    def _emit_unmarked(self, shown: str, start: int, end: int) -> None:
        """Add white space or a line of code; no mark begins with it."""
        unset, self.unset = self.unset, []
        self._emit(shown, start, end, same=self.lines.text[start:end] == shown)
        self.unset = unset

    def _emit(self, shown: str, start: int, end: int, *, same: bool) -> None:
        """Add characters that come from the source."""
        for mark in self.unset:
            mark.start = self.length
        self.unset.clear()
        if same:
            for first, last, source, copied in self.lines.runs(start, end):
                kind = SegmentKind.COPIED if copied else SegmentKind.INSERTED
                self._segment(
                    self.length + first - start, source, source + (last - first if copied else 0), kind
                )
        else:
            self._segment(self.length, *self.lines.span_of(start, end), SegmentKind.REPLACED)
        self.parts.append(shown)
        self.length += len(shown)

    def _insert(self, shown: str, at: int, span: tuple[int, int] | None = None) -> None:
        """Add characters that are not in the source, at an offset or for a span of the source."""
        self._segment(self.length, *(span or self.lines.span_of(at, at)), SegmentKind.INSERTED)
        self.parts.append(shown)
        self.length += len(shown)

    def _segment(self, at: int, start: int, end: int, kind: SegmentKind) -> None:
        """Add a segment; a run that goes on is one segment."""
        last = self.segments[-1] if self.segments else None
        goes_on = last and last.source_end == start and kind is last.kind is SegmentKind.COPIED
        if last and goes_on and self.segment_end == at:
            self.segments[-1] = last._replace(source_end=end)
        else:
            self.segments.append(Segment(at, start, end, kind))
        self.segment_end = at + end - start

    # Blocks.

    def _begin(self, at: int) -> None:
        state, row = self.state, self._row()
        kind, number, level, held = state.kind, state.number, state.level, state.container
        if row:
            kind, number, level, held = BlockKind.ROW, None, 0, self.tables[-1].container
        elif kind is BlockKind.ITEM and held is not None:
            if self.containers[held].begun:
                kind, number, level = BlockKind.PARAGRAPH, None, 0
            self.containers[held].begun = True
        if self.blocks:
            self._insert(self._separator(kind, held), at)
        container = held
        while container is not None and self.containers[container].start < 0:
            self.containers[container].start = self.length
            container = self.containers[container].parent
        self.block = _OpenBlock(
            self.length, kind, held, level, number, state.language, len(self.parts), len(self.marks)
        )
        self.space = None

    def _separator(self, kind: BlockKind, container: int | None) -> str:
        """What stands in front of a block: items, rows and definitions that belong together are lines."""
        last = self.blocks[-1].container
        if kind not in _TIGHT or last is None or container is None:
            return "\n\n"
        group = self.containers[container].group
        return "\n" if group is not None and group == self.containers[last].group else "\n\n"

    def end_block(self) -> None:
        """End the block that is being written, if there is one; inside of a cell, divide what it shows."""
        if self.small:
            self._small(self.state.small)
        if row := self._row():
            row.divided = True
            return
        block, self.block = self.block, None
        self.space = None
        self.newlines.clear()
        if block is None:
            return
        if self.parts[-1] == "\n" and block.kind is not BlockKind.CODE:  # a line break that nothing follows
            self._take_back_line_break()
        for mark in self.open_marks:  # an element that is open over blocks marks each of them
            if mark.start >= 0:
                self.marks.append(Mark(mark.start, self.length, mark.kind, mark.address))
            mark.start = -1
        self.unset = list(self.open_marks)
        number = len(self.blocks)
        heading = self._heading(block, number)
        asks = self._asks(block)
        self.blocks.append(
            Block(
                *(block.start, self.length, block.kind, block.container, heading),
                *(block.level, block.number, block.language, asks),
            )
        )
        if block.kind in (BlockKind.TITLE, BlockKind.CAPTION) and block.container is not None:
            container = self.containers[block.container]
            container.title = number if container.title is None else container.title

    def _take_back_line_break(self) -> None:
        self.parts.pop()
        self.segments.pop()
        self.length -= 1
        self.marks = [*self.marks[:-1], *(m for m in self.marks[-1:] if m.end <= self.length)]

    def _heading(self, block: _OpenBlock, number: int) -> int | None:
        """The block of the heading that a block stands under."""
        if block.kind is BlockKind.HEADING:
            while len(self.headings) > self.state.floor and self.headings[-1][0] >= block.level:
                self.headings.pop()
        above = self.headings[-1][1] if self.headings else None
        if block.kind is BlockKind.HEADING:
            self.headings.append((block.level, number))
        return above

    def _asks(self, block: _OpenBlock) -> bool:
        if block.kind in (BlockKind.HEADING, BlockKind.TITLE, BlockKind.TERM):
            shown = "".join(self.parts[block.first_part :])
            return bool(_ASKED.search(shown) or _ASKING.match(shown))
        if block.kind not in (BlockKind.PARAGRAPH, BlockKind.ITEM):
            return False
        marks = self.marks[block.first_mark : block.first_mark + 4]
        bold = [mark for mark in marks if mark.kind is MarkKind.BOLD]
        if not bold or bold[0].start != block.start:
            return False
        shown = "".join(self.parts[block.first_part :])[: bold[0].end - block.start]
        return bool(_ASKED.search(shown))

    # Tables.

    def _row(self) -> _Row | None:
        return self.tables[-1].row if self.tables else None

    def _open_part(self, name: str, attributes: Mapping[str, str]) -> None:
        """Open a row or a cell; those of a table inside of a cell only divide what the cell shows."""
        if not self.tables or self.nested_tables:
            return
        table = self.tables[-1]
        if name == "tr" or table.row is None:
            self._close_row(table)
            self.end_block()
            table.row = _Row(
                *(self.length, len(self.parts), len(self.segments), len(self.blocks), len(self.marks))
            )
            table.spans = {column: rows - 1 for column, rows in table.spans.items() if rows > 1}
        row = table.row
        if name == "tr" or row is None:
            return
        row.fresh, row.divided = True, False
        while row.next_column in table.spans:
            row.next_column += 1
        row.column, row.width = row.next_column, _count(attributes.get("colspan"))
        row.next_column += row.width
        row.heads = row.heads and name == "th"
        if (rows := _count(attributes.get("rowspan"))) > 1:
            table.spans |= {row.column + each: rows for each in range(row.width)}

    def _put_in_row(self, row: _Row, shown: str, start: int, end: int) -> None:
        """Write what stands between the cells of a row, and the name of the column."""
        if self.block is None:
            self._begin(start)
        if row.fresh or not row.cells:
            self.space = None
            if row.cells:
                self._insert(" · ", start)
            row.cells.append(_Cell(row.column, row.width, self.length, start, end))
            self._name_column(self.tables[-1], row.column, shown, start)
        elif row.divided:
            self.space = None
            self._insert(" " if self.parts[-1][-1:] in _STOPS else "; ", start)
        row.fresh, row.divided = False, False
        row.cells[-1].end = end

    def _name_column(self, table: _Table, column: int, shown: str, at: int) -> None:
        """Write the name of a column; a first cell that holds a letter names the row and stands alone."""
        name, start, end = table.names.get(column, ("", 0, 0))
        if table.row and table.row.heads and not table.rows:
            return
        if name and not (column == 0 and len(table.names) > 1 and _LETTER.search(shown)):
            self._insert(name + (" " if name[-1] in _STOPS else ": "), at, (start, end))

    def _close_part(self, name: str) -> None:
        """Close a row or a table."""
        if name == "table" and self.nested_tables:
            self.nested_tables -= 1
        elif self.tables and not self.nested_tables:
            table = self.tables[-1]
            self._close_row(table)
            if name == "table":
                self.tables.pop()
                self._close_table(table)

    def _close_row(self, table: _Table) -> None:
        row, table.row = table.row, None
        if row is None:
            return
        self.end_block()
        if not row.cells:
            return
        if not row.heads or table.rows:
            table.rows += 1
            return
        shown = "".join(self.parts[row.parts :])
        stops = [cell.text - len(" · ") for cell in row.cells[1:]] + [self.length]
        for cell, stop in zip(row.cells, stops, strict=True):
            name = shown[cell.text - row.length : stop - row.length].strip()
            name = name if len(name) <= _LONGEST_COLUMN else ""
            span = self.lines.span_of(cell.start, cell.end)
            table.names |= {cell.column + each: (name, *span) for each in range(cell.width)}
        table.header = table.header or _Header(
            row.length, self.parts[row.parts :], self.segments[row.segments :],
            self.blocks[row.blocks :], self.marks[row.marks :],
        )  # fmt: skip
        del self.parts[row.parts :], self.segments[row.segments :]
        del self.blocks[row.blocks :], self.marks[row.marks :]
        self.length = row.length

    def _close_table(self, table: _Table) -> None:
        """Set the names of the columns; a table that has no other row shows its header."""
        names = [table.names.get(each, ("", 0, 0))[0] for each in range(max(table.names, default=-1) + 1)]
        self.containers[table.container].columns = tuple(names)
        header = table.header
        if header and not table.rows and header.length == self.length:
            self.parts += header.parts
            self.segments += header.segments
            self.blocks += header.blocks
            self.marks += header.marks
            self.length += sum(map(len, header.parts))


def _count(value: str | None) -> int:
    """The value of `colspan` or `rowspan`."""
    return min(int(value), _WIDEST) if value and _NUMBER.fullmatch(value) and int(value) else 1
