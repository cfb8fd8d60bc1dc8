"""The index folder: which database file is in use, and who may change it.

`current` names the file that readers open and, on its second line, the one kept for `rollback`. It is
replaced in one step, so a crash leaves either the old pair or the new. Names end in random digits and are
never used again, not even after the folder was deleted: so a reader notices that the file it has open was
deleted, and SQLite, which finds the log of a database by its name, never takes that of another.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from index.errors import IndexBusy, IndexMissing
from index.files import JOURNALS, atomic_write, make_folder
from index.store._connect import damaged, disk_error, disk_errors

_NAME: Final = re.compile(r"gen-(\d{6,})-[0-9a-f]{8}\.db")
_FAILURE: Final = "rebuild-failure"


@dataclass(frozen=True, slots=True)
class Generations:
    """The generations in one index folder."""

    folder: Path

    def current(self) -> Path:
        """The database in use.

        Raises:
            IndexMissing: Nothing has been built yet.
            IndexCorrupt: The pointer names no file.
            IndexDisk: The folder cannot be read.
        """
        names = self._names()
        if not names:
            raise IndexMissing(f"There is no index in {self.folder} yet. Run `footnote rebuild` to make it.")
        return self.folder / names[0]

    def previous(self) -> Path | None:
        """The database kept for `rollback`, or None."""
        names = self._names()
        return self.folder / names[1] if len(names) > 1 else None

    def unused(self) -> Path:
        """The path for the next generation; no file is there."""
        taken = [int(match[1]) for path in self.all() if (match := _NAME.fullmatch(path.name))]
        return self.folder / f"gen-{max(taken, default=0) + 1:06d}-{secrets.token_hex(4)}.db"

    def all(self) -> list[Path]:
        """Every database in the folder, unfinished ones too, newest first."""
        with disk_errors(self.folder):
            found = [path for path in self.folder.iterdir() if _NAME.fullmatch(path.name)]
        return sorted(found, key=lambda path: (len(path.name), path.name), reverse=True)

    def switch(self, current: Path, previous: Path | None) -> None:
        """Put `current` in use and keep `previous`, in one step.

        Raises:
            IndexDisk: The pointer cannot be written; it is then as before.
        """
        pointer = self.folder / "current"
        names = [path.name for path in (current, previous) if path is not None]
        lines = "".join(f"{name}\n" for name in names)
        with disk_errors(self.folder), atomic_write(pointer, private=True) as file:
            file.write(lines.encode("ascii"))

    def tidy(self) -> None:
        """Delete every generation but the two that are named, and what belonged to one that is gone.

        Readers that have one open can go on. What cannot be deleted stays for the next time.
        """
        kept = {name.removesuffix(".db") for name in self._names()}
        with disk_errors(self.folder):
            names = [path.name for path in self.folder.iterdir()]
        for name in names:
            generation = name.partition(".")[0]
            if _NAME.fullmatch(f"{generation}.db") and generation not in kept:
                with suppress(OSError):
                    (self.folder / name).unlink(missing_ok=True)

    def failure(self) -> str | None:
        """Why the last rebuild failed, in a sentence; None if it succeeded."""
        try:
            return (self.folder / _FAILURE).read_text(encoding="utf-8", errors="replace") or None
        except OSError:
            return None

    def record_failure(self, why: str | None) -> None:
        """Record why a rebuild has failed, or that one has succeeded, for `failure`."""
        path = self.folder / _FAILURE
        with suppress(OSError):  # it is a note: the rebuild itself says the same
            if why is None:
                path.unlink(missing_ok=True)
            else:
                with atomic_write(path, private=True) as file:
                    file.write(why.encode())

    def _names(self) -> list[str]:
        pointer = self.folder / "current"
        try:
            lines = pointer.read_bytes().decode("ascii", "replace").split("\n")
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise disk_error(pointer, error.strerror or str(error)) from error
        names = [line for line in lines if line]
        if not names or len(names) > 2 or not all(_NAME.fullmatch(name) for name in names):
            raise damaged(pointer, "it does not name a generation")
        return names


def discard(path: Path) -> None:
    """Delete a generation with what belongs to it. What cannot be deleted stays for the next time."""
    beside = [path.with_name(path.name + suffix) for suffix in JOURNALS]
    for file in [path, *beside]:
        with suppress(OSError):
            file.unlink(missing_ok=True)


@contextmanager
def locked(folder: Path, timeout: float) -> Iterator[None]:
    """Hold the writer's lock of an index folder. It is released when the process ends, however it does.

    Args:
        folder: The index folder; made when missing.
        timeout: Seconds to wait for another process.

    Raises:
        IndexBusy: The other process is still writing.
        IndexDisk: The folder cannot be made or written.
    """
    lock = FileLock(folder / "writer.lock", mode=0o600)
    with disk_errors(folder):
        make_folder(folder, private=True)
        try:
            lock.acquire(timeout=timeout)
        except Timeout as error:  # itself an OSError
            raise IndexBusy(
                f"Another process is changing the index in {folder}. Run the command again when it is done, "
                "or let it wait longer with INDEX_LOCK_TIMEOUT."
            ) from error
    try:
        yield
    finally:
        lock.release()
