"""Commands that ask: search and ask."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from index.cli.common import Collections, Corpus, Index, Json, engine, say, say_json, settings, typed, waiting
from index.errors import UnreadableFile, UsageError
from index.types import Answer, Citation, Status

if TYPE_CHECKING:
    from index.evaluate import Question


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (search, ask):
        app.command()(command)


def search(
    words: Annotated[str, typer.Argument(help="What to look for.")],
    k: Annotated[int, typer.Option("-k", min=1, max=100, help="How many passages.")] = 10,
    collection: Collections = None,
    corpus: Corpus = None,
    index: Index = None,
    as_json: Json = False,
) -> None:
    """Show the passages nearest to some words, with their scores."""
    if not words.strip():
        raise UsageError("Give some words to look for. Try: python -m index search --help")
    with waiting("Looking …"):
        found = engine(settings(corpus, index)).search(typed(words), k=k, collections=collection)
    if as_json:
        keep = ("article_id", "title", "start", "end", "text", "score")
        say_json([{name: getattr(passage, name) for name in keep} for passage in found])
        return
    for passage in found:
        say(f"{passage.score:.3f}  {passage.title}  [{passage.article_id}:{passage.start}-{passage.end}]")
        say(f"       {' '.join(passage.text.split())[:200]}\n")


def ask(
    question: Annotated[str | None, typer.Argument(help="In your own words.")] = None,
    k: Annotated[int, typer.Option("-k", min=1, max=10, help="How many sentences to cite at most.")] = 3,
    batch: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Answer each line of a .jsonl file (or -) as one line of JSON, in order."
        ),
    ] = None,
    collection: Collections = None,
    corpus: Corpus = None,
    index: Index = None,
    as_json: Json = False,
) -> None:
    """Answer a question with sentences from the articles.

    Every sentence is copied word for word, with the article it comes from. When the articles do not answer,
    it says so and shows the nearest sentence.

    For example: `python -m index ask "When does the last ferry leave?" --collection news`

    A line of a batch is `{"id": …, "question": …}`; it may also hold `"turns"`, earlier questions and
    answers.
    """
    if (question is None) == (batch is None) or (question is not None and not question.strip()):
        raise UsageError("Give either a question or --batch FILE. Try: python -m index ask --help")
    answers = engine(settings(corpus, index))
    if batch is None:
        with waiting("Looking …"):
            answer = answers.ask(typed(question or ""), k=k, collections=collection)
        if as_json:
            say_json(answer.as_dict())
        else:
            say(render(answer))
        return
    for asked in _questions(batch):
        answer = answers.ask(asked.question, k=k, collections=collection, turns=asked.turns)
        say_json({"id": asked.id, **answer.as_dict()})


def _questions(path: Path) -> Iterator[Question]:
    from index.evaluate import load_questions, parse_questions

    if str(path) == "-":
        return parse_questions(_lines(sys.stdin.buffer), "standard input")
    return iter(load_questions(path))


def _lines(stream: BinaryIO) -> Iterator[str]:
    """The lines of a stream as they come, in UTF-8 whatever the terminal's encoding is."""
    for number, line in enumerate(stream, start=1):
        try:
            yield line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise UnreadableFile(f"Standard input, line {number}: not UTF-8 (byte {error.start}).") from error


def render(answer: Answer) -> str:
    """An answer as plain text: the quoted sentences, then their sources."""
    if answer.status is Status.ANSWERED:
        quotes = [f"“{_line(cited.text)}” [{n}]" for n, cited in enumerate(answer.citations, 1)]
        sources = [f"[{n}] {_source(cited)}" for n, cited in enumerate(answer.citations, 1)]
        return "\n".join([*quotes, "", *sources])
    lines = [f"Not found. {answer.reason}"]
    if answer.candidates:
        nearest = answer.candidates[0]
        lines += ["", "The nearest sentence:", f"“{_line(nearest.text)}” [1]", "", f"[1] {_source(nearest)}"]
    return "\n".join(lines)


def _line(text: str) -> str:
    return " ".join(text.split())


def _source(cited: Citation) -> str:
    parts = [cited.title, cited.source, cited.published, f"{cited.article_id}:{cited.start}-{cited.end}"]
    line = " · ".join(part for part in parts if part)
    return f"{line}\n    {cited.link}" if cited.link else line
