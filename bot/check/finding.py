"""One line of what `footnote-bot check` reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

WRONG_SETTING: Final = 2
FAILED: Final = 1


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report.

    Attributes:
        subject: What was looked at.
        text: What was found and, if something is wrong, what to do.
        code: The exit code for it; 0 if it is in order.
        warns: Whether it is in order, but not as it should stay.
    """

    subject: str
    text: str
    code: int = 0
    warns: bool = False

    def __str__(self) -> str:
        sign = "✗" if self.code else "⚠" if self.warns else "✓"
        return f"{sign} {self.subject}: {self.text}"
