"""What a new generation takes over from earlier ones."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from index.errors import IndexCorrupt, IndexMissing, IndexVersion, StoreError
from index.store._generations import Generations
from index.store._repository import ReadRepository, Writer
from index.store._verify import verify


class _EmbeddingCache(Writer):
    """An earlier generation, for its vectors; it may be damaged or unfinished."""

    def value(self, embedding_key: bytes) -> bytes | None:
        """The stored vector of a text, packed; None if there is none, or it cannot be read."""
        try:
            return super().value(embedding_key)
        except StoreError:
            return None


def same_model(made_with: object, model: str) -> bool:
    """Whether vectors of one model can be used with another.

    Args:
        made_with: Fingerprint in the config of an index. Earlier versions left out the precision, and the
            revision of a published model.
        model: Fingerprint of the present model.
    """
    return made_with in (model, model.rpartition(" ")[0], model.partition("@")[0])


@contextmanager
def embedding_caches(generations: Generations, model: str) -> Iterator[list[ReadRepository]]:
    """The databases made with a model, newest first: their vectors can be used again.

    Unfinished ones are among them, so that a rebuild goes on where the last one was killed; and damaged ones,
    for each vector has a checksum.
    """
    with ExitStack() as stack:
        caches: list[ReadRepository] = []
        for path in generations.all():
            with suppress(StoreError):
                cache = stack.enter_context(_EmbeddingCache.open(path))
                if same_model(cache.config().get("model"), model):
                    caches.append(cache)
        yield caches


def worth_keeping(generations: Generations) -> tuple[Path | None, Path | None]:
    """The databases that `rollback` could use once there is a new one: the present one, and the one before.

    Returns:
        The present one is None if it is missing or damaged. One of another version of Footnote is kept.
    """
    try:
        present, previous = generations.current(), generations.previous()
    except (IndexMissing, IndexCorrupt):
        return None, None
    try:
        return None if verify(present, depth="changed") else present, previous
    except IndexVersion:
        return present, previous
    except StoreError:
        return None, previous


def is_empty(path: Path) -> bool:
    """Whether an unfinished database holds no vector, and so nothing that a later rebuild could use."""
    try:
        with Writer.open(path) as writer:
            return writer.holds_no_vector()
    except StoreError:
        return True


def inherited(present: Path | None, model: str) -> tuple[dict[str, bytes], dict[str, str]]:
    """What the report on a new database compares it with, and the settings that it takes over.

    Args:
        present: The database that is to be replaced, if it can be used.
        model: That of the new one; settings made for another model are not taken over.

    Returns:
        Ids and hashes of the articles, and the settings; both empty if the database cannot be read.
    """
    if present is not None:
        with suppress(StoreError), Writer.open(present) as writer:
            same = same_model(writer.config().get("model"), model)
            return writer.articles(), writer.settings() if same else {}
    return {}, {}
