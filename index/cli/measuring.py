"""Commands that measure answers: evaluate and calibrate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from index.cli.answers import describe_reason
from index.cli.common import (
    Corpus,
    Index,
    Json,
    builder,
    counted,
    engine,
    note,
    progress,
    say,
    say_json,
    settings,
    waiting,
    write_page,
)
from index.errors import UsageError
from index.types import Answer, OnProgress, Progress

if TYPE_CHECKING:
    from index.engine import Engine
    from index.evaluation import QualityMetrics, Question, RunComparison
    from index.evaluation.calibration import AskedQuestions, ThresholdChoice
    from index.ranking.threshold import Calibrated
    from index.settings import IndexSettings

_RISKS: Final = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)

_Report = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Write an HTML page with all figures and the wrong answers."),
]


def evaluate(
    questions: Annotated[Path, typer.Argument(metavar="QUESTIONS", help="A .jsonl file, one a line.")],
    report: _Report = None,
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
    regression test, which fails if an answer is wrong (with --before: if it was right before).
    """
    from index import evaluation

    asked = evaluation.load_questions(questions)
    earlier = evaluation.load(before) if before else None  # refused now, not after minutes
    answers = engine(settings(corpus, index))
    with progress() as on_progress:
        metrics = evaluation.evaluate(asked, _answers(answers, asked, on_progress), describe_reason)
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
    """Compare with an earlier run of the same set; empty if that run has no question of it."""
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


def calibrate(
    risk: Annotated[
        float | None,
        typer.Option(metavar="SHARE", help="Accepted share of wrong answers among those given [INDEX_RISK]."),
    ] = None,
    questions: Annotated[
        int, typer.Option("--questions", "-n", min=1, help="Maximum number of questions to generate.")
    ] = 200,
    labelled: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Ask these questions with known answers instead, as for evaluate."),
    ] = None,
    report: _Report = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Measure, but save nothing.")] = False,
    forget: Annotated[
        bool, typer.Option("--forget", help="Go back to the threshold that comes with Footnote.")
    ] = False,
    corpus: Corpus = None,
    index: Index = None,
    as_json: Json = False,
) -> None:
    """Choose the confidence threshold on your own articles.

    Makes questions from headings and distinct sentences, and asks each twice: with the article that it was
    made from, and without it. With --labelled, asks questions of your members instead, once each. The lowest
    threshold that keeps the wanted risk is saved in the index. A running bot uses it from its next question.

    For example, for at most one wrong answer in ten: `footnote calibrate --risk 0.1`
    """
    values = settings(corpus, index)
    if forget:
        from index.ranking.threshold import SETTING

        builder(values).keep(SETTING, None)
        note("The threshold that comes with Footnote is in use.")
        return
    wanted = values.risk if risk is None else risk
    if not 0 < wanted < 1:
        raise UsageError("--risk is a share above 0 and below 1, such as 0.1 for one wrong answer in ten.")
    from index.evaluation import calibration
    from index.ranking.threshold import SETTING, Calibrated, weights_of

    answers = engine(values)
    asked = _ask_labelled(answers, labelled) if labelled else _ask(values, answers, questions)
    choice = calibration.choose(asked.rows, wanted, labelled=labelled is not None)
    kept = Calibrated(
        threshold=choice.point.threshold,
        wanted=wanted,
        risk=choice.point.risk,
        coverage=choice.point.coverage,
        answers=choice.point.answered,
        questions=choice.metrics.answerable,
        made=date.today().isoformat(),
        ranker=weights_of(answers.ranker),
        labelled=labelled is not None,
    )
    if report:
        _write(report, choice, kept)
    if not dry_run:
        builder(values).keep(SETTING, kept.as_setting())
    if as_json:
        figures = {
            "risk_interval": choice.interval,
            "reached": choice.reached,
            "written": not dry_run,
            "elsewhere": len(asked.elsewhere),
            "curve": [asdict(point) for point in choice.curve],
        }
        say_json({**asdict(kept), **figures})
    else:
        _say(asked, choice, kept, written=not dry_run)


def _ask(values: IndexSettings, answers: Engine, questions: int) -> AskedQuestions:
    from index.evaluation import calibration
    from index.store import Reader

    with waiting("Making questions …"), Reader.open(values.dir).snapshot() as snapshot:
        made = calibration.make(snapshot, questions)
    with progress() as on_progress:
        return calibration.ask(answers, made, on_progress)


def _ask_labelled(answers: Engine, path: Path) -> AskedQuestions:
    from index.evaluation import calibration, load_questions

    questions = load_questions(path)
    with progress() as on_progress:
        return calibration.ask_labelled(answers, questions, on_progress)


def _write(path: Path, choice: ThresholdChoice, kept: Calibrated) -> None:
    from index.evaluation.report import render

    asked = ", made from the articles; each asked with its article and without"
    if kept.labelled:
        asked = " of a set of labelled questions that have an answer; each asked once"
    facts = [
        ("Threshold", f"{kept.threshold:.4f}"),
        ("Wanted risk", f"{kept.wanted:g}"),
        ("Questions", f"{kept.questions}{asked}"),
    ]
    write_page(path, render({"calibration": choice.metrics}, title="Calibration", facts=facts))


def _say(asked: AskedQuestions, choice: ThresholdChoice, kept: Calibrated, *, written: bool) -> None:
    point, metrics = choice.point, choice.metrics
    if kept.labelled:
        note(
            f"{counted(metrics.answerable, 'question')} with an answer in the articles, "
            f"{metrics.unanswerable} without."
        )
    else:
        note(
            f"{counted(metrics.answerable, 'question')}, each asked with its article and without it; "
            f"{len(asked.elsewhere)} more left out, for another article says nearly the same."
        )
    say("risk up to  threshold  coverage  answers")
    for risk in sorted({*_RISKS, choice.wanted}):
        if found := choice.at(risk):
            mark = "<- wanted" if risk == choice.wanted else ""
            cells = f"{risk:<10g}  {found.threshold:<9.4f}  {found.coverage:<8.3f}  {found.answered:<7}"
            say(f"{cells}  {mark}".rstrip())
        else:
            say(f"{risk:<10g}  no threshold")
    say()
    if not choice.reached:
        note(f"No threshold keeps the risk at {choice.wanted:g}: this is the strictest.")
    low, high = choice.interval
    say(
        f"Threshold {point.threshold:.4f}: coverage {point.coverage:.3f}, risk {point.risk:.3f} "
        f"(95 %: {low:.3f} to {high:.3f}) in {counted(point.answered, 'answer')}; "
        f"{'kept in the index' if written else 'not kept'}."
    )
