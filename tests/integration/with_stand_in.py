"""`python -m bot` with the small engine in place of the real one, for tests that need a process."""

from __future__ import annotations

import time
from collections.abc import Sequence

import bot.__main__ as program
from bot.services.asking import EngineProtocol
from index.settings import IndexSettings
from index.types import Answer, Turn
from tests.bot.stand_in import StandIn


class Patient(StandIn):
    """Thinks for a second about questions with the word "ponder", and for a minute about "brood"."""

    def ask(
        self,
        question: str,
        *,
        k: int = 3,
        collections: Sequence[str] | None = None,
        turns: Sequence[Turn] = (),
    ) -> Answer:
        if "ponder" in question or "brood" in question:
            time.sleep(1 if "ponder" in question else 60)
        return super().ask(question, k=k, collections=collections, turns=turns)


def open_engine(settings: IndexSettings) -> EngineProtocol:
    """Returns the small engine."""
    return Patient()


if __name__ == "__main__":
    program.open_engine = open_engine
    program.main()
