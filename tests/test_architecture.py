"""Holds the design: who may import whom, and what is heavy."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("index", "bot", "benchmarks", "tests")

OWNERS = {
    "faiss": {"index/retrieval/"},
    "sentence_transformers": {"index/embedding/"},
    "torch": {"index/embedding/"},
    "transformers": {"index/embedding/"},
    "joblib": {"index/embedding/"},
    "sqlite3": {"index/store/"},
    "filelock": {"index/store/"},
    "trafilatura": {"index/convert/"},
    "pypdf": {"index/convert/"},
    "mammoth": {"index/convert/"},
    "lxml": {"index/convert/"},
    "Stemmer": {"index/text/"},
    "rapidfuzz": {"index/retrieval/"},
    "yaml": {"index/corpus/", "index/render/"},
    "pyromark": {"index/render/"},
    "emoji": {"index/render/"},
    "sqlalchemy": {"bot/state/"},
    "alembic": {"bot/state/"},
    "prometheus_client": {"bot/monitoring/"},
    "babel": {"bot/messages/"},
    "typer": {"index/cli/", "bot/__main__.py"},
}
"""Files and folders of `index/` and `bot/` that alone may import a library."""

INDEX_LAYERS = (
    {"cli", "__main__"},
    {"evaluation"},
    {"engine", "editing"},
    {"answering", "indexing"},
    {"ranking"},
    {"retrieval"},
    {"store", "embedding", "convert"},
    {"corpus"},
    {"citation_ids", "files", "render", "settings", "text", "version"},
    {"types"},
    {"errors"},
)
BOT_LAYERS = (
    {"__main__"},
    {"check"},
    {"run"},
    {"client"},
    {"terminal_chat", "features"},
    {"interactions"},
    {"context"},
    {"access", "invite"},
    {"discord_io"},
    {"services"},
    {"monitoring"},
    {"state", "worker"},
    {"unknown_settings", "errors", "settings", "shutdown", "token"},
    {"messages"},
)
LAYERS = {"index": INDEX_LAYERS, "bot": BOT_LAYERS}
"""The parts of both packages, from the command line down; imports run to a later layer or within a layer."""

HEAVY = (
    *("faiss", "torch", "transformers", "sentence_transformers", "trafilatura", "pypdf", "mammoth", "lxml"),
    *("discord", "aiohttp", "sqlite3", "Stemmer", "yaml", "rapidfuzz", "sqlalchemy", "alembic"),
    *("pyromark", "emoji"),
)


def modules(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def imports(path: Path, *, runtime: bool = False) -> Iterator[str]:
    """Full names of what a module imports, anywhere in it; with `runtime`, not what is for type checkers."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped: set[ast.AST] = set()
    for node in ast.walk(tree):
        is_guard = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        if runtime and is_guard and isinstance(node, ast.If):
            skipped.update(inner for one in node.body for inner in ast.walk(one))
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def part(name: str, package: str) -> str | None:
    """The part of a package that a full name lies in."""
    first, _, rest = name.partition(".")
    return rest.partition(".")[0] if first == package and rest else None


def place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("library", OWNERS)
def test_a_library_is_imported_in_one_place(library: str) -> None:
    found = {
        place(path)
        for path in modules("index", "bot")
        if any(name.partition(".")[0] == library for name in imports(path))
    }
    assert found, f"nothing imports {library}"
    assert not [name for name in found if not any(name.startswith(owner) for owner in OWNERS[library])]


def test_the_index_knows_nothing_of_the_bot_or_discord() -> None:
    for path in modules("index"):
        roots = {name.partition(".")[0] for name in imports(path)}
        assert roots.isdisjoint({"bot", "discord", "tests", "benchmarks"}), path


def test_the_bot_takes_only_the_ways_in() -> None:
    allowed = {
        *("engine", "editing", "errors", "settings", "types"),
        *("answering", "cli", "corpus", "files", "text", "version"),
    }
    for path in modules("bot"):
        assert {part(name, "index") for name in imports(path)} - {None} <= allowed, path


@pytest.mark.parametrize("package", LAYERS)
def test_every_part_has_a_layer_and_imports_run_down(package: str) -> None:
    level = {name: number for number, layer in enumerate(LAYERS[package]) for name in layer}
    graph: dict[str, set[str]] = {}
    for path in modules(package):
        own = path.relative_to(ROOT / package).parts[0].removesuffix(".py")
        if own == "__init__":
            assert not list(imports(path)), f"{package}/__init__.py makes every start slow"
            continue
        assert own in level, f"{own} has no layer"
        others = {part(name, package) for name in imports(path, runtime=True)} - {None, own}
        for other in sorted(map(str, others)):
            assert level[other] >= level[own], f"{place(path)} imports {other}, which is above it"
            graph.setdefault(own, set()).add(other)
    list(TopologicalSorter(graph).static_order())  # raises CycleError where two parts import each other
    assert set(graph) | {name for names in graph.values() for name in names} == set(level)


def test_only_the_process_knows_the_client() -> None:
    """Everything below takes a `BotContext`, even for its types."""
    above = {"bot/client.py", "bot/run.py"}
    for path in modules("bot"):
        if place(path) not in above and not place(path).startswith("bot/check/"):
            assert "client" not in {part(name, "bot") for name in imports(path)}, place(path)


def test_what_is_inside_a_package_stays_there() -> None:
    for path in modules(*PACKAGES):
        for name in imports(path):
            *packages, last = name.split(".")
            private = [one for one in (*packages, last) if one.startswith("_") and not one.endswith("__")]
            if name.partition(".")[0] not in PACKAGES or not private:
                continue
            home = "/".join(packages[: packages.index(private[0])] if private[0] in packages else packages)
            assert place(path).startswith(f"{home}/") or place(path).startswith("tests/"), (
                f"{place(path)} imports {name}"
            )


@pytest.mark.parametrize("module", ["index", "bot"])
def test_help_starts_without_anything_heavy(module: str) -> None:
    program = (
        "import runpy, sys\n"
        "before = set(sys.modules)\n"  # what measures coverage is not ours
        f"sys.argv = ['{module}', '--help']\n"
        "try:\n"
        f"    runpy.run_module('{module}', run_name='__main__')\n"
        "except SystemExit as leaving:\n"
        "    assert not leaving.code\n"
        "print(*sys.modules.keys() - before, file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert "Usage: " in done.stdout
    assert set(done.stderr.split()).isdisjoint(HEAVY)


def test_nothing_is_silenced() -> None:
    marks = ["type: " + "ignore", "no" + "qa", "pragma: " + "no cover", "TO" + "DO", "FIX" + "ME"]
    marks += ["mark." + "skip", "mark." + "xfail"]
    for path in modules(*PACKAGES):
        text = path.read_text(encoding="utf-8")
        assert not [mark for mark in marks if mark in text], place(path)
