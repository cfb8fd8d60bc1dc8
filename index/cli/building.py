"""Commands that change or copy the index: rebuild, add, remove, rollback, backup and restore."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, TypedDict

import typer

from index.cli.common import (
    Corpus,
    Index,
    Json,
    builder,
    counted,
    note,
    progress,
    say,
    say_json,
    settings,
    waiting,
)
from index.errors import FootnoteError, UsageError
from index.settings import IndexSettings
from index.types import BuildReport

if TYPE_CHECKING:
    from index.indexing.builder import Builder

AllowEmpty = Annotated[
    bool, typer.Option("--allow-empty", help="Let all articles go, or more than half of 20 or more.")
]
_COPIED: Final = frozenset({".md", ".markdown", ".txt", ".jsonl"})


def rebuild(
    full: Annotated[
        bool, typer.Option("--full", help="Build a new index next to the current one, then swap them.")
    ] = False,
    allow_empty: AllowEmpty = False,
    corpus: Corpus = None,
    index: Index = None,
    as_json: Json = False,
) -> None:
    """Bring the index up to date with the corpus, and repair it if it is damaged.

    Reads every file, but encodes only what changed. The previous state keeps answering until the new one is
    complete. After an interruption, run it again to continue.
    """
    _run(
        settings(corpus, index),
        lambda index: index.rebuild(full=full, allow_empty=allow_empty),
        as_json=as_json,
    )


def add(
    sources: Annotated[
        list[str],
        typer.Argument(metavar="PATH|URL|-", help="Files, web addresses, or - for standard input."),
    ],
    collection: Annotated[
        str, typer.Option("--collection", "-c", metavar="NAME", help="Folder under the corpus to put it in.")
    ] = "",
    title: Annotated[str | None, typer.Option(help="Title, instead of the one found.")] = None,
    url: Annotated[str | None, typer.Option(help="Where readers can open it.")] = None,
    source: Annotated[str | None, typer.Option(help="Who published it.")] = None,
    published: Annotated[str | None, typer.Option(metavar="DATE", help="When, as 2026-11-24.")] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Overwrite the article with the same id.")
    ] = False,
    corpus: Corpus = None,
    index: Index = None,
    as_json: Json = False,
) -> None:
    """Copy or convert articles into the corpus, and index just those.

    Markdown, text and `.jsonl` files are copied as they are. HTML, PDF, DOCX and web pages are converted into
    a Markdown article that you can read and correct; so is any file that you describe with `--title`,
    `--url`, `--source` or `--published`.

    For example: `footnote add notes/rules.md https://example.org/timetable --collection town`
    """
    values = settings(corpus, index)
    described = _Described(title=title, url=url, source=source, published=published)
    if len(sources) > 1 and any(described.values()):
        raise UsageError(
            "--title, --url, --source and --published describe one article: add them one by one."
        )
    paths: list[Path] = []
    failures: list[FootnoteError] = []
    for given in sources:
        try:
            with waiting(f"Reading {given}"):
                path = _bring(given, values, described, collection=collection, replace=replace)
        except FootnoteError as error:
            failures.append(error)
        else:
            note(f"{given} -> {path}")
            paths.append(path)
    try:
        if paths:  # even if others failed: the index has all that is in the corpus
            _run(values, lambda index: index.add(paths), as_json=as_json)
    except FootnoteError as error:
        failures.append(error)
    for failure in failures[:-1]:
        note(str(failure))
    if failures:
        raise failures[-1]


class _Described(TypedDict):
    """Fields of an article that are given as options."""

    title: str | None
    url: str | None
    source: str | None
    published: str | None


def _bring(
    given: str, values: IndexSettings, described: _Described, *, collection: str, replace: bool
) -> Path:
    """Copy or convert one article into the corpus."""
    from index import corpus as articles

    path = Path(given)
    if path.suffix.lower() in _COPIED and path.is_file() and not any(described.values()):
        return articles.copy_in(values.corpus, path, collection=collection, replace=replace)
    from index.convert import Limits, convert

    article = convert(given, collection=collection, limits=Limits.of(values), **described)
    return articles.write(values.corpus, article, replace=replace)


def remove(
    ids: Annotated[list[str], typer.Argument(metavar="ID", help="Ids of articles, as `list` shows them.")],
    corpus: Corpus = None,
    index: Index = None,
    as_json: Json = False,
) -> None:
    """Delete articles from the corpus and from the index.

    If one cannot be deleted, the others are, and the error names it.
    """
    _run(settings(corpus, index), lambda index: index.remove(ids), as_json=as_json)


def rollback(
    allow_empty: AllowEmpty = False, corpus: Corpus = None, index: Index = None, as_json: Json = False
) -> None:
    """Go back to the index before the last full rebuild.

    Articles whose files are gone stay gone.
    """
    _run(settings(corpus, index), lambda index: index.rollback(allow_empty=allow_empty), as_json=as_json)


def backup(
    target: Annotated[Path, typer.Argument(metavar="FILE|FOLDER", help="A new file, or an existing folder.")],
    corpus: Corpus = None,
    index: Index = None,
    as_json: Json = False,
) -> None:
    """Copy the index into one file, also while the bot runs.

    The copy is one state of the index. It is checked before it gets its name, and overwrites nothing.
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


def _run(values: IndexSettings, change: Callable[[Builder], BuildReport], *, as_json: bool) -> None:
    """Change the index, with a progress bar, and print the report."""
    begin = time.perf_counter()
    with progress() as on_progress:
        report = change(builder(values, on_progress))
    seconds = time.perf_counter() - begin
    for article_id in report.split:
        note(f"{article_id}: a sentence longer than the encoder reads was split.")
    if report.encoded:
        read, encoded = counted(report.sentences, "sentence"), counted(report.encoded, "text")
        note(f"Read {read} and encoded {encoded} in {seconds:.1f} s.")
    if as_json:
        say_json(report)
        return
    for name in ("added", "changed", "removed"):
        for article_id in getattr(report, name):
            say(f"{name} {article_id}")
    for skipped in report.skipped:
        say(f"skipped {skipped.path}: {skipped.reason}")
    say(
        f"{len(report.added)} added, {len(report.changed)} changed, {len(report.removed)} removed, "
        f"{report.unchanged} unchanged, {len(report.skipped)} skipped"
    )
