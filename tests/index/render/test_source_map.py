"""From offsets in the rendered text to those in the source, and back."""

from __future__ import annotations

import pytest

from index.render import SegmentKind, render_markdown
from tests.growth import Hostile, steepness

SOURCE = "Go **north** &amp;\nthen `east` :tada:.\n\n- dig\n"
RENDERED = render_markdown(SOURCE)


def origin(text: str) -> str:
    at = RENDERED.text.index(text)
    start, end = RENDERED.source_map.source_span(at, at + len(text))
    return SOURCE[start:end]


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("north", "north"),
        ("Go north", "Go **north"),
        ("orth &", "orth** &amp;"),
        ("&", "&amp;"),
        ("& then", "&amp;\nthen"),
        ("as", "as"),
        ("🎉", ":tada:"),
        ("🎉.\n\ndi", ":tada:.\n\n- di"),
        ("dig", "dig"),
    ],
)
def test_spans_of_the_text_have_spans_of_the_source(text: str, source: str) -> None:
    assert origin(text) == source


def test_a_separator_maps_to_a_place() -> None:
    at = RENDERED.text.index("\n\n")
    start, end = RENDERED.source_map.source_span(at, at + 2)
    assert start == end == SOURCE.index("dig")


def test_offsets_go_both_ways() -> None:
    source_map = RENDERED.source_map
    for segment in source_map.segments:
        if segment.kind is not SegmentKind.INSERTED:
            assert source_map.source_offset(segment.start) == segment.source_start
            assert source_map.text_offset(segment.source_start) == segment.start
    assert source_map.text_offset(SOURCE.index("**")) == RENDERED.text.index("north")
    assert source_map.text_offset(SOURCE.index("orth")) == RENDERED.text.index("orth")
    assert source_map.text_offset(len(SOURCE)) == len(RENDERED.text)


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (3, 3), (0, 1000)])
def test_a_span_outside_of_the_text_is_refused(start: int, end: int) -> None:
    with pytest.raises(IndexError, match="no characters"):
        RENDERED.source_map.source_span(start, end)


def test_all_offsets_take_linear_time() -> None:
    def both_ways(source: str) -> None:
        source_map = render_markdown(source).source_map
        for offset in range(0, source_map.length, 4):
            source_map.text_offset(source_map.source_offset(offset))

    sizes = [2**power for power in range(6, 12)]
    assert not steepness(both_ways, Hostile("a *b* &amp; c\n\n").times, sizes)


def test_the_map_is_compact() -> None:
    words = "Spawn is protected against griefing by day and by night. " * 200
    assert len(render_markdown(words).source_map.segments) == 1
