"""What rendering returns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from index.render._dialects import Dialect
from index.render._source_map import SourceMap


class BlockKind(StrEnum):
    """What a block is on the rendered page."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    """The first text of a list item; its further paragraphs are `PARAGRAPH` in the item's container."""
    ROW = "row"
    """A row of a table, its cells with the names of their columns."""
    CODE = "code"
    TERM = "term"
    DEFINITION = "definition"
    TITLE = "title"
    """The title of an admonition, a tab or a card, or the summary of `<details>`."""
    CAPTION = "caption"


class ContainerKind(StrEnum):
    """What holds blocks."""

    LIST = "list"
    ITEM = "item"
    TABLE = "table"
    QUOTE = "quote"
    ADMONITION = "admonition"
    TAB = "tab"
    DETAILS = "details"
    DEFINITIONS = "definitions"
    FOOTNOTE = "footnote"


class MarkKind(StrEnum):
    """How a span is set inside its block."""

    BOLD = "bold"
    ITALIC = "italic"
    STRIKETHROUGH = "strikethrough"
    CODE = "code"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Mark:
    """A span of the text that is set apart; marks nest, but may not be ordered by their ends.

    Attributes:
        start: First character in the rendered text.
        end: One past the last character.
        kind: How it is set.
        address: Where a link leads, as written in the source; empty for other marks.
    """

    start: int
    end: int
    kind: MarkKind
    address: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A block: an exact span of the rendered text.

    Attributes:
        start: First character in the rendered text.
        end: One past the last character.
        kind: What it is.
        container: Number of the innermost container that holds it, or None.
        heading: Number of the block of the heading that it stands under, or None.
        level: 1 to 6 for a heading; for a list item, how deep its list is nested, from 1; otherwise 0.
        number: The number of the item of an ordered list, or None.
        language: The language of code, as written in the source; otherwise empty.
        asks: Whether it may be a question that what follows answers: a heading, title, term or wholly bold
            paragraph that reads as one.
    """

    start: int
    end: int
    kind: BlockKind
    container: int | None = None
    heading: int | None = None
    level: int = 0
    number: int | None = None
    language: str = ""
    asks: bool = False


@dataclass(frozen=True, slots=True)
class Container:
    """A list, list item, table, quotation, admonition, … and the span of the text that it holds.

    Attributes:
        kind: What it is.
        parent: Number of the container that holds it, or None.
        start: First character in the rendered text.
        end: One past the last character; `start` where nothing of it is shown.
        label: What kind of admonition it is ("note"), or the label of a footnote; otherwise empty.
        number: The number of an item, or with which an ordered list begins; None if it is not ordered.
        columns: The names of the columns of a table; empty where it has none.
        title: Number of the block that is its title, summary or caption, or None.
    """

    kind: ContainerKind
    parent: int | None
    start: int
    end: int
    label: str = ""
    number: int | None = None
    columns: tuple[str, ...] = ()
    title: int | None = None


@dataclass(frozen=True, slots=True)
class Rendered:
    """A Markdown file as a reader of the rendered page sees it.

    Attributes:
        text: The rendered text.
        blocks: The blocks in order; they do not overlap, and only separators stand between them.
        containers: The containers, each behind the one that holds it.
        marks: Spans set in bold, italics, strikethrough or code, and links, ordered by where they end.
        source_map: Where each character of the text comes from.
        left_out: How often what a reader does not see was left out, by kind ("comment", "image", …).
        front_matter: The fields of the front matter by lower-case name, values as text, lists or mappings
            of text, or None.
        hidden: Whether the front matter says that the page is not published.
        dialect: The dialect that the file was read in.
    """

    text: str
    blocks: tuple[Block, ...]
    containers: tuple[Container, ...]
    marks: tuple[Mark, ...]
    source_map: SourceMap
    left_out: Mapping[str, int]
    front_matter: Mapping[str, object]
    hidden: bool
    dialect: Dialect

    def headings(self, block: Block) -> tuple[Block, ...]:
        """Return the path of headings that a block stands under, the outermost first."""
        path: list[Block] = []
        while block.heading is not None:
            block = self.blocks[block.heading]
            path.append(block)
        return tuple(reversed(path))

    def containers_of(self, block: Block) -> Iterator[Container]:
        """Yield the containers that hold a block, the innermost first."""
        number = block.container
        while number is not None:
            container = self.containers[number]
            yield container
            number = container.parent
