"""Every pattern of both packages takes time that is near linear in its input, whatever that is.

The patterns are found, not listed, and so are the inputs: `tests.hostile` makes them from each pattern. No
pattern can be overlooked, since none may be compiled or used where it is not found.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Final, NamedTuple

import pytest
import regex

from bot.messages import custom_ids
from index.answering import text_fragments as link
from index.convert import _html
from tests.growth import STEEP, repetitions, steepness
from tests.hostile import Pattern, inputs

ROOT: Final = Path(__file__).parents[1]
FILES: Final = sorted(path for folder in ("bot", "index") for path in (ROOT / folder).rglob("*.py"))
RUN_BY_ALEMBIC: Final = {path for path in FILES if path.is_relative_to(ROOT / "bot" / "state" / "migrations")}
"""Files that cannot be imported outside of a migration; none may use a pattern."""

LONGEST: Final = 8192
"""Characters of an input, from which growth shows; one that looks steep is made longer until it settles."""

_USES: Final = ("match", "fullmatch", "search", "finditer", "findall", "split", "sub", "subn")
_MADE_AT_RUN_TIME: Final = {
    ("index/answering/text_fragments.py", "_pattern"): [
        link._pattern(phrase)
        for phrase in ("a", "a a a a", "it is what it is", "3M's a-a-a", "中文 中文", "a_b. c", "a " * 13)
    ],
    ("bot/messages/custom_ids.py", "__init__"): [
        kind._pattern for kind in vars(custom_ids).values() if isinstance(kind, custom_ids.Kind)
    ],
    ("index/convert/_html.py", "_forms"): list(_html._forms("2024", "05", "03")),
}
"""The functions that make patterns from a text, and patterns that they make."""


class FoundPattern(NamedTuple):
    """A pattern, and where it is."""

    name: str
    pattern: Pattern
    uses: tuple[str, ...]


def modules() -> Iterator[tuple[Path, ModuleType]]:
    for path in FILES:
        if path not in RUN_BY_ALEMBIC:
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            yield path, import_module(name.removesuffix(".__init__"))


def patterns_in(value: object, name: str) -> Iterator[tuple[str, Pattern]]:
    """The patterns in a value, also those in its elements."""
    if isinstance(value, re.Pattern | regex.Pattern):
        yield name, value
    elif isinstance(value, tuple | list | set | frozenset):
        for number, each in enumerate(value):
            yield from patterns_in(each, f"{name}[{number}]")
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from patterns_in((key, each), f"{name}[{key!r}]")


def patterns_of(module: ModuleType) -> Iterator[tuple[str, Pattern]]:
    """The patterns of a module, and those of the classes in it."""
    for name, value in vars(module).items():
        place = f"{module.__name__}.{name}"
        if not isinstance(value, type):
            yield from patterns_in(value, place)
        elif value.__module__ == module.__name__:
            for key, each in vars(value).items():
                yield from patterns_in(each, f"{place}.{key}")


def attributes(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """The attributes that code takes of names: name, attribute. What a loop names is what it runs over."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield node.value.id, node.attr
        loops = [node] if isinstance(node, ast.For) else getattr(node, "generators", [])
        for loop in loops:
            if isinstance(loop.iter, ast.Name):
                named = {each.id for each in ast.walk(loop.target) if isinstance(each, ast.Name)}
                yield from ((loop.iter.id, use) for name, use in attributes_inside(node) if name in named)


def attributes_inside(node: ast.AST) -> Iterator[tuple[str, str]]:
    for child in ast.iter_child_nodes(node):
        yield from attributes(child)


