from __future__ import annotations

import errno
import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from index.errors import UsageError
from index.files import (
    atomic_write,
    chmod_command,
    make_folder,
    make_private,
    named,
    new_file,
    readable_by_others,
    sync,
    write_text,
)
from tests.integration.killing import PROCESSES


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


@contextmanager
def umask(bits: int) -> Iterator[None]:
    before = os.umask(bits)
    try:
        yield
    finally:
        os.umask(before)


def test_a_file_has_its_name_only_when_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "copies" / "monday.db"
    with new_file(target) as temporary:
        temporary.write_text("All of it")
        assert not target.exists()
    assert target.read_text() == "All of it"
    with pytest.raises(ZeroDivisionError), new_file(tmp_path / "copies" / "tuesday.db") as temporary:
        temporary.write_text("Half of")
        temporary.with_name(f"{temporary.name}-wal").write_text("it")
        raise ZeroDivisionError
    assert list(target.parent.iterdir()) == [target]


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    target = tmp_path / "monday.db"
    target.write_text("Precious")
    with pytest.raises(UsageError, match="already exists and is not overwritten"), new_file(target):
        raise AssertionError
    with pytest.raises(UsageError), new_file(tmp_path / "tuesday.db") as temporary:
        temporary.write_text("Mine")
        (tmp_path / "tuesday.db").write_text("Another's, which was quicker")
    assert (tmp_path / "tuesday.db").read_text().startswith("Another's")
    assert len(list(tmp_path.iterdir())) == 2


def test_a_disk_without_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    target = tmp_path / "monday.db"
    with new_file(target) as temporary:
        temporary.write_text("All of it")
    assert target.read_text() == "All of it"
    with pytest.raises(UsageError), new_file(tmp_path / "tuesday.db") as temporary:
        temporary.write_text("Mine")
        (tmp_path / "tuesday.db").write_text("Another's")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["monday.db", "tuesday.db"]


def test_in_a_folder_it_is_named_after_the_time(tmp_path: Path) -> None:
    assert named(tmp_path / "monday.db", "index") == tmp_path / "monday.db"
    found = named(tmp_path, "index")
    assert found.parent == tmp_path
    assert re.fullmatch(r"footnote-index-\d{4}-\d\d-\d\d-\d{6}\.db", found.name)


def test_a_file_is_replaced_wholly_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "settings" / "current"
    with atomic_write(path) as file:
        file.write(b"Old")
    path.chmod(0o640)
    with atomic_write(path) as file:
        file.write(b"New")
        assert path.read_bytes() == b"Old"
    assert path.read_bytes() == b"New"
    assert path.stat().st_mode & 0o777 == 0o640
    with pytest.raises(ZeroDivisionError), atomic_write(path) as file:
        file.write(b"Half of")
        raise ZeroDivisionError
    assert path.read_bytes() == b"New"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("bits", [0o000, 0o022, 0o077, 0o277])
def test_only_the_owner_can_read_what_is_private_whatever_the_umask(tmp_path: Path, bits: int) -> None:
    with umask(bits):
        make_folder(tmp_path / "a" / "b", private=True)
        make_private(tmp_path / "c" / "bot.db")
        with atomic_write(tmp_path / "d" / "current", private=True) as file:
            file.write(b"New")
            assert {mode(path) for path in (tmp_path / "d").iterdir()} == {0o600}
        with new_file(tmp_path / "e" / "copy.db") as temporary:
            assert {mode(path) for path in (tmp_path / "e").iterdir()} == {0o600}
            temporary.write_bytes(b"New")
        write_text(tmp_path / "e" / "report.html", "New")
    for path in tmp_path.rglob("*"):
        assert mode(path) == (0o700 if path.is_dir() else 0o600), path
        assert not readable_by_others(path)


def test_a_private_file_that_is_replaced_is_private_then(tmp_path: Path) -> None:
    path = tmp_path / "current"
    path.write_text("Old")
    path.chmod(0o644)
    with atomic_write(path, private=True) as file:
        file.write(b"New")
    assert (path.read_text(), mode(path)) == ("New", 0o600)


