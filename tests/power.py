"""Records what a process writes, and says what of it a loss of power could still take back."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.integration.killing import PROCESSES

_WRITING = os.O_WRONLY | os.O_RDWR


class Recorder:
    """Follows the file operations that Python reports, and `os.fsync`.

    The content of a file lasts once the file is synced; its name, once its folder is. SQLite writes and syncs
    databases by itself, which Python does not report: only their names are followed.

    Attributes:
        names: Files and folders whose names would not last.
        contents: Files whose contents would not last.
    """

    def __init__(self) -> None:
        self.names: set[Path] = set()
        self.contents: set[Path] = set()

    def begin(self) -> None:
        """Record from now on, to the end of the process."""
        sync = os.fsync

        def fsync(handle: int) -> None:
            sync(handle)
            self._synced(Path(f"/proc/self/fd/{handle}").readlink())

        pytest.MonkeyPatch().setattr(os, "fsync", fsync)
        sys.addaudithook(self._hear)

    def at_risk(self, root: Path) -> list[str]:
        """What under a folder would not last, relative to it."""
        paths = {path for path in self.names | self.contents if path.exists() and path.is_relative_to(root)}
        return sorted(path.relative_to(root).as_posix() for path in paths)

    def _synced(self, path: Path) -> None:
        self.contents.discard(path)
        self.names = {name for name in self.names if name.parent != path}

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            if isinstance(path, str | os.PathLike) and flags & (_WRITING | os.O_CREAT):
                self._opened(Path.cwd() / path)
        elif event == "os.mkdir" and not Path(arguments[0]).exists():
            self.names.add(Path.cwd() / arguments[0])
        elif event in ("os.rename", "os.link"):
            source, target = Path.cwd() / arguments[0], Path.cwd() / arguments[1]
            self.names.add(target)
            if source in self.contents:
                self.contents.add(target)

    def _opened(self, path: Path) -> None:
        if not path.exists():
            self.names.add(path)
        if not path.name.endswith((".db", ".db.new", "writer.lock")):
            self.contents.add(path)


def at_risk(root: Path, work: Callable[[Path], object]) -> list[str]:
    """Do work in a process of its own; returns what of it a loss of power right after it could take back."""
    given = PROCESSES.SimpleQueue()
    process = PROCESSES.Process(target=_record, args=(root, work, given))
    process.start()
    process.join(60)
    assert process.exitcode == 0
    found: list[str] = given.get()
    return found


def _record(root: Path, work: Callable[[Path], object], given: Any) -> None:
    recorder = Recorder()
    recorder.begin()
    work(root)
    given.put(recorder.at_risk(root))
