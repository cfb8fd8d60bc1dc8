"""The threshold that `calibrate` chose on an index's own articles and keeps in the index."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from typing import Final

from index.ranking.ranker import Ranker
from index.store import Snapshot

SETTING: Final = "threshold"
"""Its name among the settings in the index."""


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A calibrated threshold.

    Attributes:
        threshold: Confidence from which an answer is given.
        wanted: Accepted share of wrong answers.
        risk: Share of the answers from the threshold on that were wrong.
        coverage: Share of answerable questions that were answered.
        answers: Number of answers that these are shares of.
        questions: Number of answerable questions that were asked.
        made: Day, as 2026-11-24.
        ranker: `weights_of` the ranker that gave the confidence; the threshold is valid for it alone.
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
        """Return the value that is kept in the index."""
        return json.dumps(asdict(self))


def weights_of(ranker: Ranker) -> str:
    """Identify a ranker by its weights alone, in 16 hexadecimal digits."""
    weights = replace(ranker, threshold=0.0, risks=()).fingerprint()
    return hashlib.blake2b(weights.encode(), digest_size=8).hexdigest()


def calibrated(snapshot: Snapshot) -> Calibrated | None:
    """Return the threshold in the index, for whatever ranker; None if there is no readable one."""
    kept = snapshot.setting(SETTING)
    try:
        return None if kept is None else Calibrated(**json.loads(kept))
    except (ValueError, TypeError):  # kept by another version of Footnote
        return None


def fitted(ranker: Ranker, snapshot: Snapshot) -> Ranker:
    """Return the ranker with the threshold that was calibrated for it, if there is one."""
    kept = calibrated(snapshot)
    if kept is None or kept.ranker != weights_of(ranker):
        return ranker
    return replace(ranker, threshold=kept.threshold)


def origin(ranker: Ranker, snapshot: Snapshot) -> str:
    """Say where the threshold in use comes from, for operators."""
    kept = calibrated(snapshot)
    if kept is None:
        return "what comes with Footnote, for INDEX_RISK"
    if kept.ranker != weights_of(ranker):
        return "what comes with Footnote: the calibrated one was made for another ranker"
    return (
        f"calibrate on {kept.made}: risk {kept.risk:.2f} where {kept.wanted:g} was wanted, "
        f"coverage {kept.coverage:.2f}, {kept.questions} {'labelled ' if kept.labelled else ''}questions"
    )
