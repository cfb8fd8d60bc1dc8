"""Which database file of the index folder is in use.

`current` names the file that readers open and, on its second line, the one kept for `rollback`. It is
replaced in one step, so a crash leaves either the old pair or the new. Names end in random digits: no name
ever comes back, not even after the folder was deleted, so a reader that has a deleted file open notices, and
SQLite, which deletes the log of a database by its name, never deletes that of another.
"""

from __future__ import annotations

import re
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from index.errors import IndexMissing
from index.files import atomic_write
from index.store._connect import damaged, disk_errors

_NAME: Final = re.compile(r"gen-(\d{6,})-[0-9a-f]{8}\.db")
_BESIDE: Final = ("", "-wal", "-shm", "-journal")


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
        """Where the next generation will be built; no file is there."""
        taken = [int(match[1]) for path in self.all() if (match := _NAME.fullmatch(path.name))]
        return self.folder / f"gen-{max(taken, default=0) + 1:06d}-{secrets.token_hex(4)}.db"

    def all(self) -> list[Path]:
        """Every database in the folder, also unfinished ones, newest first."""
        with disk_errors(self.folder):
            found = [path for path in self.folder.iterdir() if _NAME.fullmatch(path.name)]
        return sorted(found, key=lambda path: (len(path.name), path.name), reverse=True)

    def switch(self, current: Path, previous: Path | None) -> None:
        """Put `current` in use and keep `previous`, in one step that lasts.

        Raises:
            IndexDisk: The pointer cannot be written; it is then as before.
        """
        pointer = self.folder / "current"
        names = [path.name for path in (current, previous) if path is not None]
        lines = "".join(f"{name}\n" for name in names)
        with disk_errors(self.folder), atomic_write(pointer, self.folder / ".current.tmp") as file:
            file.write(lines.encode("ascii"))

    def tidy(self) -> None:
        """Delete every generation but the two that are named; readers that have one open keep it."""
        kept = set(self._names())
        for path in self.all():
            if path.name not in kept:
                discard(path)

    def _names(self) -> list[str]:
        pointer = self.folder / "current"
        try:
            lines = pointer.read_bytes().decode("ascii", "replace").split("\n")
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise damaged(pointer, f"it cannot be read ({error.strerror})") from error
        names = [line for line in lines if line]
        if not names or len(names) > 2 or not all(_NAME.fullmatch(name) for name in names):
            raise damaged(pointer, "it does not name a generation")
        return names


def discard(path: Path) -> None:
    """Delete a generation with what belongs to it; what cannot be deleted stays for the next time."""
    beside = [path.with_name(path.name + suffix) for suffix in _BESIDE]
    for file in [*beside, path.with_suffix(".vectors")]:  # earlier versions saved vectors there
        with suppress(OSError):
            file.unlink(missing_ok=True)
