"""Brings the index up to date with the corpus: plan, chunk, encode, and commit in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import numpy as np

from index import corpus as articles
from index.errors import (
    ArticleNotFound,
    ArticlesMissing,
    CorpusError,
    FootnoteError,
    IndexCorrupt,
    IndexMissing,
    IndexModel,
    IndexVersion,
    ModelError,
    NothingToRollBack,
    StoreError,
)
from index.indexing.chunks import Chunked, Chunker
from index.indexing.plan import Plan, plan_all, plan_some
from index.store import (
    ArticleRow,
    ChunkRow,
    Generations,
    ReadRepository,
    SentenceRow,
    Writer,
    article_digest,
    chunk_text,
    damaged,
    discard,
    embedding_caches,
    embedding_key,
    inherited,
    is_empty,
    is_markdown,
    locked,
    sentence_text,
    sound_value,
    verify,
    worth_keeping,
)
from index.text.sentences import segment
from index.text.words import VERSION as WORDS_VERSION
from index.text.words import terms
from index.types import CITABLE, Article, BuildReport, Encoder, OnProgress, Progress

READING_VERSION: Final = 2
"""Raise it when articles are read, chunked or embedded differently: older indexes are then built anew."""

_MANY: Final = 20
"""Articles from which on an index must not lose more than half of them at once."""
_OVERLAP: Final = 1  # sentences of the previous chunk that a chunk repeats
_BATCH: Final = 2048
"""Texts encoded between two commits: enough for batches of similar lengths, and the most a crash can lose."""


@dataclass(slots=True)
class _Chunks:
    """Articles in chunks.

    Attributes:
        rows: The articles, as they are stored.
        texts: What is embedded for them, by `embedding_key`.
        split: Ids of articles in which a sentence was too long for the encoder.
    """

    rows: list[ArticleRow] = field(default_factory=list)
    texts: dict[bytes, str] = field(default_factory=dict)
    split: list[str] = field(default_factory=list)


class Builder:
    """Changes an index, one process at a time.

    If a change is interrupted, readers see the index as it was before it. Vectors that were computed are
    kept, so the next run continues from there.

    Args:
        corpus: Folder of the articles.
        folder: Folder of the index; created if missing.
        encoder: Loaded only if something must be encoded.
        max_tokens: The most tokens of a chunk; the model's own limit if that is lower.
        on_progress: Called with the progress of the work.
        lock_timeout: Seconds to wait for another process that is changing the index.
    """

    def __init__(
        self,
        corpus: Path,
        folder: Path,
        encoder: Encoder,
        *,
        max_tokens: int = 256,
        on_progress: OnProgress | None = None,
        lock_timeout: float = 30.0,
    ) -> None:
        self._corpus = corpus
        self._folder = folder
        self._encoder = encoder
        self._max_tokens = max_tokens
        self._on_progress: OnProgress = on_progress or (lambda _: None)
        self._lock_timeout = lock_timeout
        self._generations = Generations(folder)

    def rebuild(self, *, full: bool = False, allow_empty: bool = False) -> BuildReport:
        """Bring the index up to date with the corpus, and repair it if it is damaged.

        The articles of a file that can no longer be read are removed, as if the file were gone, and the file
        is listed in `skipped`.

        Args:
            full: Build a new database beside the current one, and use it once it is complete. This is also
                done if there is no database, if it is damaged, or if it was made by another version of
                Footnote, with another model or with other parameters.
            allow_empty: Whether all articles may go, or more than half of 20 or more.

        Raises:
            ArticlesMissing: So many articles would go, and `allow_empty` is false.
            CorpusError: The corpus cannot be read.
            StoreError: The index cannot be changed; it stays as it was.
            ModelError: The model cannot be loaded.
        """
        with self._recording(), locked(self._folder, self._lock_timeout):
            writer = None if full else self._usable()
            if writer is None:
                return self._build_anew(allow_empty=allow_empty)
            with writer:
                plan = plan_all(self._corpus, writer, self._on_progress)
                if not allow_empty:
                    left = writer.count() - len(plan.removed) + len(plan.added)
                    refuse_emptying(self._corpus, len(plan.removed), of=writer.count(), left=left)
                self._drop_from_previous(plan.removed)
                report = self._update(writer, plan, finished=True)
                report = replace(report, unchanged=writer.count() - len(report.added) - len(report.changed))
                writer.compact()
            self._generations.tidy()
            return report

    def add(self, paths: Sequence[Path]) -> BuildReport:
        """Index some files of the corpus; if there is no index yet, the whole corpus.

        Raises:
            UsageError: A path is not in the corpus.
            IndexModel: The index was made with another model or other parameters.
            StoreError, ModelError: As in `rebuild`.
        """
        with locked(self._folder, self._lock_timeout):
            try:
                writer = Writer.open(self._generations.current())
            except IndexMissing:
                return self._build_anew(allow_empty=True)
            with writer:
                if writer.config() != self._config():
                    raise IndexModel(
                        f"The index {writer.path} was made with another model, other parameters or another "
                        "version of Footnote. The files are in the corpus; run `footnote rebuild` to "
                        "index it with the present ones."
                    )
                plan = plan_some(self._corpus, writer, paths, self._on_progress)
                return self._update(writer, plan)

    def remove(self, ids: Sequence[str]) -> BuildReport:
        """Delete articles from the corpus and from the index.

        This needs no model, and takes time in proportion to the articles and the dumps that hold them.

        Raises:
            ArticleNotFound: There is no article of one of the ids; then nothing is removed.
            CorpusError: Some of the articles cannot be deleted; the others are removed.
            StoreError: As in `rebuild`.
        """
        with locked(self._folder, self._lock_timeout), ExitStack() as stack:
            writer = None
            with suppress(IndexMissing):
                writer = stack.enter_context(Writer.open(self._generations.current()))
            known = writer.owners(ids) if writer else {}
            for article_id in ids:
                if article_id not in known and articles.locate(self._corpus, article_id) is None:
                    raise ArticleNotFound(f'No article has the id "{article_id}". Nothing was removed.')
            failures: dict[str, CorpusError] = {}
            for article_id in dict.fromkeys(ids):
                try:
                    articles.delete(self._corpus, article_id)
                except ArticleNotFound:
                    continue  # the file is gone already
                except CorpusError as error:
                    failures[article_id] = error
            removed = set(ids) - failures.keys()
            self._drop_from_previous(sorted(removed))
            if writer:
                gone = {
                    name: owner
                    for name, owner in known.items()
                    if name in removed or not (self._corpus / owner[0]).exists()
                }
                forgotten = _forget(writer, self._corpus, gone)
                self._drop_from_previous(sorted(forgotten - removed))  # others of a deleted file
                removed |= forgotten
            if failures:
                raise _not_removed(failures, removed - failures.keys())
            return BuildReport(removed=tuple(sorted(removed)))

    def rollback(self, *, allow_empty: bool = False) -> BuildReport:
        """Go back to the database that the last full rebuild replaced.

        Articles that are no longer in the corpus stay removed.

        Args:
            allow_empty: As in `rebuild`.

        Raises:
            NothingToRollBack: No previous database is kept.
            ArticlesMissing: As in `rebuild`.
            CorpusError: The corpus cannot be read.
            StoreError: The previous database cannot be used; the current one stays in use.
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
        """Check the whole index; return a sentence for each problem.

        Raises:
            IndexMissing: There is no index.
            IndexVersion: The index was made by another version of Footnote.
        """
        try:
            return verify(self._generations.current())
        except IndexCorrupt as error:
            return [str(error)]

    def keep(self, name: str, value: str | None) -> None:
        """Store a value in the index, such as a calibrated threshold; None deletes it.

        Rebuilds with the same model keep it. `Snapshot.setting` reads it.

        Raises:
            StoreError: As in `rebuild`, or there is no index.
        """
        with (
            locked(self._folder, self._lock_timeout),
            Writer.open(self._generations.current()) as writer,
            writer.change(),
        ):
            writer.keep(name, value)

    def _config(self) -> dict[str, object]:
        return {
            "model": self._encoder.fingerprint,
            "max_tokens": self._max_tokens,
            "overlap": _OVERLAP,
            "reading": READING_VERSION,
            "words": WORDS_VERSION,
        }

    def _usable(self) -> Writer | None:
        """Open the current database; None if it is missing or damaged, or has another config."""
        try:
            path = self._generations.current()
            if verify(path, depth="changed"):
                return None
            writer = Writer.open(path)
        except (IndexMissing, IndexVersion, IndexCorrupt):
            return None
        if writer.config() == self._config():
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
        """Remove articles from the database kept for `rollback`; delete it if it cannot be opened."""
        try:
            previous = self._generations.previous()
            if previous is not None and ids:
                with Writer.open(previous) as writer, writer.change():
                    for article_id in ids:
                        writer.drop(article_id)
        except (IndexCorrupt, IndexVersion):
            self._generations.switch(self._generations.current(), None)
            self._generations.tidy()

    def _build_anew(self, *, allow_empty: bool) -> BuildReport:
        """Build a new database, check it, and put it in use."""
        present, previous = worth_keeping(self._generations)
        before, settings = inherited(present, self._encoder.fingerprint)
        path = self._generations.unused()
        try:
            with (
                embedding_caches(self._generations, self._encoder.fingerprint) as caches,
                Writer.create(path, self._config()) as writer,
            ):
                plan = plan_all(self._corpus, writer, self._on_progress)
                if not allow_empty:
                    self._refuse_loss(plan, before)
                report = self._update(writer, plan, finished=True, caches=caches)
                with writer.change():
                    for name, value in settings.items():
                        writer.keep(name, value)
                after = writer.articles()
                writer.seal()
        except BaseException as error:
            # An unfinished database is kept for its vectors, unless it may have filled the disk.
            if isinstance(error, StoreError) or is_empty(path):
                discard(path)
            raise
        if problems := verify(path, depth="parts"):  # the derived data has just been computed
            discard(path)
            raise damaged(path, problems[0])
        self._generations.switch(path, present or previous)
        self._generations.tidy()
        return _compared(report, before, after)

    def _refuse_loss(self, plan: Plan, before: Mapping[str, bytes]) -> None:
        """Refuse to replace an index by one without its articles; `before` is empty if it cannot be read."""
        with suppress(IndexMissing, IndexCorrupt):
            self._generations.current()
            lost = len(before.keys() - set(plan.added))
            refuse_emptying(self._corpus, lost, of=max(len(before), 1), left=len(plan.added))

    def _update(
        self, writer: Writer, plan: Plan, *, finished: bool = False, caches: Sequence[ReadRepository] = ()
    ) -> BuildReport:
        """Carry out a plan: vectors are stored first, then everything else in one transaction.

        Args:
            writer: The index that the plan was made for.
            plan: What differs between corpus and index.
            finished: Whether the plan covers the whole corpus.
            caches: Other generations of the same model, whose vectors are copied.

        Returns:
            What was done; `unchanged` counts only articles of files that were read.

        Raises:
            ModelError: The model cannot be loaded, or its vectors are not numbers.
            StoreError: The index cannot be changed.
        """
        chunks = self._chunk(plan.fresh)
        encoded = self._encode(writer, chunks.texts, caches)
        self._commit(writer, plan, chunks.rows, finished=finished)
        with writer.snapshot() as snapshot:
            skipped = snapshot.skipped(None if finished else [row.path for row in plan.files])
        return BuildReport(
            added=tuple(sorted(plan.added)),
            changed=tuple(sorted(plan.changed)),
            removed=tuple(plan.removed),
            unchanged=plan.same,
            skipped=(*skipped, *plan.nameless),
            sentences=sum(len(row.sentences) for row in chunks.rows),
            encoded=encoded,
            split=tuple(sorted(chunks.split)),
        )

    def _chunk(self, fresh: Sequence[tuple[Article, str]]) -> _Chunks:
        """Split articles into sentences and chunks."""
        chunks = _Chunks()
        if not fresh:
            return chunks  # without loading the model
        limit = min(self._max_tokens, self._encoder.max_tokens)
        chunker = Chunker(self._encoder.count_tokens, limit, overlap=_OVERLAP)
        for done, (article, file) in enumerate(fresh, start=1):
            chunked = chunker.chunk(
                article, segment(article.text, markdown=is_markdown(file), language=article.language)
            )
            if chunked.split:
                chunks.split.append(article.id)
            chunks.rows.append(_row(article, file, chunked, chunks.texts))
            self._on_progress(Progress("cutting", done, len(fresh), "articles"))
        return chunks

    def _encode(self, writer: Writer, texts: dict[bytes, str], caches: Sequence[ReadRepository]) -> int:
        """Store the missing vectors: copy those in the caches, encode the others and return their number.

        Texts are encoded in the order of the corpus, so that the remaining time can be estimated.
        """
        wanted = writer.missing(texts)
        missing = [key for key in texts if key in wanted]
        for cache in caches if missing else ():
            missing = _copy_vectors(writer, cache, missing, self._encoder.dimension)
        done = 0

        def on_batch(count: int) -> None:
            nonlocal done
            done += count
            self._on_progress(Progress("encoding", done, len(missing), "texts"))

        for keys in _batches(missing):
            vectors = self._encoder.encode_documents([texts[key] for key in keys], on_batch)
            if not np.isfinite(vectors).all():
                raise ModelError(
                    "The embedding model returns vectors that are not numbers. Its files may be damaged: "
                    "name another model in INDEX_MODEL, or leave it out to use the embedded one."
                )
            writer.add_vectors(keys, vectors)
        return len(missing)

    def _commit(self, writer: Writer, plan: Plan, rows: Sequence[ArticleRow], *, finished: bool) -> None:
        """Make all changes of a plan in one transaction."""
        if not plan:
            return
        with writer.change(finished=finished):
            for file in plan.files:
                writer.put_file(file)
            for article_id, name in plan.moved.items():
                writer.move(article_id, name)
            for done, row in enumerate(rows, start=1):
                writer.put(row)
                self._on_progress(Progress("writing", done, len(rows), "articles"))
            for name, article_id in plan.shadows:
                writer.shadow(name, article_id)
            for article_id in plan.removed:
                writer.drop(article_id)
            for name in plan.gone:
                writer.drop_file(name)


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


