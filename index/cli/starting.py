"""The command that sets up a folder for Footnote: init."""

from __future__ import annotations

import os
import shlex
from contextlib import chdir
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final

import typer

from index.cli.common import Json, builder, counted, note, progress, say, say_json, settings
from index.errors import IndexMissing, UsageError
from index.files import make_folder, new_file
from index.settings import IndexSettings

_PACKAGED: Final = Path(__file__).with_name("starter")
_ROOT: Final = _PACKAGED if _PACKAGED.is_dir() else Path(__file__).parents[2]
"""Where the starter files are: in the installed package, where `setup.py` copies them, or the checkout."""

_EXAMPLE: Final = _ROOT / ".env.example"
_ARTICLE: Final = _ROOT / "corpus" / "handbook" / "adding-articles.md"
_ENV: Final = Path(".env")


def init(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Created if missing; the current folder by default.")
    ] = Path(),
    as_json: Json = False,
) -> None:
    """Set up a folder: a corpus with one starter article, a file `.env` of settings, and an index.

    Overwrites nothing. Existing settings, in `.env` or in the environment, name the folders of corpus and
    index.
    """
    done = _Done()
    try:
        make_folder(folder)
        with chdir(folder):
            values = settings(None, None)
            _make_corpus(values, done)
            _make_env(done)
            _make_index(values, done)
    except OSError as error:
        raise UsageError(f"{folder} cannot be set up: {error.strerror or error}.") from error
    if as_json:
        say_json({"folder": str(folder), "made": done.made, "kept": done.kept})
        return
    for line in done.lines:
        say(line)
    note("\nNext:")
    if folder.resolve() != Path.cwd():
        note(f"  cd {shlex.quote(str(folder))}")
    note(f'  footnote ask "{done.question}"')
    note("  footnote add PATH|URL      adds an article of yours")
    note("  footnote-bot               opens a chat; once BOT_TOKEN is set in .env, connects to Discord")


@dataclass
class _Done:
    """What was done.

    Attributes:
        made: Paths that are new.
        kept: Paths that were there and stay as they are.
        lines: The same in words.
        question: An example of a question.
    """

    made: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    question: str = "…"

    def make(self, path: Path, what: str) -> None:
        self.made.append(str(path))
        self.lines.append(f"Made {path}, {what}.")

    def keep(self, path: Path, remark: str = "") -> None:
        self.kept.append(str(path))
        self.lines.append(f"Left {path} as it is{remark}.")


def _make_corpus(values: IndexSettings, done: _Done) -> None:
    from index import corpus

    if values.corpus.is_dir() and any(values.corpus.iterdir()):
        done.keep(values.corpus)
        return
    path = corpus.copy_in(values.corpus, _ARTICLE, collection=_ARTICLE.parent.name)
    done.make(path, "a starter article")
    done.question = "How do I add an article?"


def _make_env(done: _Done) -> None:
    if os.path.lexists(_ENV):
        done.keep(_ENV)
        return
    with new_file(_ENV) as temporary:
        temporary.write_bytes(_EXAMPLE.read_bytes())
    done.make(_ENV, "the settings, which only you can read")


def _make_index(values: IndexSettings, done: _Done) -> None:
    from index.store import Generations

    try:
        Generations(values.dir).current()
    except IndexMissing:
        pass
    else:
        done.keep(values.dir, "; `footnote rebuild` brings it up to date")
        return
    with progress() as on_progress:
        report = builder(values, on_progress).rebuild()
    done.make(values.dir, f"an index of {counted(len(report.added), 'article')}")
    for skipped in report.skipped:
        done.lines.append(f"Skipped {skipped.path}: {skipped.reason}")
