"""What an index holds and was made with, for an operator's eyes."""

from __future__ import annotations

from index.judgement import Judgement
from index.store import Snapshot
from index.threshold import fitted, origin
from index.types import IndexInfo


def facts(snapshot: Snapshot, judgement: Judgement, info: IndexInfo) -> dict[str, object]:
    """The facts of `python -m index info`.

    Args:
        snapshot: A state of the index.
        judgement: The weights that questions are answered with.
        info: What answers are found in.
    """
    counts = snapshot.counts()
    return {
        "fingerprint": info.fingerprint,
        "articles": counts.articles,
        "sentences": counts.sentences,
        "chunks": counts.chunks,
        "vectors": counts.vectors,
        "collections": snapshot.collections(),
        "skipped": len(snapshot.skipped()),
        **snapshot.recipe(),
        "threshold": fitted(judgement, snapshot).threshold,
        "threshold_from": origin(judgement, snapshot),
    }