def retract(writer: Writer, plan: Plan) -> tuple[str, ...]:
    """Remove articles that are no longer in the corpus from an older index; return their ids.

    Files that have changed since are left to the next rebuild.
    """
    with writer.change():
        for article_id in plan.removed:
            writer.drop(article_id)
        for row in plan.files:
            writer.look_again(row.path)
        for file in plan.gone:
            writer.drop_file(file)
    return tuple(plan.removed)


def _forget(writer: Writer, corpus: Path, known: dict[str, tuple[str, bytes]]) -> set[str]:
    """Remove articles that were deleted from the corpus.

    Args:
        writer: The index.
        corpus: The folder of the articles.
        known: The articles, as `ReadRepository.owners` returns them.

    Returns:
        The ids that were removed: those, and any others of a file that is gone.
    """
    touched = {file for file, _ in known.values()} | writer.claiming(known)
    gone = {file for file in touched if not (corpus / file).exists()}
    removed = set(known) | set(writer.articles_of(gone))
    with writer.change():
        for article_id in removed:
            writer.drop(article_id)
            writer.unshadow(article_id)
        for file in gone:
            writer.drop_file(file)
        for file in touched - gone:
            writer.look_again(file)  # a dump that has lost rows; the next rebuild stores its hash
    return removed


def _not_removed(failures: dict[str, CorpusError], removed: set[str]) -> CorpusError:
    """Make the error that names the articles that are still there."""
    if len(failures) == 1 and not removed:
        return next(iter(failures.values()))
    reasons = "; ".join(f"{name} ({str(error).rstrip('.')})" for name, error in failures.items())
    done = f" Removed: {', '.join(sorted(removed))}." if removed else ""
    return CorpusError(f"Not removed: {reasons}.{done}")


