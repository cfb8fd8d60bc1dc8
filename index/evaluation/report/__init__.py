"""A run of an evaluation as one HTML page that needs nothing else: no script, no font, no request."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from index.evaluation import QualityMetrics, Row, RunComparison, number
from index.evaluation.report._cards import cards, changes, plain, safe
from index.evaluation.report._tables import decisions, differences, numbers, overview, share_interval

__all__ = ["render"]

_MOST = 15


def render(
    sets: Mapping[str, QualityMetrics],
    *,
    title: str = "Evaluation",
    facts: Iterable[tuple[str, str]] = (),
    comparisons: Mapping[str, RunComparison] | None = None,
) -> str:
    """Lay out a run as a page; all text is escaped, and the page forbids itself every request and script.

    Args:
        sets: Figures of each question set, by name.
        title: Heading of the page.
        facts: What it was measured with, as pairs of name and value: index, model, machine, date.
        comparisons: What changed since an earlier run, by set.

    Returns:
        HTML; to be written as UTF-8. Same arguments, same page.
    """
    style = Path(__file__).with_name("report.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    comparisons = comparisons or {}
    sections = [
        _section(place, name, metrics, comparisons.get(name))
        for place, (name, metrics) in enumerate(sets.items())
    ]
    told = "".join(f"<dt>{safe(name)}</dt><dd>{safe(value)}</dd>" for name, value in facts)
    links = "".join(f'<li><a href="#set-{i}">{safe(name)}</a></li>' for i, name in enumerate(sets))
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{plain(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n"
        f'<header><h1>{safe(title)}</h1><dl class="facts">{told}</dl></header>\n'
        f'<nav aria-label="Question sets"><ul>{links}</ul></nav>\n<main>\n'
        f"{overview(sets)}\n{''.join(sections)}</main>\n</body>\n</html>\n"
    )


def _section(
    place: int,
    name: str,
    metrics: QualityMetrics,
    comparison: RunComparison | None,
) -> str:
    return (
        f'<section id="set-{place}" aria-labelledby="name-{place}"><h2 id="name-{place}">{safe(name)}</h2>'
        f'<p class="soft">Questions: {metrics.questions}; {metrics.answerable} known to be answerable, '
        f"{metrics.unanswerable} known not to be.</p>"
        f"{_key_figures(metrics)}{decisions(metrics)}"
        f"{numbers(metrics)}{_compared(comparison) if comparison else ''}{_worst(metrics.rows)}</section>\n"
    )


def _key_figures(metrics: QualityMetrics) -> str:
    hit = share_interval("sentence_hit_1", metrics)
    items = [
        ("First sentence is gold", metrics.sentence_hit_1, hit or "no answerable question"),
        ("Coverage at 10 % risk", metrics.coverage_at_10_risk, "at most one answer in ten wrong"),
        ("Answerability AUROC", metrics.auroc, "0.5 is chance"),
        ("Calibration error", metrics.ece_width, f"equal size: {number(metrics.ece_mass)}"),
        ("Seconds", metrics.seconds_median, f"median; 95 %: {number(metrics.seconds_p95)}"),
    ]
    rows = (
        f"<div><dt>{label}</dt><dd>{number(value)}<small>{note}</small></dd></div>"
        for label, value, note in items
    )
    return f'<dl class="key">{"".join(rows)}</dl>'


def _compared(comparison: RunComparison) -> str:
    note = "Outcomes from best to worst: right, declined with the right sentence at hand, declined, wrong."
    return (
        differences(comparison)
        + changes("Questions that got better", note, comparison.better, _MOST)
        + changes("Questions that got worse", note, comparison.worse, _MOST)
    )


def _worst(rows: Sequence[Row]) -> str:
    ordered = sorted(rows, key=lambda row: -row.confidence)
    judged = [row for row in ordered if row.answerable is not None]
    wanted = [row for row in judged if row.answerable]
    wrong = [row for row in judged if row.answered and not row.hit(1)]
    declined = [row for row in wanted if not row.answered]
    missing = [row for row in wanted if row.candidate_rank is None]
    return (
        cards("Answered wrong", "Those it was most sure of first.", wrong, _MOST)
        + cards("Declined though answerable", "Those it was nearest to answering first.", declined, _MOST)
        + cards("No gold sentence among the candidates", "Those it was most sure of first.", missing, _MOST)
    )
