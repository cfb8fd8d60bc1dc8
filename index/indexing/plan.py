"""What must change in the index so that it says what the corpus says."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from index import corpus as articles
from index.errors import CorpusError
from index.store import FileRow, ReadRepository, article_digest
from index.types import Article, OnProgress, Progress, Skipped


@dataclass(slots=True)
class Plan:
    """The change, file by file and article by article.

    Attributes:
        files: Files that were read, as they are to be noted.
        gone: Files that are no more.
        fresh: New and changed articles, each with its file.
        moved: Articles that did not change but are read from another file now: id to file.
        shadows: File and id of articles that a new file has taken over from an unchanged one.
        added: Ids of new articles.
        changed: Ids of articles that differ from those in the index.
        removed: Ids of articles that are no more.
        same: How many articles were read and found as they were.
        nameless: Files that cannot be indexed for their names, and so cannot be noted either.
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
    """Compare the whole corpus with the index: every file's bytes are hashed, only changed ones are parsed.

    Raises:
        CorpusError: There is no corpus, or a folder of it cannot be read.
    """
    plan = Plan()
    known = repository.files()
    paths = articles.files(corpus)
    names: dict[str, Path] = {}
    changed: set[str] = set()
    for done, path in enumerate(paths, start=1):
        name = _name(corpus, path, plan)
        if name is not None:
            names[name] = path
            digest = known.get(name)
            if digest is None or digest != _hash_file(path):
                changed.add(name)
        on_progress(Progress("comparing", done, len(paths), "files"))
    gone = set(known) - set(names)
    _resolve(plan, corpus, repository, changed, gone, on_progress)
    return plan


def plan_some(
    corpus: Path, repository: ReadRepository, paths: Iterable[Path], on_progress: OnProgress
) -> Plan:
    """Compare some files of the corpus with the index; the work is in proportion to them.

    Raises:
        UsageError: A path is not in the corpus.
    """
    plan = Plan()
    named = {name: path for path in paths if (name := _name(corpus, path, plan)) is not None}
    present = {name for name, path in named.items() if path.exists()}
    _resolve(plan, corpus, repository, present, set(named) - present, on_progress)
    return plan


def _name(corpus: Path, path: Path, plan: Plan) -> str | None:
    """The path under the corpus, or None if it cannot be an article's."""
    try:
        articles.article_id(corpus, path)
    except CorpusError as error:
        plan.nameless.append(Skipped(articles.shown(corpus, path), str(error)))
        return None
    return path.absolute().relative_to(corpus.absolute()).as_posix()


def _resolve(
    plan: Plan,
    corpus: Path,
    repository: ReadRepository,
    changed: set[str],
    gone: set[str],
    on_progress: OnProgress,
) -> None:
    """Decide on every article of the changed and vanished files.

    Where several files have an id, the first in the order of their paths is indexed. A file that lost an id
    to another is therefore read again whenever the other changes.
    """
    while True:
        held = repository.articles_of(changed | gone)
        waiting = repository.claiming(held) - changed - gone
        if not waiting:
            break
        changed |= {name for name in waiting if (corpus / name).exists()}
        gone |= {name for name in waiting if not (corpus / name).exists()}
    plan.gone = sorted(gone)
    claimed: set[str] = set()
    for done, name in enumerate(sorted(changed), start=1):
        found, row = _read(corpus, name)
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
            _add_if_changed(plan, article, name, owner, before)
        plan.files.append(FileRow(name, row.hash, row.skipped, tuple(shadowed)))
        on_progress(Progress("reading", done, len(changed), "files"))
    plan.removed = sorted(set(held) - claimed)


def _add_if_changed(plan: Plan, article: Article, file: str, owner: str, before: bytes | None) -> None:
    """Note whether an article is new, changed, or as it was."""
    if before == article_digest(article, file):
        plan.same += 1
        if owner != file:
            plan.moved[article.id] = file
        return
    plan.fresh.append((article, file))
    (plan.added if before is None else plan.changed).append(article.id)


def _read(corpus: Path, name: str) -> tuple[list[Article], FileRow]:
    """A file's articles, and how it is to be noted; without articles if it cannot be read."""
    path = corpus / name
    digest: bytes | None = None
    try:
        # What is hashed is what is parsed, even if the file is being written to. Large texts are refused
        # anyway, without being read as a whole.
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
    """The hash of a file's bytes; None if it cannot be read."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, lambda: hashlib.blake2b(digest_size=16)).digest()
    except OSError:
        return None
