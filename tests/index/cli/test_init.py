from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from index.version import version
from tests.index.cli.test_commands import Shell, shell, write

__all__ = ["shell"]

ROOT = Path(__file__).parents[3]
STARTER = Path("corpus/handbook/adding-articles.md")


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_init_makes_a_folder_in_which_questions_are_answered(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = os.umask(0)
    try:
        made = shell("init", "our town/footnote")
    finally:
        os.umask(before)
    assert (made.code, made.out.splitlines()) == (
        0,
        [
            "Made corpus/handbook/adding-articles.md, a starter article.",
            "Made .env, the settings, which only you can read.",
            "Made .footnote, an index of 1 article.",
        ],
    )
    assert "cd 'our town/footnote'\n" in made.err
    folder = Path("our town/footnote")
    assert (folder / STARTER).read_bytes() == (ROOT / STARTER).read_bytes()
    assert (folder / ".env").read_bytes() == (ROOT / ".env.example").read_bytes()
    assert stat.S_IMODE((folder / ".env").stat().st_mode) == 0o600
    monkeypatch.chdir(folder)
    assert [card["id"] for card in shell("list", "--json").json] == ["handbook/adding-articles"]
    assert shell("ask", "How do I add an article?", "--json").json["index"]["articles"] == 1


def test_init_without_a_folder_sets_up_the_present_one(shell: Shell, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    os.chdir(empty)
    made = shell("init", "--json")
    assert made.json == {"folder": ".", "made": [str(STARTER), ".env", ".footnote"], "kept": []}
    assert made.err == ""


def test_init_again_changes_nothing(shell: Shell) -> None:
    assert shell("init", "town").code == 0
    before = files(Path("town"))
    again = shell("init", "town")
    assert (again.code, again.out.splitlines()) == (
        0,
        [
            "Left corpus as it is.",
            "Left .env as it is.",
            "Left .footnote as it is; `footnote rebuild` brings it up to date.",
        ],
    )
    assert files(Path("town")) == before


def test_init_leaves_articles_and_settings_that_are_there(shell: Shell) -> None:
    write(Path("town/articles/rules.txt"), "Rules\n\nBallots close on 3 May at noon.\n")
    write(Path("town/articles/broken.md"), "---\ntitle: [\n---\nText.\n")
    write(Path("town/.env"), "INDEX_CORPUS=articles\nINDEX_DIR=indexed\n")
    before = files(Path("town"))
    made = shell("init", "town")
    assert (made.code, made.out.splitlines()[:3]) == (
        0,
        ["Left articles as it is.", "Left .env as it is.", "Made indexed, an index of 1 article."],
    )
    assert made.out.splitlines()[3].startswith("Skipped broken.md: ")
    after = files(Path("town"))
    assert {name: data for name, data in after.items() if not name.startswith("indexed/")} == before


def test_init_goes_on_where_it_was_interrupted(shell: Shell) -> None:
    Path("town/corpus").mkdir(parents=True)
    Path("town/.footnote").mkdir()
    Path("town/.env").symlink_to("nowhere")
    made = shell("init", "town", "--json").json
    assert made == {"folder": "town", "made": [str(STARTER), ".footnote"], "kept": [".env"]}
    assert not Path("town/nowhere").exists()


def test_init_says_in_a_sentence_what_is_wrong(shell: Shell) -> None:
    write(Path("taken"), "")
    failed = shell("init", "taken")
    assert (failed.code, failed.err) == (2, "taken cannot be set up: File exists.\n")
    write(Path("town/.env"), "INDEX_THREADS=many\n")
    wrong = shell("init", "town")
    assert (wrong.code, "INDEX_THREADS" in wrong.err) == (2, True)
    assert files(Path("town")).keys() == {".env"}


def test_the_version_is_that_of_the_project(shell: Shell) -> None:
    assert shell("--version").out == f"footnote {version()}\n"
