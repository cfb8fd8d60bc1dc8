"""Backups of the index, made while others use it, and their restoration."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from index.errors import IndexCorrupt, IndexDisk, UsageError
from index.files import named, new_file
from index.indexing.builder import refuse_emptying, retract
from index.indexing.plan import plan_all
from index.store import Generations, Writer, copy, discard, locked, verify, worth_keeping
from index.types import BuildReport


def back_up(folder: Path, target: Path) -> Path:
    """Copy the current state of the index into one file, and check the copy.

    Args:
        folder: The index folder.
        target: The file; or an existing folder, in which the file is named after the time.

    Returns:
        The file.

    Raises:
        UsageError: The file exists already.
        IndexDisk: The file cannot be written; nothing is left of it.
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
    """Put a copy in use; the current index is kept for `rollback`.

    Articles that are no longer in the corpus stay removed. The next rebuild indexes files that have changed
    since the copy was made.

    Args:
        file: A copy made by `back_up`.
        corpus: Folder of the articles.
        folder: Folder of the index; created if missing.
        lock_timeout: Seconds to wait for another process that is changing the index.
        allow_empty: As in `Builder.rebuild`.

    Raises:
        UsageError: There is no such file.
        ArticlesMissing: As in `Builder.rebuild`.
        CorpusError: The corpus cannot be read.
        StoreError: The copy cannot be used; the index stays as it was.
    """
    if not file.is_file():
        raise UsageError(f"There is no file {file}. Name a file that `footnote backup` made.")
    with locked(folder, lock_timeout):
        generations = Generations(folder)
        path = generations.unused()
        try:
            try:
                _copied(file, path, journal="WAL")
            except IndexCorrupt as error:
                raise IndexCorrupt(
                    f"{file} is not a copy of an index, or is damaged. The index is unchanged; restore "
                    "another copy, or run `footnote rebuild`."
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
    """Copy a database and check the copy.

    Raises:
        IndexCorrupt: The copy is damaged, and so is the source.
    """
    copy(source, target, journal=journal)
    problems = verify(target, depth="parts")
    if problems:
        raise IndexCorrupt(f"{source} is damaged, so no copy of it was made: {problems[0]}")


def _no_room(target: Path, detail: str) -> IndexDisk:
    return IndexDisk(
        f"The copy {target} cannot be written: {detail}. Nothing of it is left. Free some space, correct the "
        "permissions, or choose another place."
    )
