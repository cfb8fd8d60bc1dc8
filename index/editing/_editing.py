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
from index.editing._preview import Preview, preview
from index.editing._process import run_apart
from index.errors import ArticleExists, IndexMissing, UnreadableFile
from index.indexing.builder import Builder
from index.settings import IndexSettings
from index.store import Reader
from index.types import Article, ArticleCard, Encoder, Skipped, Vectors

_PATIENCE = 5.0  # seconds to wait for another process that changes the index: others wait for an answer
_SAME_QUESTION = 0.6
"""Least cosine to the mean of a group: with the default model, wordings of one question reach 0.62 to 0.85,
and questions about similar things at most 0.57."""


@dataclass(frozen=True, slots=True)
class Change:
    """What is needed to undo a change of an article.

    Attributes:
        article_id: The article.
        before: What the corpus held of it before the change.
        after: The fingerprint of the article after the change; `""` if it was removed.
    """

    article_id: str
    before: tuple[articles.Kept, ...]
    after: str = ""


@dataclass(frozen=True, slots=True)
class CorpusOverview:
    """The state of the corpus, for editors.

    Attributes:
        cards: All articles.
        changed: When the articles last changed, in seconds since 1970; None if that is not known.
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
        max_tokens: As in `Builder`.
        limits: What the conversion of a document may use; None for the default limits.
        patience: Seconds to wait for another process that is changing the index.
    """

    def __init__(
        self,
        corpus: Path,
        folder: Path,
        encoder: Encoder,
        *,
        max_tokens: int = 256,
        limits: Limits | None = None,
        patience: float = _PATIENCE,
    ) -> None:
        self._corpus = corpus
        self._folder = folder
        self._encoder = encoder
        self._max_tokens = max_tokens
        self._limits = limits
        self._patience = patience
        self._vectors: dict[bytes, Vectors] = {}
        self._reader = Reader(folder)
        self._builder = Builder(corpus, folder, encoder, max_tokens=max_tokens, lock_timeout=patience)

    @classmethod
    def open(cls, settings: IndexSettings, encoder: Encoder) -> Editing:
        """Change the corpus and the index that the settings name."""
        return cls(
            settings.corpus,
            settings.dir,
            encoder,
            max_tokens=settings.chunk_tokens,
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
        """Make an article from the content of a file; nothing is written or fetched.

        Args:
            name: The file's name; its folders do not count. `""` for a text without a file.
            data: Its content.
            title: The title, instead of the one found; likewise `url` and `published`.
            url: Where a reader can open it.
            published: ISO 8601 date.
            collection: The folder under the corpus to put it in.

        Raises:
            CorpusError: The content cannot be converted into an article.
            UsageError: A field is not valid.
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
        """Read the article of that id in the corpus; None if there is none, or it cannot be read.

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
        """Record what a change replaces, before an article is published or, with None, removed.

        Raises:
            CorpusError: The current article cannot be read.
        """
        after = "" if article is None else _fingerprint(article)
        return Change(article_id, articles.keep(self._corpus, article_id), after)

    def publish(self, article: Article, *, replace: bool = False) -> Path:
        """Write an article into the corpus and index it; idempotent.

        Args:
            article: An article made by `read`.
            replace: Whether to overwrite a different article of the same id.

        Raises:
            ArticleExists: A different article has that id, and `replace` is false.
            CorpusError: The article cannot be written.
            StoreError: The article is in the corpus, but the index cannot be changed now.
        """
        before = [self._corpus / kept.path for kept in articles.keep(self._corpus, article.id)]
        path = articles.write(self._corpus, article, replace=replace)
        self._index([*before, path])
        return path

    def remove(self, article_id: str) -> None:
        """Delete an article from the corpus and from the index.

        Raises:
            ArticleNotFound: There is no article of that id.
            CorpusError, StoreError: The article cannot be deleted now, and is unchanged.
        """
        self._builder.remove([article_id])

    def undo(self, change: Change) -> None:
        """Restore the corpus as it was before a change; idempotent.

        Raises:
            ArticleExists: The article has changed since, and is left as it is.
            CorpusError: The article cannot be written.
            StoreError: The corpus is restored, but the index cannot be changed now.
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
        """Groups of questions that ask for the same, as `group` makes them.

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
        return group(np.array([self._vectors[key] for key in keys], dtype=np.float32)) if keys else []

    def overview(self) -> CorpusOverview:
        """Describe the corpus as the index has it.

        Raises:
            StoreError: The index cannot be read.
        """
        with self._reader.snapshot() as snapshot:
            return CorpusOverview(
                tuple(snapshot.cards(limit=None)), snapshot.changed(), tuple(snapshot.skipped())
            )

    def _index(self, paths: Sequence[Path]) -> None:
        where = (self._corpus, self._folder, self._max_tokens, self._patience)
        run_apart(_add, *where, paths, encoder=self._encoder)

    def close(self) -> None:
        """Release the index."""
        self._reader.close()


def _add(
    encoder: Encoder,
    corpus: Path,
    folder: Path,
    max_tokens: int,
    patience: float,
    paths: Sequence[Path],
) -> None:
    Builder(corpus, folder, encoder, max_tokens=max_tokens, lock_timeout=patience).add(paths)


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


def group(vectors: Vectors) -> list[list[int]]:
    """Group questions that ask for the same: each joins the nearest group, or begins one.

    Args:
        vectors: The vectors of the questions, in a fixed order, since the groups depend on it.

    Returns:
        Positions of the questions; the largest group first, and in each the most typical question first.
    """
    groups: list[list[int]] = []
    sums: list[Vectors] = []
    for position, vector in enumerate(vectors):
        nearness = [float(vector @ total / np.linalg.norm(total)) for total in sums]
        best = max(range(len(groups)), key=nearness.__getitem__, default=0)
        if groups and nearness[best] >= _SAME_QUESTION:
            groups[best].append(position)
            sums[best] = sums[best] + vector
        else:
            groups.append([position])
            sums.append(vector)
    for members, total in zip(groups, sums, strict=True):
        order = np.argsort(-(vectors[members] @ total), kind="stable")
        members[:] = [members[at] for at in order]
    return sorted(groups, key=lambda members: (-len(members), min(members)))
