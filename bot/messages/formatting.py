"""Formats lists, durations and sizes for operators."""

from __future__ import annotations


def first_names(names: list[str], most: int = 5) -> str:
    """Join names with commas, the first ones if there are many."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def duration(seconds: float) -> str:
    """Format a duration in the largest unit that fits: "3 days"."""
    for unit, length in (("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1)):
        count = int(seconds // length)
        if count or unit == "second":
            break
    return f"{count} {unit}{'' if count == 1 else 's'}"


def megabytes(size: int) -> str:
    """Format a number of bytes."""
    return f"{size / 1e9:,.1f} GB" if size >= 1e9 else f"{size / 1e6:,.1f} MB"
