"""Previews of an article: which sentences can be quoted, and which articles it repeats or contradicts.

They need no model: sentences that repeat or contradict each other share most of their words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from index.store import Snapshot
from index.text.contradictions import differences
from index.text.markup import plain
from index.text.sentences import segment
from index.text.wordlists import jaccard
from index.text.words import terms
from index.types import CITABLE, Article, Difference

_COMPARED: Final = 300  # the most sentences of an article that are compared
_CHUNKS: Final = 4  # that are searched for each sentence
_ALIKE: Final = 0.6  # Jaccard index from which one sentence repeats the other
_TWIN: Final = 0.6  # share of repeated sentences from which an article is nearly the same as another
_WORDS: Final = 3  # the fewest words of a sentence that is compared


@dataclass(frozen=True, slots=True)
class Twin:
    """An article that says nearly the same.

    Attributes:
        article_id: Its id.
        title: Its title.
        share: The share of the new article's sentences that it has, too, from 0 to 1.
    """

    article_id: str
    title: str
    share: float


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two sentences on the same subject that differ.

    Attributes:
        text: The sentence of the new article.
        other: The sentence of an article in the index.
        article_id: The id of that article.
        title: Its title.
        found: The differences.
    """

    text: str
    other: str
    article_id: str
    title: str
    found: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """The preview of an article.

    Attributes:
        sentences: The sentences that can be quoted, word for word, in their order.
        twins: Articles that say nearly the same, the most similar first.
        conflicts: Sentences that contradict another article, in their order, each with the most similar one.
    """

    sentences: tuple[str, ...]
    twins: tuple[Twin, ...] = ()
    conflicts: tuple[Conflict, ...] = ()


def preview(
    article: Article,
    snapshot: Snapshot | None,
    *,
    besides: str = "",
    collections: Sequence[str] | None = None,
) -> Preview:
    """Compare an article that is not published yet with the index.

    Args:
        article: A Markdown article.
        snapshot: The index; None if there is none yet.
        besides: The id of an article to leave out because the new one replaces it.
        collections: The collections to compare it with; None for all.
    """
    sentences = segment(article.text, language=article.language)
    quotable = [one.text for one in sentences if one.kind in CITABLE and plain(one.text)]
    compared = [text for text in quotable[:_COMPARED] if len(set(terms(plain(text)))) >= _WORDS]
    if snapshot is None or not compared:
        return Preview(tuple(quotable))
    indexed = _IndexedSentences(snapshot, {besides, article.id} if besides else set(), collections)
    repeated: Counter[tuple[str, str]] = Counter()
    conflicts = []
    for text in compared:
        near = indexed.near(text)
        words = set(terms(plain(text)))
        repeated.update({(one.article_id, one.title) for one in near if jaccard(words, one.words) >= _ALIKE})
        conflicts += _conflict(text, words, near)
    return Preview(tuple(quotable), _twins(repeated, len(compared)), tuple(conflicts))


def _conflict(text: str, words: set[str], near: Sequence[_Near]) -> list[Conflict]:
    """Find the most similar sentence that differs, in an article that does not say the same elsewhere."""
    found = [(one, differences(text, one.text)) for one in near]
    agreeing = {one.article_id for one, what in found if not what and one.words == words}
    against = [(one, what) for one, what in found if what and one.article_id not in agreeing]
    against.sort(key=lambda pair: (-jaccard(words, pair[0].words), pair[0].article_id))
    return [Conflict(text, one.text, one.article_id, one.title, what) for one, what in against[:1]]


def _twins(repeated: Counter[tuple[str, str]], total: int) -> tuple[Twin, ...]:
    found = [Twin(name, title, count / total) for (name, title), count in repeated.items()]
    return tuple(
        sorted((one for one in found if one.share >= _TWIN), key=lambda one: (-one.share, one.article_id))
    )


@dataclass(frozen=True, slots=True)
class _Near:
    """A sentence of an index, with its words."""

    article_id: str
    title: str
    text: str
    words: set[str]


class _IndexedSentences:
    """The sentences of an index, found by their words."""

    def __init__(self, snapshot: Snapshot, besides: set[str], collections: Sequence[str] | None) -> None:
        self._snapshot = snapshot
        self._besides = besides
        self._collections = collections
        self._read: dict[int, list[_Near]] = {}

    def near(self, text: str) -> Sequence[_Near]:
        """List sentences with similar words, each once."""
        keys = [key for key, _ in self._snapshot.match(terms(plain(text)), _CHUNKS, self._collections)]
        for chunk in self._snapshot.chunks(key for key in keys if key not in self._read):
            sentences, _ = self._snapshot.sentences(chunk.article_key, chunk.first, chunk.last)
            self._read[chunk.key] = [
                _Near(chunk.article_id, chunk.title, one.text, set(terms(plain(one.text))))
                for one in sentences
                if one.kind in CITABLE and chunk.article_id not in self._besides
            ]
        found = {(one.article_id, one.text): one for key in keys for one in self._read[key]}
        return list(found.values())
