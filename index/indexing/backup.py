"""Copies of the index for safe keeping, made while others use it, and the way back."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from index.errors import IndexCorrupt, IndexDisk, UsageError
from index.files import named, new_file
from index.indexing.builder import refuse_emptying
from index.indexing.plan import plan_all
from index.indexing.reconcile import retract
from index.store import Generations, Writer, copy, discard, locked, verify, worth_keeping
from index.types import BuildReport


def back_up(folder: Path, target: Path) -> Path:
    """Copy the index as it is at this moment into one file, and check the copy.

    Args:
        folder: The index folder.
        target: The file; or a folder that exists, in which it is named after the time.

    Returns:
        The file.

    Raises:
        UsageError: There is a file of that name.
        IndexDisk: It cannot be written; nothing is left of it.
        StoreError: There is no index, or it is damaged.
    """
    source = Generations(folder).current()
    target = named(target, "index")
    try:
        with new_file(target) as temporary:
            _copied(source, temporary, journal="DELETE")
    except OSError as error:
        raise _no_room(target, error.strerror or str(error)) from error
    except IndexDisk as error:
        raise _no_room(target, str(error.__cause__ or error)) from error
    return target


def restore(
    file: Path, corpus: Path, folder: Path, *, lock_timeout: float = 30.0, allow_empty: bool = False
) -> BuildReport:
    """Put a copy in use; the index that was in use is kept for `rollback`.

    Articles that are no longer in the corpus stay removed. What has changed since the copy was made is learnt
    by the next rebuild.

    Args:
        file: As `back_up` makes it.
        corpus: Folder of the articles.
        folder: Folder of the index; made when missing.
        lock_timeout: Seconds to wait for another process that is changing the index.
        allow_empty: As for `Builder.rebuild`.

    Raises:
        UsageError: There is no such file.
        ArticlesMissing: As `Builder.rebuild`.
        CorpusError: The corpus cannot be read.
        StoreError: The copy cannot be used; the index then stays as it was.
    """
    if not file.is_file():
        raise UsageError(f"There is no file {file}. Name one that `footnote backup` has made.")
    with locked(folder, lock_timeout):
        generations = Generations(folder)
        path = generations.unused()
        try:
            try:
                _copied(file, path, journal="WAL")
            except IndexCorrupt as error:
                raise IndexCorrupt(
                    f"{file} is not a copy of an index, or is damaged. The index is as it was; take another "
                    "copy, or run `footnote rebuild`."
                ) from error
            with Writer.open(path) as writer:
                plan = plan_all(corpus, writer, lambda _: None)
                if not allow_empty:
                    left = writer.count() - len(plan.removed)
                    refuse_emptying(corpus, len(plan.removed), of=writer.count(), left=left)
                removed = retract(writer, plan)
                count = writer.count()
            present, previous = worth_keeping(generations)
            generations.switch(path, present or previous)
        except BaseException:
            discard(path)
            raise
        generations.tidy()
        return BuildReport(removed=removed, unchanged=count)


def _copied(source: Path, target: Path, *, journal: Literal["WAL", "DELETE"]) -> None:
    """Copy a database and make sure that the copy is whole.

    Raises:
        IndexCorrupt: It is not, and so neither is the source.
    """
    copy(source, target, journal=journal)
    problems = verify(target, depth="parts")
    if problems:
        raise IndexCorrupt(f"{source} is damaged, so no copy of it was made: {problems[0]}")


def _no_room(target: Path, detail: str) -> IndexDisk:
    return IndexDisk(
        f"The copy {target} cannot be written: {detail}. Nothing of it is left there; make room, correct the "
        "permissions, or choose another place."
    )
