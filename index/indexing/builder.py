"""Brings the index up to date with the corpus: compares, cuts, encodes, and commits in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from index import corpus as articles
from index.errors import (
    ArticleNotFound,
    ArticlesMissing,
    FootnoteError,
    IndexCorrupt,
    IndexMissing,
    IndexModel,
    IndexVersion,
    NothingToRollBack,
    StoreError,
)
from index.indexing.plan import Plan, plan_all, plan_some
from index.indexing.reconcile import carry_out, compared, forget, retract
from index.store import (
    Generations,
    Reader,
    ReadRepository,
    Writer,
    damaged,
    discard,
    embedding_caches,
    inherited,
    is_empty,
    locked,
    verify,
    worth_keeping,
)
from index.text.words import VERSION as WORDS_VERSION
from index.types import BuildReport, Encoder, OnProgress

_MANY: Final = 20
"""Articles from which an index must not lose more than half of them at once."""

READING_VERSION: Final = 1
"""Raise it when articles are read, cut or embedded otherwise: an index made before is then made anew."""


@dataclass(frozen=True, slots=True)
class BuildParams:
    """How articles are cut.

    Attributes:
        max_tokens: Longest chunk in the encoder's tokens; the model's own limit where that is lower.
        overlap: How many sentences a chunk repeats of the one before.
    """

    max_tokens: int = 256
    overlap: int = 1


class Builder:
    """Changes an index; one process at a time.

    Whatever interrupts a change, readers find the index as it was before or as it is after. Vectors that
    were computed are kept, so the next run goes on where this one was.

    Args:
        corpus: Folder of the articles.
        folder: Folder of the index; made when missing.
        encoder: Touched only when something must be encoded.
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

    def rebuild(self, *, full: bool = False, allow_empty: bool = False) -> BuildReport:
        """Bring the index up to date with the corpus, and repair it if it is damaged.

        A file that can no longer be read is dropped like one that is gone, and named in `skipped`: the index
        never says what the corpus no longer says.

        Args:
            full: Make a new database beside the present one, and put it in use when it is whole. This also
                happens by itself when there is none, when it is damaged, or when it was made by another
                version of Footnote, with another model or with other parameters.
            allow_empty: Whether all articles may go, or more than half of 20 or more.

        Raises:
            ArticlesMissing: So many articles would go, and `allow_empty` is false.
            CorpusError: The corpus cannot be read.
            StoreError: The index cannot be changed; it is then as it was.
            ModelError: The model cannot be loaded.
        """
        with self._recording(), locked(self._folder, self._lock_timeout):
            writer = None if full else self._usable()
            if writer is None:
                return self._make_anew(allow_empty=allow_empty)
            with writer:
                plan = plan_all(self._corpus, writer, self._on_progress)
                if not allow_empty:
                    left = writer.count() - len(plan.removed) + len(plan.added)
                    refuse_emptying(self._corpus, len(plan.removed), of=writer.count(), left=left)
                self._drop_from_previous(plan.removed)
                report = self._carry_out(writer, plan, finished=True)
                report = replace(report, unchanged=writer.count() - len(report.added) - len(report.changed))
                if report.added or report.changed or report.removed:
                    self._save_vectors()
                writer.compact()
            self._generations.tidy()
            return report

    def add(self, paths: Sequence[Path]) -> BuildReport:
        """Index files that lie in the corpus, and nothing else; if there is no index yet, all of the corpus.

        Raises:
            UsageError: A path is not in the corpus.
            IndexModel: The index was made with another model or other parameters.
            StoreError, ModelError: As `rebuild`.
        """
        with locked(self._folder, self._lock_timeout):
            try:
                writer = Writer.open(self._generations.current())
            except IndexMissing:
                return self._make_anew(allow_empty=True)
            with writer:
                if writer.config() != self._recipe():
                    raise IndexModel(
                        f"The index {writer.path} was made with another model, other parameters or another "
                        "version of Footnote. The files are in the corpus; run `footnote rebuild` to "
                        "index it with the present ones."
                    )
                plan = plan_some(self._corpus, writer, paths, self._on_progress)
                return self._carry_out(writer, plan)

    def remove(self, ids: Sequence[str]) -> BuildReport:
        """Delete articles from the corpus and from the index.

        Needs no model, and the work is in proportion to the articles (of a dump, to the dump).

        Raises:
            ArticleNotFound: One of the ids is of no article; then nothing is removed.
            CorpusError: A file cannot be changed.
            StoreError: As `rebuild`.
        """
        with locked(self._folder, self._lock_timeout), ExitStack() as stack:
            writer = None
            with suppress(IndexMissing):
                writer = stack.enter_context(Writer.open(self._generations.current()))
            known = writer.owners(ids) if writer else {}
            for article_id in ids:
                if article_id not in known and articles.locate(self._corpus, article_id) is None:
                    raise ArticleNotFound(f'No article has the id "{article_id}". Nothing was removed.')
            for article_id in dict.fromkeys(ids):
                with suppress(ArticleNotFound):  # its file is gone already
                    articles.delete(self._corpus, article_id)
            self._drop_from_previous(ids)
            removed = forget(writer, self._corpus, known) if writer else set()
            self._drop_from_previous(
                [name for name in removed if name not in ids]
            )  # others of a deleted file
            return BuildReport(removed=tuple(sorted(removed | set(ids))))

    def rollback(self, *, allow_empty: bool = False) -> BuildReport:
        """Go back to the database that the last full rebuild has replaced.

        Articles that are no longer in the corpus stay removed.

        Args:
            allow_empty: As for `rebuild`.

        Raises:
            NothingToRollBack: None is kept.
            ArticlesMissing: As `rebuild`.
            CorpusError: The corpus cannot be read.
            StoreError: The kept one cannot be used; the present one then stays in use.
        """
        with locked(self._folder, self._lock_timeout):
            current, previous = self._generations.current(), self._generations.previous()
            if previous is None:
                raise NothingToRollBack(
                    "There is no index to go back to: one is kept when a full rebuild replaces it."
                )
            with Writer.open(previous) as writer:
                with writer.snapshot() as snapshot:
                    snapshot.check_words()
                if problems := verify(previous, depth="changed"):
                    raise damaged(previous, problems[0])
                plan = plan_all(self._corpus, writer, self._on_progress)
                if not allow_empty:
                    left = writer.count() - len(plan.removed)
                    refuse_emptying(self._corpus, len(plan.removed), of=writer.count(), left=left)
                removed = retract(writer, plan)
                count = writer.count()
            self._generations.switch(previous, current)
            return BuildReport(removed=removed, unchanged=count)

    def verify(self) -> list[str]:
        """Check the whole index; one sentence for each thing that is wrong.

        Raises:
            IndexMissing: There is none.
            IndexVersion: It was made by another version of Footnote.
        """
        try:
            return verify(self._generations.current())
        except IndexCorrupt as error:
            return [str(error)]

    def keep(self, name: str, value: str | None) -> None:
        """Keep a value in the index, such as a calibrated threshold; None takes it away.

        It outlives rebuilds with the same model. `Snapshot.setting` reads it.

        Raises:
            StoreError: As `rebuild`, or there is no index.
        """
        with (
            locked(self._folder, self._lock_timeout),
            Writer.open(self._generations.current()) as writer,
            writer.change(),
        ):
            writer.keep(name, value)

    def _recipe(self) -> dict[str, object]:
        return {
            "model": self._encoder.fingerprint,
            "max_tokens": self._params.max_tokens,
            "overlap": self._params.overlap,
            "reading": READING_VERSION,
            "words": WORDS_VERSION,
        }

    def _usable(self) -> Writer | None:
        """The database in use, open; None if it is missing or damaged, or not made as one would be now."""
        try:
            path = self._generations.current()
            if verify(path, depth="changed"):
                return None
            writer = Writer.open(path)
        except (IndexMissing, IndexVersion, IndexCorrupt):
            return None
        if writer.config() == self._recipe():
            return writer
        writer.close()
        return None

    @contextmanager
    def _recording(self) -> Iterator[None]:
        """Record for readers whether the rebuild in the block fails."""
        try:
            yield
        except Exception as error:
            why = str(error) if isinstance(error, FootnoteError) else f"Unexpected {type(error).__name__}."
            self._generations.record_failure(why)
            raise
        self._generations.record_failure(None)

    def _drop_from_previous(self, ids: Sequence[str]) -> None:
        """Remove articles from the database kept for `rollback`; one that cannot be opened is deleted."""
        try:
            previous = self._generations.previous()
            if previous is not None and ids:
                with Writer.open(previous) as writer, writer.change():
                    for article_id in ids:
                        writer.drop(article_id)
        except (IndexCorrupt, IndexVersion):
            self._generations.switch(self._generations.current(), None)
            self._generations.tidy()

    def _make_anew(self, *, allow_empty: bool) -> BuildReport:
        """Make a new database, check it, and put it in use."""
        present, previous = worth_keeping(self._generations)
        before, settings = inherited(present, self._encoder.fingerprint)
        path = self._generations.unused()
        try:
            with (
                embedding_caches(self._generations, self._encoder.fingerprint) as caches,
                Writer.create(path, self._recipe()) as writer,
            ):
                plan = plan_all(self._corpus, writer, self._on_progress)
                if not allow_empty:
                    self._refuse_loss(plan, before)
                report = self._carry_out(writer, plan, finished=True, caches=caches)
                with writer.change():
                    for name, value in settings.items():
                        writer.keep(name, value)
                after = writer.articles()
                writer.seal()
        except BaseException as error:
            # An unfinished database is kept for its vectors, unless it may be what has filled the disk.
            if isinstance(error, StoreError) or is_empty(path):
                discard(path)
            raise
        if problems := verify(path, depth="parts"):  # what was made a moment ago need not be made again
            discard(path)
            raise damaged(path, problems[0])
        self._generations.switch(path, present or previous)
        self._save_vectors()
        self._generations.tidy()
        return compared(report, before, after)

    def _refuse_loss(self, plan: Plan, before: Mapping[str, bytes]) -> None:
        """Refuse to replace an index by one without its articles; `before` is empty if it cannot be read."""
        with suppress(IndexMissing, IndexCorrupt):
            self._generations.current()
            lost = len(before.keys() - set(plan.added))
            refuse_emptying(self._corpus, lost, of=max(len(before), 1), left=len(plan.added))

    def _save_vectors(self) -> None:
        """Save the vectors beside the database. They can be read from it too, so a failure is ignored."""
        from index.retrieval.vectors import save

        with suppress(StoreError, OSError):
            reader = Reader(self._folder)
            try:
                with reader.snapshot() as snapshot:
                    save(snapshot)
            finally:
                reader.close()

    def _carry_out(
        self, writer: Writer, plan: Plan, *, finished: bool = False, caches: Sequence[ReadRepository] = ()
    ) -> BuildReport:
        return carry_out(
            writer,
            plan,
            self._encoder,
            max_tokens=self._params.max_tokens,
            overlap=self._params.overlap,
            finished=finished,
            caches=caches,
            on_progress=self._on_progress,
        )


def refuse_emptying(corpus: Path, lost: int, *, of: int, left: int) -> None:
    """Refuse a change after which the index would be empty, or lack more than half of 20 or more articles.

    Args:
        corpus: Folder of the articles.
        lost: How many articles would go.
        of: How many there are.
        left: How many there would be.

    Raises:
        ArticlesMissing: It is such a change.
    """
    if (of and not left) or (of >= _MANY and lost > of / 2):
        raise ArticlesMissing(
            f"{corpus} lacks {lost} of the {of} articles in the index, so nothing was changed. Make sure "
            "that the folder is there and mounted. If these articles are meant to go, add --allow-empty."
        )
