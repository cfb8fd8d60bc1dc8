"""The folder of articles: lists, finds, writes, deletes and puts back its files.

Every change is one atomic step, so that a reader never sees half a file.
"""

from __future__ import annotations

import filecmp
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from index.corpus._format import (
    BOM,
    DUMP_SUFFIX,
    SIZE_LIMIT,
    TEXT_SUFFIXES,
    Unfit,
    check_id,
    clean_id,
    ignored,
    normalised,
    numbered_lines,
    one_line,
    parse,
    parse_row,
    read,
    render,
    row_id,
    shown,
    suffix_of,
)
from index.corpus._format import article_id as id_of
from index.errors import ArticleExists, ArticleNotFound, CorpusError, UnreadableFile, UsageError
from index.files import atomic_write, sync
from index.text.normalization import normalize
from index.types import Article

_NAME_LIMIT = 245  # bytes; file systems allow 255, a suffix included


def files(corpus: Path) -> list[Path]:
    """List the article files of the corpus, sorted by their path under it.

    Hidden files and folders, files that editors leave behind, and links out of the corpus are left out.
    A link to a folder in the corpus is followed if its articles are not listed already.

    Raises:
        CorpusError: The folder is missing, or a folder in it cannot be read.
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
    """Iterate over the article files under a real folder, as paths relative to it, in no order."""
    folders = [("", root)]
    links: list[tuple[str, str]] = []
    seen: set[str] = set()
    while folders or links:
        if not folders:  # all real folders are known; the links left lead into hidden ones, or nowhere new
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


def _homes(corpus: Path, article_id: str) -> list[Path]:
    """List the files that hold an article of that id, in the order of `files`; the first one is indexed."""
    if not clean_id(article_id):
        return []
    try:
        found = {path.relative_to(corpus).as_posix() for path in _candidates(corpus, article_id)}
    except OSError as error:
        raise CorpusError(f"{error.filename} cannot be read: {error.strerror}.") from error
    return [corpus / name for name in sorted(found)]


def locate(corpus: Path, article_id: str) -> Path | None:
    """Find the file that holds the article of that id; None if there is none.

    Raises:
        CorpusError: A folder or dump that may hold it cannot be read.
    """
    return next(iter(_homes(corpus, article_id)), None)


def _is_row(line: bytes, wanted: str) -> bool:
    """Whether a line of a dump is the row of that id."""
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


def _holds_row(path: Path, row: str) -> bool:
    try:
        with path.open("rb") as stream:
            return any(_is_row(line, row) for _, line in numbered_lines(stream, path.name))
    except UnreadableFile:
        return False


def _entries(folders: list[Path], names: list[str]) -> Iterator[Path]:
    """Find files of these names in the folders, whatever Unicode form the file system stores."""
    seen: set[tuple[int, int]] = set()
    for folder in folders:
        paths: Iterable[Path]
        if all(name.isascii() for name in names):  # no need to read the folder, which may be large
            paths = (folder / name for name in names)
        else:
            paths = (path for path in folder.iterdir() if normalize("NFC", path.name) in names)
        for path in paths:
            if path.exists():
                status = path.lstat()  # on some file systems, a.md and a.MD are one file
                if (status.st_dev, status.st_ino) not in seen:
                    seen.add((status.st_dev, status.st_ino))
                    yield path


def write(corpus: Path, article: Article, *, replace: bool = False) -> Path:
    """Write an article as a Markdown file with front matter; `read` returns `normalised(article)`.

    Nothing is written if the corpus holds the same article already.

    Args:
        corpus: The folder of the articles; created if missing.
        article: The article; its id is the path of the file.
        replace: Whether to overwrite a different article of the same id.

    Returns:
        The file.

    Raises:
        UsageError: The id is not a path in the corpus, or a field cannot be stored.
        ArticleExists: A different article has that id, and `replace` is false.
        CorpusError: The article is too large, or the file cannot be written.
    """
    check_id(article.id)
    article = normalised(article)
    path = corpus / f"{article.id}.md"
    data = render(article)
    with _file_errors(shown(corpus, path)):
        held = _claim(corpus, path, article.id, replace=replace, same=lambda: _holds(corpus, path, article))
        if held is not None:
            with atomic_write(path) as stream:
                stream.write(data)
            _remove(corpus, [other for other in held if other != path], article.id)
    return path


def copy_in(corpus: Path, source: Path, *, collection: str = "", replace: bool = False) -> Path:
    """Read a Markdown, text or `.jsonl` file and copy it into the corpus, byte for byte.

    A file in the corpus stays where it is; an identical copy is not written again.

    Args:
        corpus: The folder of the articles; created if missing.
        source: The file.
        collection: The folder under the corpus to put it in.
        replace: Whether to overwrite a different file of the same id.

    Returns:
        The file in the corpus.

    Raises:
        UsageError: `collection` is not a folder name, or the file is hidden.
        UnsupportedFormat: It is not an article file; convert it instead.
        UnreadableFile: It holds no article.
        ArticleExists: A different file has that id, and `replace` is false.
        CorpusError: The copy cannot be written.
    """
    if collection:
        check_id(collection, what="a collection")
    inside = _already_in(corpus, source)
    if inside is not None:
        _check(inside, shown(corpus, inside), id_of(corpus, inside))
        return inside
    if ignored(source.name):
        raise UsageError(
            f'{source.name} would be ignored in the corpus: its name begins with "{source.name[0]}".'
        )
    path = corpus / collection / normalize("NFC", source.name)
    name = id_of(corpus, path)
    _check(source, shown(corpus, source), name)
    with _file_errors(shown(corpus, path)):
        held = _claim(
            corpus, path, name, replace=replace, same=lambda: filecmp.cmp(source, path, shallow=False)
        )
        if held is not None:
            with atomic_write(path) as stream, source.open("rb") as content:
                shutil.copyfileobj(content, stream)
            _remove(corpus, [other for other in held if other != path], name)
    return path


def delete(corpus: Path, article_id: str) -> Path:
    """Delete an article: its file, or its row in a `.jsonl`, whose other bytes stay the same.

    A dump without rows and a folder without files are deleted, too. If several files have the id, all of
    them are deleted, so that none of them is indexed instead.

    Returns:
        The file that was indexed.

    Raises:
        ArticleNotFound: The corpus has no article of that id.
        CorpusError: The file cannot be changed.
    """
    article_id = normalize("NFC", article_id)
    found = _homes(corpus, article_id)
    if not found:
        raise ArticleNotFound(f'No article in {corpus} has the id "{one_line(article_id, 80)}".')
    with _file_errors(shown(corpus, found[0])):
        _remove(corpus, found, article_id)
    return found[0]


def _already_in(corpus: Path, source: Path) -> Path | None:
    """Return the path under the corpus of a file in it; None if the file is elsewhere."""
    try:
        relative = source.resolve().relative_to(corpus.resolve())
    except ValueError:
        return None
    for part in relative.parts:
        if ignored(part):
            raise UsageError(f'{source} is ignored in the corpus: "{part}" begins with "{part[0]}".')
    return corpus / relative


def _check(path: Path, name: str, file_id: str) -> None:
    """Refuse a file without an article."""
    articles, skipped = parse(path, name, file_id, None)
    if not articles:
        raise UnreadableFile(
            f"{name} holds no article. Its first line is skipped because: {skipped[0].reason}"
        )


def _holds(corpus: Path, path: Path, article: Article) -> bool:
    try:
        return read(corpus, path)[0] == [article]
    except UnreadableFile:
        return False


def _claim(
    corpus: Path, path: Path, name: str, *, replace: bool, same: Callable[[], bool]
) -> list[Path] | None:
    """List the files that a new file at `path` replaces; None if `path` has the same content already.

    Raises:
        UsageError: The path leads out of the corpus through a link.
        ArticleExists: There are such files, and `replace` is false.
    """
    if not path.parent.resolve().is_relative_to(corpus.resolve()):
        raise UsageError(f"{shown(corpus, path.parent)} is a link that leads out of the corpus.")
    if path.is_file() and same():
        return None
    held = [] if _is_dump(path) else _homes(corpus, name)
    if path.is_symlink() or path.exists():
        held.append(path)
    if held and not replace:
        raise ArticleExists(
            f'The id "{name}" is taken by {shown(corpus, held[0])}, which differs. '
            "Remove that first, give the new one another name, or add it with --replace."
        )
    return held


def _remove(corpus: Path, paths: list[Path], name: str) -> None:
    for path in paths:
        if not (_is_dump(path) and _remove_row(path, _row_name(corpus, path, name))):
            _remove_file(path, corpus)


def _is_dump(path: Path) -> bool:
    return suffix_of(path.name) == DUMP_SUFFIX


def _row_name(corpus: Path, dump: Path, article_id: str) -> str:
    """Return the id of an article's row in a dump."""
    return article_id[len(id_of(corpus, dump)) + 1 :]


