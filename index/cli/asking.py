"""Commands that ask: search and ask."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from index.cli.common import Collections, Corpus, Index, Json, engine, say, say_json, settings, typed, waiting
from index.errors import UnreadableFile, UsageError
from index.types import Answer, Citation, Status, Word

if TYPE_CHECKING:
    from index.evaluation import Question


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (search, ask):
        app.command()(command)


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
        keep = ("article_id", "title", "start", "end", "text", "score")
        say_json([{name: getattr(passage, name) for name in keep} for passage in found])
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
    why: Annotated[
        bool, typer.Option("--explain", help="Explain what the answer, or the refusal, is based on.")
    ] = False,
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
            say_json(answer.as_dict(explained=why))
        else:
            say(render(answer))
            if why:
                say("\n" + explain(answer))
        return
    for asked in _questions(batch):
        answer = answers.ask(asked.question, k=k, collections=collection, turns=asked.turns)
        say_json({"id": asked.id, **answer.as_dict(explained=why)})


def _questions(path: Path) -> Iterator[Question]:
    from index.evaluation import load_questions, parse_questions

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
        quotes = [line for n, cited in enumerate(answer.citations, 1) for line in _quoted(n, cited)]
        sources = [f"[{n}] {_source(cited)}" for n, cited in enumerate(answer.citations, 1)]
        return "\n".join([*quotes, *_notes(answer), "", *sources])
    if answer.chat:
        return answer.reason or ""
    if answer.listing is not None and answer.listing.cards:
        return "\n".join([answer.reason or "", "", *(_line(card.title) for card in answer.listing.cards)])
    lines = [f"Not found. {answer.reason}", *_notes(answer)]
    if answer.candidates:
        nearest = answer.candidates[0]
        lines += ["", "The nearest sentence:", *_quoted(1, nearest), "", f"[1] {_source(nearest)}"]
    return "\n".join(lines)


def explain(answer: Answer) -> str:
    """What an answer, or a no, rests on, as plain text."""
    if answer.why is None:
        return "Nothing was searched for."
    why = answer.why
    compared = "at or above" if answer.confidence >= why.threshold else "below"
    lines = [
        f"Searched for:    {why.read_as}",
        f"Confidence:      {answer.confidence:.2f}, {compared} the threshold of {why.threshold:.2f}",
    ]
    if answer.candidates:
        lines += [
            f"Meaning:         {why.meaning:.2f} (cosine with the best sentence)",
            f"Word by word:    {why.interaction:.2f} (mean cosine of each word's nearest)",
        ]
    if why.reranker is not None:
        lines.append(f"Reranker:        {why.reranker:.2f}")
    for word in why.words:
        where = "in the best sentence" if word.matched else "not in the best sentence"
        count = f"{word.passages:,} passage{'' if word.passages == 1 else 's'}"
        lines.append(
            f"Word:            {word.text}: in {count}, {where}" if word.passages else _unknown(word)
        )
    lines += [
        f"Speaks {'for it' if points > 0 else 'against'}:  {points:+.2f} {name}"
        for name, points in why.signals
    ]
    if len(why.probabilities) > 1 and len(answer.candidates) > 1:
        best, second = why.probabilities
        lines.append(
            f"Runner-up:       “{_line(answer.candidates[1].text)}” ({second:.2f} against {best:.2f})"
        )
    return "\n".join(lines)


def _unknown(word: Word) -> str:
    return f"Word:            {word.text}: in no article"


def _quoted(number: int, cited: Citation) -> list[str]:
    """A cited sentence, and in front of it the one that it leans on."""
    lead = [f"(context: “{_line(cited.lead.text)}”)"] if cited.lead else []
    quotation = f"“{_line(cited.text)}”"
    return [*lead, f"{f'… {quotation} …' if cited.is_part else quotation} [{number}]"]


def _notes(answer: Answer) -> list[str]:
    return ["", *answer.notes] if answer.notes else []


def _line(text: str) -> str:
    return " ".join(text.split())


def _source(cited: Citation) -> str:
    parts = [cited.title, cited.source, cited.published, f"{cited.article_id}:{cited.start}-{cited.end}"]
    line = " · ".join(part for part in parts if part)
    return f"{line}\n    {cited.link}" if cited.link else line
