"""From a Markdown file to what a reader of the rendered page sees, with a map back to the file.

`render_markdown` is the way in. Why this parser, what the text looks like and how dialects are read:
`docs/decisions/0009-rendered-text.md`.
"""

from index.render._dialects import Dialect, detect
from index.render._markdown import render_markdown
from index.render._source_map import SegmentKind, SourceMap
from index.render._types import Block, BlockKind, Container, ContainerKind, Mark, MarkKind, Rendered

__all__ = [
    "Block",
    "BlockKind",
    "Container",
    "ContainerKind",
    "Dialect",
    "Mark",
    "MarkKind",
    "Rendered",
    "SegmentKind",
    "SourceMap",
    "detect",
    "render_markdown",
]
