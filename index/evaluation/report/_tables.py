"""Tables of the report, each a region that scrolls by itself where the screen is narrow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from index.evaluation import FIGURES, FigureDifference, QualityMetrics, RunComparison, number
from index.evaluation.measures import Bin, wilson
from index.evaluation.report._cards import safe

_LABELS = dict(FIGURES)
_LOWER_IS_BETTER = frozenset({"brier"})
_SHARES = {
    "sentence_hit_1": "answerable",
    "sentence_hit_3": "answerable",
    "candidates_hit_10": "answerable",
    "passage_hit_1": "answerable",
    "passage_hit_3": "answerable",
    "passage_hit_10": "answerable",
    "coverage": "answerable",
}
"""Figures that are plain shares, with what they are shares of, so that an interval can be given."""


def overview(sets: Mapping[str, QualityMetrics]) -> str:
    """Every figure of every set; shares with their intervals."""
    body = [
        [_LABELS[name], *(_cell(name, metrics) for metrics in sets.values())]
        for name in _LABELS
        if any(getattr(metrics, name) is not None for metrics in sets.values())
    ]
    caption = "Small print: 95 % interval of a share (Wilson)."
    return _table("All figures", caption, ["Figure", *(safe(name) for name in sets)], body)


def _cell(name: str, metrics: QualityMetrics) -> str:
    value = getattr(metrics, name)
    return number(value) + (f"<small>{share_interval(name, metrics)}</small>" if name in _SHARES else "")


def share_interval(name: str, metrics: QualityMetrics) -> str:
    """The 95 % interval of a figure that is a plain share, or `""` where there is none."""
    value = getattr(metrics, name)
    if value is None:
        return ""
    low, high = wilson(value, getattr(metrics, _SHARES[name]))
    return f"{low:.3f} – {high:.3f}"


def decisions(metrics: QualityMetrics) -> str:
    """What it chose to answer and to decline."""
    wrong = sum(row.answered and bool(row.answerable) and not row.hit(1) for row in metrics.rows)
    body = [
        ["Answerable", str(metrics.answered_right), str(wrong), str(metrics.declined_wrong)],
        ["Unanswerable", "–", str(metrics.answered_wrong - wrong), str(metrics.declined_right)],
    ]
    head = ["As decided", "answered, gold first", "answered otherwise", "declined"]
    return _table("Decisions", "", head, body)


def numbers(metrics: QualityMetrics) -> str:
    """How many can be answered at which risk, and whether confidence is honest."""
    at_risk = [
        (risk, max((one for one in metrics.curve if one.risk <= risk + 1e-9), key=lambda one: one.coverage))
        for risk in (0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3)
        if any(one.risk <= risk + 1e-9 for one in metrics.curve)
    ]
    curve = [
        [f"{risk:.2f}", f"{one.coverage:.3f}", f"{one.threshold:.3f}", str(one.answered)]
        for risk, one in at_risk
    ]
    bins = [_bin_cells(one) for one in metrics.reliability]
    return _table(
        "Risk and coverage", "", ["Risk at most", "coverage", "threshold", "answers"], curve
    ) + _table("Reliability", "", ["Confidence", "mean", "gold first", "questions"], bins)


def _bin_cells(one: Bin) -> list[str]:
    return [f"{one.low:.1f} – {one.high:.1f}", f"{one.confidence:.3f}", f"{one.right:.3f}", str(one.count)]


def differences(comparison: RunComparison) -> str:
    """What changed since the earlier run, with intervals."""
    body = [_difference_cells(one) for one in comparison.differences]
    caption = (
        f"{comparison.questions} questions in both runs, {comparison.left_out} in only one. "
        "Interval: 95 %, paired bootstrap."
    )
    head = ["Since the earlier run", "before", "after", "difference", "interval"]
    return _table("Compared with the earlier run", caption, head, body)


def _difference_cells(one: FigureDifference) -> list[str]:
    change = one.after - one.before
    good = (change > 0) != (one.name in _LOWER_IS_BETTER)
    kind = "open" if not one.clear else "good" if good else "bad"
    return [
        _LABELS[one.name],
        number(one.before),
        number(one.after),
        f'<span class="{kind}-text">{_signed(change)}</span>',
        f"{_signed(one.low)} to {_signed(one.high)}",
    ]


def _signed(value: float) -> str:
    return f"{value:+.3f}".replace("-", "−")


def _table(title: str, caption: str, head: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    """A table of ready HTML cells that scrolls by itself where the screen is narrow."""
    if not body:
        return ""
    heading = f"<h3>{title}</h3>" if title else ""
    label = title or caption
    told = f"<caption>{caption}</caption>" if caption else ""
    top = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    rows = "".join(
        f'<tr><th scope="row">{row[0]}</th>{"".join(f"<td>{cell}</td>" for cell in row[1:])}</tr>'
        for row in body
    )
    return (
        f'{heading}<div class="scroll" role="region" aria-label="{label}" tabindex="0">'
        f"<table>{told}<thead><tr>{top}</tr></thead><tbody>{rows}</tbody></table></div>"
    )
