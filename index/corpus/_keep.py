"""Keeps what the corpus holds of an article, byte for byte, so that a change can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from index.corpus._listing import homes, is_row
from index.corpus._names import DUMP_SUFFIX, article_id, shown, suffix_of
from index.corpus._read import BOM, numbered_lines
from index.corpus._removal import file_errors
from index.errors import ArticleExists, CorpusError, UsageError
from index.files import atomic_write


@dataclass(frozen=True, slots=True)
class Kept:
    """What one file holds of an article.

    Attributes:
        path: The file's path under the corpus, `/`-separated.
        data: All of its bytes; of a dump, the lines of that article.
    """

    path: str
    data: bytes


def keep(corpus: Path, name: str) -> tuple[Kept, ...]:
    """What the corpus holds of the article with the id `name`; nothing if there is none.

    Raises:
        CorpusError: A file that holds it cannot be read.
    """
    found = []
    for path in homes(corpus, name):
        inside = path.relative_to(corpus).as_posix()
        try:
            data = (
                _rows(path, name[len(article_id(corpus, path)) + 1 :]) if _dump(path) else path.read_bytes()
            )
        except OSError as error:
            raise CorpusError(f"{inside} cannot be read: {error.strerror or error}.") from error
        found.append(Kept(inside, data))
    return tuple(found)


def put_back(corpus: Path, pieces: Sequence[Kept]) -> list[Path]:
    """Write what was kept; the lines of a dump are added at its end.

    Returns:
        The files.

    Raises:
        ArticleExists: Another file is in the place of one of them; then nothing is written.
        UsageError: A path leads out of the corpus.
        CorpusError: A file cannot be written.
    """
    paths = [corpus / piece.path for piece in pieces]
    for path in paths:
        if not path.resolve().is_relative_to(corpus.resolve()):
            raise UsageError(f"{shown(corpus, path)} is not in the corpus.")
        if path.exists() and not _dump(path):
            raise ArticleExists(f"{shown(corpus, path)} is there again, so it was left as it is.")
    for path, piece in zip(paths, pieces, strict=True):
        with file_errors(shown(corpus, path)):
            before = path.read_bytes() if path.exists() else b""
            gap = b"\n" if before and not before.endswith(b"\n") else b""
            with atomic_write(path) as stream:
                stream.write(before + gap + piece.data)
    return paths


def _dump(path: Path) -> bool:
    return suffix_of(path.name) == DUMP_SUFFIX


def _rows(path: Path, row: str) -> bytes:
    with path.open("rb") as stream:
        lines = [line.removeprefix(BOM) for _, line in numbered_lines(stream, path.name) if is_row(line, row)]
    return b"".join(line if line.endswith(b"\n") else line + b"\n" for line in lines)
