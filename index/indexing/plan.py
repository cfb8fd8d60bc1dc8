"""The plan of a rebuild: what differs between the corpus and the index."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from index import corpus as articles
from index.errors import CorpusError
from index.store import FileRow, ReadRepository, article_digest
from index.types import Article, OnProgress, Progress, Skipped


@dataclass(slots=True)
class Plan:
    """The changes, by file and by article.

    Attributes:
        files: Files that were read, as they are stored.
        gone: Files that no longer exist.
        fresh: New and changed articles, each with its file.
        moved: Unchanged articles that are now read from another file: id to file.
        shadows: File and id of articles that a new file has taken over from an unchanged one.
        added: Ids of new articles.
        changed: Ids of articles that differ from those in the index.
        removed: Ids of articles that no longer exist.
        same: How many articles were read and had not changed.
        nameless: Files that cannot be indexed or stored because of their names.
    """

    files: list[FileRow] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    fresh: list[tuple[Article, str]] = field(default_factory=list)
    moved: dict[str, str] = field(default_factory=dict)
    shadows: list[tuple[str, str]] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    same: int = 0
    nameless: list[Skipped] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.files or self.gone)


def plan_all(corpus: Path, repository: ReadRepository, on_progress: OnProgress) -> Plan:
    """Compare the whole corpus with the index: every file is hashed, and only changed files are parsed.

    Raises:
        CorpusError: There is no corpus, or a folder of it cannot be read.
    """
    planner = _Planner(corpus, repository, on_progress)
    known = repository.files()
    paths = articles.files(corpus)
    names: set[str] = set()
    changed: set[str] = set()
    for done, path in enumerate(paths, start=1):
        name = planner.name(path)
        if name is not None:
            names.add(name)
            digest = known.get(name)
            if digest is None or digest != _hash_file(path):
                changed.add(name)
        on_progress(Progress("comparing", done, len(paths), "files"))
    return planner.plan(changed, known.keys() - names)


def plan_some(
    corpus: Path, repository: ReadRepository, paths: Iterable[Path], on_progress: OnProgress
) -> Plan:
    """Compare some files of the corpus with the index, in time in proportion to them.

    Raises:
        UsageError: A path is not in the corpus.
    """
    planner = _Planner(corpus, repository, on_progress)
    named = {name: path for path in paths if (name := planner.name(path)) is not None}
    present = {name for name, path in named.items() if path.exists()}
    return planner.plan(present, named.keys() - present)


class _Planner:
    """Makes a plan from the names of the files that have changed or are gone."""

    def __init__(self, corpus: Path, repository: ReadRepository, on_progress: OnProgress) -> None:
        self._corpus = corpus
        self._repository = repository
        self._on_progress = on_progress
        self._plan = Plan()

    def name(self, path: Path) -> str | None:
        """Return the path under the corpus; None if it cannot be an article's."""
        try:
            articles.article_id(self._corpus, path)
        except CorpusError as error:
            self._plan.nameless.append(Skipped(articles.shown(self._corpus, path), str(error)))
            return None
        return path.absolute().relative_to(self._corpus.absolute()).as_posix()

    def plan(self, changed: set[str], gone: set[str]) -> Plan:
        """Decide on every article of the changed and vanished files.

        If several files have an id, the first in the order of their paths is indexed. A file that lost an id
        to another file is therefore read again whenever the other file changes.
        """
        plan, repository = self._plan, self._repository
        while True:
            held = repository.articles_of(changed | gone)
            waiting = repository.claiming(held) - changed - gone
            if not waiting:
                break
            present = {name for name in waiting if (self._corpus / name).exists()}
            changed |= present
            gone |= waiting - present
        plan.gone = sorted(gone)
        claimed: set[str] = set()
        for done, name in enumerate(sorted(changed), start=1):
            found, row = _read(self._corpus, name)
            owners = repository.owners(article.id for article in found if article.id not in held)
            shadowed = []
            for article in found:
                owner, before = held.get(article.id) or owners.get(article.id) or (name, None)
                is_clean = owner not in changed and owner not in gone
                if article.id in claimed or (is_clean and owner < name):
                    shadowed.append(article.id)
                    continue
                claimed.add(article.id)
                if is_clean:
                    plan.shadows.append((owner, article.id))
                self._add_if_changed(article, name, owner, before)
            plan.files.append(replace(row, shadowed=tuple(shadowed)))
            self._on_progress(Progress("reading", done, len(changed), "files"))
        plan.removed = sorted(set(held) - claimed)
        return plan

    def _add_if_changed(self, article: Article, file: str, owner: str, before: bytes | None) -> None:
        """Record whether an article is new, changed, moved or the same."""
        plan = self._plan
        if before == article_digest(article, file):
            plan.same += 1
            if owner != file:
                plan.moved[article.id] = file
            return
        plan.fresh.append((article, file))
        (plan.added if before is None else plan.changed).append(article.id)


def _read(corpus: Path, name: str) -> tuple[list[Article], FileRow]:
    """Read a file; return its articles, none if it cannot be read, and its row."""
    path = corpus / name
    digest: bytes | None = None
    try:
        # The bytes that are hashed are the bytes that are parsed, even if the file is being written to.
        # Large texts are refused without being read as a whole.
        is_dump = path.suffix.lower() == ".jsonl"
        data = path.read_bytes() if is_dump or path.stat().st_size <= articles.SIZE_LIMIT else None
        digest = _hash_file(path) if data is None else _hash(data)
        found, skipped = articles.read(corpus, path, data)
    except OSError as error:
        reason = f"{name} cannot be read: {error.strerror or error}."
        return [], FileRow(name, None, (Skipped(name, reason),))
    except CorpusError as error:
        return [], FileRow(name, digest, (Skipped(name, str(error)),))
    return found, FileRow(name, digest, tuple(skipped))


def _hash(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=16).digest()


def _hash_file(path: Path) -> bytes | None:
    """Hash the bytes of a file; None if it cannot be read."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, lambda: hashlib.blake2b(digest_size=16)).digest()
    except OSError:
        return None
