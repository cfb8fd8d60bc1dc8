"""The command that measures: evaluate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from index.cli.common import Corpus, Index, Json, engine, note, progress, say, say_json, settings, write_page
from index.errors import UsageError
from index.types import Answer, OnProgress, Progress

if TYPE_CHECKING:
    from index.engine import Engine
    from index.evaluation import QualityMetrics, Question, RunComparison


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(evaluate)


def evaluate(
    questions: Annotated[Path, typer.Argument(metavar="QUESTIONS", help="A .jsonl file, one a line.")],
    report: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write an HTML page with all figures and the questions that went wrong."
        ),
    ] = None,
    save: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Save the results, to compare with later.")
    ] = None,
    before: Annotated[Path | None, typer.Option(metavar="FILE", help="Compare with saved results.")] = None,
    gate: Annotated[
        bool, typer.Option("--gate", help="Exit with 1 if a question is answered wrongly.")
    ] = False,
    corpus: Corpus = None,
    index: Index = None,
    as_json: Json = False,
) -> None:
    """Measure the answers to questions whose answers are known.

    A line is {"question", "answerable", "evidence": [{"article_id", "text"}]}. With --gate they are a
    regression test: it fails where an answer is wrong (with --before: where it was right before).
    """
    from index import evaluation

    asked = evaluation.load_questions(questions)
    earlier = evaluation.load(before) if before else None  # refused now, not after minutes
    answers = engine(settings(corpus, index))
    with progress() as on_progress:
        metrics = evaluation.evaluate(asked, _answers(answers, asked, on_progress))
    name = questions.parent.name if questions.stem == "questions" else questions.stem
    sets = {name: metrics}
    if save:
        evaluation.save(save, sets)
    if report:
        from index.evaluation.report import render

        compared = _compared(name, earlier or {}, metrics)
        write_page(report, render(sets, title=f"Evaluation of {name}", comparisons=compared))
    if as_json:
        say_json({name: metrics.as_dict()})
    else:
        _say_table(evaluation.table(sets))
    if gate:
        known = [row for run in (earlier or {}).values() for row in run.rows]
        failures = evaluation.gate(metrics.rows, before=known)
        for failure in failures:
            note(f"{failure.row.id}: {failure.reason}")
        if failures:
            raise typer.Exit(1)


def _compared(
    name: str, earlier: Mapping[str, QualityMetrics], metrics: QualityMetrics
) -> dict[str, RunComparison]:
    """What changed since an earlier run of the same set; nothing if that run has no question of it."""
    from index.evaluation import compare

    try:
        return {name: compare(earlier[name].rows, metrics.rows)}
    except (KeyError, UsageError):
        return {}


def _answers(answers: Engine, asked: list[Question], on_progress: OnProgress) -> Iterator[Answer]:
    for done, question in enumerate(asked):
        on_progress(Progress("asking", done, len(asked), "questions"))
        yield answers.ask(question.question, turns=question.turns)


def _say_table(rows: list[list[str]]) -> None:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
