"""The wheel: what it holds, and that Footnote works from it in an environment outside the checkout."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from index.version import version

ROOT = Path(__file__).parents[2]
STARTER = (".env.example", "corpus/handbook/adding-articles.md")
SOURCES = (
    *("index", "bot", "tests", "benchmarks", "corpus"),
    *("pyproject.toml", "setup.py", "README.md", "LICENSE", ".env.example"),
)


def environment() -> dict[str, str]:
    """Without settings of ours and without the way to the checkout; nothing can be downloaded."""
    ours = ("BOT_", "INDEX_", "PYTHON", "PIP_", "COV")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | {"PIP_NO_INDEX": "1", "HF_HUB_OFFLINE": "1", "PYTHONIOENCODING": "utf-8"}


def run(*command: str | Path, cwd: Path, code: int = 0) -> str:
    """Runs a command to its end, and returns what it wrote to standard output."""
    done = subprocess.run(
        command, cwd=cwd, env=environment(), capture_output=True, encoding="utf-8", timeout=120, check=False
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the sources, so that nothing left from other builds gets in."""
    folder = tmp_path_factory.mktemp("build")
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder / name)
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet")
    run(*pip, "--no-deps", "--no-build-isolation", "--wheel-dir", "dist", ".", cwd=folder)
    [built] = (folder / "dist").iterdir()
    return built


@pytest.fixture(scope="module")
def programs(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the commands in a new environment that has the wheel and the dependencies."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, symlinks=True)
    paths = sysconfig.get_paths(vars={"base": str(folder), "platbase": str(folder)})
    pip = (
        sys.executable,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "--python",
        paths["scripts"] + "/python",
    )
    run(*pip, "install", "--quiet", "--no-deps", wheel, cwd=folder)
    # A path alone: what is installed there in editable mode, above all Footnote itself, stays out of reach.
    dependencies = Path(paths["purelib"]) / "dependencies.pth"
    dependencies.write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return Path(paths["scripts"])


def test_the_wheel_holds_the_code_its_data_and_nothing_else(wheel: Path) -> None:
    assert wheel.name == f"footnote-{version()}-py3-none-any.whl"
    wanted = {
        path.relative_to(ROOT).as_posix()
        for package in ("index", "bot")
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {"index/py.typed", "bot/py.typed", "index/ranking/ranker.json"} < wanted
    starter = {f"index/cli/starter/{name}": (ROOT / name).read_bytes() for name in STARTER}
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
        assert held == wanted | starter.keys()
        assert {name: archive.read(name) for name in starter} == starter
        [points] = [name for name in archive.namelist() if name.endswith("entry_points.txt")]
        assert archive.read(points).decode().split() == [
            "[console_scripts]",
            *("footnote", "=", "index.cli:main"),
            *("footnote-bot", "=", "bot.__main__:main"),
        ]


def test_footnote_answers_from_the_wheel_outside_the_checkout(programs: Path, tmp_path: Path) -> None:
    python, footnote, bot = programs / "python", programs / "footnote", programs / "footnote-bot"
    where = run(python, "-c", "import bot, index; print(bot.__file__, index.__file__)", cwd=tmp_path)
    assert all(Path(path).is_relative_to(programs.parent) for path in where.split())
    assert run(footnote, "--version", cwd=tmp_path) == f"footnote {version()}\n"
    assert run(bot, "--version", cwd=tmp_path) == f"footnote-bot {version()}\n"

    town = tmp_path / "town"
    run(footnote, "init", town, cwd=tmp_path)
    assert (town / STARTER[1]).read_bytes() == (ROOT / STARTER[1]).read_bytes()
    assert (town / ".env").read_bytes() == (ROOT / ".env.example").read_bytes()
    assert stat.S_IMODE((town / ".env").stat().st_mode) == 0o600
    answer = json.loads(run(footnote, "ask", "How do I add an article?", "--json", cwd=town))
    assert answer["status"] == "answered"
    assert answer["citations"][0]["text"].startswith("To add an article to Footnote, run ")
    findings = run(bot, "check", cwd=town, code=1).splitlines()
    assert [line for line in findings if line.startswith("✗")] == [
        line for line in findings if "BOT_TOKEN is not set" in line
    ]
    assert "✓ corpus: 1 articles in corpus" in findings
    assert any(line.startswith("✓ model: all-MiniLM-L6-v2 works") for line in findings)


def test_what_the_bot_reads_of_the_package_is_in_the_wheel(programs: Path, tmp_path: Path) -> None:
    """Catalogues of translations, and the migrations of the bot's database."""
    program = (
        "from pathlib import Path\n"
        "from bot.messages.localization import catalogues\n"
        "from bot.state import Database\n"
        "print(*sorted(catalogues()))\n"
        "Database(Path('bot.db')).close()\n"
    )
    languages = sorted(path.name for path in (ROOT / "bot" / "locale").iterdir() if path.is_dir())
    assert run(programs / "python", "-c", program, cwd=tmp_path).split() == sorted(["en", *languages])
    run(programs / "footnote-bot", "backup", "copy.db", cwd=tmp_path, code=1)
    (tmp_path / ".footnote").mkdir()
    (tmp_path / "bot.db").rename(tmp_path / ".footnote" / "bot.db")
    assert run(programs / "footnote-bot", "backup", "copy.db", cwd=tmp_path) == "copy.db\n"
