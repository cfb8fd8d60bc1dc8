"""What a new generation takes from those before it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from index.errors import IndexCorrupt, IndexMissing, IndexVersion, StoreError
from index.store._generations import Generations
from index.store._ledger import Ledger
from index.store._writer import Writer


@contextmanager
def donors_of(generations: Generations, model: str) -> Iterator[list[Ledger]]:
    """The sound databases made with a model, newest first: their vectors can be used again.

    Unfinished ones are among them, so that a rebuild goes on where the last one was killed.
    """
    with ExitStack() as stack:
        donors: list[Ledger] = []
        for path in generations.all():
            with suppress(StoreError):  # whatever a damaged or unfinished one says
                donor = stack.enter_context(Writer.open(path))
                if donor.is_sound() and donor.recipe().get("model") == model:
                    donors.append(donor)
        yield donors


def worth_keeping(generations: Generations) -> tuple[Path | None, Path | None]:
    """The databases that `rollback` could use once there is a new one: the present one, and the one before.

    Returns:
        The present one is None if it is missing or damaged; one of another version of Footnote is kept.
    """
    try:
        present, previous = generations.current(), generations.previous()
    except (IndexMissing, IndexCorrupt):
        return None, None
    try:
        with Writer.open(present) as writer:
            return present if writer.is_sound() else None, previous
    except IndexVersion:
        return present, previous
    except StoreError:
        return None, previous


def is_empty(path: Path) -> bool:
    """Whether an unfinished database holds no vector, and so nothing worth keeping."""
    try:
        with Writer.open(path) as writer:
            return writer.holds_no_vector()
    except StoreError:
        return True


def inherited(present: Path | None, model: str) -> tuple[dict[str, bytes], dict[str, str]]:
    """What a report compares a new database with, and the settings that it takes over.

    Args:
        present: The database that is to be replaced, if it can be used.
        model: That of the new one; settings of another model mean nothing.

    Returns:
        Ids and hashes of the articles, and the settings; both empty if the database cannot be read.
    """
    if present is not None:
        with suppress(StoreError), Writer.open(present) as writer:
            same = writer.recipe().get("model") == model
            return writer.articles(), writer.settings() if same else {}
    return {}, {}
