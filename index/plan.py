"""What must change in the index so that it says what the corpus says."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from index import corpus as articles
from index.errors import CorpusError
from index.store import FileRow, Writer, article_hash
from index.types import Article, OnProgress, Progress, Skipped


@dataclass(frozen=True, slots=True)
class Read:
    """A corpus file as it was read: its articles, or why there are none."""

    path: str
    hash: bytes | None
    articles: tuple[Article, ...]
    skipped: tuple[Skipped, ...]


@dataclass(frozen=True, slots=True)
class Scan:
    """What is in the corpus and what is in the index, as far as they may differ.

    Attributes:
        read: Files that changed since they were last read, in the order of the corpus.
        gone: Files that are no more.
        stored: File and hash of the articles in the index, by id: all of them, or those that may change.
        kept: Files that did not change, whose articles stay.
        others: How many articles of the index are not in `stored`.
    """

    read: tuple[Read, ...]
    gone: tuple[str, ...]
    stored: dict[str, tuple[str, bytes]]
    others: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """The change, in terms of articles.

    Attributes:
        files: As they are to be stored.
        gone: Files to be forgotten.
        fresh: New and changed articles with their files.
        moved: Files of articles that did not change, by id.
        added: Ids, sorted; likewise `changed` and `removed`.
        unchanged: How many articles stay as they are.
        skipped: What was not indexed, and why.
    """

    files: list[FileRow] = field(default_factory=list)
    gone: tuple[str, ...] = ()
    fresh: list[tuple[Article, str]] = field(default_factory=list)
    moved: dict[str, str] = field(default_factory=dict)
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: int = 0
    skipped: tuple[Skipped, ...] = ()

    @property
    def is_change(self) -> bool:
        """Whether anything must be written."""
        return bool(self.files or self.gone or self.removed or self.moved)

    @classmethod
    def of(cls, found: Scan) -> Plan:
        """Decide for each article; where two files claim an id, the first in the order of the corpus wins."""
        touched = {file.path for file in found.read} | set(found.gone)
        kept = {name: file for name, (file, _) in found.stored.items() if file not in touched}
        owner: dict[str, str] = dict(kept)
        fresh: list[tuple[Article, str]] = []
        moved: dict[str, str] = {}
        files: list[FileRow] = []
        skipped: list[Skipped] = []
        for file in found.read:
            shadowed = []
            for article in file.articles:
                holder = owner.setdefault(article.id, file.path)
                if holder != file.path:
                    shadowed.append(article.id)
                    skipped.append(Skipped(file.path, f'its id "{article.id}" is taken by {holder}.'))
                    continue
                before = found.stored.get(article.id)
                if before is None or before[1] != article_hash(article):
                    fresh.append((article, file.path))
                elif before[0] != file.path:
                    moved[article.id] = file.path
            skipped += file.skipped
            # A file that lost an id is looked at again: the winner may go.
            files.append(FileRow(file.path, None if shadowed else file.hash, file.skipped, tuple(shadowed)))
        new = {article.id for article, _ in fresh}
        return cls(
            files,
            found.gone,
            fresh,
            moved,
            tuple(sorted(new - found.stored.keys())),
            tuple(sorted(new & found.stored.keys())),
            tuple(sorted(found.stored.keys() - owner.keys())),
            found.others + len(found.stored.keys() & owner.keys() - new),
            tuple(skipped),
        )


def scan(corpus: Path, writer: Writer, on_progress: OnProgress) -> Scan:
    """Compare the whole corpus with the index; every file is read, but only changed ones are parsed.

    Raises:
        CorpusError: There is no corpus.
    """
    known = writer.files()
    paths = articles.files(corpus)
    read = []
    for done, path in enumerate(paths):
        on_progress(Progress("reading", done, len(paths), "files"))
        file = _read(corpus, path, known)
        if file is not None:
            read.append(file)
    on_progress(Progress("reading", len(paths), len(paths), "files"))
    present = {articles.shown(corpus, path) for path in paths}
    return Scan(tuple(read), tuple(sorted(known.keys() - present)), _stored(writer, writer.articles()))


def scan_files(corpus: Path, writer: Writer, paths: Sequence[Path], on_progress: OnProgress) -> Scan:
    """As `scan`, of a few files; the work is in proportion to them.

    Raises:
        UnreadableFile: One of them holds no article.
    """
    read, gone = [], []
    for done, path in enumerate(dict.fromkeys(paths)):
        on_progress(Progress("reading", done, len(paths), "files"))
        if path.exists():
            file = _read(corpus, path, {})
            if file is not None:
                read.append(file)
        else:
            gone.append(articles.shown(corpus, path))
    claimed = {article.id for file in read for article in file.articles}
    hashes = writer.articles_of([*gone, *(file.path for file in read)])
    missing = claimed - hashes.keys()
    hashes |= writer.articles_of(writer.owners(missing).values())
    stored = _stored(writer, {name: value for name, value in hashes.items()})
    with writer.snapshot() as snapshot:
        return Scan(tuple(read), tuple(gone), stored, snapshot.counts().articles - len(stored))


def _stored(writer: Writer, hashes: dict[str, bytes]) -> dict[str, tuple[str, bytes]]:
    owners = writer.owners(hashes)
    return {name: (owners[name], value) for name, value in hashes.items()}


def _read(corpus: Path, path: Path, known: dict[str, bytes | None]) -> Read | None:
    """A file's articles; None if it is as it was."""
    name = articles.shown(corpus, path)
    try:
        data = path.read_bytes()
    except OSError as error:
        return Read(name, None, (), (Skipped(name, f"it cannot be read: {error.strerror}."),))
    digest = hashlib.blake2b(data, digest_size=16).digest()
    if known.get(name) == digest:
        return None
    try:
        found, skipped = articles.read(corpus, path, data)
    except CorpusError as error:
        return Read(name, None, (), (Skipped(name, str(error)),))
    return Read(name, digest, _distinct(found), tuple(skipped))


def _distinct(found: Iterable[Article]) -> tuple[Article, ...]:
    return tuple({article.id: article for article in reversed(list(found))}.values())[::-1]
