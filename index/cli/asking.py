"""Commands that ask the index: search and ask."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from index.cli.answers import as_dict, explain, render
from index.cli.common import Collections, Corpus, Index, Json, engine, say, say_json, settings, typed, waiting
from index.errors import UnreadableFile, UsageError

if TYPE_CHECKING:
    from index.evaluation import Question


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
    answers.
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
    for asked in _questions(batch):
        answer = answers.ask(asked.question, k=k, collections=collection, turns=asked.turns)
        say_json({"id": asked.id, **as_dict(answer, explained=why)})


def _questions(path: Path) -> Iterator[Question]:
    from index.evaluation import load_questions, parse_questions

    if str(path) == "-":
        return parse_questions(_lines(sys.stdin.buffer), "standard input")
    return iter(load_questions(path))


def _lines(stream: BinaryIO) -> Iterator[str]:
    """Yield the lines of a stream as they come, in UTF-8 whatever encoding the terminal has."""
    for number, line in enumerate(stream, start=1):
        try:
            yield line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise UnreadableFile(f"Standard input, line {number}: not UTF-8 (byte {error.start}).") from error
