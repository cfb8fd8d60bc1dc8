"""Sections of `docs/benchmarks.md`: each benchmark replaces its own, between two comments, and no other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

_OPEN, _CLOSE = "<!-- {name}: written by benchmarks, do not edit -->", "<!-- end of {name} -->"


def replace_section(document: str, name: str, body: str) -> str:
    """Put `body` where the section of that name is, or at the end where there is none yet.

    Raises:
        ValueError: The section begins but does not end.
    """
    begin, end = _OPEN.format(name=name), _CLOSE.format(name=name)
    section = f"{begin}\n\n{body.strip()}\n\n{end}"
    before, found, rest = document.partition(begin)
    if not found:
        return f"{document.rstrip()}\n\n{section}\n".lstrip()
    _, closed, after = rest.partition(end)
    if not closed:
        raise ValueError(f"the section {name} has no end: put back the line {end}")
    return f"{before}{section}{after}"


def write_section(path: Path, name: str, body: str) -> None:
    """Replace a section of a file, which is made when missing."""
    document = path.read_text(encoding="utf-8") if path.exists() else "# Benchmarks\n"
    path.write_text(replace_section(document, name, body), encoding="utf-8")


def markdown_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table, first column to the left, the others to the right, padded to be read as it is."""
    cells = [[cell.replace("|", r"\|") for cell in row] for row in (head, *rows)]
    widths = [max(3, *(len(row[column]) for row in cells)) for column in range(len(head))]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    lines = [
        [row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]  # numbers stand under each other
        for row in cells
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in (lines[0], rule, *lines[1:]))
