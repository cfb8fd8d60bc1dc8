from __future__ import annotations

import re
from pathlib import Path

import pytest

from index.errors import UsageError
from index.files import atomic_write, named, new_file


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