@contextmanager
def _file_errors(name: str, action: str = "changed") -> Iterator[None]:
    """Turn an OSError into a CorpusError that names the file."""
    try:
        yield
    except OSError as error:
        raise CorpusError(f"{name} cannot be {action}: {error.strerror or error}.") from error


def _remove_file(path: Path, corpus: Path) -> None:
    """Delete a file of the corpus, and the folders that become empty."""
    path.unlink(missing_ok=True)
    folder = path.parent
    with suppress(OSError):  # not empty
        while folder != corpus:
            folder.rmdir()
            folder = folder.parent
    sync(folder)


def _remove_row(path: Path, row: str) -> bool:
    """Remove the rows of that id from a dump, and keep every other byte; return whether any row is left."""
    left = False
    real = path.resolve()  # a link stays a link
    with atomic_write(real) as kept, real.open("rb") as stream:
        continued = False
        first = True
        while line := stream.readline(SIZE_LIMIT + 1):
            mark = BOM if first and line.startswith(BOM) else b""
            whole = not continued and len(line) <= SIZE_LIMIT
            if whole and _is_row(line.removeprefix(mark), row):
                kept.write(mark)
            else:
                kept.write(line)
                left = left or bool(line.removeprefix(mark).strip())
            continued = not line.endswith(b"\n")
            first = False
    return left


