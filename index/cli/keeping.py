"""Commands that keep copies of the index: backup and restore."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from index.cli.building import AllowEmpty
from index.cli.common import Corpus, Index, Json, counted, note, say, say_json, settings, waiting


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (backup, restore):
        app.command()(command)


def backup(
    target: Annotated[Path, typer.Argument(metavar="FILE|FOLDER", help="A new file, or an existing folder.")],
    corpus: Corpus = None,
    index: Index = None,
    as_json: Json = False,
) -> None:
    """Copy the index into one file, while the bot answers from it.

    The copy is the index of one moment, is checked before it gets its name, and never overwrites anything.
    """
    from index.indexing.backup import back_up

    with waiting("Copying …"):
        made = back_up(settings(corpus, index).dir, target)
    if as_json:
        say_json({"file": str(made), "bytes": made.stat().st_size})
    else:
        say(str(made))


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A copy made by `backup`.")],
    allow_empty: AllowEmpty = False,
    corpus: Corpus = None,
    index: Index = None,
    as_json: Json = False,
) -> None:
    """Put a copy of the index in use; `rollback` undoes it.

    Articles whose files are gone stay gone. Run `rebuild` afterwards for those that have changed since.
    """
    from index.indexing.backup import restore as put_back

    values = settings(corpus, index)
    with waiting("Checking …"):
        report = put_back(
            file, values.corpus, values.dir, lock_timeout=values.lock_timeout, allow_empty=allow_empty
        )
    if as_json:
        say_json(report)
    else:
        gone = f", {len(report.removed)} removed because their files are gone" if report.removed else ""
        say(f"{counted(report.unchanged, 'article')} restored{gone}")
    note("Now run `footnote rebuild`, for articles that have changed since.")
