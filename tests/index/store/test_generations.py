from __future__ import annotations

import os
from pathlib import Path

import pytest

from index.errors import IndexCorrupt, IndexDisk, IndexMissing
from index.store import Generations, discard, is_empty


@pytest.fixture
def generations(tmp_path: Path) -> Generations:
    return Generations(tmp_path)


def made(generations: Generations) -> Path:
    path = generations.unused()
    path.write_bytes(b"")
    return path


def test_nothing_is_current_before_the_first_switch(generations: Generations) -> None:
    with pytest.raises(IndexMissing, match="no index in .* yet. Run `footnote rebuild`"):
        generations.current()
    assert generations.previous() is None
    assert generations.all() == []


def test_a_folder_that_is_a_file_holds_no_index(tmp_path: Path) -> None:
    (tmp_path / "index").write_text("a note")
    with pytest.raises(IndexMissing):
        Generations(tmp_path / "index").current()


def test_a_switch_names_both(generations: Generations) -> None:
    first, second = made(generations), made(generations)
    generations.switch(first, None)
    assert (generations.current(), generations.previous()) == (first, None)
    generations.switch(second, first)
    assert (generations.current(), generations.previous()) == (second, first)


def test_names_rise_and_never_come_back(generations: Generations) -> None:
    first = made(generations)
    second = made(generations)
    assert first.name < second.name
    assert generations.all() == [second, first]
    second.unlink()
    assert generations.unused().name != second.name


def test_a_crash_before_the_replacement_leaves_the_old_pair(
    generations: Generations, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = made(generations), made(generations)
    generations.switch(first, None)
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(IndexDisk, match="No space left on device. Nothing that was indexed is lost"):
        generations.switch(second, first)
    assert generations.current() == first


def test_tidying_deletes_all_but_the_named_with_what_lies_beside_them(generations: Generations) -> None:
    stray, previous, current = made(generations), made(generations), made(generations)
    beside = [stray.with_name(stray.name + "-wal"), stray.with_suffix(".vectors")]
    for path in [*beside, generations.folder / "notes.txt"]:
        path.write_bytes(b"")
    generations.switch(current, previous)
    generations.tidy()
    assert generations.all() == [current, previous]
    assert not any(path.exists() for path in beside)
    assert (generations.folder / "notes.txt").exists()


@pytest.mark.parametrize("content", [b"", b"../corpus\n", b"gen-1.db\n", b"\xff\xfe\n", b"a\nb\nc\n"])
def test_a_damaged_pointer_is_told_and_protects_every_file(generations: Generations, content: bytes) -> None:
    path = made(generations)
    (generations.folder / "current").write_bytes(content)
    with pytest.raises(IndexCorrupt, match="does not name a generation. Run `footnote rebuild`"):
        generations.current()
    with pytest.raises(IndexCorrupt):
        generations.tidy()
    assert path.exists()


def test_a_pointer_that_cannot_be_read_is_told(generations: Generations) -> None:
    (generations.folder / "current").mkdir()
    with pytest.raises(IndexDisk, match="cannot be used: Is a directory"):
        generations.current()


def test_a_folder_that_cannot_be_listed_is_told(tmp_path: Path) -> None:
    with pytest.raises(IndexDisk, match="No such file"):
        Generations(tmp_path / "nowhere").all()


def test_an_unfinished_generation_that_says_nothing_is_empty(generations: Generations) -> None:
    assert is_empty(generations.unused())
    assert is_empty(made(generations))


def test_what_cannot_be_deleted_stays(generations: Generations) -> None:
    path = generations.unused()
    path.mkdir()
    discard(path)
    assert path.exists()
