"""Chunks: overlapping runs of whole sentences that fit the encoder and never cross a heading.

The limit applies to the plain text that is embedded (`plain(chunk.embedded)`), in the encoder's own tokens.
Sentences are counted once. A space between two texts changes a tokenizer's count by at most one, so a chunk
with that many tokens left is not counted again; every other chunk is, and is divided if it is too long.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import accumulate
from typing import Final, NamedTuple

from index.errors import UsageError
from index.text.markup import plain
from index.types import CITABLE, Article, Chunk, Sentence, SentenceKind

CountTokens = Callable[[Sequence[str]], list[int]]

_SMALLEST: Final = 16
_LONGEST_TITLE: Final = 300
"""Characters of a title or heading that are embedded at most."""

_PIECE: Final = re.compile(r"(?:[^\s、，；：]{1,12}[、，；：]?|[、，；：]{1,12})\s*")
_CLAUSE_END: Final = tuple(",;:)]—–")
_WIDE_CLAUSE_END: Final = tuple("、，；：")


@dataclass(frozen=True, slots=True)
class Chunked:
    """An article in chunks.

    Attributes:
        sentences: The sentences that `Chunk.first` and `Chunk.last` count; long ones are split.
        chunks: The chunks in reading order; together they hold every sentence.
        split: Whether a sentence was too long for the encoder.
    """

    sentences: list[Sentence]
    chunks: list[Chunk]
    split: bool


class _Part(NamedTuple):
    """A sentence, its plain text, and the tokens of that without the special ones."""

    sentence: Sentence
    words: str
    tokens: int


@dataclass(frozen=True, slots=True)
class _Section:
    """A run of sentences under one heading: from `first` to before `stop`; its headings end at `body`."""

    first: int
    body: int
    stop: int
    headings: tuple[str, ...]


class Chunker:
    """Divides articles into chunks.

    Args:
        count_tokens: Tokens of each text, special tokens included (as `Encoder.count_tokens`).
        max_tokens: The most tokens of a chunk, context and special tokens included.
        overlap: How many sentences of the previous chunk a chunk repeats, if there is room.

    Raises:
        UsageError: `max_tokens` is below 16, or `overlap` is negative.
    """

    def __init__(self, count_tokens: CountTokens, max_tokens: int, *, overlap: int = 1) -> None:
        if max_tokens < _SMALLEST:
            raise UsageError(f"A chunk must hold at least {_SMALLEST} tokens, not {max_tokens}.")
        if overlap < 0:
            raise UsageError(f"Chunks cannot overlap by {overlap} sentences; 0 is the least.")
        self._count = count_tokens
        self._max = max_tokens
        self._overlap = overlap

    def chunk(self, article: Article, sentences: Sequence[Sentence]) -> Chunked:
        """Divide an article into chunks.

        Args:
            article: The article.
            sentences: Its sentences, from `index.text.sentences.segment`.

        Returns:
            Chunks with `article.text[start:end] == text`, and the sentences they are made of. A heading
            starts a chunk. The context takes at most a third of the tokens, and is shortened or left out if
            a long sentence leaves less room.
        """
        if not sentences:
            return Chunked([], [], split=False)
        words = [plain(sentence.text) for sentence in sentences]
        fronts = dict.fromkeys(
            _contexts(article.title, section.headings)[0] for section in _sections(sentences)
        )
        special, *totals = self._count(["", *words, *map(plain, fronts)])
        tokens = [total - special for total in totals]
        known = dict(zip(fronts, tokens[len(words) :], strict=True))
        parts = self._fit(map(_Part, sentences, words, tokens), special)
        fitted = [part.sentence for part in parts]
        sums = [0, *accumulate(part.tokens for part in parts)]
        sure: list[Chunk] = []
        doubtful: list[Chunk] = []
        for section in _sections(fitted):
            heading = " > ".join(section.headings)
            contexts = partial(self._known_contexts, article.title, section.headings, special, known)
            for first, last, context, left in self._runs(section, sums, contexts, self._max - special):
                chunk = _chunk(article, fitted, first, last, heading, context)
                joined = " ".join([plain(context), *(part.words for part in parts[first : last + 1])]).strip()
                is_sure = left > last - first and plain(chunk.embedded) == joined
                (sure if is_sure else doubtful).append(chunk)
        chunks = _without_repeats([*sure, *self._checked(article, fitted, doubtful)])
        return Chunked(fitted, chunks, split=len(fitted) > len(sentences))

    def _fit(self, parts: Iterable[_Part], special: int) -> list[_Part]:
        """Split sentences that do not fit into a chunk.

        The first sentence below headings shares a chunk with them, so that no heading is left alone.
        """

        def count(texts: Sequence[str]) -> list[int]:
            return [total - special for total in self._count(texts)]

        room = self._max - special
        fitted: list[_Part] = []
        headings = 0
        for part in parts:
            left = room - headings if headings <= room // 2 else room
            if part.tokens <= left:
                fitted.append(part)
            else:
                pieces = split_sentence(part.sentence, left, count)
                words = [plain(piece.text) for piece in pieces]
                fitted += map(_Part, pieces, words, count(words))
            headings = headings + part.tokens if part.sentence.kind is SentenceKind.HEADING else 0
        return fitted

    def _known_contexts(
        self, title: str, headings: tuple[str, ...], special: int, known: dict[str, int]
    ) -> Iterator[tuple[str, int]]:
        """Iterate over the contexts that are short enough, best first, with their tokens."""
        for text in _contexts(title, headings):
            if text not in known:
                known[text] = self._count([plain(text)])[0] - special
            if known[text] <= self._max // 3:
                yield text, known[text]

    def _runs(
        self,
        section: _Section,
        sums: Sequence[int],
        contexts: Callable[[], Iterator[tuple[str, int]]],
        room: int,
    ) -> Iterator[tuple[int, int, str, int]]:
        """Iterate over the chunks of a section: first and last sentence, context, and the tokens left.

        `sums` holds, for each sentence, the tokens of all sentences before it.
        """
        full = room - next(contexts())[1]
        first = fresh = section.first
        while fresh < section.stop:
            last = max(fresh, min(section.body, section.stop - 1))
            if sums[last + 1] - sums[first] > room:
                last = fresh
            left = room - (sums[last + 1] - sums[first])
            context, size = next((item for item in contexts() if item[1] <= left), ("", 0))
            left -= size
            while last + 1 < section.stop and sums[last + 2] - sums[last + 1] <= left:
                last += 1
                left -= sums[last + 1] - sums[last]
            yield first, last, context, left
            fresh = last + 1
            first = max(fresh - self._overlap, first + 1)
            while first < fresh < section.stop and sums[fresh + 1] - sums[first] > full:
                first += 1

    def _checked(self, article: Article, sentences: list[Sentence], chunks: list[Chunk]) -> list[Chunk]:
        """Count the tokens of chunks as they are embedded, and halve those that are too long."""
        good: list[Chunk] = []
        while chunks:
            totals = self._count([plain(chunk.embedded) for chunk in chunks])
            again: list[Chunk] = []
            for chunk, total in zip(chunks, totals, strict=True):
                if total <= self._max:
                    good.append(chunk)
                elif chunk.first < chunk.last:
                    middle = (chunk.first + chunk.last) // 2
                    for first, last in ((chunk.first, middle), (middle + 1, chunk.last)):
                        again.append(_chunk(article, sentences, first, last, chunk.heading, chunk.context))
                elif chunk.context:
                    again.append(replace(chunk, context=""))
                else:
                    good.append(chunk)  # a single character with more tokens than a chunk may have
            chunks = again
        return good


def _contexts(title: str, headings: tuple[str, ...]) -> list[str]:
    """List the contexts that a section's chunks may have, best first; the last is empty."""
    names = [name for name in headings if name.casefold() != title.casefold()]
    title = _shortened(title, _LONGEST_TITLE)
    texts = [" > ".join([title, *names]), " > ".join([title, *names[-1:]])]
    texts += [_shortened(title, length) for length in (_LONGEST_TITLE, 120, 60, 24)]
    return [*(text for text in dict.fromkeys(texts) if plain(text)), ""]


