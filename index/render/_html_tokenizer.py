"""Tags, comments and text of raw HTML."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from index.render._inline_extensions import Tag

_PART: Final = re.compile(
    r"<!--(?:[^-]|-(?!->))*+(?:-->)?|<(/?)([A-Za-z][\w.:-]*+)((?:[^<>\"']|\"[^\"<]*+\"|'[^'<]*+')*+)>"
    r"|<[/!?A-Za-z][^<>]*+>|[^<&]++|&(?:#[0-9]{1,7};|#[xX][0-9a-fA-F]{1,6};|[A-Za-z][A-Za-z0-9]{1,31};)|[<&]"
)
_ATTRIBUTE: Final = re.compile(r"([\w:@.-]++)(?:\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'<>]++)))?")


class Text(NamedTuple):
    """Characters between tags.

    Attributes:
        shown: What is shown of them.
        start: Where they stand.
        end: One past the last of them.
    """

    shown: str
    start: int
    end: int


def parts(source: str) -> Iterator[tuple[Tag | Text | None, int]]:
    """Yield the tags and texts of raw HTML in order, None for each comment, and where they stand."""
    for part in _PART.finditer(source):
        if part[0].startswith("<!--"):
            yield None, part.start()
        elif part[2]:
            attributes = dict(_attributes(part[3], part.start(3)))
            yield Tag(part[2], bool(part[1]), part[3].endswith("/"), attributes), part.start()
        elif part[0][0] == "<" and len(part[0]) > 1:
            continue  # a declaration, or a tag that is written wrongly
        else:
            yield Text(html.unescape(part[0]) if part[0][0] == "&" else part[0], *part.span()), part.start()


def _attributes(source: str, at: int) -> Iterator[tuple[str, tuple[str, int, int]]]:
    for found in _ATTRIBUTE.finditer(source):
        group = next((number for number in (2, 3, 4) if found[number] is not None), 0)
        value = found[group] if group else ""
        yield found[1].lower(), (html.unescape(value), at + found.start(group), at + found.end(group))