def _compared(report: BuildReport, before: dict[str, bytes], after: dict[str, bytes]) -> BuildReport:
    """Restate the report on a new database as the difference from the one that it replaces."""
    both = before.keys() & after.keys()
    changed = [article_id for article_id in both if before[article_id] != after[article_id]]
    return replace(
        report,
        added=tuple(sorted(after.keys() - before.keys())),
        changed=tuple(sorted(changed)),
        removed=tuple(sorted(before.keys() - after.keys())),
        unchanged=len(both) - len(changed),
    )


def _row(article: Article, file: str, chunked: Chunked, texts: dict[bytes, str]) -> ArticleRow:
    """Make the row of an article, and add the texts to be embedded to `texts`."""

    def embedded(text: str) -> bytes:
        key = embedding_key(text)
        texts[key] = text
        return key

    sentences = []
    for one in chunked.sentences:
        words = sentence_text(one.text) if one.kind in CITABLE else ""
        sentences.append(SentenceRow(one.start, one.end, one.kind, embedded(words) if words else None))
    chunks = []
    for chunk in chunked.chunks:
        text = chunk_text(chunk.context, chunk.text)
        place = (chunk.start, chunk.end, chunk.first, chunk.last, chunk.heading, chunk.context)
        chunks.append(ChunkRow(*place, embedded(text), " ".join(terms(text))))
    return ArticleRow(article, file, article_digest(article, file), sentences, chunks)


def _copy_vectors(writer: Writer, cache: ReadRepository, keys: list[bytes], dimension: int) -> list[bytes]:
    """Copy vectors from another generation; return the keys that it does not have."""
    copied: set[bytes] = set()
    for batch in _batches(keys):
        values = {key: value for key in batch if (value := cache.value(key)) is not None}
        sound = {key: value for key, value in values.items() if sound_value(value, dimension)}
        writer.add_values(sound, dimension)
        copied |= sound.keys()
    return [key for key in keys if key not in copied]


def _batches(keys: list[bytes]) -> Iterator[list[bytes]]:
    for begin in range(0, len(keys), _BATCH):
        yield keys[begin : begin + _BATCH]
