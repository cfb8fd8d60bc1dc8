"""Runs of an evaluation: kept in a file to compare with later, and shown as a table."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from index.errors import UnreadableFile, UsageError
from index.evaluation._labels import Evidence
from index.evaluation._metrics import QualityMetrics, Quoted, Row, measure
from index.files import write_text

_VERSION = 1

FIGURES: tuple[tuple[str, str], ...] = (
    ("questions", "Questions"),
    ("answerable", "of them answerable"),
    ("sentence_hit_1", "Sentence hit@1"),
    ("sentence_hit_3", "Sentence hit@3"),
    ("candidates_hit_10", "Gold among 10 candidates"),
    ("passage_hit_1", "Passage hit@1"),
    ("passage_hit_3", "Passage hit@3"),
    ("passage_hit_10", "Passage hit@10"),
    ("mrr_10", "Passage MRR@10"),
    ("auroc", "Answerability AUROC"),
    ("coverage_at_10_risk", "Coverage at 10 % risk"),
    ("coverage", "Coverage as decided"),
    ("risk", "Risk as decided"),
    ("accuracy", "Right decisions"),
    ("answered_right", "Answered right"),
    ("answered_wrong", "Answered wrong"),
    ("declined_right", "Declined rightly"),
    ("declined_wrong", "Declined though answerable"),
    ("ece_width", "Calibration error (equal width)"),
    ("ece_mass", "Calibration error (equal size)"),
    ("brier", "Brier score"),
    ("seconds_mean", "Seconds, mean"),
    ("seconds_median", "Seconds, median"),
    ("seconds_p95", "Seconds, 95th percentile"),
)
"""Attributes of `Metrics` that are single figures, each with its label, in the order to show them."""


def table(sets: Mapping[str, QualityMetrics]) -> list[list[str]]:
    """Lay figures out as rows of cells: a header of set names, then a row for each figure."""
    rows = [["", *sets]]
    for name, label in FIGURES:
        rows.append([label, *(number(getattr(metrics, name)) for metrics in sets.values())])
    return rows


def number(value: float | None) -> str:
    """A count as it is, anything else with three decimals, None as a dash."""
    if value is None:
        return "–"
    return str(value) if isinstance(value, int) else f"{value:.3f}"


def save(path: Path, sets: Mapping[str, QualityMetrics]) -> None:
    """Write a run as JSON: each set's figures, to be read by people, and the rows `load` makes them of again.

    Raises:
        UsageError: The file cannot be written.
    """
    data = {
        "version": _VERSION,
        "sets": {
            name: {**metrics.as_dict(), "rows": [asdict(row) for row in metrics.rows]}
            for name, metrics in sets.items()
        },
    }
    try:
        write_text(path, json.dumps(data, indent=1) + "\n")
    except OSError as error:
        raise UsageError(f"Cannot write the run to {path}: {error.strerror}.") from error


def load(path: Path) -> dict[str, QualityMetrics]:
    """Read a run that `save` wrote; what comes back equals what was saved.

    Raises:
        UsageError: There is no such file.
        UnreadableFile: It is not a saved run, or one of another version.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"Cannot read the run in {path}: {error.strerror}.") from error
    except ValueError as error:
        raise UnreadableFile(f"{path} is not a saved run (no JSON).") from error
    if not isinstance(data, dict) or data.get("version") != _VERSION:
        raise UnreadableFile(f"{path} is not a run saved by this version. Save it again with `evaluate`.")
    try:
        return {name: measure([_row(row) for row in one["rows"]]) for name, one in data["sets"].items()}
    except (KeyError, TypeError, AttributeError) as error:
        raise UnreadableFile(f"{path} is not a whole saved run. Save it again with `evaluate`.") from error


def _row(data: dict[str, Any]) -> Row:
    return Row(
        **{
            **data,
            "quoted": tuple(Quoted(**one) for one in data["quoted"]),
            "answers": tuple(data["answers"]),
            "evidence": tuple(Evidence(**one) for one in data["evidence"]),
        }
    )
