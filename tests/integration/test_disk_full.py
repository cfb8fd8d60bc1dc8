"""A disk without room: one sentence, and the index as it was."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.errors import IndexDisk
from index.indexing.backup import back_up
from tests.index.library import Library
from tests.integration.killing import in_memory, start


@pytest.fixture
def library() -> Iterator[Library]:
    with in_memory() as folder:
        yield Library(folder).stock()


LONG = "# Log\n\n" + "".join(f"On day {day} the ferry sailed to island {day}.\n\n" for day in range(400))


def rebuild_without_room(library: Library) -> None:
    """No file may grow beyond the largest there is: to a program, that is much like a full disk."""
    room = max([60_000, *(path.stat().st_size for path in library.folder.glob("*"))])
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    with pytest.raises(IndexDisk) as caught:
        library.builder().rebuild()
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    (library.root / "said").write_text(str(caught.value))


def test_a_rebuild_that_finds_no_room_loses_nothing(library: Library) -> None:
    library.builder().rebuild()
    before = library.content()
    library.write("log.md", LONG)
    process = start(library, rebuild_without_room)
    process.join()
    assert process.exitcode == 0
    said = (library.root / "said").read_text()
    assert str(library.folder) in said
    assert "Nothing that was indexed is lost: make room" in said
    after = library.content()
    assert (after["articles"], after["digest"]) == (before["articles"], before["digest"])
    assert library.builder().rebuild().added == ("log",)
    assert library.builder().verify() == []


def test_a_first_rebuild_that_finds_no_room_leaves_nothing_behind(library: Library) -> None:
    library.write("log.md", LONG)
    process = start(library, rebuild_without_room)
    process.join()
    assert process.exitcode == 0
    assert left(library.folder) - {"rebuild-failure"} == {"writer.lock"}  # the failure is recorded if it fits
    library.builder().rebuild()
    assert library.builder().verify() == []


def left(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def back_up_without_room(library: Library) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, before[1]))
    with pytest.raises(IndexDisk) as caught:
        back_up(library.folder, library.root / "safe" / "monday.db")
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    (library.root / "said").write_text(str(caught.value))


def test_a_copy_that_finds_no_room_leaves_nothing(library: Library) -> None:
    library.builder().rebuild()
    process = start(library, back_up_without_room)
    process.join()
    assert process.exitcode == 0
    said = (library.root / "said").read_text()
    assert said.startswith(f"The copy {library.root / 'safe' / 'monday.db'} cannot be written: ")
    assert "Nothing of it is left." in said
    assert left(library.root / "safe") == set()
    assert library.builder().verify() == []
