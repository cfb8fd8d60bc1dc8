"""Plots of an evaluation as SVG, drawn by hand: no script, no style of their own, classes of `report.css`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape

from index.evaluation import WANTED_RISK, QualityMetrics, Row
from index.evaluation.measures import Bin, RiskPoint, wilson

_WIDTH, _HEIGHT = 440, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 14, 12, 44
_INNER_WIDTH, _INNER_HEIGHT = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM
_BARS = 20


def risk_coverage(metrics: QualityMetrics, before: QualityMetrics | None = None) -> str:
    """Risk against coverage, with the point the index itself chose; an earlier run as a dashed line."""
    highest = max(
        _settled_risk(metrics.curve), _settled_risk(before.curve if before else ()), metrics.risk or 0
    )
    top = next(one for one in (0.25, 0.5, 0.75, 1.0) if one >= highest)
    marks = [_line("wanted", (0, WANTED_RISK / top), (1, WANTED_RISK / top))]
    marks += [_curve("before", before.curve, top)] if before else []
    marks.append(_curve("after", metrics.curve, top))
    if metrics.coverage_at_10_risk:
        label = f"Coverage at 10 % risk: {metrics.coverage_at_10_risk:.3f}"
        marks.append(_dot("after", (metrics.coverage_at_10_risk, WANTED_RISK / top), 4, label))
    if metrics.coverage is not None and metrics.risk is not None:
        label = f"As decided: coverage {metrics.coverage:.3f}, risk {metrics.risk:.3f}"
        marks.append(_dot("chosen", (metrics.coverage, metrics.risk / top), 6, label))
    label = "Risk against coverage over all thresholds. The table below holds the same."
    return _frame(
        label, "coverage: answerable questions answered", "risk: answers that are wrong", top, marks
    )


def reliability(bins: Sequence[Bin]) -> str:
    """Share right against confidence, with 95 % intervals; on the diagonal, confidence is honest."""
    largest = max((one.count for one in bins), default=1)
    marks = [_line("honest", (0, 0), (1, 1))]
    for one in bins:
        low, high = wilson(one.right, one.count)
        marks.append(_line("whisker", (one.confidence, low), (one.confidence, high)))
        label = f"{one.count} questions: confidence {one.confidence:.3f}, right {one.right:.3f}"
        marks.append(
            _dot("after", (one.confidence, one.right), 3 + 6 * math.sqrt(one.count / largest), label)
        )
    label = "Share right against confidence. The table below holds the same."
    return _frame(label, "confidence", "first sentence is gold", 1.0, marks)


def confidences(rows: Iterable[Row]) -> str:
    """How many questions have which confidence: right at the bottom, then wrong, then unanswerable."""
    stacks = [[0, 0, 0] for _ in range(_BARS)]
    for row in rows:
        if row.answerable is not None:
            kind = 2 if not row.answerable else 0 if row.hit(1) else 1
            stacks[min(_BARS - 1, max(0, int(row.confidence * _BARS)))][kind] += 1
    top = _nice(max(sum(stack) for stack in stacks))
    marks = []
    for place, stack in enumerate(stacks):
        below = 0
        for name, count in zip(("right", "wrong", "nothing"), stack, strict=True):
            if count:
                ends = f"{place / _BARS:.2f} to {(place + 1) / _BARS:.2f}"
                label = f"{count} {_KINDS[name]}, confidence {ends}"
                marks.append(_bar(name, place, below / top, count / top, label))
            below += count
    label = "How many questions have which confidence, by whether the first sentence was gold."
    return _frame(label, "confidence", "questions", top, marks)


_KINDS = {"right": "with a gold first sentence", "wrong": "with another", "nothing": "unanswerable"}


def interval(low: float, middle: float, high: float, widest: float, kind: str) -> str:
    """A difference and its interval on a line around zero, as wide as `widest` to either side."""

    def at(value: float) -> str:
        return _short(100 + 94 * value / (widest or 1))

    return (
        '<svg class="interval" viewBox="0 0 200 20" width="200" height="20" aria-hidden="true">'
        '<line class="zero" x1="100" x2="100" y1="1" y2="19"/>'
        f'<line class="{kind}" x1="{at(low)}" x2="{at(high)}" y1="10" y2="10"/>'
        f'<circle class="{kind}" cx="{at(middle)}" cy="10" r="4"/></svg>'
    )


def _settled_risk(curve: Sequence[RiskPoint]) -> float:
    """The highest risk but for the first few answers, where a single one moves it from 0 to 1."""
    most = curve[-1].answered if curve else 0
    return max((point.risk for point in curve if point.answered >= max(10, most / 50)), default=0.0)


def _curve(kind: str, points: Sequence[RiskPoint], top: float) -> str:
    """A line through the points, without those too near to the last one to be seen."""
    places: list[tuple[float, float]] = []
    for point in points:
        x, y = _x(point.coverage), _y(point.risk / top)
        if not places or max(abs(x - places[-1][0]), abs(y - places[-1][1])) >= 0.5:
            places.append((x, y))
    line = " ".join(f"{_short(x)},{_short(y)}" for x, y in places)
    # A nested picture clips what lies above the highest risk shown.
    inside = f'x="{_LEFT}" y="{_TOP}" width="{_INNER_WIDTH}" height="{_INNER_HEIGHT}"'
    view = f'viewBox="{_LEFT} {_TOP} {_INNER_WIDTH} {_INNER_HEIGHT}"'
    return f'<svg {inside} {view}><polyline class="curve {kind}" points="{line}"/></svg>'


def _frame(label: str, across: str, up: str, top: float, marks: Iterable[str]) -> str:
    """Axes around marks: across from 0 to 1, up from 0 to `top`; both named."""
    grid = []
    for step in range(6):
        share = step / 5
        x, y = _short(_x(share)), _short(_y(share))
        grid.append(_line("grid", (0, share), (1, share)))
        grid.append(f'<text x="{x}" y="{_HEIGHT - _BOTTOM + 16}" text-anchor="middle">{share:.1f}</text>')
        grid.append(f'<text x="{_LEFT - 6}" y="{y}" dy="4" text-anchor="end">{_tick(share * top)}</text>')
    centre, middle = _short(_x(0.5)), _short(_y(0.5))
    names = (
        f'<text class="axis" x="{centre}" y="{_HEIGHT - 6}" text-anchor="middle">{escape(across)}</text>'
        f'<text class="axis" x="12" y="{middle}" text-anchor="middle" transform="rotate(-90 12 {middle})">'
        f"{escape(up)}</text>"
    )
    return (
        f'<svg class="plot" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(label)}">'
        f"{''.join(grid)}{names}{''.join(marks)}</svg>"
    )


def _line(kind: str, start: tuple[float, float], end: tuple[float, float]) -> str:
    x1, y1, x2, y2 = (_short(each) for each in (_x(start[0]), _y(start[1]), _x(end[0]), _y(end[1])))
    return f'<line class="{kind}" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>'


def _dot(kind: str, place: tuple[float, float], radius: float, label: str) -> str:
    where = f'cx="{_short(_x(place[0]))}" cy="{_short(_y(place[1]))}" r="{_short(radius)}"'
    return f'<circle class="dot {kind}" {where}><title>{escape(label)}</title></circle>'


def _bar(kind: str, place: int, below: float, share: float, label: str) -> str:
    width = _INNER_WIDTH / _BARS
    where = f'x="{_short(_x(place / _BARS) + 1)}" y="{_short(_y(below + share))}" width="{_short(width - 2)}"'
    height = f'height="{_short(share * _INNER_HEIGHT)}"'
    return f'<rect class="bar {kind}" {where} {height}><title>{escape(label)}</title></rect>'


def _x(share: float) -> float:
    return _LEFT + share * _INNER_WIDTH


def _y(share: float) -> float:
    return _HEIGHT - _BOTTOM - min(share, 1.5) * _INNER_HEIGHT


def _short(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _tick(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if value else "0"


def _nice(most: int) -> int:
    """The least number of at least `most` that five steps divide evenly into round ones."""
    size = int("1".ljust(len(str(most)) - 1, "0"))
    return max(5, math.ceil(most / (5 * size)) * 5 * size)
