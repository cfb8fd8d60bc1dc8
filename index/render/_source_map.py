"""From offsets in rendered text to offsets in the file it was rendered from, and back."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import NamedTuple


class SegmentKind(IntEnum):
    """How the characters of a segment come from the source."""

    COPIED = 0
    """They are the characters of the source, one for one."""
    REPLACED = 1
    """They stand for a span of the source: an entity, an emoji shortcode, a line break, a superscript."""
    INSERTED = 2
    """They are not in the source at this place: a separator between blocks, or the name of a column."""


class Segment(NamedTuple):
    """A run of characters of the rendered text that come from one span of the source.

    Attributes:
        start: First character of the run in the rendered text.
        source_start: First character of the span of the source.
        source_end: One past its last character. For a column name, the span is the cell of the header.
        kind: How the run comes from the span.
    """

    start: int
    source_start: int
    source_end: int
    kind: SegmentKind


@dataclass(frozen=True)
class SourceMap:
    """Offsets of a rendered text and of its source, as run-length segments.

    Attributes:
        segments: The segments in the order of the text. They cover every character of it, and those that are
            not inserted are also in the order of the source.
        length: Characters of the rendered text.
        source_length: Characters of the source.
    """

    segments: tuple[Segment, ...]
    length: int
    source_length: int

    @cached_property
    def _shown(self) -> tuple[Segment, ...]:
        """The segments that are not inserted."""
        return tuple(each for each in self.segments if each.kind is not SegmentKind.INSERTED)

    def segments_in(self, start: int, end: int) -> tuple[Segment, ...]:
        """Return the segments that `text[start:end]` touches."""
        first = bisect_right(self.segments, start, key=_start) - 1
        last = bisect_left(self.segments, max(end, start + 1), key=_start)
        return self.segments[max(first, 0) : last]

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the smallest span of the source that shows `text[start:end]`.

        Inserted characters count only where there are no others.

        Args:
            start: First character in the rendered text.
            end: One past the last character.

        Raises:
            IndexError: The span is empty or not within the text.
        """
        if not 0 <= start < end <= self.length:
            raise IndexError(f"no characters {start}:{end} in a text of {self.length}")
        found = self.segments_in(start, end)
        shown = [each for each in found if each.kind is not SegmentKind.INSERTED] or list(found)
        first, last = shown[0], shown[-1]
        begin, stop = first.source_start, last.source_end
        if first.kind is SegmentKind.COPIED:
            begin += max(0, start - first.start)
        if last.kind is SegmentKind.COPIED:
            stop = min(stop, last.source_start + end - last.start)
        return begin, max(begin, stop)

    def source_offset(self, offset: int) -> int:
        """Return where in the source the character at `offset` of the text comes from."""
        return self.source_span(offset, offset + 1)[0]

    def text_offset(self, offset: int) -> int:
        """Return the first character of the text that comes from `offset` of the source, or from behind it.

        Returns:
            An offset into the rendered text; its length where nothing from there on is shown.
        """
        at = bisect_right(self._shown, offset, key=_source_end)
        if at == len(self._shown):
            return self.length
        segment = self._shown[at]
        inside = max(0, offset - segment.source_start) if segment.kind is SegmentKind.COPIED else 0
        return segment.start + inside


def _start(segment: Segment) -> int:
    return segment.start


def _source_end(segment: Segment) -> int:
    return segment.source_end