@cache
def collected() -> list[FoundPattern]:
    """All patterns of both packages, each once, with the methods by which they are used."""
    uses: dict[int, set[str]] = defaultdict(set)
    for path, module in modules():
        for name, attribute in attributes(ast.parse(path.read_text(encoding="utf-8"))):
            if attribute in _USES:
                for _, pattern in patterns_in(vars(module).get(name), name):
                    uses[id(pattern)].add(attribute)
    found: dict[int, FoundPattern] = {}
    for _, module in modules():
        for place, pattern in patterns_of(module):
            used = uses[id(pattern)] or set(_USES)
            used = {"fullmatch"} if place.endswith("__discord_ui_compiled_template__") else used
            found.setdefault(id(pattern), FoundPattern(place, pattern, tuple(sorted(used))))
    for (path_name, function), made in _MADE_AT_RUN_TIME.items():
        for number, pattern in enumerate(made):
            found[id(pattern)] = FoundPattern(f"{path_name}:{function}[{number}]", pattern, ("search",))
    return list(found.values())


def steepest(pattern: Any, use: str, seed: str = "") -> str | None:
    """The first hostile input on which a use of a pattern grows steeply; None if there is none."""
    call: Callable[[Any], object] = getattr(pattern, use, None) or _scan(pattern)
    if use not in ("match", "fullmatch"):
        call = _scan(pattern)
    for one in inputs(pattern, seed):

        def make(count: int, one: Any = one) -> str | bytes:
            text: str = one.times(count)
            return text.encode("latin-1", "replace") if isinstance(pattern.pattern, bytes) else text

        ratio = steepness(call, make, repetitions(LONGEST, one.piece))
        if ratio:
            return f"{use} on {one}: {ratio:.1f} times the CPU time at twice the length"
    return None


def _scan(pattern: Any) -> Callable[[Any], object]:
    """Finds all matches, as searching, splitting and replacing do."""
    return lambda text: sum(1 for _ in pattern.finditer(text))


@pytest.mark.parametrize("found", collected(), ids=lambda found: found.name)
def test_a_pattern_takes_linear_time(found: FoundPattern) -> None:
    check_pattern(found)


def check_pattern(found: FoundPattern, seed: str = "") -> None:
    """No use of a pattern grows steeply on inputs made with a seed."""
    kinds = {use if use in ("match", "fullmatch") else "finditer" for use in found.uses}
    for kind in sorted(kinds):
        steep = steepest(found.pattern, kind, seed)
        assert steep is None, f"{found.name}, {found.pattern.pattern!r}: {steep}"


@pytest.mark.parametrize(
    ("pattern", "use"),
    [
        (r"(?:<!--.*?-->\s*)*<p", "match"),
        (r"(?:<!--.*?-->\s*)*", "fullmatch"),
        (r"(a+)+$", "match"),
        (r"(?:a|a)*b", "match"),
        (r"(?:\w+\s?)*!", "fullmatch"),
        (r"\s+$", "finditer"),
        (r"\s++x", "finditer"),
        (r"(\w+)[-‐\xad]$", "finditer"),
        (r"\w[^?？؟]*[?？؟]", "finditer"),
        (r",?\s+and\s+(?=who\s)", "finditer"),
        (r"(?: please| thanks)+$", "finditer"),
        (r"<dc:title[^>]*>([^<]{1,1000})</dc:title>", "finditer"),
        (r'<a href="#[^"]*-ref-[^"]*">↑</a>', "finditer"),
        (r"(?m)^[ \t>]*(?:`{3,}|~{3,})[^`\n]*$", "finditer"),
        (r"(?ms)^>.*?\*\*(.+?)\*\*", "finditer"),
        (r"(?ms)^> “(.*?)”(?: …)? ([¹²³]+)$", "finditer"),
        (r"(?:\n>\s*)+\Z", "finditer"),
        (r" {0,3}#[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$", "match"),
        (r".*?(?:\s?[.·…_]){5,}\s*(?:\d+|[ivxlc]+)?", "fullmatch"),
        (r"\W*(?:page|p\.)?\s*\d{1,4}\W*", "fullmatch"),
        (r"\s*[\"“«‘][^\"”»]*[\"”»’]?\s*", "fullmatch"),
        (r"(a*)*\1b", "match"),
    ],
)
def test_a_pattern_that_is_not_linear_is_caught(pattern: str, use: str) -> None:
    assert steepest(re.compile(pattern), use)