@dataclass(frozen=True, slots=True)
class Kept:
    """The part of a file that holds an article, byte for byte, so that a change can be undone.

    Attributes:
        path: The file's path under the corpus, `/`-separated.
        data: All of its bytes; of a dump, the lines of that article.
    """

    path: str
    data: bytes


def keep(corpus: Path, name: str) -> tuple[Kept, ...]:
    """Read what the corpus holds of the article with the id `name`; nothing if there is none.

    Raises:
        CorpusError: A file that holds it cannot be read.
    """
    found = []
    for path in _homes(corpus, name):
        inside = path.relative_to(corpus).as_posix()
        with _file_errors(inside, "read"):
            data = _rows(path, _row_name(corpus, path, name)) if _is_dump(path) else path.read_bytes()
        found.append(Kept(inside, data))
    return tuple(found)


def put_back(corpus: Path, pieces: Sequence[Kept]) -> list[Path]:
    """Write what `keep` has read; the lines of a dump are appended to it.

    Returns:
        The files.

    Raises:
        ArticleExists: One of the files exists again; then nothing is written.
        UsageError: A path leads out of the corpus.
        CorpusError: A file cannot be written.
    """
    paths = [corpus / piece.path for piece in pieces]
    for path in paths:
        if not path.resolve().is_relative_to(corpus.resolve()):
            raise UsageError(f"{shown(corpus, path)} is not in the corpus.")
        if path.exists() and not _is_dump(path):
            raise ArticleExists(f"{shown(corpus, path)} is there again, so it was left as it is.")
    for path, piece in zip(paths, pieces, strict=True):
        with _file_errors(shown(corpus, path)):
            before = path.read_bytes() if path.exists() else b""
            gap = b"\n" if before and not before.endswith(b"\n") else b""
            with atomic_write(path) as stream:
                stream.write(before + gap + piece.data)
    return paths


def _rows(path: Path, row: str) -> bytes:
    with path.open("rb") as stream:
        lines = [
            line.removeprefix(BOM) for _, line in numbered_lines(stream, path.name) if _is_row(line, row)
        ]
    return b"".join(line if line.endswith(b"\n") else line + b"\n" for line in lines)
