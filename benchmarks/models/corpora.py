"""What packed data says of its corpora, shared by who writes it and who reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

Role = Literal["train", "dev", "mix", "mixdev", "test"]
"""Documentation to train on or left out, the mixture of other sets likewise, and sets that only measure."""
Span = tuple[int, int]
"""`[first, stop)` of the numbers of units, sections, chunks or questions."""

SPANS: Final = ("units", "sections", "chunks", "questions")
KIND_CODE: Final = 3
"""The code of code; units of a kind up to it can be quoted, headings and empty ones cannot."""


@dataclass(slots=True)
class Corpus:
    """What one corpus holds."""

    name: str
    group: str
    role: Role
    units: Span = (0, 0)
    sections: Span = (0, 0)
    chunks: Span = (0, 0)
    questions: Span = (0, 0)

    @classmethod
    def from_json(cls, written: Mapping[str, Any]) -> Corpus:
        """Read what `dataclasses.asdict` and JSON made of it.

        Raises:
            ValueError: The role is none.
        """
        if written["role"] not in get_args(Role):
            raise ValueError(f"{written['role']} is no role of a corpus")
        spans = {name: tuple(written[name]) for name in SPANS}
        return cls(**{**written, **spans})

    def spans(self) -> dict[str, Span]:
        """The spans by what they count."""
        return {name: getattr(self, name) for name in SPANS}

    @property
    def judges(self) -> str:
        """What its figures are listed under: a test set by its group, other corpora by their role."""
        return self.group if self.role == "test" else self.role