@pytest.mark.parametrize("pattern", [r"(?:\p{L}+)+\p{N}$", r"\p{Z}+$", r"(?:\X\s*)+!"])
def test_a_pattern_of_the_other_library_that_is_not_linear_is_caught(pattern: str) -> None:
    assert steepest(regex.compile(pattern), "finditer")


def test_a_pattern_of_bytes_that_is_not_linear_is_caught() -> None:
    assert steepest(re.compile(rb"<meta[^>]*charset\s*=\s*[\"']?\s*(\w{2,40})"), "finditer")


@pytest.mark.parametrize(
    ("pattern", "use"),
    [
        (r"\s+", "finditer"),
        (r"(?<!\s)\s++x", "finditer"),
        (r"(?:a|b)*+c", "match"),
        (r"a+$", "match"),
        (r".{0,50}x", "finditer"),
        (r"(?:<!--(?:[^-]|-(?!->))*+-->\s*+)*+<p", "match"),
        (r"<dc:title[^<>]*+>([^<]{1,1000}+)</dc:title>", "finditer"),
        (r"(?m)^[ \t>]*+(?:`{3,}+|~{3,}+)[^`\n]*+$", "finditer"),
        (r"[^\W_](?:.*[^\W_])?", "match"),
    ],
)
def test_a_linear_pattern_passes(pattern: str, use: str) -> None:
    assert steepest(re.compile(pattern), use) is None


def test_patterns_are_found_wherever_they_can_be() -> None:
    names = {found.name for found in collected()}
    assert {
        "index.text.markup._EMPHASIS[0]",
        "bot.messages.invisible_characters._CLUSTER",
        "bot/messages/custom_ids.py:__init__[0]",
    } <= names
    assert len(names) > 150
    assert STEEP < 4


def library_names(tree: ast.Module) -> set[str]:
    """The names by which a module calls `re` and `regex`."""
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.name in ("re", "regex")
    }


def patterns_made_or_used(
    tree: ast.Module, names: set[str]
) -> Iterator[tuple[ast.stmt, str | None, str, int]]:
    """Where a module makes or uses patterns: the statement, the function it is in, the call, the line."""

    def walk(node: ast.AST, statement: ast.stmt, function: str | None) -> Iterator[tuple[Any, ...]]:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            function = function or getattr(node, "name", "lambda")
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id in names
            and node.attr in (*_USES, "compile", "template", "splititer")
        ):
            yield statement, function, node.attr, node.lineno
        for child in ast.iter_child_nodes(node):
            yield from walk(child, statement, function)

    for statement in tree.body:
        yield from walk(statement, statement, None)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_pattern_is_made_where_it_is_not_found(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    taken = [
        node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module in ("re", "regex")
    ]
    assert not taken, "import the module, so that its use is seen"
    place = path.relative_to(ROOT).as_posix()
    for statement, function, call, line in patterns_made_or_used(tree, library_names(tree)):
        where = f"{place}:{line}"
        assert path not in RUN_BY_ALEMBIC, where
        if function is not None:
            assert (place, function) in _MADE_AT_RUN_TIME, f"{where}: move the pattern to the module"
            continue
        assert call == "compile", where
        assert isinstance(statement, ast.Assign | ast.AnnAssign), f"{where}: give the pattern a name"
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        module = sys.modules[".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")]
        known = {id(found.pattern) for found in collected()}
        kept = [
            id(pattern)
            for target in targets
            if isinstance(target, ast.Name)
            for _, pattern in patterns_in(vars(module)[target.id], target.id)
        ]
        assert kept and known.issuperset(kept), f"{where}: the pattern is not found there"


def test_what_makes_patterns_at_run_time_is_still_there() -> None:
    for place, function in _MADE_AT_RUN_TIME:
        tree = ast.parse((ROOT / place).read_text(encoding="utf-8"))
        calls = patterns_made_or_used(tree, library_names(tree))
        assert function in {each for _, each, _, _ in calls}
