"""Commands that change the index: rebuild, add, remove, rollback."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from index.cli.common import Corpus, Index, Json, builder, note, progress, say, say_json, settings
from index.types import BuildReport


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (rebuild, add, remove, rollback):
        app.command()(command)


def rebuild(
    full: Annotated[
        bool, typer.Option("--full", help="Make the index anew beside the present one, then swap them.")
    ] = False,
    corpus: Corpus = None,
    index: Index = None,
    as_json: Json = False,
) -> None:
    """Bring the index up to date with the corpus.

    Reads every file, but encodes only what changed. The index that was there answers until the new state is
    complete; if this is interrupted, run it again and it goes on.
    """
    with progress() as on_progress:
        report = builder(settings(corpus, index), on_progress).rebuild(full=full)
    _tell(report, as_json=as_json)


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
    replace: Annotated[bool, typer.Option("--replace", help="Take the place of another article.")] = False,
    corpus: Corpus = None,
    index: Index = None,
    as_json: Json = False,
) -> None:
    """Copy or convert articles into the corpus, and index just those.

    Markdown, text and .jsonl files are copied as they are. HTML, PDF, DOCX and web pages are converted into
    a Markdown article that you can read and correct.
    """
    from index import corpus as articles
    from index.convert import convert
    from index.errors import UsageError

    values = settings(corpus, index)
    is_described = any((title, url, source, published))
    if len(sources) > 1 and is_described:
        raise UsageError(
            "--title, --url, --source and --published describe one article: add them one by one."
        )
    paths = []
    for given in sources:
        if Path(given).suffix.lower() in _COPIED and Path(given).is_file() and not is_described:
            paths.append(articles.copy_in(values.corpus, Path(given), collection=collection, replace=replace))
        else:
            article = convert(
                given, title=title, url=url, source=source, published=published, collection=collection
            )
            paths.append(articles.write(values.corpus, article, replace=replace))
        note(f"{given} -> {paths[-1]}")
    with progress() as on_progress:
        report = builder(values, on_progress).add(paths)
    _tell(report, as_json=as_json)


_COPIED = frozenset({".md", ".markdown", ".txt", ".jsonl"})


def remove(
    ids: Annotated[list[str], typer.Argument(metavar="ID", help="Ids of articles, as `list` shows them.")],
    corpus: Corpus = None,
    index: Index = None,
    as_json: Json = False,
) -> None:
    """Delete articles from the corpus and from the index."""
    with progress() as on_progress:
        report = builder(settings(corpus, index), on_progress).remove(ids)
    _tell(report, as_json=as_json)


def rollback(corpus: Corpus = None, index: Index = None, as_json: Json = False) -> None:
    """Go back to the index before the last full rebuild.

    Articles whose files are gone stay gone.
    """
    report = builder(settings(corpus, index)).rollback()
    _tell(report, as_json=as_json)


def _tell(report: BuildReport, *, as_json: bool) -> None:
    for skipped in report.skipped:
        note(f"skipped {skipped.path}: {skipped.reason}")
    for article_id in report.split:
        note(f"{article_id}: a sentence longer than the encoder reads was split.")
    if as_json:
        say_json(report)
        return
    for name in ("added", "changed", "removed"):
        for article_id in getattr(report, name):
            say(f"{name} {article_id}")
    say(
        f"{len(report.added)} added, {len(report.changed)} changed, {len(report.removed)} removed, "
        f"{report.unchanged} unchanged, {len(report.skipped)} skipped"
    )
