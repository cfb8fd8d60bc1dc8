"""What publishing an article would mean: what can be quoted of it, and what it repeats or contradicts.

Works by words alone, without a model: sentences that repeat or contradict each other share most of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from index.store import Snapshot
from index.text.differences import differences
from index.text.markup import plain
from index.text.sentences import segment
from index.text.wordlists import jaccard
from index.text.words import terms
from index.types import CITABLE, Article, Difference

_COMPARED: Final = 300  # sentences of a long article
_CHUNKS: Final = 4  # that are read for each of them
_ALIKE: Final = 0.6  # of the words of two sentences, from which one repeats the other
_TWIN: Final = 0.6  # of an article's sentences, from which it is nearly the same as another
_WORDS: Final = 3  # of a sentence, from which it is compared


@dataclass(frozen=True, slots=True)
class Twin:
    """An article that says nearly the same.

    Attributes:
        article_id: Its id.
        title: Its title.
        share: The share of the new article's sentences that it has, too, 0 to 1.
    """

    article_id: str
    title: str
    share: float


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two sentences about the same that differ.

    Attributes:
        text: Of the new article.
        other: Of one in the index.
        article_id: That article's id.
        title: Its title.
        found: What they differ in.
    """

    text: str
    other: str
    article_id: str
    title: str
    found: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What publishing would mean.

    Attributes:
        sentences: Those that can be quoted, word for word, in their order.
        twins: Articles that say nearly the same, the likest first.
        conflicts: Sentences that contradict another article, in their order, each with the likest one.
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
    """Look at an article that is not in the index.

    Args:
        article: A Markdown article.
        snapshot: The index; None where there is none yet.
        besides: Id of an article that is left out, because the new one takes its place.
        collections: What to compare it with; None for all.
    """
    quotable = [one.text for one in segment(article.text) if one.kind in CITABLE and plain(one.text)]
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
    """The likest sentence that a sentence contradicts, in an article that does not say the same elsewhere."""
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
        """Sentences with like words, each once."""
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
