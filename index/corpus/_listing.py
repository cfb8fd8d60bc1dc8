"""Finds the files of the corpus."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from index.corpus._fields import Unfit
from index.corpus._names import DUMP_SUFFIX, TEXT_SUFFIXES, clean_id, ignored, suffix_of
from index.corpus._read import numbered_lines, parse_row, row_id
from index.errors import CorpusError, UnreadableFile
from index.text.normalization import normalize


def files(corpus: Path) -> list[Path]:
    """List the article files of the corpus, sorted by their path under it.

    Hidden files and folders, what editors leave behind, and links that lead out of the corpus are left out.
    A link to a folder inside is followed if its articles are not listed already.

    Raises:
        CorpusError: The folder is missing, or one in it cannot be read.
    """
    try:
        found = sorted(_names(os.path.realpath(corpus))) if corpus.is_dir() else None
    except OSError as error:
        raise CorpusError(
            f"The folder {error.filename} cannot be read: {error.strerror}. Correct its permissions."
        ) from error
    if found is None:
        raise CorpusError(f"There is no folder of articles at {corpus}. Create it, or name another.")
    return [corpus / name for name in found]


def _names(root: str) -> Iterator[str]:
    """Paths of the article files under a real folder, relative to it, in no order."""
    folders = [("", root)]
    links: list[tuple[str, str]] = []
    seen: set[str] = set()
    while folders or links:
        if not folders:  # all real folders are known: what is left leads into hidden ones, or nowhere new
            links.sort(reverse=True)
        name, real = folders.pop() if folders else links.pop()
        if real in seen:
            continue
        seen.add(real)
        for entry in _scan(real):
            path = f"{name}/{entry.name}" if name else entry.name
            linked = entry.is_symlink()
            target = Path(os.path.realpath(entry.path)) if linked else Path(entry.path)
            if linked and not target.is_relative_to(root):
                continue
            if target.is_dir():
                (links if linked else folders).append((path, str(target)))
            elif suffix_of(entry.name) and target.is_file():
                yield path


def _scan(folder: str) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return [entry for entry in entries if not ignored(entry.name)]


def homes(corpus: Path, article_id: str) -> list[Path]:
    """Every file that holds an article of that id, in the order of `files`: the first is the one indexed.

    Raises:
        CorpusError: A folder or dump that may hold it cannot be read.
    """
    if not clean_id(article_id):
        return []
    try:
        found = {path.relative_to(corpus).as_posix() for path in _candidates(corpus, article_id)}
    except OSError as error:
        raise CorpusError(f"{error.filename} cannot be read: {error.strerror}.") from error
    return [corpus / name for name in sorted(found)]


def locate(corpus: Path, article_id: str) -> Path | None:
    """The file that holds the article of that id, or None.

    Raises:
        CorpusError: A folder or dump that may hold it cannot be read.
    """
    return next(iter(homes(corpus, article_id)), None)


def is_row(line: bytes, wanted: str) -> bool:
    """Whether a line of a dump has that id (in NFC)."""
    try:
        return row_id(parse_row(line)) == wanted
    except Unfit:
        return False


def _candidates(corpus: Path, article_id: str) -> Iterator[Path]:
    folders = [corpus] if corpus.is_dir() else []
    parts = normalize("NFC", article_id).split("/")
    for depth, part in enumerate(parts, start=1):
        if not part or ignored(part) or len(part.encode()) > _NAME_LIMIT:
            break
        row = "/".join(parts[depth:])
        suffixes = TEXT_SUFFIXES if depth == len(parts) else (DUMP_SUFFIX,)
        names = [f"{part}{form}" for suffix in suffixes for form in (suffix, suffix.upper(), suffix.title())]
        for path in _entries(folders, names):
            inside = path.is_file() and path.resolve().is_relative_to(corpus.resolve())
            if inside and (depth == len(parts) or _holds_row(path, row)):
                yield path
        folders = [path for path in _entries(folders, [part]) if path.is_dir()]


_NAME_LIMIT = 245  # bytes; file systems allow 255, a suffix included


def _holds_row(path: Path, row: str) -> bool:
    try:
        with path.open("rb") as stream:
            return any(is_row(line, row) for _, line in numbered_lines(stream, path.name))
    except UnreadableFile:
        return False


def _entries(folders: list[Path], names: list[str]) -> Iterator[Path]:
    """What lies in the folders under one of these names, whatever Unicode form the file system keeps."""
    seen: set[tuple[int, int]] = set()
    for folder in folders:
        paths: Iterable[Path]
        if all(name.isascii() for name in names):  # without reading the folder, which may be large
            paths = (folder / name for name in names)
        else:
            paths = (path for path in folder.iterdir() if normalize("NFC", path.name) in names)
        for path in paths:
            if path.exists():
                status = path.lstat()  # where case does not count, a.md and a.MD are one file
                if (status.st_dev, status.st_ino) not in seen:
                    seen.add((status.st_dev, status.st_ino))
                    yield path
