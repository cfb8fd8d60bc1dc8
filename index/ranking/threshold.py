"""The threshold that was chosen on an index's own articles, kept in the index."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from typing import Final

from index.ranking.ranker import Ranker
from index.store import Snapshot

SETTING: Final = "threshold"
"""The name under which `Builder.keep` keeps it."""


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A threshold, and what speaks for it.

    Attributes:
        threshold: Confidence from which an answer is given.
        wanted: Risk that was asked for.
        risk: Share of the answers from the threshold on that were wrong.
        coverage: Share of answerable questions that were answered.
        answers: How many answers that are shares of.
        questions: How many questions that have an answer were asked.
        made: Day, as 2026-11-24.
        ranker: `weights_of` the ranker that gave the confidence; of another one it means nothing.
        labelled: Whether the questions were an operator's own.
    """

    threshold: float
    wanted: float
    risk: float
    coverage: float
    answers: int
    questions: int
    made: str
    ranker: str
    labelled: bool = False

    def as_setting(self) -> str:
        """As it is kept in the index."""
        return json.dumps(asdict(self))


def weights_of(ranker: Ranker) -> str:
    """Tells rankers apart by their weights, whatever their thresholds; 16 hexadecimal digits."""
    weights = replace(ranker, threshold=0.0, risks=()).fingerprint()
    return hashlib.blake2b(weights.encode(), digest_size=8).hexdigest()


def calibrated(snapshot: Snapshot) -> Calibrated | None:
    """What is kept in the index, of whatever ranker; None if nothing is, or nothing that can be read."""
    kept = snapshot.setting(SETTING)
    try:
        return None if kept is None else Calibrated(**json.loads(kept))
    except (ValueError, TypeError):  # kept by another version of Footnote
        return None


def fitted(ranker: Ranker, snapshot: Snapshot) -> Ranker:
    """The ranker with the threshold that was chosen for it on the articles, if one was."""
    kept = calibrated(snapshot)
    if kept is None or kept.ranker != weights_of(ranker):
        return ranker
    return replace(ranker, threshold=kept.threshold)


def origin(ranker: Ranker, snapshot: Snapshot) -> str:
    """Where the threshold in use comes from, for an operator's eyes."""
    kept = calibrated(snapshot)
    if kept is None:
        return "what comes with Footnote, for INDEX_RISK"
    if kept.ranker != weights_of(ranker):
        return "what comes with Footnote: the calibrated one was made for another ranker"
    return (
        f"calibrate on {kept.made}: risk {kept.risk:.2f} where {kept.wanted:g} was wanted, "
        f"coverage {kept.coverage:.2f}, {kept.questions} {'labelled ' if kept.labelled else ''}questions"
    )
