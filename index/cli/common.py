"""What the commands share: options, settings, output and progress."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from index.errors import UsageError
from index.files import write_text
from index.settings import IndexSettings, load
from index.types import OnProgress, Progress

if TYPE_CHECKING:
    from rich.progress import TaskID

    from index.engine import Engine
    from index.indexing.builder import Builder

Corpus = Annotated[
    Path | None, typer.Option("--corpus", metavar="DIR", help="Folder of the articles [INDEX_CORPUS].")
]
Index = Annotated[
    Path | None, typer.Option("--index", metavar="DIR", help="Folder of the index [INDEX_DIR].")
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Collections = Annotated[
    list[str] | None,
    typer.Option("--collection", "-c", metavar="NAME", help="Look only there; may be given again."),
]

_CUT_OFF = 128 + 13  # as shells count signals: SIGPIPE


def settings(corpus: Path | None, index: Path | None) -> IndexSettings:
    """Return the settings; options of the command line override the environment."""
    return load(IndexSettings, corpus=corpus, dir=index)


def builder(values: IndexSettings, on_progress: OnProgress | None = None) -> Builder:
    """Make a builder; it loads no model until something must be encoded."""
    from index.embedding import SentenceEncoder
    from index.indexing.builder import Builder

    encoder = SentenceEncoder(values.model, dtype=values.dtype, threads=values.threads)
    return Builder(
        values.corpus,
        values.dir,
        encoder,
        max_tokens=values.chunk_tokens,
        on_progress=on_progress,
        lock_timeout=values.lock_timeout,
    )


def engine(values: IndexSettings) -> Engine:
    """Open the engine."""
    from index.engine import Engine

    return Engine.open(values)


def say(text: str = "") -> None:
    """Write a line of the result to stdout, without a delay.

    Raises:
        typer.Exit: The reader has closed the pipe (`| head`).
    """
    try:
        typer.echo(text)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # takes the rest of the buffer
        raise typer.Exit(_CUT_OFF) from None


def note(text: str) -> None:
    """Write a note to stderr."""
    typer.echo(text, err=True)


def say_json(value: object) -> None:
    """Write a value to stdout as one line of JSON."""
    if is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    say(json.dumps(value, ensure_ascii=False))


def write_page(path: Path, page: str) -> None:
    """Write an HTML page and note where it is.

    Raises:
        UsageError: The file cannot be written.
    """
    try:
        write_text(path, page)
    except OSError as error:
        raise UsageError(f"Cannot write the report to {path}: {error.strerror}.") from error
    note(f"wrote {path}")


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: `1 article`, `1,204 articles`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def typed(text: str) -> str:
    """Make an argument printable: bytes that are not UTF-8 become U+FFFD."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """Show a spinner on a terminal."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(what):
        yield


@contextmanager
def progress() -> Iterator[OnProgress]:
    """Show a progress bar for each stage on a terminal, and nothing in a pipe."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (
        SpinnerColumn(finished_text="✓"),
        TextColumn("{task.description:<9}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("{task.fields[unit]}{task.fields[pace]}"),
        TimeRemainingColumn(elapsed_when_finished=True),
    )
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def show(now: Progress) -> None:
            if now.stage not in tasks:
                tasks[now.stage] = bars.add_task(now.stage, unit=now.unit, pace="")
            speed = next(task.speed for task in bars.tasks if task.id == tasks[now.stage])
            pace = f", {speed:,.0f}/s" if speed else ""
            bars.update(tasks[now.stage], completed=now.done, total=now.total, unit=now.unit, pace=pace)

        yield show
