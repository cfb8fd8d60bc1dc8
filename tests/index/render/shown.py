"""Short forms of what rendering returns."""

from __future__ import annotations

from index.render import (
    BlockKind,
    Container,
    Dialect,
    Mark,
    MarkKind,
    Rendered,
    SegmentKind,
    render_markdown,
)

WHITE = " \t\n\r\f"


def shown(source: str, dialect: Dialect | None = None) -> list[str]:
    """The texts of the blocks."""
    rendered = render_markdown(source, dialect=dialect)
    return [rendered.text[block.start : block.end] for block in rendered.blocks]


def kinds(source: str, dialect: Dialect | None = None) -> list[tuple[str, str]]:
    """The blocks as kind and text."""
    rendered = render_markdown(source, dialect=dialect)
    return [(block.kind.value, rendered.text[block.start : block.end]) for block in rendered.blocks]


def marks(source: str, dialect: Dialect | None = None) -> set[tuple[str, str]]:
    """The marks as kind and text."""
    rendered = render_markdown(source, dialect=dialect)
    return {(mark.kind.value, rendered.text[mark.start : mark.end]) for mark in rendered.marks}


def containers(rendered: Rendered, number: int) -> list[str]:
    """The kinds of the containers of a block, with labels, the innermost first."""
    return [_name(each) for each in rendered.containers_of(rendered.blocks[number])]


def _name(container: Container) -> str:
    return f"{container.kind.value}:{container.label}" if container.label else container.kind.value


def check(source: str, rendered: Rendered) -> None:
    """Check what holds of every rendering."""
    text, last = rendered.text, 0
    for block in rendered.blocks:
        assert last <= block.start < block.end <= len(text)
        assert not text[last : block.start].strip("\n")
        assert block.kind is BlockKind.CODE or text[block.start : block.end].strip(WHITE)
        assert block.container is None or 0 <= block.container < len(rendered.containers)
        last = block.end
        for heading in rendered.headings(block):
            assert heading.kind is BlockKind.HEADING
            assert heading.end < block.start
        for container in rendered.containers_of(block):
            assert container.start <= block.start and block.end <= container.end
    assert last == len(text)
    for number, container in enumerate(rendered.containers):
        assert 0 <= container.start <= container.end <= len(text)
        assert container.parent is None or container.parent < number
    for mark in rendered.marks:
        _check_mark(mark, text)
    _check_map(source, rendered)


def _check_mark(mark: Mark, text: str) -> None:
    assert 0 <= mark.start < mark.end <= len(text)
    assert mark.kind is MarkKind.CODE or text[mark.start] not in WHITE


def _check_map(source: str, rendered: Rendered) -> None:
    source_map = rendered.source_map
    at = last = 0
    ends = [each.start for each in source_map.segments[1:]] + [len(rendered.text)][: len(source_map.segments)]
    for segment, end in zip(source_map.segments, ends, strict=True):
        assert segment.start == at < end
        assert 0 <= segment.source_start <= segment.source_end <= len(source)
        if segment.kind is SegmentKind.COPIED:
            copied = source[segment.source_start : segment.source_end]
            assert copied == rendered.text[segment.start : end]
        if segment.kind is not SegmentKind.INSERTED:
            assert segment.source_start >= last
            last = segment.source_end
        at = end
    assert at == len(rendered.text) == source_map.length
