"""How well questions with known answers are answered, by each of several systems over the same articles.

`python -m benchmarks.quality ../shared/eval` writes a section of docs/benchmarks.md, and a page of tables
and the questions that got better and worse, build/quality.html.
"""

from __future__ import annotations

import math
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmarks.document import markdown_table, write_section
from benchmarks.sets import indexed
from index.embedding import SentenceEncoder
from index.engine import Engine
from index.evaluation import QualityMetrics, Question, compare, evaluate, number
from index.evaluation.report import render
from index.ranking.features import Feature
from index.ranking.ranker import Ranker
from index.store import Reader
from index.types import Answer

System = Callable[[Question], Answer]
"""Answers a question: lexical search alone, dense search alone, or the whole engine."""

SAMPLE = 100
"""Questions of a set at most, evenly spread: a run takes minutes, not hours."""

RANKERS = {
    "words alone": Ranker({Feature.LEXICAL: 1}, {"best_lexical": 8}, -4, 0.5),
    "meaning alone": Ranker({Feature.DENSE: 1}, {"best_dense": 8}, -4, 0.5),
    "fixed weights": Ranker(
        {Feature.DENSE: 1, Feature.LEXICAL: 1}, {"best_dense": 4, "best_lexical": 4}, -4, 0.5
    ),
    "final": Ranker.shipped(),
}
"""The engine with rankers that use one list, both with fixed weights, or the shipped weights."""

PAGE = Path("build/quality.html")

_COLUMNS = (
    ("sentence_hit_1", "hit@1"),
    ("sentence_hit_3", "hit@3"),
    ("candidates_hit_10", "gold in 10"),
    ("passage_hit_10", "passage hit@10"),
    ("mrr_10", "MRR@10"),
    ("auroc", "AUROC"),
    ("coverage_at_10_risk", "coverage at 10 % risk"),
    ("ece_width", "ECE"),
    ("seconds_median", "s/question"),
)


def question_sets(folder: Path) -> list[Path]:
    """List the folders in it that hold `articles.jsonl` and `questions.jsonl`, by name."""
    found = sorted(path.parent for path in folder.glob("*/questions.jsonl"))
    return [path for path in found if (path / "articles.jsonl").is_file()]


def measure(questions: Sequence[Question], systems: Mapping[str, System]) -> dict[str, QualityMetrics]:
    """Ask every system all questions."""
    return {name: evaluate(questions, map(system, questions)) for name, system in systems.items()}


def section(results: Mapping[str, Mapping[str, QualityMetrics]]) -> str:
    """Lay out figures by set and system as Markdown, and the gains of the last system over the others."""
    return "\n\n".join(_set(name, systems) for name, systems in results.items())


def _set(name: str, systems: Mapping[str, QualityMetrics]) -> str:
    rows = [
        [system, *(number(getattr(metrics, attribute)) for attribute, _ in _COLUMNS)]
        for system, metrics in systems.items()
    ]
    *others, last = systems
    metrics = systems[last]
    told = f"{metrics.questions} questions, {metrics.answerable} answerable, {metrics.unanswerable} not."
    gains = "".join(f"\n- {_gain(system, systems[system], last, metrics)}" for system in others)
    table = markdown_table(["system", *(label for _, label in _COLUMNS)], rows)
    return f"### {name}\n\n{told}\n\n{table}" + (f"\n{gains}" if gains else "")


def _gain(before: str, old: QualityMetrics, after: str, new: QualityMetrics) -> str:
    comparison = compare(old.rows, new.rows)
    hit = next(one for one in comparison.differences if one.name == "sentence_hit_1")
    return (
        f"{after} against {before}: hit@1 {hit.after - hit.before:+.3f} "
        f"(95 % interval {hit.low:+.3f} to {hit.high:+.3f}), "
        f"{len(comparison.better)} questions better, {len(comparison.worse)} worse"
    )


def page(results: Mapping[str, Mapping[str, QualityMetrics]]) -> str:
    """Render the last system of each set as an HTML page, compared with the system before it."""
    before = {name: list(systems.values())[-2] for name, systems in results.items()}
    after = {name: list(systems.values())[-1] for name, systems in results.items()}
    comparisons = {name: compare(before[name].rows, after[name].rows) for name in results}
    told = [
        (label, ", ".join(sorted({list(systems)[place] for systems in results.values()})))
        for label, place in (("shown", -1), ("compared with", -2))
    ]
    return render(after, title="Answers", facts=told, comparisons=comparisons)


def system(engine: Engine) -> System:
    """Make a system of an engine."""
    return lambda question: engine.ask(question.question, turns=question.turns)


def main(folder: Path) -> None:
    """Ask every system a sample of each set, and write the section and the page."""
    encoder = SentenceEncoder()
    results = {}
    with tempfile.TemporaryDirectory() as cache:
        for one in question_sets(folder):
            index, questions = indexed(one, Path(cache), encoder)
            sample = questions[:: math.ceil(len(questions) / SAMPLE)]
            engines = {
                name: Engine(Reader.open(index, model=encoder.fingerprint), encoder, ranker=ranker)
                for name, ranker in RANKERS.items()
            }
            results[one.name] = measure(sample, {name: system(engine) for name, engine in engines.items()})
    if not results:
        sys.exit(f"There is no question set in {folder}: give the folder that holds them.")
    told = (
        "The whole engine, on a sample of each set. The final ranker was trained on questions of these "
        "sets (on `mtrag` only its confidence), so compare its rows with the section on the ranker, "
        "which keeps training and test apart. All systems use the passages and candidates found by both "
        "searches."
    )
    write_section(Path("docs/benchmarks.md"), "quality", f"## Answers\n\n{told}\n\n{section(results)}")
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(results), encoding="utf-8")
    print(f"The page is {PAGE}.")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/eval"))