def test_files_of_the_corpus_go_by_the_umask(tmp_path: Path) -> None:
    with umask(0o002), atomic_write(tmp_path / "news" / "ferry.md") as file:
        file.write(b"New")
    assert mode(tmp_path / "news" / "ferry.md") == 0o664
    assert mode(tmp_path / "news") == 0o775


def test_what_exists_stays_as_it_is(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    make_folder(tmp_path, private=True)
    (tmp_path / "bot.db").write_text("Precious")
    make_private(tmp_path / "bot.db")
    assert (tmp_path / "bot.db").read_text() == "Precious"
    assert mode(tmp_path) == 0o755


def test_a_folder_is_not_made_where_a_file_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "taken").touch()
    with pytest.raises(FileExistsError):
        make_folder(tmp_path / "taken")
    (tmp_path / "raced").mkdir()
    first = [False]
    monkeypatch.setattr(Path, "is_dir", lambda _: first.pop() if first else True)
    make_folder(tmp_path / "raced")  # which another process has made after the first look


def test_a_device_takes_a_text_as_it_is(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_text(pipe, "9 of 10")
    assert os.read(reading, 99) == b"9 of 10"
    os.close(reading)
    with pytest.raises(FileNotFoundError):
        write_text(tmp_path / "none" / "report.html", "New")
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "report.html")
    write_text(link, "10 of 10")
    assert link.is_symlink()
    assert (tmp_path / "report.html").read_text() == "10 of 10"


def be_killed_writing(folder: Path) -> None:
    with atomic_write(folder / "current") as file:
        file.write(b"Half of")
        file.flush()
        os.kill(os.getpid(), signal.SIGKILL)


def be_killed_copying(folder: Path) -> None:
    with new_file(folder / "copy.db") as temporary:
        temporary.write_bytes(b"Half of")
        temporary.with_name(f"{temporary.name}-journal").write_bytes(b"a database")
        os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("work", [be_killed_writing, be_killed_copying])
def test_the_next_write_deletes_what_a_killed_one_left(tmp_path: Path, work: Callable[[Path], None]) -> None:
    process = PROCESSES.Process(target=work, args=(tmp_path,))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    assert [path.suffix for path in tmp_path.iterdir() if path.suffix == ".tmp"] == [".tmp"]
    (tmp_path / ".notes.tmp").write_text("An editor's own")
    with atomic_write(tmp_path / "other") as file:
        file.write(b"New")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".notes.tmp", "other"]


def test_what_another_process_is_writing_is_left_alone(tmp_path: Path) -> None:
    with atomic_write(tmp_path / "one") as one, new_file(tmp_path / "two") as two:
        two.write_text("Two")
        with atomic_write(tmp_path / "three") as three:
            three.write(b"Three")
        one.write(b"One")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "three", "two"]


def test_a_temporary_file_that_is_deleted_before_it_is_locked_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[object] = []

    def lock(stream: object) -> bool:
        if not made:
            [found] = tmp_path.iterdir()
            found.unlink()
        made.append(stream)
        return True

    monkeypatch.setattr("index.files._lock", lock)
    with atomic_write(tmp_path / "current") as file:
        file.write(b"New")
    assert (tmp_path / "current").read_bytes() == b"New"
    assert len(made) == 2


def test_a_disk_that_fails_to_sync_is_reported_unless_it_never_syncs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(number: int) -> None:
        def sync_badly(_: int) -> None:
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(os, "fsync", sync_badly)

    fail(errno.EINVAL)
    sync(tmp_path)
    fail(errno.EIO)
    with pytest.raises(OSError, match="Input/output error"):
        sync(tmp_path)


def test_the_commands_that_make_files_private(tmp_path: Path) -> None:
    (tmp_path / "a folder").mkdir()
    file = tmp_path / "bot.db"
    file.touch()
    assert chmod_command([file]) == f"chmod 600 {file}"
    assert chmod_command([file, tmp_path / "a folder"]) == (
        f"chmod 700 '{tmp_path / 'a folder'}' && chmod 600 {file}"
    )
    file.chmod(0o640)
    assert readable_by_others(file)