def _without_repeats(chunks: list[Chunk]) -> list[Chunk]:
    """Sort chunks in reading order, and drop those that only repeat sentences of the ones before."""
    chunks.sort(key=lambda chunk: (chunk.first, chunk.last))
    reached = [-1, *accumulate((chunk.last for chunk in chunks), max)]
    return [chunk for chunk, before in zip(chunks, reached, strict=False) if chunk.last > before]


def _chunk(
    article: Article, sentences: list[Sentence], first: int, last: int, heading: str, context: str
) -> Chunk:
    start, end = sentences[first].start, sentences[last].end
    return Chunk(start, end, article.text[start:end], first, last, heading, context)


def _sections(sentences: Sequence[Sentence]) -> Iterator[_Section]:
    """Iterate over the sections of an article with their headings; consecutive headings open one section."""
    path: list[tuple[int, str]] = []
    stop = 0
    while stop < len(sentences):
        first = stop
        while stop < len(sentences) and sentences[stop].kind is SentenceKind.HEADING:
            level = heading_level(sentences[stop].text)
            name = _shortened(plain(sentences[stop].text), _LONGEST_TITLE)
            path = [*(above for above in path if above[0] < level), (level, name)]
            stop += 1
        body = stop
        while stop < len(sentences) and sentences[stop].kind is not SentenceKind.HEADING:
            stop += 1
        yield _Section(first, body, stop, tuple(name for _, name in path if name))


