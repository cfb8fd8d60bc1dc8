from __future__ import annotations

from dataclasses import replace

from index.cli.answers import explain
from index.types import Explanation
from tests.bot.written import answered, citation, declined


def test_an_explanation_has_a_row_for_each_figure_there_is() -> None:
    why = Explanation("the last ferry", 0.5, meaning=0.7, interaction=0.6, reranker=0.8, probabilities=(1.0,))
    rows = explain(replace(answered(citation()), why=why)).splitlines()
    assert rows == [
        "Searched for:    the last ferry",
        "Confidence:      0.90, at or above the threshold of 0.50",
        "Meaning:         0.70 (cosine with the best sentence)",
        "Word by word:    0.60 (mean cosine of each word's nearest)",
        "Reranker:        0.80",
    ]


def test_without_candidates_nothing_is_compared() -> None:
    why = Explanation("the last ferry", 0.5)
    assert explain(replace(declined(), why=why)).splitlines() == [
        "Searched for:    the last ferry",
        "Confidence:      0.10, below the threshold of 0.50",
    ]
