"""A curve in a terminal, drawn with plain characters."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from index.evaluation import RiskPoint

_WIDTH: Final = 55
_HEIGHT: Final = 10
_STEP: Final = 0.1  # of the highest risk that is shown


def risk_coverage(curve: Sequence[RiskPoint], chosen: RiskPoint, wanted: float) -> list[str]:
    """Draw risk (upwards) against coverage: `*` the curve, `-` the wanted risk, `O` what was chosen.

    Args:
        curve: At least one point.
        chosen: One of them.
        wanted: The wanted risk.
    """
    highest = max(wanted, *(point.risk for point in curve))
    top = math.ceil(highest / _STEP - 1e-9) * _STEP

    def row(risk: float) -> int:
        return round((1 - risk / top) * _HEIGHT)

    cells = [[" "] * (_WIDTH + 1) for _ in range(_HEIGHT + 1)]
    cells[row(wanted)] = ["-"] * (_WIDTH + 1)
    for point in curve:
        cells[row(point.risk)][round(point.coverage * _WIDTH)] = "*"
    cells[row(chosen.risk)][round(chosen.coverage * _WIDTH)] = "O"
    names = {at: f"{top * (1 - at / _HEIGHT):.2f}" for at in range(0, _HEIGHT + 1, 2)}
    lines = [f"{names.get(at, ''):>6} |{''.join(line)}".rstrip() for at, line in enumerate(cells)]
    scale = "".join(f"{share / 5:<{_WIDTH // 5}.1f}" for share in range(6))
    return ["  risk", *lines, f"{'':>6} +{'-' * (_WIDTH + 1)}", f"{'':>8}{scale.rstrip()} coverage"]