def heading_level(heading: str) -> int:
    """Return the level of a Markdown heading, 1 to 6."""
    bare = heading.lstrip(" >")
    hashes = len(bare) - len(bare.lstrip("#"))
    if 1 <= hashes <= 6:
        return hashes
    return 1 if bare.endswith("=") else 2


def _shortened(name: str, length: int) -> str:
    """Cut a name to at most `length` characters, at a word if possible."""
    if len(name) <= length:
        return name
    return name[:length].rpartition(" ")[0] or name[:length]


def split_sentence(
    sentence: Sentence, room: int, count: Callable[[Sequence[str]], list[int]]
) -> list[Sentence]:
    """Split a sentence into parts of at most `room` tokens: after clauses, else after words, else anywhere.

    Args:
        sentence: The sentence.
        room: The most tokens of the plain text of a part, at least 1.
        count: Counts the tokens of texts, without special tokens.

    Returns:
        The parts in order, of the kind `PART` if they can be cited. Together they hold every character that
        is not white space. A single character is a part, even if it has more tokens.
    """
    text = sentence.text
    ends = [match.end() for match in _PIECE.finditer(text)]
    pieces = [text[start:end] for start, end in zip([0, *ends], ends, strict=False)]
    spans = _cut(pieces, count(pieces), room)
    fitting: list[tuple[int, int]] = []
    while spans:
        spans = [_trimmed(text, start, end) for start, end in spans if text[start:end].strip()]
        counts = count([plain(text[start:end]) for start, end in spans])
        too_long: list[tuple[int, int]] = []
        for (start, end), tokens in zip(spans, counts, strict=True):
            if tokens > room and end - start > 1:
                middle = (start + end) // 2
                too_long += [(start, middle), (middle, end)]
            else:
                fitting.append((start, end))
        spans = too_long
    kind = SentenceKind.PART if sentence.kind in CITABLE and len(fitting) > 1 else sentence.kind
    return [
        Sentence(sentence.start + start, sentence.start + end, text[start:end], kind)
        for start, end in sorted(fitting)
    ]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Remove white space from the ends of a span of a text."""
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())


def _cut(pieces: list[str], counts: list[int], room: int) -> list[tuple[int, int]]:
    """Make spans of at most `room` tokens, each ending at the end of a clause or word in its second half."""
    spans: list[tuple[int, int]] = []
    first = begin = 0
    while first < len(pieces):
        used, stop, clause, word = counts[first], first + 1, 0, 0
        while stop < len(pieces) and used + counts[stop] <= room:
            if used > room // 2:
                bare = pieces[stop - 1].rstrip()
                word = stop if len(bare) < len(pieces[stop - 1]) else word
                ends_clause = word == stop and bare.endswith(_CLAUSE_END)
                clause = stop if ends_clause or bare.endswith(_WIDE_CLAUSE_END) else clause
            used += counts[stop]
            stop += 1
        if stop < len(pieces):
            stop = clause or (stop if pieces[stop - 1][-1].isspace() else word or stop)
        end = begin + sum(map(len, pieces[first:stop]))
        spans.append((begin, end))
        first, begin = stop, end
    return spans
