"""Groups questions that ask for the same."""

from __future__ import annotations

from typing import Final

import numpy as np

from index.types import Vectors

_LEAST: Final = 0.6
"""Cosine to a group's middle: wordings of one question reach 0.62 to 0.85 with the default model, questions
about neighbouring things 0.57 and less."""


def alike(vectors: Vectors) -> list[list[int]]:
    """Put each question into the group that it is nearest to, or into one of its own.

    Args:
        vectors: Of the questions, in an order that does not change, for the groups depend on it.

    Returns:
        Positions; the largest group first, and in each the most typical question first.
    """
    groups: list[list[int]] = []
    sums: list[Vectors] = []
    for position, vector in enumerate(vectors):
        nearness = [float(vector @ total / np.linalg.norm(total)) for total in sums]
        best = max(range(len(groups)), key=nearness.__getitem__, default=0)
        if groups and nearness[best] >= _LEAST:
            groups[best].append(position)
            sums[best] = sums[best] + vector
        else:
            groups.append([position])
            sums.append(vector)
    for group, total in zip(groups, sums, strict=True):
        order = np.argsort(-(vectors[group] @ total), kind="stable")
        group[:] = [group[place] for place in order]
    return sorted(groups, key=lambda group: (-len(group), min(group)))
