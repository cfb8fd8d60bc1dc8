"""Reconciles the index with the corpus: reads, cuts, encodes, and commits in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from index import corpus as articles
from index.errors import ArticleNotFound, IndexBusy, IndexDisk, IndexMissing, NothingToRollBack, StoreError
from index.plan import Plan, Scan, scan, scan_files
from index.prepare import Prepared, Preparer
from index.store import Generations, Writer, discard
from index.store._connect import told_disk
from index.store._verify import verify
from index.types import BuildReport, Encoder, OnProgress, Progress
from index.words import VERSION as WORDS_VERSION

SENTENCES_VERSION: Final = 1
"""Raise it when sentences or chunks are cut otherwise: an index made before is then made anew."""


@dataclass(frozen=True, slots=True)
class BuildParams:
    """How articles are cut.

    Attributes:
        max_tokens: Longest chunk in the encoder's tokens; the model's own limit where that is lower.
        overlap: Sentences that a chunk repeats of the one before.
    """

    max_tokens: int = 256
    overlap: int = 1


class Builder:
    """Changes an index; one at a time, also across processes.

    Args:
        corpus: Folder of the articles.
        folder: Folder of the index; made when missing.
        encoder: Used only when something must be encoded.
        params: How articles are cut.
        on_progress: Told how far the work has come.
        lock_timeout: Seconds to wait for another process that is changing the index.
    """

    def __init__(
        self,
        corpus: Path,
        folder: Path,
        encoder: Encoder,
        *,
        params: BuildParams | None = None,
        on_progress: OnProgress | None = None,
        lock_timeout: float = 30.0,
    ) -> None:
        self._corpus = corpus
        self._folder = folder
        self._encoder = encoder
        self._params = params or BuildParams()
        self._on_progress: OnProgress = on_progress or (lambda _: None)
        self._lock_timeout = lock_timeout
        self._generations = Generations(folder)

    def rebuild(self, *, full: bool = False) -> BuildReport:
        """Bring the index up to date with the corpus.

        Args:
            full: Make a new database beside the present one, and swap them when it is whole. This also
                happens by itself when the present one was made with other parameters, another model or
                another version of Footnote.

        Raises:
            CorpusError: The corpus cannot be read.
            StoreError: The index cannot be changed; it is then as it was.
            ModelError: The model cannot be loaded.
        """
        with self._locked():
            writer = None if full else self._present()
            if writer is not None:
                with _closing(writer):
                    report = self._reconcile(writer, scan(self._corpus, writer, self._on_progress))
                    self._save_vectors(writer, report)
                    return report
            return self._make_anew()

    def add(self, paths: Sequence[Path]) -> BuildReport:
        """Index files of the corpus, and nothing else.

        Args:
            paths: Files in the corpus folder.

        Raises:
            UnreadableFile: A file holds no article.
            StoreError: As `rebuild`.
        """
        with self._locked():
            writer = self._present()
            if writer is None:
                return self._make_anew()
            with _closing(writer):
                found = scan_files(self._corpus, writer, paths, self._on_progress)
                return self._reconcile(writer, found)

    def remove(self, ids: Sequence[str]) -> BuildReport:
        """Delete articles from the corpus and from the index.

        Raises:
            ArticleNotFound: One of the ids is of no article; then nothing is removed.
            StoreError: As `rebuild`.
        """
        with self._locked():
            writer = self._present()
            if writer is None:
                raise IndexMissing("The index must be made first. Run `python -m index rebuild`.")
            with _closing(writer):
                owners = writer.owners(ids)
                for article_id in ids:
                    if article_id not in owners and articles.locate(self._corpus, article_id) is None:
                        raise ArticleNotFound(f'No article has the id "{article_id}". Nothing was removed.')
                touched = {owners[article_id] for article_id in ids if article_id in owners}
                for article_id in dict.fromkeys(ids):
                    with suppress(ArticleNotFound):  # its file may be gone already
                        articles.delete(self._corpus, article_id)
                paths = [self._corpus / file for file in sorted(touched)]
                report = self._reconcile(writer, scan_files(self._corpus, writer, paths, self._on_progress))
                return report

    def rollback(self) -> BuildReport:
        """Go back to the database before the last full rebuild.

        Articles whose files are no longer in the corpus stay removed.

        Raises:
            NothingToRollBack: None is kept.
        """
        with self._locked():
            current, previous = self._generations.current(), self._generations.previous()
            if previous is None or not previous.exists():
                raise NothingToRollBack(
                    "There is no previous index to go back to: one is kept when a full rebuild replaces it."
                )
            with _closing(Writer.open(previous)) as writer:
                present = {articles.shown(self._corpus, path) for path in articles.files(self._corpus)}
                gone = sorted(set(writer.files()) - present)
                held = {
                    article_id
                    for article_id, file in writer.owners(writer.articles()).items()
                    if file in gone or articles.locate(self._corpus, article_id) is None
                }
                removed = tuple(sorted(held))
                with writer.change(finished=True):
                    for article_id in removed:
                        writer.drop(article_id)
                    for path in gone:
                        writer.drop_file(path)
                unchanged = len(writer.articles())
            self._generations.switch(previous, current)
            return BuildReport(removed=removed, unchanged=unchanged)

    def verify(self) -> list[str]:
        """Check the whole index; one sentence for each thing that is wrong.

        Raises:
            StoreError: It cannot be opened at all.
        """
        return verify(self._generations.current())

    def _recipe(self) -> dict[str, object]:
        return {
            "model": self._encoder.fingerprint,
            "max_tokens": self._params.max_tokens,
            "overlap": self._params.overlap,
            "words": WORDS_VERSION,
            "sentences": SENTENCES_VERSION,
        }

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with told_disk(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self._folder / "writer.lock", timeout=self._lock_timeout)
        try:
            lock.acquire()
        except Timeout as error:
            raise IndexBusy(
                f"Another process is changing the index in {self._folder}. Try again when it is done."
            ) from error
        except OSError as error:
            raise IndexDisk(f"The folder {self._folder} cannot be written: {error.strerror}.") from error
        try:
            yield
        finally:
            lock.release()

    def _present(self) -> Writer | None:
        """The present database, if it was made as this one would be."""
        try:
            writer = Writer.open(self._generations.current())
        except IndexMissing:
            return None
        except StoreError as error:
            if type(error).__name__ == "IndexVersion":
                return None
            raise
        with writer.snapshot() as snapshot:
            same = snapshot.recipe() == self._recipe()
        if not same:
            writer.close()
            return None
        return writer

    def _make_anew(self) -> BuildReport:
        """A new database beside the present one, then the swap."""
        old = self._old()
        path = self._generations.unused()
        self._generations_tidy()
        try:
            with _closing(Writer.create(path, self._recipe())) as writer:
                before = old.articles() if old is not None else {}
                report = self._reconcile(writer, scan(self._corpus, writer, self._on_progress), cache=old)
                if old is not None:
                    with writer.change():
                        for name, value in old.settings().items():
                            writer.set(name, value)
                writer.seal()
                report = _compared(report, before, writer.articles())
            problems = verify(path)
            if problems:
                raise IndexDisk(f"The new index is not whole and was not put in use: {problems[0]}")
            self._save(path)
            self._generations.switch(path, old.path if old is not None else None)
        except BaseException:
            discard(path)
            raise
        finally:
            if old is not None:
                old.close()
        self._generations_tidy()
        return report

    def _generations_tidy(self) -> None:
        with suppress(StoreError):  # a damaged pointer protects every file
            self._generations.tidy()

    def _old(self) -> Writer | None:
        """The present database, for its vectors; None if it cannot be read."""
        try:
            return Writer.open(self._generations.current())
        except StoreError:
            return None

    def _reconcile(self, writer: Writer, found: Scan, *, cache: Writer | None = None) -> BuildReport:
        """Make the database what the scan found."""
        plan = Plan.of(found)
        preparer = Preparer(self._encoder, self._params.max_tokens, self._params.overlap, self._on_progress)
        prepared: Prepared = preparer.prepare(
            writer, plan.fresh, cache=cache if self._shares(cache) else None
        )
        if plan.is_change or prepared.rows:
            self._on_progress(Progress("writing", 0, len(prepared.rows), "articles"))
            with writer.change(finished=True):
                for article_id in plan.removed:
                    writer.drop(article_id)
                for file in plan.files:
                    writer.put_file(file)
                for article_id, path in plan.moved.items():
                    writer.move(article_id, path)
                for row in prepared.rows:
                    writer.put(row)
                for path in plan.gone:
                    writer.drop_file(path)
            self._on_progress(Progress("writing", len(prepared.rows), len(prepared.rows), "articles"))
        return BuildReport(
            added=plan.added,
            changed=plan.changed,
            removed=plan.removed,
            unchanged=plan.unchanged,
            skipped=plan.skipped,
            sentences=prepared.sentences,
            encoded=prepared.encoded,
            split=prepared.split,
        )

    def _shares(self, cache: Writer | None) -> bool:
        if cache is None:
            return False
        with cache.snapshot() as snapshot:
            return snapshot.recipe().get("model") == self._encoder.fingerprint

    def _save_vectors(self, writer: Writer, report: BuildReport) -> None:
        if report.added or report.changed or report.removed:
            self._save(writer.path)

    def _save(self, path: Path) -> None:
        """Keep the vectors in a file of their own. They can be made again, so a failure is no matter."""
        from index.vectors import VectorIndex

        with suppress(OSError), _closing(Writer.open(path)) as writer, writer.snapshot() as snapshot:
            VectorIndex.follow(None, snapshot).save(snapshot.vectors_path)


@contextmanager
def _closing(writer: Writer) -> Iterator[Writer]:
    try:
        yield writer
    finally:
        writer.close()


def _compared(report: BuildReport, before: dict[str, bytes], after: dict[str, bytes]) -> BuildReport:
    """A full rebuild's report in terms of the database that it replaces."""
    from dataclasses import replace

    same = sum(before[name] == after[name] for name in before.keys() & after.keys())
    return replace(
        report,
        added=tuple(sorted(after.keys() - before.keys())),
        changed=tuple(sorted(n for n in before.keys() & after.keys() if before[n] != after[n])),
        removed=tuple(sorted(before.keys() - after.keys())),
        unchanged=same,
    )
