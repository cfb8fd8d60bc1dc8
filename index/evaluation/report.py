"""The report on an evaluation: one HTML page that makes no request and runs no script."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path

from index.evaluation import (
    FIGURES,
    Bin,
    ChangedQuestion,
    Evidence,
    FigureDifference,
    QualityMetrics,
    Quoted,
    Row,
    RunComparison,
    number,
    outcome,
    wilson,
)

_MOST = 15
_LONGEST = 420
# HTML allows no control characters, and UTF-8 no half of a surrogate pair.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
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
"""Figures that are shares, and the attribute that counts their questions, for intervals."""


def render(
    sets: Mapping[str, QualityMetrics],
    *,
    title: str = "Evaluation",
    facts: Iterable[tuple[str, str]] = (),
    comparisons: Mapping[str, RunComparison] | None = None,
) -> str:
    """Render a run as a page. All text is escaped, and the page forbids requests and scripts.

    Args:
        sets: Figures of each question set, by name.
        title: Heading of the page.
        facts: The conditions of the measurement as pairs of name and value: index, model, machine, date.
        comparisons: Differences from an earlier run, by set.

    Returns:
        HTML, to be written as UTF-8. The same arguments give the same page.
    """
    style = Path(__file__).with_name("report.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    comparisons = comparisons or {}
    sections = [
        _section(place, name, metrics, comparisons.get(name))
        for place, (name, metrics) in enumerate(sets.items())
    ]
    told = "".join(f"<dt>{_safe(name)}</dt><dd>{_safe(value)}</dd>" for name, value in facts)
    links = "".join(f'<li><a href="#set-{i}">{_safe(name)}</a></li>' for i, name in enumerate(sets))
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_plain(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n"
        f'<header><h1>{_safe(title)}</h1><dl class="facts">{told}</dl></header>\n'
        f'<nav aria-label="Question sets"><ul>{links}</ul></nav>\n<main>\n'
        f"{_overview(sets)}\n{''.join(sections)}</main>\n</body>\n</html>\n"
    )


def _section(
    place: int,
    name: str,
    metrics: QualityMetrics,
    comparison: RunComparison | None,
) -> str:
    return (
        f'<section id="set-{place}" aria-labelledby="name-{place}"><h2 id="name-{place}">{_safe(name)}</h2>'
        f'<p class="soft">Questions: {metrics.questions}; {metrics.answerable} known to be answerable, '
        f"{metrics.unanswerable} known not to be.</p>"
        f"{_key_figures(metrics)}{_decisions(metrics)}"
        f"{_numbers(metrics)}{_compared(comparison) if comparison else ''}{_worst(metrics.rows)}</section>\n"
    )


def _key_figures(metrics: QualityMetrics) -> str:
    hit = _share_interval("sentence_hit_1", metrics)
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
        _differences(comparison)
        + _changes("Questions that got better", note, comparison.better)
        + _changes("Questions that got worse", note, comparison.worse)
    )


def _worst(rows: Sequence[Row]) -> str:
    ordered = sorted(rows, key=lambda row: -row.confidence)
    judged = [row for row in ordered if row.answerable is not None]
    wanted = [row for row in judged if row.answerable]
    wrong = [row for row in judged if row.answered and not row.hit(1)]
    declined = [row for row in wanted if not row.answered]
    missing = [row for row in wanted if row.candidate_rank is None]
    return (
        _cards("Answered wrong", "Those it was most sure of first.", wrong)
        + _cards("Declined though answerable", "Those it was nearest to answering first.", declined)
        + _cards("No gold sentence among the candidates", "Those it was most sure of first.", missing)
    )


def _overview(sets: Mapping[str, QualityMetrics]) -> str:
    """Render all figures of all sets, shares with their intervals."""
    body = [
        [_LABELS[name], *(_cell(name, metrics) for metrics in sets.values())]
        for name in _LABELS
        if any(getattr(metrics, name) is not None for metrics in sets.values())
    ]
    caption = "Small print: 95 % interval of a share (Wilson)."
    return _table("All figures", caption, ["Figure", *(_safe(name) for name in sets)], body)


def _cell(name: str, metrics: QualityMetrics) -> str:
    value = getattr(metrics, name)
    return number(value) + (f"<small>{_share_interval(name, metrics)}</small>" if name in _SHARES else "")


def _share_interval(name: str, metrics: QualityMetrics) -> str:
    """Format the 95 % interval of a share; `""` if the share is None."""
    value = getattr(metrics, name)
    if value is None:
        return ""
    low, high = wilson(value, getattr(metrics, _SHARES[name]))
    return f"{low:.3f} – {high:.3f}"


def _decisions(metrics: QualityMetrics) -> str:
    """Render the counts of questions that were answered and declined."""
    wrong = sum(row.answered and bool(row.answerable) and not row.hit(1) for row in metrics.rows)
    body = [
        ["Answerable", str(metrics.answered_right), str(wrong), str(metrics.declined_wrong)],
        ["Unanswerable", "–", str(metrics.answered_wrong - wrong), str(metrics.declined_right)],
    ]
    head = ["As decided", "answered, gold first", "answered otherwise", "declined"]
    return _table("Decisions", "", head, body)


def _numbers(metrics: QualityMetrics) -> str:
    """Render coverage by risk, and the reliability of the confidence."""
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


def _differences(comparison: RunComparison) -> str:
    """Render the differences from the earlier run, with intervals."""
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
    """Render a table of HTML cells, which scrolls by itself on a narrow screen."""
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


def _safe(text: str, longest: int = _LONGEST) -> str:
    """Render any text as HTML: escaped, on one line, cut at a word, and with its direction isolated."""
    return f"<bdi>{_plain(text, longest)}</bdi>"


def _plain(text: str, longest: int = _LONGEST) -> str:
    """Render any text as `_safe` does, where no element is allowed."""
    line = " ".join(_UNPRINTABLE.sub("\ufffd", text).split())
    if len(line) > longest:
        cut = line[:longest]
        line = (cut.rpartition(" ")[0] or cut) + " …"
    return escape(line)


def _cards(title: str, note: str, rows: Sequence[Row]) -> str:
    """Render a folded list of questions, the first `_MOST` of them; `""` if there are none."""
    return _folded(title, note, [_card(row) for row in rows[:_MOST]], len(rows))


def _changes(title: str, note: str, pairs: Sequence[ChangedQuestion]) -> str:
    """Render a folded list of questions whose outcome changed, with the sentences before and after."""
    return _folded(title, note, [_change(pair) for pair in pairs[:_MOST]], len(pairs))


def _folded(title: str, note: str, items: Sequence[str], total: int) -> str:
    if not items:
        return ""
    count = f"{total}" if len(items) == total else f"{total}, the first {len(items)} of them here"
    return (
        f'<details><summary>{escape(title)}<span class="soft">{count}</span></summary>'
        f'<p class="soft">{escape(note)}</p><ol class="questions">{"".join(items)}</ol></details>'
    )


def _card(row: Row) -> str:
    quotes = "".join(_quote(one) for one in row.quoted) or '<p class="soft">No sentence at all.</p>'
    reason = f'<p class="soft">Reason given: {_safe(row.reason)}</p>' if row.reason else ""
    return f"<li>{_head(row)}{quotes}{reason}{_expected(row)}</li>"


def _change(pair: ChangedQuestion) -> str:
    before, after = pair.before, pair.after
    told = (
        f'<p class="soft">{outcome(before).label} ({before.confidence:.2f}) → '
        f"{outcome(after).label} ({after.confidence:.2f})</p>"
    )
    first = [(name, row.quoted[0]) for name, row in (("Before", before), ("After", after)) if row.quoted]
    if len(first) == 2 and (first[0][1].text, first[0][1].gold) == (first[1][1].text, first[1][1].gold):
        first = [("Before and after", first[1][1])]
    quotes = "".join(_quote(quoted, name) for name, quoted in first)
    expected = "" if any(quoted.gold for _, quoted in first) else _expected(after)
    return f"<li>{_ask(after)}{told}{quotes}{expected}</li>"


def _head(row: Row) -> str:
    done = "answered" if row.answered else "declined"
    return f'{_ask(row)}<p class="soft">{done} at confidence {row.confidence:.3f} · {_safe(row.id, 80)}</p>'


def _ask(row: Row) -> str:
    return f'<p class="ask">{_safe(row.question)}</p>'


def _quote(quoted: Quoted, name: str = "") -> str:
    kind = "gold" if quoted.gold else "other"
    said = f"{name}: " if name else ""
    footer = f"{said}{'gold' if quoted.gold else 'not gold'} · {_article(quoted.title, quoted.article_id)}"
    return f'<blockquote class="{kind}">{_safe(quoted.text)}<footer>{footer}</footer></blockquote>'


def _article(title: str, article_id: str) -> str:
    return f"{_safe(title, 120)}, {_safe(article_id, 120)}" if title != article_id else _safe(title, 120)


def _expected(row: Row) -> str:
    if not row.answerable:
        return '<p class="soft">Nothing in the articles answers this.</p>'
    known = "; ".join(dict.fromkeys(_safe(answer, 120) for answer in row.answers[:3]))
    short = f'<p class="soft">Known answer: {known}</p>' if known else ""
    return "".join(_known(one) for one in row.evidence[:2]) + short


def _known(evidence: Evidence) -> str:
    text = _safe(evidence.text) if evidence.text else "Any sentence of this article."
    place = f" · {_safe(evidence.article_id, 120)}" if evidence.article_id else ""
    return f'<blockquote class="known">{text}<footer>expected{place}</footer></blockquote>'
