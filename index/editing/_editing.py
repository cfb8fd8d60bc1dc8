"""What editors do from elsewhere than the command line: preview an article, publish, remove, undo.

They do it in the process that answers questions, where no question should wait for it. So documents are
converted in the sandboxed process (`index.convert`), and what computes runs in a process of its own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from index import corpus as articles
from index.convert import Limits, convert
from index.editing._grouping import alike
from index.editing._preview import Conflict, Preview, Twin, preview
from index.editing._process import run_apart
from index.errors import ArticleExists, IndexMissing, UnreadableFile
from index.indexing.builder import Builder, BuildParams
from index.settings import IndexSettings
from index.store import Reader
from index.types import Article, ArticleCard, Encoder, Skipped, Vectors

__all__ = ["Change", "Conflict", "Editing", "Preview", "CorpusOverview", "Twin"]

_PATIENCE = 5.0  # seconds to wait for another process that changes the index: others wait for an answer


@dataclass(frozen=True, slots=True)
class Change:
    """What is needed to undo a change of an article.

    Attributes:
        article_id: The article.
        before: What the corpus held of it before.
        after: Fingerprint of what it held afterwards; `""` where it was removed.
    """

    article_id: str
    before: tuple[articles.Kept, ...]
    after: str = ""


@dataclass(frozen=True, slots=True)
class CorpusOverview:
    """What there is, for an editor's eyes.

    Attributes:
        cards: All articles.
        changed: When the articles last changed, in seconds since 1970; None if nobody wrote it down.
        skipped: Files and rows that were not indexed.
    """

    cards: tuple[ArticleCard, ...]
    changed: float | None
    skipped: tuple[Skipped, ...]


class Editing:
    """Changes articles one by one, in the corpus and in the index.

    Args:
        corpus: Folder of the articles.
        folder: Folder of the index.
        encoder: Of the model that the index was made with.
        params: How articles are cut.
        limits: What the conversion of a document may use; None for the default limits.
        patience: Seconds to wait for another process that is changing the index.
    """

    def __init__(
        self,
        corpus: Path,
        folder: Path,
        encoder: Encoder,
        *,
        params: BuildParams | None = None,
        limits: Limits | None = None,
        patience: float = _PATIENCE,
    ) -> None:
        self._corpus = corpus
        self._folder = folder
        self._encoder = encoder
        self._params = params
        self._limits = limits
        self._patience = patience
        self._vectors: dict[bytes, Vectors] = {}
        self._reader = Reader(folder)
        self._builder = Builder(corpus, folder, encoder, params=params, lock_timeout=patience)

    @classmethod
    def open(cls, settings: IndexSettings, encoder: Encoder) -> Editing:
        """Change the corpus and the index that the settings name."""
        return cls(
            settings.corpus,
            settings.dir,
            encoder,
            params=BuildParams(max_tokens=settings.chunk_tokens),
            limits=Limits.of(settings),
            patience=min(settings.lock_timeout, _PATIENCE),
        )

    def read(
        self,
        name: str,
        data: bytes,
        *,
        title: str | None = None,
        url: str | None = None,
        published: str | None = None,
        collection: str = "",
    ) -> Article:
        """Make an article of a file's content; nothing is written, and nothing is fetched.

        Args:
            name: The file's name; its folders do not count. `""` for a text without a file.
            data: Its content.
            title: Put in place of the title that is found; likewise the others.
            url: Where a reader can open it.
            published: ISO 8601 date.
            collection: The folder under the corpus to put it in.

        Raises:
            CorpusError: No article can be made of it.
            UsageError: A field is not what it should be.
        """
        file = PurePosixPath(name).name
        article = convert(
            Path(file) if file else "-",
            data,
            title=title or None,
            url=url or None,
            published=published or None,
            collection=collection,
            limits=self._limits,
        )
        articles.check_id(article.id)
        return article

    def preview(
        self, article: Article, *, besides: str = "", collections: Sequence[str] | None = None
    ) -> Preview:
        """What publishing the article would mean; `besides` and `collections` as in `index.editing._preview`.

        Raises:
            StoreError: The index cannot be read.
        """
        return run_apart(_preview, self._folder, article, besides, collections)

    def held(self, article_id: str) -> Article | None:
        """The article of that id in the corpus; None if there is none, or it cannot be read.

        Raises:
            CorpusError: The corpus cannot be read.
        """
        path = articles.locate(self._corpus, article_id)
        if path is None:
            return None
        try:
            found, _ = articles.read(self._corpus, path)
        except UnreadableFile:
            return None
        return next((one for one in found if one.id == article_id), None)

    def taken(self, article: Article) -> bool:
        """Whether the corpus holds a different article of that id."""
        held = self.held(article.id)
        return bool(held) and held != article

    def change(self, article_id: str, article: Article | None = None) -> Change:
        """What to keep before an article is published or, with None, removed.

        Raises:
            CorpusError: What is there cannot be read.
        """
        after = "" if article is None else _fingerprint(article)
        return Change(article_id, articles.keep(self._corpus, article_id), after)

    def publish(self, article: Article, *, replace: bool = False) -> Path:
        """Write an article into the corpus and index it. To do so again does no harm.

        Args:
            article: As `read` has made it.
            replace: Whether it may take the place of a different article of that id.

        Raises:
            ArticleExists: A different article has that id, and `replace` is false.
            CorpusError: It cannot be written.
            StoreError: It is in the corpus, but the index cannot be changed now.
        """
        before = [self._corpus / kept.path for kept in articles.keep(self._corpus, article.id)]
        path = articles.write(self._corpus, article, replace=replace)
        self._index([*before, path])
        return path

    def remove(self, article_id: str) -> None:
        """Delete an article from the corpus and from the index.

        Raises:
            ArticleNotFound: There is none.
            CorpusError, StoreError: It cannot be deleted now, and is as it was.
        """
        self._builder.remove([article_id])

    def undo(self, change: Change) -> None:
        """Put back what was there before a change. To do so again does no harm.

        Raises:
            ArticleExists: The article has been changed since, and is left as it is.
            CorpusError: It cannot be written.
            StoreError: The corpus is as it was, but the index cannot be changed now.
        """
        present = articles.keep(self._corpus, change.article_id)
        if present != change.before:
            if present and change.after != _fingerprint(self.held(change.article_id)):
                raise ArticleExists("The article has been changed since, so it was left as it is.")
            if present:
                articles.delete(self._corpus, change.article_id)
            articles.put_back(self._corpus, change.before)
        touched = {kept.path for kept in (*present, *change.before)}
        self._index([self._corpus / path for path in sorted(touched)])

    def alike(self, questions: Sequence[str]) -> list[list[int]]:
        """Group questions that ask for the same, as `index.editing._grouping` describes.

        Vectors are kept for the next time, under hashes of the questions, so that it is quick.

        Raises:
            ModelError: The model cannot be loaded.
        """
        keys = [hashlib.blake2b(each.encode(), digest_size=16).digest() for each in questions]
        missing = {key: text for key, text in zip(keys, questions, strict=True) if key not in self._vectors}
        if missing:
            self._vectors.update(
                zip(missing, self._encoder.encode_queries(list(missing.values())), strict=True)
            )
        self._vectors = {key: self._vectors[key] for key in keys}
        return alike(np.array([self._vectors[key] for key in keys], dtype=np.float32)) if keys else []

    def overview(self) -> CorpusOverview:
        """What there is.

        Raises:
            StoreError: The index cannot be read.
        """
        with self._reader.snapshot() as snapshot:
            return CorpusOverview(
                tuple(snapshot.cards(limit=None)), snapshot.changed(), tuple(snapshot.skipped())
            )

    def _index(self, paths: Sequence[Path]) -> None:
        where = (self._corpus, self._folder, self._params, self._patience)
        run_apart(_add, *where, paths, encoder=self._encoder)

    def close(self) -> None:
        """Release the index."""
        self._reader.close()


def _add(
    encoder: Encoder,
    corpus: Path,
    folder: Path,
    params: BuildParams | None,
    patience: float,
    paths: Sequence[Path],
) -> None:
    Builder(corpus, folder, encoder, params=params, lock_timeout=patience).add(paths)


def _preview(folder: Path, article: Article, besides: str, collections: Sequence[str] | None) -> Preview:
    reader = Reader(folder)
    try:
        with reader.snapshot() as snapshot:
            return preview(article, snapshot, besides=besides, collections=collections)
    except IndexMissing:
        return preview(article, None)
    finally:
        reader.close()


def _fingerprint(article: Article | None) -> str:
    made = json.dumps(None if article is None else asdict(article), sort_keys=True)
    return hashlib.blake2b(made.encode(), digest_size=16).hexdigest()
