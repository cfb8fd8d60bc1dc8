"""Compares a run with labelled questions: those with the article or sentence that should be cited."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from index.evaluation._metrics import Row


@dataclass(frozen=True, slots=True)
class Failure:
    """A row of a set of labelled questions that did not come out as wanted, and how."""

    row: Row
    reason: str


def gate(rows: Iterable[Row], *, before: Iterable[Row] = ()) -> list[Failure]:
    """Find the rows of an operator's labelled questions that fail.

    An unanswerable question must be declined; an answerable one must be answered, and where its evidence is
    known, one of the sentences cited must be gold. Questions that nobody has judged never fail.

    Args:
        rows: The run.
        before: An earlier run over the same questions; what failed there already is not counted again.
    """
    failures = (Failure(row, reason) for row in rows if (reason := _fault(row)))
    known = {(row.id, row.question) for row in before if _fault(row)}
    return [one for one in failures if (one.row.id, one.row.question) not in known]


def _fault(row: Row) -> str | None:
    if row.answerable is None:
        return None
    if not row.answerable:
        return f"answered with “{_first(row)}”, though nothing answers it" if row.answered else None
    if not row.answered:
        return "declined, though an article answers it"
    if row.evidence and not row.hit(len(row.quoted)):
        return f"answered with “{_first(row)}”, which is not what was expected"
    return None


def _first(row: Row) -> str:
    return row.quoted[0].text if row.quoted else ""
