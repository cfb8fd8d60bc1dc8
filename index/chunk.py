"""Chunks: runs of whole sentences that fit the encoder, overlapping, never across a heading.

What counts is the plain text that is really embedded (`plain(chunk.embedded)`), in the encoder's own tokens.
Tokens of a joined text are taken to be those of its parts, which holds for parts joined by white space, and
every finished chunk is counted once more; whatever the tokenizer does, no chunk is longer than the limit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Final

from index.errors import UsageError
from index.markup import plain
from index.types import Article, Chunk, Sentence, SentenceKind

CountTokens = Callable[[Sequence[str]], list[int]]

_SMALLEST: Final = 16
_LONGEST_TITLE: Final = 300
"""Characters of a title or heading that are worth embedding."""
_PIECE: Final = re.compile(r"(?:[^\s、，；：]{1,12}[、，；：]?|[、，；：]{1,12})\s*")
_CLAUSE_END: Final = tuple(",;:)]—–")
_WIDE_CLAUSE_END: Final = tuple("、，；：")


@dataclass(frozen=True, slots=True)
class Chunked:
    """An article cut to be embedded.

    Attributes:
        sentences: The sentences that `Chunk.first` and `Chunk.last` count: those given, over-long ones split.
        chunks: In reading order; together they hold every sentence.
        split: Whether a sentence was too long for the encoder.
    """

    sentences: list[Sentence]
    chunks: list[Chunk]
    split: bool


@dataclass(frozen=True, slots=True)
class _Section:
    """A run of sentences under one heading: `first` up to and without `stop`, its headings before `body`."""

    first: int
    body: int
    stop: int
    headings: tuple[str, ...]


class Chunker:
    """Cuts articles into chunks.

    Args:
        count_tokens: Tokens of each text, special tokens included (as `Encoder.count_tokens`).
        max_tokens: The most tokens of a chunk, context and special tokens included.
        overlap: How many sentences a chunk repeats of the one before, where there is room.

    Raises:
        UsageError: If `max_tokens` is below 16 or `overlap` is negative.
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
        """Cut an article into chunks.

        Args:
            article: The article.
            sentences: Its sentences, from `index.sentence.segment`.

        Returns:
            Chunks with `article.text[start:end] == text`, and the sentences they are made of. A heading
            starts a chunk. The context in front takes at most a third of the tokens, and is shortened or
            left out where a long sentence leaves less.
        """
        if not sentences:
            return Chunked([], [], split=False)
        special, *tokens = self._count(["", *(plain(sentence.text) for sentence in sentences)])
        fitted, tokens = self._fit(sentences, tokens, self._max - special)
        chunks: list[Chunk] = []
        for section in _sections(fitted):
            contexts = self._contexts(article.title, section.headings, special)
            heading = " > ".join(section.headings)
            for first, last, context in self._runs(section, tokens, contexts, self._max - special):
                chunks.append(_chunk(article, fitted, first, last, heading, context))
        return Chunked(fitted, self._checked(article, fitted, chunks), split=len(fitted) > len(sentences))

    def _fit(
        self, sentences: Sequence[Sentence], tokens: list[int], room: int
    ) -> tuple[list[Sentence], list[int]]:
        """Split sentences longer than `room` tokens.

        The first sentence below headings shares its room with them, so that no heading is left alone.
        """
        fitted: list[Sentence] = []
        counts: list[int] = []
        special, headings = self._max - room, 0
        for sentence, total in zip(sentences, tokens, strict=True):
            own = total - special
            left = room - headings if headings <= room // 2 else room
            if own <= left:
                fitted.append(sentence)
                counts.append(own)
            else:
                for part, count in self._split(sentence, left, special):
                    fitted.append(part)
                    counts.append(count)
            headings = headings + own if sentence.kind is SentenceKind.HEADING else 0
        return fitted, counts

    def _split(self, sentence: Sentence, room: int, special: int) -> list[tuple[Sentence, int]]:
        """Parts of a sentence of at most `room` tokens each, cut behind a clause, else a word."""
        text = sentence.text
        ends = [match.end() for match in _PIECE.finditer(text)]
        pieces = [text[start:end] for start, end in zip([0, *ends], ends, strict=False)]
        counts = [total - special for total in self._count(pieces)]
        spans = _cut(pieces, counts, room)
        done: list[tuple[Sentence, int]] = []
        while spans:
            spans = [_trimmed(text, start, end) for start, end in spans]
            totals = self._count([plain(text[start:end]) for start, end in spans])
            too_long: list[tuple[int, int]] = []
            for (start, end), total in zip(spans, totals, strict=True):
                if total - special > room and end - start > 1:
                    middle = (start + end) // 2
                    too_long += [(start, middle), (middle, end)]
                    continue
                first, stop = sentence.start + start, sentence.start + end
                done.append((Sentence(first, stop, text[start:end], sentence.kind), total - special))
            spans = too_long
        return sorted(done, key=lambda part: part[0].start)

    def _contexts(self, title: str, headings: tuple[str, ...], special: int) -> list[tuple[str, int]]:
        """What may stand in front of a section's chunks, best first, with its tokens; the last is nothing."""
        names = [name for name in headings if name.casefold() != title.casefold()]
        title = _shortened(title, _LONGEST_TITLE)
        texts = [" > ".join([title, *names]), " > ".join([title, *names[-1:]])]
        texts += [_shortened(title, length) for length in (_LONGEST_TITLE, 120, 60, 24)]
        texts = [text for text in dict.fromkeys(texts) if plain(text)]
        counts = [total - special for total in self._count([plain(text) for text in texts])]
        known = zip(texts, counts, strict=True)
        return [*(item for item in known if item[1] <= self._max // 3), ("", 0)]

    def _runs(
        self, section: _Section, tokens: list[int], contexts: list[tuple[str, int]], room: int
    ) -> list[tuple[int, int, str]]:
        """First and last sentence of each chunk of a section, and its context."""
        runs: list[tuple[int, int, str]] = []
        full = room - contexts[0][1]
        first = fresh = section.first
        while fresh < section.stop:
            least = max(fresh, min(section.body, section.stop - 1))
            if sum(tokens[first : least + 1]) > room:
                least = fresh
            left = room - sum(tokens[first : least + 1])
            context, size = next((item for item in contexts if item[1] <= left), contexts[-1])
            left -= size
            last = least
            while last + 1 < section.stop and tokens[last + 1] <= left:
                last += 1
                left -= tokens[last]
            runs.append((first, last, context))
            fresh = last + 1
            first = max(fresh - self._overlap, first + 1)
            while first < fresh and sum(tokens[first : fresh + 1]) > full:
                first += 1
        return runs

    def _checked(self, article: Article, sentences: list[Sentence], chunks: list[Chunk]) -> list[Chunk]:
        """Chunks counted as they will be embedded; the rare one that is too long is halved."""
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
                    good.append(chunk)  # one character that the encoder alone can count
            chunks = again
        good.sort(key=lambda chunk: (chunk.first, chunk.last))
        reached = [-1, *accumulate((chunk.last for chunk in good), max)]
        return [chunk for chunk, before in zip(good, reached, strict=False) if chunk.last > before]


def _chunk(
    article: Article, sentences: list[Sentence], first: int, last: int, heading: str, context: str
) -> Chunk:
    start, end = sentences[first].start, sentences[last].end
    return Chunk(start, end, article.text[start:end], first, last, heading, context)


def _sections(sentences: Sequence[Sentence]) -> Iterator[_Section]:
    """Sections of an article, each with the headings above it; headings in a row open one section."""
    path: list[tuple[int, str]] = []
    stop = 0
    while stop < len(sentences):
        first = stop
        while stop < len(sentences) and sentences[stop].kind is SentenceKind.HEADING:
            level = _level(sentences[stop].text)
            name = _shortened(plain(sentences[stop].text), _LONGEST_TITLE)
            path = [*(above for above in path if above[0] < level), (level, name)]
            stop += 1
        body = stop
        while stop < len(sentences) and sentences[stop].kind is not SentenceKind.HEADING:
            stop += 1
        yield _Section(first, body, stop, tuple(name for _, name in path if name))


def _level(heading: str) -> int:
    """Depth of a Markdown heading, 1 to 6."""
    bare = heading.lstrip(" >")
    hashes = len(bare) - len(bare.lstrip("#"))
    if 1 <= hashes <= 6:
        return hashes
    return 1 if bare.endswith("=") else 2


def _shortened(name: str, length: int) -> str:
    """At most so many characters of a name, whole words if it has any."""
    if len(name) <= length:
        return name
    return name[:length].rpartition(" ")[0] or name[:length]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """A span of a text without white space at its ends."""
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())


def _cut(pieces: list[str], counts: list[int], room: int) -> list[tuple[int, int]]:
    """Spans of at most `room` tokens, each ending behind a clause or word that ends in its second half."""
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
