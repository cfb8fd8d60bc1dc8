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
        text: What was found and, if it is not in order, what to do.
        code: What the process exits with for it; 0 if it is in order.
        warns: Whether it is in order, but not as it should stay.
    """

    subject: str
    text: str
    code: int = 0
    warns: bool = False

    def __str__(self) -> str:
        sign = "✗" if self.code else "⚠" if self.warns else "✓"
        return f"{sign} {self.subject}: {self.text}"


def listed(names: list[str], most: int = 5) -> str:
    """Names with commas between; how many more there are, where there are many."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def duration(seconds: float) -> str:
    """How long, in the largest unit that fits: "3 days"."""
    for unit, length in (("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1)):
        count = int(seconds // length)
        if count or unit == "second":
            break
    return f"{count} {unit}{'' if count == 1 else 's'}"


def megabytes(size: int) -> str:
    """A number of bytes for people."""
    return f"{size / 1e9:,.1f} GB" if size >= 1e9 else f"{size / 1e6:,.1f} MB"
