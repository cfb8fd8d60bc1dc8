"""Work on an index in a process of its own, killed at a chosen moment."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest

from tests.index.library import Library, WordEncoder

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.integration.killing", "index.retrieval.vectors"])

Work = Callable[[Library], object]


class Fuse:
    """Ends this very process with SIGKILL at the n-th statement, file operation or batch of texts."""

    def __init__(self, length: int) -> None:
        self.burnt = 0
        self._length = length

    def lay(self) -> None:
        """Along everything that Python tells about files and SQLite about statements."""
        connect = sqlite3.connect

        def connect_and_listen(*options: Any, **named: Any) -> sqlite3.Connection:
            connection: sqlite3.Connection = connect(*options, **named)
            connection.set_trace_callback(self.burn)
            return connection

        pytest.MonkeyPatch().setattr(sqlite3, "connect", connect_and_listen)
        sys.addaudithook(self._hear)

    def burn(self, *_: object) -> None:
        self.burnt += 1
        if self.burnt == self._length:
            os.kill(os.getpid(), signal.SIGKILL)

    def _hear(self, event: str, _: tuple[Any, ...]) -> None:
        if event in ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate"):
            self.burn()


def start(
    library: Library, work: Work, *, length: int = 0, pause: float = 0.0, linger: bool = False
) -> BaseProcess:
    """Begin to work in a process of its own.

    Args:
        length: At which step it kills itself; 0 for never.
        pause: Seconds that encoding 16 texts takes.
        linger: Whether it stays when it is done, so that only its work can be cut short.
    """
    process = PROCESSES.Process(target=_run, args=(library.root, work, length, pause, linger))
    process.start()
    return process


def steps(library: Library, work: Work) -> int:
    """How many steps a whole work has."""
    process = start(library, work, length=-1)
    process.join(60)
    assert process.exitcode == 0
    return int((library.root / "steps").read_text())


def _run(root: Path, work: Work, length: int, pause: float, linger: bool) -> None:
    fuse = Fuse(length)

    def on_encode(_: int) -> None:
        fuse.burn()
        time.sleep(pause)

    library = Library(root, WordEncoder(on_encode=on_encode))
    if length:
        fuse.lay()
    work(library)
    burnt = fuse.burnt
    (root / "steps").write_text(str(burnt))
    if linger:
        time.sleep(60)


@contextmanager
def in_memory() -> Iterator[Path]:
    """A folder on a file system in memory where there is one: a killed process needs no disk to be torn."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


def copy(library: Library, root: Path) -> Library:
    """The same corpus and index in another place."""
    shutil.copytree(library.root, root)
    return Library(root)
