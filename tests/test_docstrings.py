"""The entries of Google-style docstrings name what there is: a parameter, a field or an attribute."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[1]
SOURCES: Final = sorted(
    path for folder in ("bot", "index", "benchmarks", "docs") for path in (ROOT / folder).rglob("*.py")
)
SECTION: Final = re.compile(r"(\w+):")
ENTRY: Final = re.compile(r" {4}(\*{0,2}\w[\w ]*):(?: |$)")

Documented = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def entries(docstring: str) -> Iterator[str]:
    """The names under `Args` and `Attributes`."""
    within = False
    for line in docstring.splitlines():
        if section := SECTION.fullmatch(line):
            within = section[1] in ("Args", "Attributes")
        elif within and (entry := ENTRY.match(line)):
            yield entry[1].lstrip("*")


def names(node: Documented) -> set[str]:
    """Parameters of a function; of a class those it is made with, its fields, methods and attributes."""
    if not isinstance(node, ast.ClassDef):
        return {each.arg for each in ast.walk(node.args) if isinstance(each, ast.arg)}
    found = {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)}
    for each in node.body:
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name):
            found.add(each.target.id)
        elif isinstance(each, ast.FunctionDef):
            found |= {each.name, *(names(each) if each.name in ("__init__", "__new__") else ())}
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_docstrings_name_what_there_is(path: Path) -> None:
    nodes = [
        node
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    ]
    wrong = {
        f"{node.name}: {entry}"
        for node in nodes
        for entry in entries(ast.get_docstring(node) or "")
        if entry not in names(node)
    }
    assert not wrong
