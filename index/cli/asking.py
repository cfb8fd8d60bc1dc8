"""Commands that ask the index: search and ask."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from index.cli.answers import as_dict, explain, render
from index.cli.common import (
    Collections,
    Corpus,
    Index,
    Json,
    counted,
    engine,
    say,
    say_json,
    settings,
    typed,
    waiting,
)
from index.errors import UnreadableFile, UsageError

if TYPE_CHECKING:
    from index.engine import Engine


def search(
    words: Annotated[str, typer.Argument(help="What to look for.")],
    k: Annotated[int, typer.Option("-k", min=1, max=100, help="Number of passages.")] = 10,
    collection: Collections = None,
    corpus: Corpus = None,
    index: Index = None,
    as_json: Json = False,
) -> None:
    """Show the passages nearest to some words, with their scores."""
    if not words.strip():
        raise UsageError("Give some words to look for. Try: footnote search --help")
    with waiting("Looking …"):
        found = engine(settings(corpus, index)).search(typed(words), k=k, collections=collection)
    if as_json:
        say_json([asdict(passage) for passage in found])
        return
    for passage in found:
        say(f"{passage.score:.3f}  {passage.title}  [{passage.article_id}:{passage.start}-{passage.end}]")
        say(f"       {' '.join(passage.text.split())[:200]}\n")


def ask(
    question: Annotated[str | None, typer.Argument(help="In your own words.")] = None,
    k: Annotated[int, typer.Option("-k", min=1, max=10, help="Maximum number of sentences to cite.")] = 3,
    batch: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Answer each line of a .jsonl file (or -) as one line of JSON, in order."
        ),
    ] = None,
    why: Annotated[bool, typer.Option("--explain", help="Explain what the answer is based on.")] = False,
    collection: Collections = None,
    corpus: Corpus = None,
    index: Index = None,
    as_json: Json = False,
) -> None:
    """Answer a question with sentences from the articles.

    Every sentence is copied word for word, with the article it comes from. When the articles do not answer,
    it says so and shows the nearest sentence.

    For example: `footnote ask "When does the last ferry leave?" --collection news`

    A line of a batch is `{"id": …, "question": …}`; it may also hold `"turns"`, earlier questions and
    answers. For a line that cannot be read, `{"id": …, "error": …}` is printed, and the exit code is 1.
    """
    if (question is None) == (batch is None) or (question is not None and not question.strip()):
        raise UsageError("Give either a question or --batch FILE. Try: footnote ask --help")
    answers = engine(settings(corpus, index))
    if batch is None:
        with waiting("Looking …"):
            answer = answers.ask(typed(question or ""), k=k, collections=collection)
        if as_json:
            say_json(as_dict(answer, explained=why))
        else:
            say(render(answer))
            if why:
                say("\n" + explain(answer))
        return
    _answer_batch(answers, batch, k, collection, why=why)


def _answer_batch(answers: Engine, path: Path, k: int, collections: list[str] | None, *, why: bool) -> None:
    """Answer the questions of a file as they are read; a line that is not a question becomes an error."""
    from index.evaluation import BadLine, read_lines

    bad = 0
    with _opened(path) as stream:
        for read in read_lines(stream, "Standard input" if str(path) == "-" else str(path)):
            if isinstance(read, BadLine):
                bad += 1
                say_json({"id": read.id, "error": read.error})
            else:
                answer = answers.ask(read.question, k=k, collections=collections, turns=read.turns)
                say_json({"id": read.id, **as_dict(answer, explained=why)})
    if bad:
        raise UnreadableFile(f'{counted(bad, "line")} of the batch could not be read; see the field "error".')


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    if str(path) == "-":
        yield sys.stdin.buffer
        return
    try:
        stream = path.open("rb")
    except OSError as error:
        raise UsageError(f"Cannot read the questions in {path}: {error.strerror}.") from error
    with stream:
        yield stream
